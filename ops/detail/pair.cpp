#include <retrograd/ops/detail/pair.h>
#include <retrograd/ops/internal/operator.h>

#include <utility>

#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

// How much an operand counts when dtypes are mixed, as in PyTorch: a tensor with dimensions over
// one without, and that over a number, unless the lesser one is of a higher kind.
int kind(DType dtype) {
  return is_floating(dtype) ? 2 : (dtype == boolean ? 0 : 1);
}

}  // namespace

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

void refuse_operands(const Frame& call, const Operand& a, const Operand& b) {
  const std::initializer_list<ErrorArgument> operands = {check::operand("a", a),
                                                         check::operand("b", b)};
  check::require<DTypeError>(call, a.is_tensor() || b.is_tensor(), operands,
                             "needs a tensor; both operands are numbers [argument-missing]");
  check::refuse<GraphError>(
      call, operands, "the {} operand is undefined (was it ever assigned?) [undefined-tensor]",
      is_undefined(a) ? "first" : "second");
}

void Pair::fit(const Frame& call, const Operand& first, const Operand& second, Number number_use) {
  const std::initializer_list<ErrorArgument> operands = {check::operand("a", first),
                                                         check::operand("b", second)};
  DType dtype = result_dtype(first, second);
  if (has_number() && number_use == Number::added) {
    detail::require_fits_modulo(call, number(), dtype, operands);
  } else if (has_number() && number_use == Number::stored) {
    detail::require_fits(call, number(), dtype, operands);
  }
  const bool expands = !has_number() && a->shape() != b->shape();
  const Shape shape = expands ? check::broadcast(call, operands, a->shape(), b->shape()) : Shape();
  if (number_use == Number::divided && !is_floating(dtype)) {
    dtype = float32;
  }
  const auto use = [](const Tensor*& position, Tensor& made, Tensor tensor) {
    made = std::move(tensor);
    position = &made;
  };
  if (a != nullptr && a->dtype() != dtype) {
    use(a, made_a_, a->to(dtype));
  }
  if (b != nullptr && b->dtype() != dtype) {
    use(b, made_b_, b->to(dtype));
  }
  if (expands) {
    use(a, made_a_, expand_operand(*a, shape));
    use(b, made_b_, expand_operand(*b, shape));
  }
}

}  // namespace retrograd
