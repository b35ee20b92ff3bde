#include <retrograd/ops/logical.h>

#include <limits>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Tensor truth(const Tensor& x, Where where) {
  return x.dtype() == boolean ? x : ne(x, 0, where);
}

// The truth of both operands; what is wrong with them is said in the name of `op`.
struct Truths {
  Truths(const char* op, const Tensor& x, const Tensor& y, Where where) {
    check::defined(op, "the first operand", x, where);
    check::defined(op, "the second operand", y, where);
    broadcast_shapes(op, x.shape(), y.shape(), where);
    a = truth(x, where);
    b = truth(y, where);
  }

  Tensor a;
  Tensor b;
};

}  // namespace

Tensor isnan(const Tensor& x, Where where) {
  check::defined("isnan", "input", x, where);
  return ne(x, x, where);
}

Tensor isinf(const Tensor& x, Where where) {
  check::defined("isinf", "input", x, where);
  if (!is_floating(x.dtype())) {
    return zeros(x.shape(), {.dtype = boolean});
  }
  return eq(abs(x.detach(), where), kInfinity, where);
}

Tensor isfinite(const Tensor& x, Where where) {
  check::defined("isfinite", "input", x, where);
  if (!is_floating(x.dtype())) {
    return ones(x.shape(), {.dtype = boolean});
  }
  return lt(abs(x.detach(), where), kInfinity, where);
}

Tensor logical_not(const Tensor& x, Where where) {
  check::defined("logical_not", "input", x, where);
  return eq(x, 0, where);
}

Tensor logical_and(const Tensor& a, const Tensor& b, Where where) {
  const Truths truths("logical_and", a, b, where);
  return retrograd::where(truths.a, truths.b, false, where);
}

Tensor logical_or(const Tensor& a, const Tensor& b, Where where) {
  const Truths truths("logical_or", a, b, where);
  return retrograd::where(truths.a, true, truths.b, where);
}

Tensor logical_xor(const Tensor& a, const Tensor& b, Where where) {
  const Truths truths("logical_xor", a, b, where);
  return ne(truths.a, truths.b, where);
}

}  // namespace retrograd
