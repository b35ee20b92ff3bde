#include <retrograd/ops/kernels/conv.h>

#include <retrograd/ops/kernels/choice.h>

namespace retrograd::kernels {

namespace {

// The result of oneDNN's kernel where it has a right one and may be used, else of the reference.
template <class Fast, class Reference>
Tensor choose(onednn::Pass pass, const ConvShape& shape, Fast&& fast, Reference&& reference) {
  if (choice().may_use_onednn() && onednn::supports(pass, shape)) {
    Tensor result = fast();
    if (result.defined()) {
      ++choice().onednn_runs;
      return result;
    }
  }
  ++choice().reference_runs;
  return reference();
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvShape& shape) {
  return choose(
      onednn::Pass::forward, shape, [&] { return onednn::conv(x, weight, bias, shape); },
      [&] { return reference::conv(x, weight, bias, shape); });
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvShape& shape) {
  return choose(
      onednn::Pass::input_grad, shape, [&] { return onednn::conv_input_grad(grad, weight, shape); },
      [&] { return reference::conv_input_grad(grad, weight, shape); });
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvShape& shape) {
  return choose(
      onednn::Pass::weight_grad, shape, [&] { return onednn::conv_weight_grad(x, grad, shape); },
      [&] { return reference::conv_weight_grad(x, grad, shape); });
}

}  // namespace retrograd::kernels
