// Writing in place, recorded. A write that gradients flow through is computed by the ordinary
// operator; its result is copied over the old values, and the tensor's history becomes the
// result's.
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/autograd/internal/view_history.h>
#include <retrograd/autograd/node.h>
#include <retrograd/ops/detail/inplace.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

using kernels::Binary;

// `x`, which is `values` now, with a history that still counts as made from `before`: the gradient
// of what was overwritten is zero.
Tensor record_overwritten(const Tensor& before, const Tensor& values, const Tensor& x) {
  const Call call("overwrite", {});
  return call.record(
      {.output = x, .inputs = {before, values}, .backward = [](const Backward& b) -> Gradients {
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
void check_writable(const Frame& call, const Tensor& self, bool recorded) {
  check::defined(call, "the tensor", self);
  const detail::TensorImpl& impl = self.impl();
  check::require<GraphError>(
      call, !overlaps_itself(self) && !(impl.base && overlaps_itself(Tensor(impl.base))),
      {{"tensor", self}},
      "the tensor was expanded: several of its elements share memory; clone() it first "
      "[elements-overlap]");
  if (!grad_enabled()) {
    return;
  }
  check::require<GraphError>(call, !self.is_leaf() || !self.requires_grad(), {{"tensor", self}},
                             "a leaf that requires a gradient cannot be written in place; use a "
                             "NoGradGuard to change it without recording [leaf-in-place]");
  if (impl.base) {
    const Tensor base(impl.base);
    check::require<GraphError>(call, !base.is_leaf() || !base.requires_grad(),
                               {{"tensor", self}, {"leaf", base}},
                               "the tensor is a view of a leaf that requires a gradient, which "
                               "cannot be written in place [leaf-in-place]");
    check::require<GraphError>(call, !impl.view_without_grad || !(recorded || base.requires_grad()),
                               {{"tensor", self}},
                               "the tensor is a view that was taken under a NoGradGuard, so this "
                               "write cannot be recorded [view-not-recorded]");
  }
}

// Whether a write of something that depends on `source` has to be recorded.
bool must_record(const Tensor& self, const Operand& source) {
  return grad_enabled() && is_floating(self.dtype()) &&
         (self.requires_grad() || (source.is_tensor() && source.tensor().requires_grad()));
}

// Gives `self`, or the base it is a view of, the history of `result`, whose values it has now.
void take_history(Tensor& self, const Tensor& result) {
  if (self.impl().base) {
    detail::record_written_view(self, result);
  } else {
    detail::set_grad_node(self.impl(), detail::grad_node(result));
  }
}

using Operator = Tensor (*)(const Operand&, const Operand&, Where);

// self = compute(a copy of self with its history, other), recorded.
void write_recorded(const Frame& call, Tensor& self, Operator compute, const Operand& other) {
  const Tensor before = detail::before_write(self).clone();
  const Tensor result = compute(before, other, {});
  kernels::copy(self, result);
  self.impl().storage->wrote(call);
  take_history(self, result);
}

// self = values, of its shape and dtype, recorded.
void overwrite_recorded(const Frame& call, Tensor& self, const Tensor& values) {
  const bool is_view = static_cast<bool>(self.impl().base);
  const Tensor before = is_view ? Tensor() : detail::before_write(self);
  kernels::copy(self, values);
  self.impl().storage->wrote(call);
  take_history(self, is_view ? values : record_overwritten(before, values, self.detach()));
}

// `other` as self's dtype and shape. Throws when it is larger or of a higher kind.
Tensor fitted(const Frame& call, const Tensor& self, const Tensor& other) {
  check::defined(call, "the source", other);
  const std::initializer_list<ErrorArgument> both = {{"tensor", self}, {"source", other}};
  check::require<ShapeError>(call, check::broadcast(call, both) == self.shape(), both,
                             "the result would be larger than the tensor written to "
                             "[shapes-differ]");
  return expand_operand(other.to(self.dtype()), self.shape());
}

Tensor& update(const Call& call, Binary kind, Operator compute, Tensor& self,
               const Operand& other) {
  const bool recorded = must_record(self, other);
  check_writable(call, self, recorded);
  const bool other_is_floating =
      is_floating(other.is_tensor() && other.tensor().defined() ? other.tensor().dtype()
                                                                : other.number().default_dtype());
  const bool other_counts = other.is_tensor() || other.number().kind() == Scalar::Kind::floating;
  const bool gives_floating = kind == Binary::div || (other_counts && other_is_floating);
  if (!is_floating(self.dtype()) && gives_floating) [[unlikely]] {
    check::refuse<DTypeError>(call, {{"tensor", self}, check::operand("other", other)},
                              "the result is floating and does not fit the tensor's dtype "
                              "[floating-into-integers]");
  }
  if (!other.is_tensor()) {
    detail::require_fits_modulo(call, other.number(), self.dtype(),
                                {{"tensor", self}, check::operand("other", other)});
  }
  Tensor source = other.is_tensor() ? fitted(call, self, other.tensor()) : Tensor();
  if (recorded) {
    write_recorded(call, self, compute, other.is_tensor() ? Operand(source) : other);
    return call.written(self);
  }
  if (!other.is_tensor()) {
    kernels::binary_in_place(kind, self, other.number());
  } else {
    if (source.shares_memory_with(self) && source.impl_or_null() != self.impl_or_null()) {
      source = source.clone();
    }
    kernels::binary_in_place(kind, self, source);
  }
  self.impl().storage->wrote(call);
  return call.written(self);
}

Tensor& fill(const Call& call, Tensor& self, Scalar value) {
  const bool recorded = must_record(self, value);
  check_writable(call, self, recorded);
  detail::require_fits(call, value, self.dtype(), {{"tensor", self}});
  if (recorded) {
    overwrite_recorded(call, self, full(self.shape(), value, {.dtype = self.dtype()}));
  } else {
    kernels::fill(self, value);
    self.impl().storage->wrote(call);
  }
  return call.written(self);
}

}  // namespace

void detail::check_writable(const Frame& call, const Tensor& self, const Operand& source) {
  retrograd::check_writable(call, self, must_record(self, source));
}

void detail::write_in_place(const Frame& call, Tensor self, const Operand& source,
                            const std::function<Tensor(const Tensor& before)>& compute) {
  const bool recorded = must_record(self, source);
  const Tensor result = compute(recorded ? before_write(self) : self.detach());
  if (!result.shares_memory_with(self)) {
    kernels::copy(self, result);
  }
  self.impl().storage->wrote(call);
  if (recorded) {
    take_history(self, result);
  }
}

Tensor& Tensor::add_(const Operand& other, Where where) {
  return update(Call("add_", where, *this, other), Binary::add, add, *this, other);
}
Tensor& Tensor::sub_(const Operand& other, Where where) {
  return update(Call("sub_", where, *this, other), Binary::sub, sub, *this, other);
}
Tensor& Tensor::mul_(const Operand& other, Where where) {
  return update(Call("mul_", where, *this, other), Binary::mul, mul, *this, other);
}
Tensor& Tensor::div_(const Operand& other, Where where) {
  return update(Call("div_", where, *this, other), Binary::div, div, *this, other);
}

Tensor& Tensor::zero_(Where where) {
  return fill(Call("zero_", where, *this), *this, 0);
}
Tensor& Tensor::fill_(Scalar value, Where where) {
  return fill(Call("fill_", where, *this, value), *this, value);
}

Tensor& Tensor::copy_(const Tensor& source, Where where) {
  const Call call("copy_", where, *this, source);
  const bool recorded = must_record(*this, source);
  check_writable(call, *this, recorded);
  Tensor values = fitted(call, *this, source);
  if (values.shares_memory_with(*this)) {
    values = values.clone();
  }
  if (recorded) {
    overwrite_recorded(call, *this, values);
  } else {
    kernels::copy(*this, values);
    impl().storage->wrote(call);
  }
  return call.written(*this);
}

}  // namespace retrograd
