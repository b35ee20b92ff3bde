/// @file
/// x[i], x(i, j, ...) and the rows of x: reading, and writing in place.
///
/// x(3, all, Slice{2, 5}) is a view; with a tensor among the indices it is a copy, or written to,
/// the elements that the tensor names. PyTorch's meaning throughout: numbers and slices are applied
/// first, then tensors of indices are broadcast together, and their dimensions take the place of
/// those that they index, or come first where these are not side by side. Throws IndexError for an
/// index out of range, naming the dimension, ShapeError for index tensors that do not broadcast.
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

/// A view that an index made: a Tensor, to which `x(0, all) = v` and `x[0] += v` write. Values
/// broadcast, and dimensions of length 1 in front of them are left out. Only what stands in the
/// expression itself writes: a variable is a name for a tensor, so `auto row = x[0]; row = y;`
/// makes `row` another tensor, as it does with `Tensor row`.
class RETROGRAD_API Indexed : public Tensor {
 public:
  /// Constructs it from what the class and its options describe.
  Indexed(Tensor view, Where where) noexcept : Tensor(std::move(view)), where_(where) {}
  /// Constructs it from what the class and its options describe.
  Indexed(const Indexed& other) = default;
  /// Constructs it from what the class and its options describe.
  Indexed(Indexed&& other) noexcept = default;
  ~Indexed() = default;

  /// Takes over what the other holds.
  Indexed& operator=(const Tensor& other) & {
    Tensor::operator=(other);
    return *this;
  }
  /// Takes over what the other holds.
  Indexed& operator=(const Indexed& other) & = default;
  /// Takes over what the other holds.
  Indexed& operator=(Indexed&& other) & noexcept = default;
  /// Does not compile: a variable is not written to.
  template <class T>
  requires std::is_arithmetic_v<T>
  void operator=(T /*number*/) & {  // NOLINT
    static_assert(!std::same_as<T, T>,
                  "a variable is a name for a tensor: write x[0] = 1 for the tensor's elements, or "
                  "row.fill_(1)");
  }

  /// Takes over what the other holds.
  void operator=(const Operand& value) &&;  // NOLINT: writes
  /// Takes over what the other holds.
  void operator=(const Indexed& value) && { std::move(*this) = Operand(value); }  // NOLINT
  /// `Tensor::add_()`.
  void operator+=(const Operand& value) && { add_(value, where_); }
  /// `Tensor::sub_()`.
  void operator-=(const Operand& value) && { sub_(value, where_); }
  /// `Tensor::mul_()`.
  void operator*=(const Operand& value) && { mul_(value, where_); }
  /// `Tensor::div_()`.
  void operator/=(const Operand& value) && { div_(value, where_); }

 private:
  Where where_;
};

/// What x(mask) and x(index, all) stand for until they are read, by conversion to a Tensor, or
/// written: `x(mask) = 0`, `x(index) += v`. As in PyTorch `+=` reads, adds and writes, so that of
/// several equal indices one counts; index_put_() with `accumulate` adds all. Not to be kept in a
/// variable: write `Tensor y = x(mask)` instead of `auto`.
class RETROGRAD_API Selection {
 public:
  /// Constructs it from what the class and its options describe.
  Selection(Tensor x, Indices indices) noexcept  // the first index has the line
      : x_(std::move(x)), indices_(std::move(indices)) {}
  Selection(const Selection&) = delete;
  ~Selection() = default;

  /// Reads it.
  operator Tensor() && { return selected(); }  // NOLINT
  operator Tensor() const& = delete;           // write `Tensor y = x(mask)` instead of `auto`
  /// For as long as the selection lives.
  const Tensor& read() && { return selected(); }

  /// Takes over what the other holds.
  void operator=(const Operand& value) && { write(value); }  // NOLINT
  /// Does not compile either.
  template <class T>
  void operator=(T&& /*value*/) & {  // NOLINT
    static_assert(!std::same_as<T, T>,
                  "what x(mask) names is read or written at once: write Tensor y = x(mask) to keep "
                  "it, x(mask) = v to write");
  }
  /// Does not compile either.
  void operator=(Selection&& value) && { write(Operand(std::move(value), where())); }  // NOLINT
  /// `Tensor::add_()`.
  void operator+=(const Operand& value) && { write(Tensor(selected()).add_(value, where())); }
  /// `Tensor::sub_()`.
  void operator-=(const Operand& value) && { write(Tensor(selected()).sub_(value, where())); }
  /// `Tensor::mul_()`.
  void operator*=(const Operand& value) && { write(Tensor(selected()).mul_(value, where())); }
  /// `Tensor::div_()`.
  void operator/=(const Operand& value) && { write(Tensor(selected()).div_(value, where())); }

