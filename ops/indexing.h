/// @file
/// Reading and writing by `x[i]` and `x(i, j, ...)`, and loops over rows.
///
/// `x(3, all, Slice{2, 5})` is a view. With a tensor among the indices, it is a copy of the named
/// elements, or writes to them. The meaning is PyTorch's. Numbers and slices are applied first,
/// then tensors of indices broadcast. Their dimensions replace those that they index, or come first
/// if these are not neighbours.
///
/// An IndexError names the dimension of an index out of range. Index tensors that do not broadcast
/// are a ShapeError.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/ops/index.h>
#include <retrograd/ops/indices.h>
#include <retrograd/ops/operand.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// A view that an index made: a Tensor, to which `x(0, all) = v` and `x[0] += v` write.
///
/// Values broadcast, and leading dimensions of length 1 are dropped. Only the expression itself
/// writes. A variable names a tensor, so `auto row = x[0]; row = y;` makes `row` another tensor, as
/// with `Tensor row`.
class RETROGRAD_API Indexed : public Tensor {
 public:
  /// Makes it from the view and the line of the index.
  Indexed(Tensor view, Where where) noexcept : Tensor(std::move(view)), where_(where) {}
  /// Copies the handle.
  Indexed(const Indexed& other) = default;
  /// Moves the handle.
  Indexed(Indexed&& other) noexcept = default;
  ~Indexed() = default;

  /// Makes this variable another tensor, without a write.
  Indexed& operator=(const Tensor& other) & {
    Tensor::operator=(other);
    return *this;
  }
  /// Makes this variable another tensor, without a write.
  Indexed& operator=(const Indexed& other) & = default;
  /// Makes this variable another tensor, without a write.
  Indexed& operator=(Indexed&& other) & noexcept = default;
  /// Refuses to compile, because a variable is not written to.
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator=(T /*number*/) & {  // NOLINT
    static_assert(!std::same_as<T, T>,
                  "a variable is a name for a tensor: write x[0] = 1 for the tensor's elements, or "
                  "row.fill_(1)");
  }

  /// Writes the value to the elements of the view.
  /// @throws ShapeError if the value does not broadcast to the view.
  void operator=(const Operand& value) &&;  // NOLINT: writes
  /// Writes the elements of another view to this one.
  void operator=(const Indexed& value) && { std::move(*this) = Operand(value); }  // NOLINT
  /// Adds the value in place, as Tensor::add_() does.
  void operator+=(const Operand& value) && { add_(value, where_); }
  /// Subtracts the value in place, as Tensor::sub_() does.
  void operator-=(const Operand& value) && { sub_(value, where_); }
  /// Multiplies by the value in place, as Tensor::mul_() does.
  void operator*=(const Operand& value) && { mul_(value, where_); }
  /// Divides by the value in place, as Tensor::div_() does.
  void operator/=(const Operand& value) && { div_(value, where_); }

 private:
  Where where_;
};

/// The elements that `x(mask)` and `x(index, all)` name, until they are read or written.
///
/// Conversion to a Tensor reads them, and `x(mask) = 0` and `x(index) += v` write them. As in
/// PyTorch, `+=` reads, adds and writes, so one of several equal indices counts. index_put_() with
/// `accumulate` adds all. A variable cannot hold a Selection: write `Tensor y = x(mask)`, not
/// `auto`.
class RETROGRAD_API Selection {
 public:
  /// Makes it from the tensor and its indices, of which the first has the line.
  Selection(Tensor x, Indices indices) noexcept  // the first index has the line
      : x_(std::move(x)), indices_(std::move(indices)) {}
  Selection(const Selection&) = delete;
  ~Selection() = default;

  /// Reads the elements.
  operator Tensor() && { return selected(); }  // NOLINT
  operator Tensor() const& = delete;           // write `Tensor y = x(mask)` instead of `auto`
  /// Returns the elements, for as long as the selection lives.
  const Tensor& read() && { return selected(); }

  /// Writes the value to the elements.
  /// @throws ShapeError if the value does not broadcast to them.
  void operator=(const Operand& value) && { write(value); }  // NOLINT
  /// Refuses to compile, because a variable cannot hold a Selection.
  template <class T>
  void operator=(T&& /*value*/) & {  // NOLINT
    static_assert(!std::same_as<T, T>,
                  "what x(mask) names is read or written at once: write Tensor y = x(mask) to keep "
                  "it, x(mask) = v to write");
  }
  /// Writes the elements of another selection to these.
  void operator=(Selection&& value) && { write(Operand(std::move(value), where())); }  // NOLINT
  /// Adds the value to the elements; of equal indices, one counts.
  void operator+=(const Operand& value) && { write(Tensor(selected()).add_(value, where())); }
  /// Subtracts the value from the elements; of equal indices, one counts.
  void operator-=(const Operand& value) && { write(Tensor(selected()).sub_(value, where())); }
  /// Multiplies the elements by the value; of equal indices, one counts.
  void operator*=(const Operand& value) && { write(Tensor(selected()).mul_(value, where())); }
  /// Divides the elements by the value; of equal indices, one counts.
  void operator/=(const Operand& value) && { write(Tensor(selected()).div_(value, where())); }

