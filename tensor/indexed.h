/// @file
/// Declarations of indexing that tensor.h needs before the types of indices are known.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include <retrograd/tensor/where.h>

namespace retrograd {

class Tensor;
class Index;      // ops/indices.h
class Indexed;    // ops/indexing.h
class Selection;  // ops/indexing.h
/// Indices as data: `{3, all}` for `x(3, all)`.
using Indices = std::vector<Index>;

namespace detail {

// The first of several indices, which records the line of a call that has no parameter for it.
struct FirstIndex {
  template <std::integral Number>
  FirstIndex(Number number, Where at = {}) noexcept  // NOLINT: numbers convert
      : value(static_cast<std::int64_t>(number)), where(at) {}

  std::int64_t value;
  Where where;
};

struct PlainIndex;   // ops/indices.h
struct TensorIndex;  // ops/indices.h

template <class T>
inline constexpr bool kIsTensor = std::derived_from<std::remove_cvref_t<T>, Tensor> ||
                                  std::same_as<std::remove_cvref_t<T>, Selection>;

// What x(i, ...) gives, by the types of the indices.
template <class... T>
using IndexedBy = std::conditional_t<(kIsTensor<T> || ...), Selection, Indexed>;

}  // namespace detail

}  // namespace retrograd
