// Writing in place, recorded. A write that gradients flow through is computed by the ordinary
// operator; its result is copied over the old values, and the tensor's history becomes the
// result's.
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/view_history.h>
#include <retrograd/autograd/node.h>
#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

using kernels::Binary;

// `x`, which is `values` now, with a history that still counts as made from `before`: the gradient
// of what was overwritten is zero.
Tensor record_overwritten(const Tensor& before, const Tensor& values, const Tensor& x,
                          Where where) {
  return record({.op = "overwrite",
                 .where = where,
                 .output = x,
                 .inputs = {before, values},
                 .backward = [](const Backward& b) -> Gradients {
                   return {b.needs(0) ? zeros_like(b.grad) : Tensor(), b.grad};
                 }});
}

bool overlaps_itself(const Tensor& x) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (x.numel() > 1 && x.shape()[d] > 1 && x.strides()[d] == 0) {
      return true;
    }
  }
  return false;
}

// Everything that can be wrong with writing to `self`, before anything is written.
void check_writable(const char* op, const Tensor& self, bool recorded, Where where) {
  check::defined(op, "the tensor", self, where);
  if (overlaps_itself(self) || (self.impl().base && overlaps_itself(Tensor(self.impl().base)))) {
    fail<GraphError>(op, where,
                     "the tensor was expanded: several of its elements are one place in memory; "
                     "clone() it first",
                     {{"tensor", self}});
  }
  const detail::TensorImpl& impl = self.impl();
  if (!grad_enabled()) {
    return;
  }
  if (self.is_leaf() && self.requires_grad()) {
    fail<GraphError>(op, where,
                     "a leaf that requires a gradient cannot be written in place; use a "
                     "NoGradGuard to change it without recording",
                     {{"tensor", self}});
  }
  if (impl.base) {
    const Tensor base(impl.base);
    if (base.is_leaf() && base.requires_grad()) {
      fail<GraphError>(op, where,
                       "the tensor is a view of a leaf that requires a gradient, which cannot be "
                       "written in place",
                       {{"tensor", self}, {"leaf", base}});
    }
    if (impl.view_without_grad && (recorded || base.requires_grad())) {
      fail<GraphError>(op, where,
                       "the tensor is a view that was taken under a NoGradGuard, so this write "
                       "cannot be recorded",
                       {{"tensor", self}});
    }
  }
}

// Whether a write of something that depends on `source` has to be recorded.
bool must_record(const Tensor& self, const Operand& source) {
  return grad_enabled() && is_floating(self.dtype()) &&
         (self.requires_grad() || (source.is_tensor() && source.tensor().requires_grad()));
}

// Gives `self`, or the base it is a view of, the history of `result`, whose values it has now.
void take_history(Tensor& self, const Tensor& result, Where where) {
  if (self.impl().base) {
    detail::record_written_view(self, result, where);
  } else {
    detail::set_grad_node(self.impl(), detail::grad_node(result));
  }
}

// self = compute(a copy of self with its history), recorded.
template <class Compute>
void write_recorded(const char* op, Tensor& self, Where where, Compute&& compute) {
  const Tensor before = detail::before_write(self).clone(where);
  const Tensor result = compute(before);
  kernels::copy(self, result);
  self.impl().storage->wrote(op, where);
  take_history(self, result, where);
}

// self = values, of its shape and dtype, recorded.
void overwrite_recorded(const char* op, Tensor& self, const Tensor& values, Where where) {
  const bool is_view = static_cast<bool>(self.impl().base);
  const Tensor before = is_view ? Tensor() : detail::before_write(self);
  kernels::copy(self, values);
  self.impl().storage->wrote(op, where);
  take_history(self, is_view ? values : record_overwritten(before, values, self.detach(), where),
               where);
}

// `other` as self's dtype and shape. Throws when it is larger or of a higher kind.
Tensor fitted(const char* op, const Tensor& self, const Tensor& other, Where where) {
  check::defined(op, "the source", other, where);
  if (broadcast_shapes(op, self.shape(), other.shape(), where) != self.shape()) {
    fail<ShapeError>(op, where, "the result would be larger than the tensor written to",
                     {{"tensor", self}, {"source", other}});
  }
  return expand_operand(other.to(self.dtype(), where), self.shape(), where);
}

using Operator = Tensor (*)(const Operand&, const Operand&, Where);

Tensor& update(const char* op, Binary kind, Operator compute, Tensor& self, const Operand& other,
               Where where) {
  const bool recorded = must_record(self, other);
  check_writable(op, self, recorded, where);
  const bool other_is_floating =
      is_floating(other.is_tensor() && other.tensor().defined() ? other.tensor().dtype()
                                                                : other.number().default_dtype());
  const bool other_counts = other.is_tensor() || other.number().kind() == Scalar::Kind::floating;
  if (!is_floating(self.dtype()) && (kind == Binary::div || (other_counts && other_is_floating))) {
    fail<DTypeError>(op, where, "the result is floating and does not fit the tensor's dtype",
                     {{"tensor", self}});
  }
  if (!other.is_tensor()) {
    detail::require_fits_modulo(op, other.number(), self.dtype(), where, {{"tensor", self}});
    if (recorded) {
      write_recorded(op, self, where,
                     [&](const Tensor& before) { return compute(before, other.number(), where); });
    } else {
      kernels::binary_in_place(kind, self, other.number());
      self.impl().storage->wrote(op, where);
    }
    return self;
  }
  Tensor source = fitted(op, self, other.tensor(), where);
  if (recorded) {
    write_recorded(op, self, where,
                   [&](const Tensor& before) { return compute(before, source, where); });
    return self;
  }
  if (source.shares_memory_with(self) && source.impl_or_null() != self.impl_or_null()) {
    source = source.clone(where);
  }
  kernels::binary_in_place(kind, self, source);
  self.impl().storage->wrote(op, where);
  return self;
}

Tensor& fill(const char* op, Tensor& self, Scalar value, Where where) {
  const bool recorded = must_record(self, value);
  check_writable(op, self, recorded, where);
  detail::require_fits(op, value, self.dtype(), where, {{"tensor", self}});
  if (recorded) {
    overwrite_recorded(op, self, full(self.shape(), value, {.dtype = self.dtype()}), where);
  } else {
    kernels::fill(self, value);
    self.impl().storage->wrote(op, where);
  }
  return self;
}

}  // namespace

Tensor& Tensor::add_(const Operand& other, Where where) {
  return update("add_", Binary::add, add, *this, other, where);
}
Tensor& Tensor::sub_(const Operand& other, Where where) {
  return update("sub_", Binary::sub, sub, *this, other, where);
}
Tensor& Tensor::mul_(const Operand& other, Where where) {
  return update("mul_", Binary::mul, mul, *this, other, where);
}
Tensor& Tensor::div_(const Operand& other, Where where) {
  return update("div_", Binary::div, div, *this, other, where);
}

Tensor& Tensor::zero_(Where where) {
  return fill("zero_", *this, 0, where);
}
Tensor& Tensor::fill_(Scalar value, Where where) {
  return fill("fill_", *this, value, where);
}

Tensor& Tensor::copy_(const Tensor& source, Where where) {
  const bool recorded = must_record(*this, source);
  check_writable("copy_", *this, recorded, where);
  Tensor values = fitted("copy_", *this, source, where);
  if (values.shares_memory_with(*this)) {
    values = values.clone(where);
  }
  if (recorded) {
    overwrite_recorded("copy_", *this, values, where);
    return *this;
  }
  kernels::copy(*this, values);
  impl().storage->wrote("copy_", where);
  return *this;
}

}  // namespace retrograd