  /// Returns a part of the copy. A write to it would have no effect, so it does not compile.
  const Tensor operator[](const detail::PlainIndex& i) && { return selected()[i]; }  // NOLINT
  /// Returns the shape of the copy.
  Shape shape() && { return selected().shape(); }
  /// Returns the element type.
  DType dtype() && { return x_.dtype(); }
  /// Returns the number of dimensions of the copy.
  std::int64_t dim() && { return selected().dim(); }
  /// Returns the number of elements of the copy.
  std::int64_t numel() && { return selected().numel(); }
  /// Returns the length of dimension `dim` of the copy.
  std::int64_t size(std::int64_t dim, Where where = {}) && { return selected().size(dim, where); }
  /// Returns the only element, converted to T.
  template <class T>
  T item(Where where = {}) && {
    return selected().item<T>(where);
  }
  /// Returns all elements as T, in row-major order.
  template <class T>
  std::vector<T> to_vector(Where where = {}) && {
    return selected().to_vector<T>(where);
  }
  /// Returns a copy of the elements.
  Tensor clone() && { return selected().clone(); }
  /// Returns the elements converted to a dtype.
  Tensor to(DType dtype, Where where = {}) && { return selected().to(dtype, where); }
  /// Returns the elements without history.
  Tensor detach() && { return selected().detach(); }

 private:
  Where where() const noexcept { return indices_.front().where(); }
  const Tensor& selected();
  void write(const Operand& value);

  Tensor x_;
  Indices indices_;
  Tensor selected_;  // once it was read
};

/// Iterator over the views `x[0]`, `x[1]`, ...: `for (const Tensor& row : x)`.
class RETROGRAD_API RowIterator {
 public:
  using iterator_category = std::input_iterator_tag;  ///< Category, for the standard library.
  using value_type = Tensor;                          ///< Type of a row.
  using difference_type = std::ptrdiff_t;             ///< Type of a distance.
  using pointer = void;      ///< Type of a pointer: none, because rows are made as they are read.
  using reference = Tensor;  ///< Type of a row as it is read.

  /// Makes an iterator at the first row, or behind the last one with `at_end`.
  /// @throws ShapeError if `x` has no dimension.
  RowIterator(const Tensor& x, bool at_end, Where where = {});
  /// Returns the row, a view.
  Tensor operator*() const { return index(x_, {row_}, where_); }
  /// Moves to the next row.
  RowIterator& operator++() noexcept {
    ++row_;
    return *this;
  }
  /// Moves to the next row, and returns the iterator as it was.
  RowIterator operator++(int) noexcept {
    RowIterator before = *this;
    ++row_;
    return before;
  }
  /// Returns true if both are at the same row.
  friend bool operator==(const RowIterator& a, const RowIterator& b) noexcept {
    return a.row_ == b.row_;
  }

 private:
  Tensor x_;
  std::int64_t row_ = 0;
  Where where_;
};

/// Returns an iterator at the first row.
/// @throws ShapeError if `x` has no dimension.
inline RowIterator begin(const Tensor& x, Where where = {}) {
  return {x, false, where};
}
/// Returns the iterator behind the last row.
/// @throws ShapeError if `x` has no dimension.
inline RowIterator end(const Tensor& x, Where where = {}) {
  return {x, true, where};
}

inline Operand::Operand(Selection&& selection, Where where)
    : tensor_(&std::move(selection).read()), where_(where) {}
inline Index::Index(Selection&& selection, Where where)
    : Index(std::move(selection).operator Tensor(), where) {}

/// Returns the view at an index of the first dimension.
inline Indexed Tensor::operator[](const detail::PlainIndex& index) const {
  return {retrograd::index(*this, {index}, index.where()), index.where()};
}
/// Returns the elements that a tensor of indices or a mask names.
inline Selection Tensor::operator[](const detail::TensorIndex& index) const {
  return {*this, {index}};
}
/// Returns the view of several indices, or the elements if one of them is a tensor.
template <class... More>
detail::IndexedBy<More...> Tensor::operator()(const detail::PlainIndex& first,
                                              More&&... more) const {
  Indices indices{first, Index(std::forward<More>(more))...};
  if constexpr ((detail::kIsTensor<More> || ...)) {
    return {*this, std::move(indices)};
  } else {
    return {index(*this, indices, first.where()), first.where()};
  }
}
/// Returns the elements that several indices name, of which the first is a tensor.
template <class... More>
Selection Tensor::operator()(const detail::TensorIndex& first, More&&... more) const {
  return {*this, {first, Index(std::forward<More>(more))...}};
}
/// Refuses to compile, because a list in braces is not an index.
template <class T>
void Tensor::operator()(const detail::PlainIndex& /*first*/,
                        std::initializer_list<T> /*list*/) const {
  detail::refuse_list<T>();
}

}  // namespace retrograd
