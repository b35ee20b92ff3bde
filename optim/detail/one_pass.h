// One pass over the elements of a parameter, its gradient and its state. Internal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <retrograd/tensor/detail/parallel.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim::detail {

// The gradient's place among the operands; it is only read.
inline constexpr std::size_t kGradient = 1;

template <class T, std::size_t... I, class F>
void run(const std::array<T*, sizeof...(I)>& at, const std::array<std::int64_t, sizeof...(I)>& step,
         std::int64_t begin, std::int64_t end, F& f, std::index_sequence<I...>) {
  using C = compute_t<T>;
  const auto element = [&](auto*... place) {
    std::array<C, sizeof...(I)> values{static_cast<C>(*place)...};
    f(values[I]...);
    ((I == kGradient ? void() : void(*place = static_cast<T>(values[I]))), ...);
  };
  if (((step[I] == 1) && ...)) {
    for (std::int64_t i = begin; i < end; ++i) {
      element((at[I] + i)...);
    }
  } else {
    for (std::int64_t i = begin; i < end; ++i) {
      element((at[I] + i * step[I])...);
    }
  }
}

// Calls f(parameter, gradient, state...) for every element, all as references to numbers of the
// type that is computed in, and writes back all but the gradient. The operands have one dtype, of
// type T, and one shape.
template <class T, std::size_t N, class F>
void one_pass(const std::array<Tensor, N>& operands, F&& f) {
  constexpr auto indices = std::make_index_sequence<N>();
  std::array<T*, N> at;
  std::array<const Strides*, N> strides;
  bool flat = true;
  for (std::size_t n = 0; n < N; ++n) {
    at[n] = operands[n].template raw<T>();
    strides[n] = &operands[n].strides();
    flat = flat && operands[n].impl().dense && *strides[n] == *strides[0];
  }
  if (flat) {
    std::array<std::int64_t, N> ones;
    ones.fill(1);
    retrograd::detail::parallel_ranges(
        operands[0].numel(), retrograd::detail::kGrain,
        [&](std::int64_t begin, std::int64_t end) { run<T>(at, ones, begin, end, f, indices); });
    return;
  }
  retrograd::detail::for_each_run<N>(
      operands[0].shape(), strides,
      [&](const auto& offsets, std::int64_t count, const auto& steps) {
        std::array<T*, N> first = at;
        for (std::size_t n = 0; n < N; ++n) {
          first[n] += offsets[n];
        }
        run<T>(first, steps, 0, count, f, indices);
      });
}

}  // namespace retrograd::optim::detail
