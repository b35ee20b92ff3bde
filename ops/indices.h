/// @file
/// Indices, as `x(3, all, Slice{2, 5})` takes them.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <type_traits>
#include <utility>

#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// The elements start, start + step, ... before stop, as Python's `start:stop:step`. Negative
/// bounds count from the end, and bounds out of range are cut. Examples are `Slice{2}`,
/// `Slice{.stop = 5}` and `Slice{.step = 2}`.
struct Slice {
  std::optional<std::int64_t> start = {};  ///< First element; 0 by default.
  std::optional<std::int64_t> stop = {};   ///< Element after the last one; the length by default.
  std::int64_t step = 1;                   ///< Distance between elements, at least 1.
};

struct Ellipsis {};
/// All dimensions that the other indices leave: `x(ellipsis, 0)` is the first element of the last
/// dimension.
inline constexpr Ellipsis ellipsis{};

struct NewAxis {};
/// A new dimension of length 1.
inline constexpr NewAxis newaxis{};

namespace detail {

using AllFunction = decltype(retrograd::all);

// A negative one counts from the end.
template <class T>
concept IndexNumber = (std::integral<T> && !std::same_as<T, bool>) ||
                      (std::is_enum_v<T> && std::convertible_to<T, std::int64_t>);
// What Python takes, and what is written by mistake.
template <class T>
concept WrongIndex =
    std::same_as<T, bool> || std::floating_point<T> || std::convertible_to<T, const char*>;

}  // namespace detail

/// One index: a number, a Slice, `all` of a dimension, `ellipsis`, `newaxis`, or a tensor, which is
/// int64 or a boolean mask. The compiler makes it from an argument, so it knows the caller's line.
class Index {
 public:
  /// Kinds of an index.
  enum class Kind : std::uint8_t {
    all,     ///< All elements of a dimension.
    others,  ///< All dimensions that the other indices leave.
    added,   ///< A new dimension of length 1.
    number,  ///< One element of a dimension.
    slice,   ///< A range of elements.
    tensor   ///< Elements named by a tensor of indices or a mask.
  };

  /// Makes the index of all elements of a dimension.
  Index() noexcept = default;
  /// Makes the index of one element.
  template <detail::IndexNumber T>
  Index(T number, Where where = {}) noexcept  // NOLINT: indices convert
      : kind_(Kind::number), slice_{.start = static_cast<std::int64_t>(number)}, where_(where) {}
  /// Makes the index of a range of elements.
  Index(const Slice& slice, Where where = {}) noexcept  // NOLINT
      : kind_(Kind::slice), slice_(slice), where_(where) {}
  /// Makes the index of all elements, from the name `all`.
  Index(detail::AllFunction* function, Where where = {}) noexcept  // NOLINT
      : is_other_function_(function != &retrograd::all), where_(where) {}
  /// Makes the index of all dimensions that the other indices leave.
  Index(Ellipsis /*ellipsis*/, Where where = {}) noexcept  // NOLINT
      : kind_(Kind::others), where_(where) {}
  /// Makes the index of a new dimension.
  Index(NewAxis /*newaxis*/, Where where = {}) noexcept  // NOLINT
      : kind_(Kind::added), where_(where) {}
  /// Makes the index of the elements that a tensor names.
  Index(Tensor tensor, Where where = {}) noexcept  // NOLINT
      : kind_(Kind::tensor), tensor_(std::move(tensor)), where_(where) {}
  /// Makes the index of the elements that the selected tensor names.
  Index(Selection&& selection, Where where = {});  // NOLINT
  /// Makes the index of all elements, for a missing tensor.
  Index(std::nullopt_t /*all*/, Where where = {}) noexcept  // NOLINT
      : where_(where) {}
  /// Makes the index of the elements that a tensor names, or of all without one.
  Index(const std::optional<Tensor>& tensor, Where where = {})  // NOLINT: all for none
      : Index(tensor ? Index(*tensor, where) : Index(std::nullopt, where)) {}
  /// Refuses to compile, and says what to write instead.
  template <detail::WrongIndex T>
  Index(T /*index*/, Where /*where*/ = {}) {  // NOLINT
    static_assert(!std::same_as<T, bool>,
                  "true and false are no indices: write newaxis for a new dimension, or give a "
                  "boolean tensor");
    static_assert(!std::floating_point<T>,
                  "an index is a whole number: write static_cast<std::int64_t>(i)");
    static_assert(!std::convertible_to<T, const char*>,
                  "an index is no text: write all for \":\", ellipsis for \"...\", newaxis for "
                  "\"None\", and Slice{1, 3} for \"1:3\"");
  }

  /// Returns the kind of the index.
  Kind kind() const noexcept { return kind_; }
  /// Returns the number, for Kind::number.
  std::int64_t number() const noexcept { return slice_.start.value_or(0); }
  /// Returns the range, for Kind::slice.
  const Slice& slice() const noexcept { return slice_; }
  /// Returns the tensor of indices or mask, for Kind::tensor.
  const Tensor& tensor() const noexcept { return tensor_; }
  /// Returns the caller's line.
  Where where() const noexcept { return where_; }
  /// Returns true if the index is a function that has the signature of all() but is another one.
  bool is_other_function() const noexcept { return is_other_function_; }

 private:
  Kind kind_ = Kind::all;
  bool is_other_function_ = false;
  Slice slice_;
  Tensor tensor_;
  Where where_;
};

namespace detail {

template <class T>
void refuse_list() {
  static_assert(!std::same_as<T, T>,
                "a list in braces is no index: write x(1, 2) for one index for each dimension, "
                "x(Slice{1, 3}) for a range, x(tensor({1, 2})) for a list of indices");
}

// The first index of a call, which records its line: by its type the call is a view, or reads and
// writes by a tensor.
struct PlainIndex : Index {
  template <class T>
  requires(!kIsTensor<T> && std::constructible_from<Index, T>) PlainIndex(T index, Where where = {})
      : Index(index, where) {}  // NOLINT
  template <class T>
  PlainIndex(std::initializer_list<T> /*list*/) {  // NOLINT
    refuse_list<T>();
  }
};
struct TensorIndex : Index {
  TensorIndex(const Tensor& tensor, Where where = {}) noexcept : Index(tensor, where) {}  // NOLINT
  template <std::same_as<Selection> S>
  TensorIndex(S&& selection, Where where = {}) : Index(std::move(selection), where) {}  // NOLINT
};

}  // namespace detail

}  // namespace retrograd
