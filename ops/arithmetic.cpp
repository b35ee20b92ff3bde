#include <retrograd/ops/arithmetic.h>

#include <utility>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/autocast.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

using kernels::Binary;
using kernels::Compare;

// How much an operand counts when dtypes are mixed, as in PyTorch: a tensor with dimensions over
// one without, and that over a number, unless the lesser one is of a higher kind.
int kind(DType dtype) {
  return is_floating(dtype) ? 2 : (dtype == boolean ? 0 : 1);
}

DType result_dtype(const Operand& a, const Operand& b) {
  const auto own = [](const Operand& x) {
    return x.is_tensor() ? x.tensor().dtype() : x.number().default_dtype();
  };
  const auto rank = [](const Operand& x) {
    return !x.is_tensor() ? 0 : (x.tensor().dim() == 0 ? 1 : 2);
  };
  const DType da = own(a);
  const DType db = own(b);
  if (rank(a) == rank(b)) {
    return promote(da, db);
  }
  const bool a_leads = rank(a) > rank(b);
  const DType leading = a_leads ? da : db;
  const DType other = a_leads ? db : da;
  return kind(other) > kind(leading) ? other : leading;
}

void check_operands(const char* op, const Operand& a, const Operand& b, Where where) {
  if (a.is_tensor()) {
    check::defined(op, "the first operand", a.tensor(), where);
  }
  if (b.is_tensor()) {
    check::defined(op, "the second operand", b.tensor(), where);
  }
}

// Two operands of one dtype and shape; at most one of them is a number. Refers to the caller's
// tensors where they fit.
class Pair {
 public:
  Pair(const char* op, const Operand& first, const Operand& second, Where where,
       bool divides = false)
      : number_a(first.number()), number_b(second.number()) {
    if (!first.is_tensor() && !second.is_tensor()) {
      fail<DTypeError>(op, where, "needs a tensor; both operands are numbers");
    }
    check_operands(op, first, second, where);
    a = first.is_tensor() ? &first.tensor() : nullptr;
    b = second.is_tensor() ? &second.tensor() : nullptr;
    if (a != nullptr && b != nullptr && a->dtype() == b->dtype() && a->shape() == b->shape() &&
        (!divides || is_floating(a->dtype()))) {
      return;
    }
    fit(op, result_dtype(first, second), where, divides);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  const Tensor* a = nullptr;  // null for a number
  const Tensor* b = nullptr;
  Scalar number_a;
  Scalar number_b;

 private:
  void fit(const char* op, DType dtype, Where where, bool divides) {
    if (divides && !is_floating(dtype)) {
      dtype = float32;
    }
    const auto use = [](const Tensor*& place, Tensor& made, Tensor tensor) {
      made = std::move(tensor);
      place = &made;
    };
    if (a != nullptr && a->dtype() != dtype) {
      use(a, made_a_, a->to(dtype, where));
    }
    if (b != nullptr && b->dtype() != dtype) {
      use(b, made_b_, b->to(dtype, where));
    }
    if (a != nullptr && b != nullptr && a->shape() != b->shape()) {
      const Shape shape = broadcast_shapes(op, a->shape(), b->shape(), where);
      use(a, made_a_, expand(*a, shape, where));
      use(b, made_b_, expand(*b, shape, where));
    }
  }

  Tensor made_a_;
  Tensor made_b_;
};

Tensor compute(Binary op, const Pair& p) {
  if (p.a == nullptr) {
    return kernels::binary(op, p.number_a, *p.b);
  }
  return p.b != nullptr ? kernels::binary(op, *p.a, *p.b) : kernels::binary(op, *p.a, p.number_b);
}

// Records an operator of one tensor when the other operand was a number.
Tensor compare(const char* op, Compare kind, Compare mirrored, const Operand& a, const Operand& b,
               Where where) {
  const Pair p(op, a, b, where);
  if (p.a == nullptr) {
    return kernels::compare(mirrored, *p.b, p.number_a);
  }
  return p.b != nullptr ? kernels::compare(kind, *p.a, *p.b)
                        : kernels::compare(kind, *p.a, p.number_b);
}

Tensor extreme(const char* op, Binary kind, const Operand& a, const Operand& b, Where where) {
  const Pair p(op, a, b, where);
  const Tensor x = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const Tensor z = p.b != nullptr ? *p.b : full_like(*p.a, p.number_b);
  const bool larger = kind == Binary::maximum;
  return record({.op = op,
                 .where = where,
                 .output = kernels::binary(kind, x, z),
                 .inputs = {x, z},
                 .saved = {x, z},
                 .backward = [larger](const Backward& b) -> Gradients {
                   const Tensor x = b.saved(0).detach();
                   const Tensor y = b.saved(1).detach();
                   // Neither loses to NaN.
                   const Tensor x_loses = larger ? x < y : x > y;
                   const Tensor y_loses = larger ? x > y : x < y;
                   const Tensor share = retrograd::where(x == y, b.grad * 0.5, b.grad);
                   return {b.needs(0) ? retrograd::where(x_loses, 0, share) : Tensor(),
                           b.needs(1) ? retrograd::where(y_loses, 0, share) : Tensor()};
                 }});
}

}  // namespace

