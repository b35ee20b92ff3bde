// What operators are written with. Internal.
#pragma once

#include <retrograd/autograd/call.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/arguments.h>
#include <retrograd/ops/internal/operands.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {
using enum Needs;
}
