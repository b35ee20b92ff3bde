// Copies and conversions: members of Tensor, here because they are differentiable.
#include <retrograd/autograd/call.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/loops/copy.h>

namespace retrograd {

Tensor Tensor::to(DType dtype, Where where) const {
  const Call call("to", where, *this, dtype);
  check::defined(call, "the tensor", *this);
  if (this->dtype() == dtype) {
    return call.result(*this);
  }
  const Tensor out = empty_like(detach(), {.dtype = dtype});
  detail::copy(out, *this);
  return call.record({.output = out,
                      .inputs = {*this},
                      .backward = [from = this->dtype()](const Backward& b) -> Gradients {
                        return {b.grad.to(from)};
                      }});
}

Tensor Tensor::clone(Where where) const {
  const Call call("clone", where, *this);
  check::defined(call, "the tensor", *this);
  const Tensor out = empty_like(detach());
  detail::copy(out, *this);
  return call.record({.output = out,
                      .inputs = {*this},
                      .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

Tensor Tensor::contiguous(Where where) const {
  const Call call("contiguous", where, *this);
  check::defined(call, "the tensor", *this);
  if (is_contiguous()) {
    return call.result(*this);
  }
  return call.record({.output = detail::contiguous_copy(*this),
                      .inputs = {*this},
                      .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

}  // namespace retrograd
