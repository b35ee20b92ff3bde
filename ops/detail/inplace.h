// Writing in place what an operator computes. Internal.
#pragma once

#include <functional>

#include <retrograd/ops/operand.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Throws GraphError where `self` cannot be written what depends on it and `source`.
void check_writable(const Frame& call, const Tensor& self, const Operand& source);

// self = compute(self as it was), recorded where self or `source` requires a gradient. The function
// writes to self and returns a handle on its memory, or returns what is to be copied; its backward
// must not need the values that were there before. After check_writable().
void write_in_place(const Frame& call, Tensor self, const Operand& source,
                    const std::function<Tensor(const Tensor& before)>& compute);

}  // namespace retrograd::detail
