/// @file
/// An argument that is a tensor or a number.
#pragma once

#include <concepts>
#include <type_traits>

#include <retrograd/tensor/scalar.h>
#include <retrograd/tensor/tensor.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// An argument that is a tensor or a number. The compiler makes it from an argument, so it knows
/// the caller's line even for overloaded operators. It refers to the tensor, so do not store it.
class Operand {
 public:
  /// Makes it from a tensor.
  Operand(const Tensor& tensor, Where where = {}) noexcept  // NOLINT: that is its purpose
      : tensor_(&tensor), where_(where) {}
  /// Makes it from a number.
  template <class T>
  requires std::is_arithmetic_v<T> Operand(T number, Where where = {})
  noexcept : number_(number), where_(where) {}  // NOLINT
  /// Makes it from a number of a type that is known at run time.
  Operand(Scalar number, Where where = {}) noexcept : number_(number), where_(where) {}  // NOLINT

  /// Reads the elements that indices or a mask name.
  Operand(Selection&& selection, Where where = {});  // NOLINT: reads it, see ops/indexing.h

  /// Returns true if it is a tensor.
  bool is_tensor() const noexcept { return tensor_ != nullptr; }
  /// Returns the tensor, if it is one.
  const Tensor& tensor() const noexcept { return *tensor_; }
  /// Returns the number, if it is not a tensor.
  const Scalar& number() const noexcept { return number_; }
  /// Returns the caller's line.
  Where where() const noexcept { return where_; }

 private:
  const Tensor* tensor_ = nullptr;
  Scalar number_;
  Where where_;
};

}  // namespace retrograd