  /// A part of the copy; a write to it would change nothing, so it does not compile.
  const Tensor operator[](const detail::PlainIndex& i) && { return selected()[i]; }  // NOLINT
  /// As Tensor has them.
  Shape shape() && { return selected().shape(); }
  /// Element type.
  DType dtype() && { return x_.dtype(); }
  /// Dimension to work along; -1 is the last.
  std::int64_t dim() && { return selected().dim(); }
  /// Of the copy.
  std::int64_t numel() && { return selected().numel(); }
  /// How many there are; of a tensor, the length of one dimension.
  std::int64_t size(std::int64_t dim, Where where = {}) && { return selected().size(dim, where); }
  /// The only element, as a T.
  template <class T>
  T item(Where where = {}) && {
    return selected().item<T>(where);
  }
  /// All elements, as T.
  template <class T>
  std::vector<T> to_vector(Where where = {}) && {
    return selected().to_vector<T>(where);
  }
  /// Another copy.
  Tensor clone() && { return selected().clone(); }
  /// The copy in another dtype.
  Tensor to(DType dtype, Where where = {}) && { return selected().to(dtype, where); }
  /// The copy without history.
  Tensor detach() && { return selected().detach(); }

 private:
  Where where() const noexcept { return indices_.front().where(); }
  const Tensor& selected();
  void write(const Operand& value);

  Tensor x_;
  Indices indices_;
  Tensor selected_;  // once it was read
};

/// Goes through the views x[0], x[1], ...: for (const `Tensor&` row : x).
class RETROGRAD_API RowIterator {
 public:
  /// What `std::iterator_traits` asks for.
  using iterator_category = std::input_iterator_tag;
  /// What an iterator gives.
  using value_type = Tensor;
  /// Distance between iterators.
  using difference_type = std::ptrdiff_t;
  /// Rows are made as they are read.
  using pointer = void;
  /// Reference kernels that ran.
  using reference = Tensor;

  /// At the first row, or behind the last one. Throws ShapeError for a tensor without dimensions.
  RowIterator(const Tensor& x, bool at_end, Where where = {});
  /// What it points to.
  Tensor operator*() const { return index(x_, {row_}, where_); }
  /// Goes to the next.
  RowIterator& operator++() noexcept {
    ++row_;
    return *this;
  }
  /// At the first row, or behind the last one. Throws ShapeError for a tensor without dimensions.
  RowIterator operator++(int) noexcept {
    RowIterator before = *this;
    ++row_;
    return before;
  }
  /// Whether the two are equal.
  friend bool operator==(const RowIterator& a, const RowIterator& b) noexcept {
    return a.row_ == b.row_;
  }

 private:
  Tensor x_;
  std::int64_t row_ = 0;
  Where where_;
};

/// The first row, and the end. Throws ShapeError for a tensor without dimensions.
inline RowIterator begin(const Tensor& x, Where where = {}) {
  return {x, false, where};
}
/// Behind the last.
inline RowIterator end(const Tensor& x, Where where = {}) {
  return {x, true, where};
}

inline Operand::Operand(Selection&& selection, Where where)
    : tensor_(&std::move(selection).read()), where_(where) {}
inline Index::Index(Selection&& selection, Where where)
    : Index(std::move(selection).operator Tensor(), where) {}

/// The one at this place.
inline Indexed Tensor::operator[](const detail::PlainIndex& index) const {
  return {retrograd::index(*this, {index}, index.where()), index.where()};
}
/// The one at this place.
inline Selection Tensor::operator[](const detail::TensorIndex& index) const {
  return {*this, {index}};
}
/// Computes; errors and tapes name the line of this call.
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
/// Computes; errors and tapes name the line of this call.
template <class... More>
Selection Tensor::operator()(const detail::TensorIndex& first, More&&... more) const {
  return {*this, {first, Index(std::forward<More>(more))...}};
}
/// Computes; errors and tapes name the line of this call.
template <class T>
void Tensor::operator()(const detail::PlainIndex& /*first*/,
                        std::initializer_list<T> /*list*/) const {
  detail::refuse_list<T>();
}

}  // namespace retrograd
