// Operands that broadcast, and how messages list them. Internal.
#pragma once

#include <initializer_list>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::check {

// The operand as messages list it, which must outlive the result.
inline ErrorArgument operand(const char* name, const Operand& x) noexcept {
  return x.is_tensor() ? ErrorArgument(name, x.tensor()) : ErrorArgument(name, x.number());
}

// Returns the shape that both broadcast to. Throws ShapeError, listing the operands.
Shape broadcast(const Frame& call, std::initializer_list<ErrorArgument> operands, const Shape& a,
                const Shape& b);
// The same for all of these tensors and numbers.
Shape broadcast(const Frame& call, std::initializer_list<ErrorArgument> operands);

}  // namespace retrograd::check
