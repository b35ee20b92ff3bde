// Tensor's members about the gradient that it holds; those that walk the tape are in autograd/.
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/node.h>
#include <retrograd/tensor/operation.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

bool Tensor::requires_grad() const noexcept {
  if (!impl_) {
    return false;
  }
  const NodePtr& node = detail::is_stale_view(*impl_) ? impl_->base->node : impl_->node;
  return node && node->requires_grad_;
}

Tensor& Tensor::set_requires_grad(bool value, Where where) {
  detail::TensorImpl& self = impl();
  if (value && !is_floating(self.dtype)) {
    check::refuse<DTypeError>({"set_requires_grad", where}, {{"tensor", *this}},
                              "only floating tensors can have gradients; write 1.0 or give .dtype "
                              "[not-floating]");
  }
  const Operation call("set_requires_grad", where, *this, value);
  if (!is_leaf()) {
    if (!value) {
      check::refuse<GraphError>(
          call, {{"tensor", *this}},
          "the result of an operator cannot stop requiring a gradient; use detach() [not-a-leaf]");
    }
    return call.written(*this);
  }
  if (self.node) {
    self.node->requires_grad_ = value;
  } else if (value) {
    self.node = NodePtr::adopt(new Node(self.shape, self.dtype));
    self.base = {};  // a leaf is no longer a part of something else
  } else if (!self.base && is_floating(self.dtype)) {
    // A node tells modules that the tensor was frozen, not merely never asked to train.
    self.node = NodePtr::adopt(new Node(self.shape, self.dtype));
    self.node->requires_grad_ = false;
  }
  return call.written(*this);
}

bool Tensor::is_leaf() const noexcept {
  return !requires_grad() || (!detail::is_stale_view(*impl_) && impl_->node->is_leaf());
}

Tensor Tensor::grad() const {
  return impl().node ? impl().node->grad_ : Tensor();
}

void Tensor::set_grad(const Tensor& grad, Where where) {
  const Operation call("set_grad", where, *this, grad);
  if (!impl().node) {
    check::refuse<GraphError>(call, {{"tensor", *this}},
                              "the tensor does not require a gradient [no-gradient]");
  }
  if (grad.defined() && (grad.shape() != shape() || grad.dtype() != dtype())) {
    check::refuse<ShapeError>(
        call, {{"tensor", *this}, {"gradient", grad}},
        "the gradient must have the tensor's shape and dtype [gradient-mismatch]");
  }
  impl().node->grad_ = grad;
  call.result();
}

void Tensor::zero_grad() {
  if (impl().node) {
    impl().node->grad_ = {};
  }
  if (detail::thread_calls.listener != nullptr) [[unlikely]] {
    Operation("zero_grad", {}, *this).result();
  }
}

}  // namespace retrograd
