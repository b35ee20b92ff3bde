// Layers with PyTorch's names, arguments, defaults, initial values and state-dict keys.
// Constructors throw ValueError for sizes out of range.
#pragma once

#include <retrograd/nn/activation.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/pad.h>
#include <retrograd/nn/pool.h>
#include <retrograd/nn/shape.h>
