// How the operators' own types of parameters are written as data. Internal.
#pragma once

#include <retrograd/ops/indices.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/resample.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/argument.h>

namespace retrograd {

template <>
struct ArgumentOf<Operand> {
  static Argument write(const Operand& value) {
    return value.is_tensor() ? Argument(value.tensor()) : Argument(value.number());
  }
  static Operand read(ArgumentReader& in) {
    if (in.is<Tensor>()) {
      return *in.take<Tensor>();
    }
    const Scalar* const number = in.take<Scalar>();
    return number != nullptr ? *number : Scalar();
  }
};

// Four numbers for each index: its kind and which bounds it has, start, stop and step; then the
// tensors of all.
template <>
struct ArgumentOf<Indices> {
  static void append(Arguments& all, const Indices& value);
  static Indices read(ArgumentReader& in);
};

template <std::size_t N>
struct ArgumentOf<Size<N>> {
  static Argument write(const Size<N>& value) {
    return std::vector<std::int64_t>(value.begin(), value.end());
  }
  static Size<N> read(ArgumentReader& in) {
    const auto* const each = in.take<std::vector<std::int64_t>>();
    return each != nullptr && each->size() == N ? size_of(*each, std::make_index_sequence<N>())
                                                : Size<N>(0);
  }
  template <std::size_t... i>
  static Size<N> size_of(const std::vector<std::int64_t>& each, std::index_sequence<i...>) {
    return Size<N>(each[i]...);
  }
};

template <std::size_t N>
struct ArgumentOf<OptionalSize<N>> {
  static Argument write(const OptionalSize<N>& value) {
    return ArgumentOf<std::optional<Size<N>>>::write(value.value());
  }
  static OptionalSize<N> read(ArgumentReader& in) {
    const auto value = ArgumentOf<std::optional<Size<N>>>::read(in);
    return value ? OptionalSize<N>(*value) : OptionalSize<N>();
  }
};

// The sizes, or how they follow.
template <std::size_t N>
struct ArgumentOf<Padding<N>> {
  static Argument write(const Padding<N>& value) {
    if (value.mode() != PadMode::explicit_sizes) {
      return ArgumentOf<PadMode>::write(value.mode());
    }
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < N; ++i) {
      sizes.push_back(value[i]);
    }
    return sizes;
  }
  static Padding<N> read(ArgumentReader& in) {
    if (in.is<Scalar>()) {
      return ArgumentOf<PadMode>::read(in);
    }
    return ArgumentOf<Size<N>>::read(in);
  }
};

template <>
struct ArgumentOf<ScaleFactor> {
  static Argument write(const ScaleFactor& value) { return value.values(); }
  static ScaleFactor read(ArgumentReader& in) {
    return ScaleFactor(ArgumentOf<std::vector<double>>::read(in));
  }
};

}  // namespace retrograd
