/// @file
/// The tensors in the arguments and results of modules, for hooks and summaries.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

/// The tensors in an argument or a result of forward(). They are a Tensor itself, and the tensors
/// in optionals, pairs, tuples, containers, and structs of up to 8 public members. Other types have
/// none.
///
/// A specialisation names the tensors of a class with other members:
/// @code
/// template <>
/// struct retrograd::nn::TensorsIn<Batch> {
///   template <class F>
///   static void visit(Batch& batch, F&& f) { f(batch.images()); }  // with a Tensor&
/// };
/// @endcode
template <class T>
struct TensorsIn;

namespace detail {

template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};
template <class T>
concept OptionalLike = requires(T& x) {
  x.has_value(), *x;
};
template <class T>
concept RangeLike = requires(T& x) {
  x.begin() != x.end(), *x.begin();
};

// Calls f with each tensor in x, in order.
template <class T, class F>
void visit_tensors(T& x, F&& f) {
  if constexpr (std::is_same_v<T, Tensor>) {
    f(x);
  } else if constexpr (requires { TensorsIn<T>::visit(x, f); }) {
    TensorsIn<T>::visit(x, f);
  } else if constexpr (std::is_const_v<T>) {  // a key of a map
  } else if constexpr (TupleLike<T>) {
    std::apply([&](auto&... each) { (visit_tensors(each, f), ...); }, x);
  } else if constexpr (OptionalLike<T>) {
    if (x.has_value()) {
      visit_tensors(*x, f);
    }
  } else if constexpr (RangeLike<T>) {
    if constexpr (std::is_lvalue_reference_v<decltype(*x.begin())>) {
      for (auto& each : x) {
        visit_tensors(each, f);
      }
    }
  } else if constexpr (std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_empty_v<T>) {
    static_assert(retrograd::detail::count_members<T>() <= 8,
                  "a struct of more than 8 members: specialise nn::TensorsIn for it");
    retrograd::detail::for_each_member(x, [&](auto& member) { visit_tensors(member, f); });
  }
}

template <class T>
std::vector<Tensor*> tensors_in(T& x) {
  std::vector<Tensor*> found;
  visit_tensors(x, [&](Tensor& tensor) { found.push_back(&tensor); });
  return found;
}

// An argument while hooks may replace tensors in it: a copy, or the caller's own where it may be
// written to or cannot be copied.
template <class A, class T = std::remove_cvref_t<A>>
using Kept = std::conditional_t<(std::is_lvalue_reference_v<A> &&
                                 !std::is_const_v<std::remove_reference_t<A>>) ||
                                    !std::is_constructible_v<T, A>,
                                A&&, T>;

}  // namespace detail

}  // namespace retrograd::nn
