// Copies and conversions: members of Tensor, here because they are differentiable.
#include <retrograd/autograd/record.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/loops/copy.h>

namespace retrograd {

Tensor Tensor::to(DType dtype, Where where) const {
  check::defined("to", "the tensor", *this, where);
  if (this->dtype() == dtype) {
    return *this;
  }
  const Tensor out = empty_like(detach(), {.dtype = dtype}, where);
  detail::copy(out, *this);
  return record({.op = "to",
                 .where = where,
                 .output = out,
                 .inputs = {*this},
                 .backward = [from = this->dtype()](const Backward& b) -> Gradients {
                   return {b.grad.to(from)};
                 }});
}

Tensor Tensor::clone(Where where) const {
  check::defined("clone", "the tensor", *this, where);
  const Tensor out = empty_like(detach(), {}, where);
  detail::copy(out, *this);
  return record({.op = "clone",
                 .where = where,
                 .output = out,
                 .inputs = {*this},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

Tensor Tensor::contiguous(Where where) const {
  check::defined("contiguous", "the tensor", *this, where);
  if (is_contiguous()) {
    return *this;
  }
  return record({.op = "contiguous",
                 .where = where,
                 .output = detail::contiguous_copy(*this),
                 .inputs = {*this},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

}  // namespace retrograd
