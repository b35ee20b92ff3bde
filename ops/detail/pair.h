// The two operands of an element-wise operator, brought together. Internal.
#pragma once

#include <retrograd/ops/internal/operands.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// The dtype of the result, as PyTorch promotes: see ops/arithmetic.h.
DType result_dtype(const Operand& a, const Operand& b);

inline bool is_undefined(const Operand& x) noexcept {
  return x.is_tensor() && !x.tensor().defined();
}

// Throws DTypeError for two numbers, else GraphError for an operand that is an undefined tensor.
[[noreturn]] void refuse_operands(const Frame& call, const Operand& a, const Operand& b);

inline void check_operands(const Frame& call, const Operand& a, const Operand& b) {
  if (is_undefined(a) || is_undefined(b)) [[unlikely]] {
    refuse_operands(call, a, b);
  }
}

// What is done with an operand that is a number, and so which numbers an integer tensor takes.
enum class Number {
  added,     // or subtracted, or multiplied: what wraps around as the tensor does
  divided,   // by; never beside integers
  stored,    // what the tensor can hold
  compared,  // any
};

// Two operands of one dtype and shape; at most one of them is a number. Refers to the caller's
// tensors where they fit.
class Pair {
 public:
  Pair(const Frame& call, const Operand& first, const Operand& second, Number use)
      : number_a(first.number()), number_b(second.number()) {
    if (!first.is_tensor() && !second.is_tensor()) [[unlikely]] {
      refuse_operands(call, first, second);
    }
    check_operands(call, first, second);
    a = first.is_tensor() ? &first.tensor() : nullptr;
    b = second.is_tensor() ? &second.tensor() : nullptr;
    if (!has_number() && a->dtype() == b->dtype() && a->shape() == b->shape() &&
        (use != Number::divided || is_floating(a->dtype()))) {
      return;
    }
    if (has_number() && is_floating(tensor().dtype())) {
      return;  // a floating tensor takes every number, and stays as it is
    }
    fit(call, first, second, use);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  const Tensor* a = nullptr;  // null for a number
  const Tensor* b = nullptr;
  Scalar number_a;
  Scalar number_b;
  bool has_number() const noexcept { return a == nullptr || b == nullptr; }
  // The operand that is a number, where one is, and the one beside it.
  Scalar number() const noexcept { return a == nullptr ? number_a : number_b; }
  const Tensor& tensor() const noexcept { return a != nullptr ? *a : *b; }

 private:
  void fit(const Frame& call, const Operand& first, const Operand& second, Number number_use);

  Tensor made_a_;
  Tensor made_b_;
};

}  // namespace retrograd
