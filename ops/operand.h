/// @file
/// An argument that may be a tensor or a number.
#pragma once

#include <concepts>
#include <type_traits>

#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// Made by the compiler where a tensor or a number is passed, so it also knows the caller's line,
/// which overloaded operators could not take as an argument. Refers to the tensor; do not store it.
class Operand {
 public:
  /// Constructs it from what the class and its options describe.
  Operand(const Tensor& tensor, Where where = {}) noexcept  // NOLINT: that is its purpose
      : tensor_(&tensor), where_(where) {}
  /// Constructs it from what the class and its options describe.
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, Where where = {})
  noexcept : number_(number), where_(where) {}  // NOLINT
  /// Constructs it from what the class and its options describe.
  Operand(Scalar number, Where where = {}) noexcept : number_(number), where_(where) {}  // NOLINT

  /// Constructs it from what the class and its options describe.
  Operand(Selection&& selection, Where where = {});  // NOLINT: reads it, see ops/indexing.h

  /// Whether it is a tensor.
  bool is_tensor() const noexcept { return tensor_ != nullptr; }
  /// The tensor, when it is one.
  const Tensor& tensor() const noexcept { return *tensor_; }
  /// The number, when it is none.
  Scalar number() const noexcept { return number_; }
  /// The user's line.
  Where where() const noexcept { return where_; }

 private:
  const Tensor* tensor_ = nullptr;
  Scalar number_;
  Where where_;
};

}  // namespace retrograd
