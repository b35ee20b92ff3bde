#include <retrograd/ops/kernels/conv.h>

#include <retrograd/ops/kernels/choice.h>
#include <retrograd/ops/kernels/conv_direct.h>
#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/report.h>
#include <retrograd/tensor/detail/instructions.h>

namespace retrograd::kernels {

namespace {

// The result of oneDNN's kernel where it has a right one and may be used; undefined where not. In
// bfloat16, what the processor cannot multiply is emulated, which is slower than float32.
template <class Fast>
Tensor try_onednn(onednn::Pass pass, const ConvShape& shape, Fast&& fast) {
  if (!choice().may_use_onednn() || !onednn::supports(pass, shape) ||
      (shape.dtype == bfloat16 && !detail::fast_bfloat16())) {
    return {};
  }
  Tensor result = fast();
  choice().onednn_runs += result.defined() ? 1 : 0;
  return result;
}

// Whether the loops for few channels are the best choice.
bool runs_directly(onednn::Pass pass, const ConvShape& shape) {
  if (!choice().may_use_direct() || !direct::suits(pass, shape)) {
    return false;
  }
  ++choice().direct_runs;
  return true;
}

// y (N, C, ...) += bias (C).
void add_to_channels(const Tensor& y, const Tensor& bias) {
  Strides strides = Dims::filled(y.shape().size(), 0);
  strides[1] = bias.strides()[0];
  binary_in_place(Binary::add, y, view_of(bias, y.shape(), strides, bias.impl().offset));
}

ConvShape in_float32(ConvShape shape) {
  shape.dtype = float32;
  return shape;
}

// Of bfloat16, the result may be asked for in float32.
Tensor input_grad(const Tensor& grad, const Tensor& weight, const ConvShape& shape, DType dtype) {
  const KernelTimer timer("conv_input_grad", grad, weight);
  if (runs_directly(onednn::Pass::input_grad, shape)) {
    return direct::conv_input_grad(grad, weight, shape);
  }
  const auto fast = [&] { return onednn::conv_input_grad(grad, weight, shape, dtype); };
  if (Tensor result = try_onednn(onednn::Pass::input_grad, shape, fast); result.defined()) {
    return result;
  }
  if (shape.dtype == bfloat16) {
    kernel_uses("float32");
    const Tensor result = input_grad(converted(grad, float32), converted(weight, float32),
                                     in_float32(shape), float32);
    return dtype == float32 ? result : converted(result, dtype);
  }
  ++choice().reference_runs;
  kernel_uses(kReference);
  return reference::conv_input_grad(grad, weight, shape);
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, const ConvShape& shape) {
  const KernelTimer timer("conv", x, weight);
  if (runs_directly(onednn::Pass::forward, shape)) {
    return direct::conv(x, weight, bias, shape);
  }
  const auto fast = [&] { return onednn::conv(x, weight, bias, shape); };
  if (Tensor result = try_onednn(onednn::Pass::forward, shape, fast); result.defined()) {
    return result;
  }
  if (shape.dtype == bfloat16) {
    kernel_uses("float32");
    return converted(conv(converted(x, float32), converted(weight, float32),
                          converted(bias, float32), in_float32(shape)),
                     bfloat16);
  }
  ++choice().reference_runs;
  kernel_uses(kReference);
  return reference::conv(x, weight, bias, shape);
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const Tensor& bias,
                       const ConvShape& shape) {
  if (!bias.defined()) {
    return input_grad(grad, weight, shape, shape.dtype);
  }
  const DType wide = shape.dtype == bfloat16 ? float32 : shape.dtype;
  const Tensor sums = input_grad(grad, weight, shape, wide);
  add_to_channels(sums, converted(bias, wide));
  return wide == shape.dtype ? sums : converted(sums, shape.dtype);
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvShape& shape) {
  const KernelTimer timer("conv_weight_grad", x, grad);
  if (runs_directly(onednn::Pass::weight_grad, shape)) {
    return direct::conv_weight_grad(x, grad, shape);
  }
  const auto fast = [&] { return onednn::conv_weight_grad(x, grad, shape); };
  if (Tensor result = try_onednn(onednn::Pass::weight_grad, shape, fast); result.defined()) {
    return result;
  }
  if (shape.dtype == bfloat16) {
    kernel_uses("float32");
    return converted(
        conv_weight_grad(converted(x, float32), converted(grad, float32), in_float32(shape)),
        bfloat16);
  }
  ++choice().reference_runs;
  kernel_uses(kReference);
  return reference::conv_weight_grad(x, grad, shape);
}

}  // namespace retrograd::kernels
