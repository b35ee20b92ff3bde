/// @file
/// All layers and losses, with PyTorch's names, arguments, defaults, initial values and state-dict
/// keys.
///
/// Constructors throw ValueError for sizes and numbers out of range, and DTypeError for a `dtype`
/// that is not floating.
#pragma once

#include <retrograd/nn/activation.h>
#include <retrograd/nn/attention.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/nn/embedding.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/loss.h>
#include <retrograd/nn/norm.h>
#include <retrograd/nn/pad.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/recurrence.h>
#include <retrograd/nn/resample.h>
#include <retrograd/nn/shape.h>