Tensor add(const Operand& a, const Operand& b, Where where) {
  const Pair p("add", a, b, where);
  Tensor y = compute(Binary::add, p);
  if (p.a != nullptr && p.b != nullptr) {
    return record({.op = "add",
                   .where = where,
                   .output = std::move(y),
                   .inputs = {*p.a, *p.b},
                   .backward = [](const Backward& b) -> Gradients {
                     return {b.grad, b.grad};
                   }});
  }
  return record({.op = "add",
                 .where = where,
                 .output = std::move(y),
                 .inputs = {p.a != nullptr ? *p.a : *p.b},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

Tensor sub(const Operand& a, const Operand& b, Where where) {
  const Pair p("sub", a, b, where);
  Tensor y = compute(Binary::sub, p);
  if (p.a != nullptr && p.b != nullptr) {
    return record({.op = "sub",
                   .where = where,
                   .output = std::move(y),
                   .inputs = {*p.a, *p.b},
                   .backward = [](const Backward& b) -> Gradients {
                     return {b.grad, b.needs(1) ? -b.grad : Tensor()};
                   }});
  }
  const bool negated = p.a == nullptr;
  return record({.op = "sub",
                 .where = where,
                 .output = std::move(y),
                 .inputs = {negated ? *p.b : *p.a},
                 .backward = [negated](const Backward& b) -> Gradients {
                   return {negated ? -b.grad : b.grad};
                 }});
}

Tensor mul(const Operand& a, const Operand& b, Where where) {
  const Pair p("mul", a, b, where);
  Tensor y = compute(Binary::mul, p);
  if (p.a != nullptr && p.b != nullptr) {
    return record(
        {.op = "mul",
         .where = where,
         .output = std::move(y),
         .inputs = {*p.a, *p.b},
         .saved = {save_if(p.b->requires_grad(), *p.a), save_if(p.a->requires_grad(), *p.b)},
         .backward = [](const Backward& b) -> Gradients {
           return {b.needs(0) ? b.grad * b.saved(1) : Tensor(),
                   b.needs(1) ? b.grad * b.saved(0) : Tensor()};
         }});
  }
  const Scalar factor = p.a != nullptr ? p.number_b : p.number_a;
  return record(
      {.op = "mul",
       .where = where,
       .output = std::move(y),
       .inputs = {p.a != nullptr ? *p.a : *p.b},
       .backward = [factor](const Backward& b) -> Gradients { return {b.grad * factor}; }});
}

Tensor div(const Operand& a, const Operand& b, Where where) {
  const Pair p("div", a, b, where, true);
  const Tensor y = compute(Binary::div, p);
  if (p.b == nullptr) {
    const Scalar divisor = p.number_b;
    return record(
        {.op = "div",
         .where = where,
         .output = y,
         .inputs = {*p.a},
         .backward = [divisor](const Backward& b) -> Gradients { return {b.grad / divisor}; }});
  }
  if (p.a == nullptr) {
    return record({.op = "div",
                   .where = where,
                   .output = y,
                   .inputs = {*p.b},
                   .saved = {y, *p.b},
                   .backward = [](const Backward& b) -> Gradients {
                     return {-(b.grad * (b.saved(0) / b.saved(1)))};
                   }});
  }
  return record({.op = "div",
                 .where = where,
                 .output = y,
                 .inputs = {*p.a, *p.b},
                 .saved = {save_if(p.b->requires_grad(), y), *p.b},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor divisor = b.saved(1);
                   // the quotient first: 1 over a tiny divisor is infinite
                   return {b.needs(0) ? b.grad / divisor : Tensor(),
                           b.needs(1) ? -(b.grad * (b.saved(0) / divisor)) : Tensor()};
                 }});
}

Tensor pow(const Operand& a, const Operand& b, Where where) {
  const Pair p("pow", a, b, where);
  if (autocast::widens(p.a != nullptr ? *p.a : *p.b)) {
    return p.a == nullptr   ? pow(p.number_a, widened(*p.b, where), where)
           : p.b == nullptr ? pow(widened(*p.a, where), p.number_b, where)
                            : pow(widened(*p.a, where), widened(*p.b, where), where);
  }
  const Tensor y = compute(Binary::pow, p);
  if (p.b == nullptr) {
    const double exponent = p.number_b.to<double>();
    return record({.op = "pow",
                   .where = where,
                   .output = y,
                   .inputs = {*p.a},
                   .saved = {*p.a},
                   .backward = [exponent](const Backward& b) -> Gradients {
                     if (exponent == 0) {
                       return {zeros_like(b.grad)};
                     }
                     return {b.grad * (exponent * pow(b.saved(0), exponent - 1))};
                   }});
  }
  const Tensor base = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  return record({.op = "pow",
                 .where = where,
                 .output = y,
                 .inputs = {base, *p.b},
                 .saved = {base, *p.b, save_if(p.b->requires_grad(), y)},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor base = b.saved(0);
                   const Tensor exponent = b.saved(1);
                   Tensor for_base;
                   Tensor for_exponent;
                   if (b.needs(0)) {
                     const Tensor slope = exponent * pow(base, exponent - 1.0);
                     for_base = b.grad * retrograd::where(exponent == 0.0, 0.0, slope);
                   }
                   if (b.needs(1)) {
                     // y log(base) is 0 times -inf where the base is 0
                     const Tensor flat = retrograd::where(base == 0.0, exponent >= 0.0, false);
                     const Tensor safe = retrograd::where(flat, 1.0, base);
                     for_exponent = b.grad * retrograd::where(flat, 0.0, b.saved(2) * log(safe));
                   }
                   return {for_base, for_exponent};
                 }});
}

Tensor maximum(const Operand& a, const Operand& b, Where where) {
  return extreme("maximum", Binary::maximum, a, b, where);
}

Tensor minimum(const Operand& a, const Operand& b, Where where) {
  return extreme("minimum", Binary::minimum, a, b, where);
}

Tensor eq(const Operand& a, const Operand& b, Where where) {
  return compare("eq", Compare::eq, Compare::eq, a, b, where);
}
Tensor ne(const Operand& a, const Operand& b, Where where) {
  return compare("ne", Compare::ne, Compare::ne, a, b, where);
}
Tensor lt(const Operand& a, const Operand& b, Where where) {
  return compare("lt", Compare::lt, Compare::gt, a, b, where);
}
Tensor le(const Operand& a, const Operand& b, Where where) {
  return compare("le", Compare::le, Compare::ge, a, b, where);
}
Tensor gt(const Operand& a, const Operand& b, Where where) {
  return compare("gt", Compare::gt, Compare::lt, a, b, where);
}
Tensor ge(const Operand& a, const Operand& b, Where where) {
  return compare("ge", Compare::ge, Compare::le, a, b, where);
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b, Where where) {
  check::dtype("where", "condition", condition, boolean, where);
  check_operands("where", a, b, where);
  const DType dtype = result_dtype(a, b);
  // Numbers become tensors without dimensions, which the expansion below repeats.
  const auto tensor_of = [&](const Operand& operand) {
    return operand.is_tensor() ? operand.tensor().to(dtype, where)
                               : full({}, operand.number(), {.dtype = dtype});
  };
  const Tensor x = tensor_of(a);
  const Tensor y = tensor_of(b);
  const Shape shape = broadcast_shapes(
      "where", broadcast_shapes("where", x.shape(), y.shape(), where), condition.shape(), where);
  const Tensor c = expand(condition, shape, where);
  const Tensor xs = expand(x, shape, where);
  const Tensor ys = expand(y, shape, where);
  return record({.op = "where",
                 .where = where,
                 .output = kernels::where(c, xs, ys),
                 .inputs = {xs, ys},
                 .saved = {c},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor c = b.saved(0);
                   return {b.needs(0) ? retrograd::where(c, b.grad, 0.0) : Tensor(),
                           b.needs(1) ? retrograd::where(c, 0.0, b.grad) : Tensor()};
                 }});
}

}  // namespace retrograd
