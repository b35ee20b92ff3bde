/// @file
/// All layers, with PyTorch's names, arguments, defaults, initial values and state-dict keys.
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
