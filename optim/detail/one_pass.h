// One pass over the elements of a parameter, its gradient and its state. Internal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::optim::detail {

using retrograd::detail::for_floating_element;

// The gradient's place among the operands; it is only read.
inline constexpr std::size_t kGradient = 1;

template <class C, std::size_t k>
auto operand(const Tensor& x) {
  if constexpr (k == kGradient) {
    return retrograd::detail::reads<C>(x);
  } else {
    return retrograd::detail::updates<C>(x);
  }
}

// Calls f(parameter, gradient, state...) for every element, numbers of type C: the gradient by
// value, the others by reference. The operands have one shape and one dtype, that of C or bfloat16.
template <class C, std::size_t N, class F>
void one_pass(const std::array<Tensor, N>& operands, F f) {
  const auto body = [f](std::int64_t n, const std::int64_t*, auto*... at) {
    retrograd::detail::vectorised([=] {
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        f(at[i]...);
      }
    });
  };
  [&]<std::size_t... k>(std::index_sequence<k...>) {
    using retrograd::detail::kNeighbours;
    retrograd::detail::elementwise<kNeighbours>(operands[0].shape(), body,
                                                operand<C, k>(operands[k])...);
  }
  (std::make_index_sequence<N>());
}

}  // namespace retrograd::optim::detail
