#include <retrograd/ops/kernels/conv/conv.h>

#include <utility>

#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/ops/kernels/conv/conv_direct.h>
#include <retrograd/ops/kernels/conv/conv_pairs.h>
#include <retrograd/ops/kernels/conv/conv_planes.h>
#include <retrograd/ops/kernels/conv/conv_vectors.h>
#include <retrograd/ops/kernels/conv/depthwise.h>
#include <retrograd/ops/kernels/conv/pointwise.h>
#include <retrograd/ops/kernels/conv/winograd.h>
#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/ops/kernels/shape/channels_last.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/loops/copy.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels {

namespace {

// Whether oneDNN has a right kernel and may be used. In bfloat16, what the processor cannot
// multiply is emulated, which is slower than float32.
bool may_use_onednn(onednn::Pass pass, const ConvGeometry& geometry) {
  return kernel_state().may_use_onednn() && onednn::supports(pass, geometry) &&
         (geometry.dtype != bfloat16 || detail::fast_bfloat16());
}

enum class Own : std::uint8_t { none, direct, depthwise, tiles, winograd };

// The loops of our own that are the fastest for a shape, which it counts and notes.
Own choose_own(onednn::Pass pass, const ConvGeometry& geometry) {
  if (!kernel_state().may_use_direct()) {
    return Own::none;
  }
  Own own = Own::none;
  if (direct::suits(pass, geometry)) {
    own = Own::direct;
  } else if (depthwise::suits(pass, geometry)) {
    own = Own::depthwise;
    detail::kernel_uses("depthwise");
  } else if (pass == onednn::Pass::weight_grad && in_tiles::suits_weight_grad(geometry)) {
    own = Own::tiles;
    detail::kernel_uses("AMX");
  } else if (winograd::suits(pass, geometry)) {
    own = Own::winograd;
    detail::kernel_uses("winograd");
  }
  kernel_state().direct_runs += own == Own::none ? 0 : 1;
  return own;
}

// oneDNN's result, where it is right for the shape and may be used; undefined where not.
template <class F>
Tensor try_onednn(onednn::Pass pass, const ConvGeometry& geometry, const F& f) {
  Tensor result = may_use_onednn(pass, geometry) ? f() : Tensor();
  kernel_state().onednn_runs += result.defined() ? 1 : 0;
  return result;
}

void note_unfolded() {
  ++kernel_state().portable_runs;
  detail::kernel_uses("unfolded");
}

// y (N, C, ...) += bias (C).
void add_to_channels(const Tensor& y, const Tensor& bias) {
  Strides strides = Dims::filled(y.shape().size(), 0);
  strides[1] = bias.strides()[0];
  binary_in_place(Binary::add, y,
                  detail::view_within(bias, y.shape(), strides, bias.impl().offset));
}

ConvGeometry in_float32(ConvGeometry geometry) {
  geometry.dtype = float32;
  return geometry;
}

// Of bfloat16, the result may be asked for in float32.
Tensor input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                  DType dtype) {
  const detail::KernelTimer timer("conv_input_grad", grad, weight);
  switch (choose_own(onednn::Pass::input_grad, geometry)) {
    case Own::direct: return direct::conv_input_grad(grad, weight, geometry);
    case Own::winograd: return winograd::conv_input_grad(grad, weight, geometry);
    default: break;
  }
  const Tensor fast = try_onednn(onednn::Pass::input_grad, geometry, [&] {
    return onednn::conv_input_grad(grad, weight, geometry, dtype);
  });
  if (fast.defined()) {
    return fast;
  }
  if (kernel_state().may_use_direct() && geometry.dtype == bfloat16 &&
      depthwise::computes(geometry)) {
    ++kernel_state().direct_runs;
    detail::kernel_uses("depthwise");
    return depthwise::conv_input_grad(grad, weight, geometry, dtype);
  }
  if (geometry.dtype == bfloat16) {
    detail::kernel_uses("float32");
    const Tensor result = input_grad(converted(grad, float32), converted(weight, float32),
                                     in_float32(geometry), float32);
    return dtype == float32 ? result : converted(result, dtype);
  }
  note_unfolded();
  return unfolded::conv_input_grad(grad, weight, geometry);
}

// Takes relu() where the kernel can do so in the cache, and sets `relu` to whether that is left.
Tensor convolved(const Tensor& x, const Tensor& weight, const Tensor& bias,
                 const ConvGeometry& geometry, bool& relu) {
  const detail::KernelTimer timer("conv", x, weight);
  if (const auto reference = reference_of(&ReferenceTable::conv)) {
    return reference(x, weight, bias, geometry);
  }
  if (kernel_state().may_use_direct() && planes::suits(x, geometry)) {
    ++kernel_state().direct_runs;
    detail::kernel_uses("planes");
    return planes::conv(x, weight, bias, geometry, std::exchange(relu, false));
  }
  if (relu && kernel_state().may_use_direct() && pointwise::suits(geometry)) {
    ++kernel_state().direct_runs;
    detail::kernel_uses("pointwise");
    relu = false;
    return pointwise::conv_relu(x, weight, bias, geometry);
  }
  if (kernel_state().may_use_direct() && pairs::suits(geometry)) {
    ++kernel_state().direct_runs;
    detail::kernel_uses("pairs");
    return pairs::conv(x, weight, bias, geometry, std::exchange(relu, false));
  }
  if (kernel_state().may_use_direct() && in_vectors::suits(geometry)) {
    ++kernel_state().direct_runs;
    detail::kernel_uses("vectors");
    return in_vectors::conv(x, weight, bias, geometry, std::exchange(relu, false));
  }
  switch (choose_own(onednn::Pass::forward, geometry)) {
    case Own::direct: return direct::conv(x, weight, bias, geometry, std::exchange(relu, false));
    case Own::depthwise:
      return depthwise::conv(x, weight, bias, geometry, std::exchange(relu, false));
    case Own::winograd:
      return winograd::conv(x, weight, bias, geometry, std::exchange(relu, false));
    default: break;
  }
  Tensor fast = try_onednn(onednn::Pass::forward, geometry,
                           [&] { return onednn::conv(x, weight, bias, geometry, relu); });
  if (fast.defined()) {
    relu = false;
    return fast;
  }
  if (geometry.dtype == bfloat16) {
    detail::kernel_uses("float32");
    return converted(conv(converted(x, float32), converted(weight, float32),
                          converted(bias, float32), in_float32(geometry)),
                     bfloat16);
  }
  note_unfolded();
  return unfolded::conv(x, weight, bias, geometry);
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry) {
  bool relu = false;
  return convolved(x, weight, bias, geometry, relu);
}

Tensor conv_relu(const Tensor& x, const Tensor& weight, const Tensor& bias,
                 const ConvGeometry& geometry) {
  bool relu = true;
  Tensor y = convolved(x, weight, bias, geometry, relu);
  if (relu) {
    relu_in_place(y);
  }
  return y;
}

Tensor separable_conv_relu(const Tensor& x, const Filters& depthwise, const ConvGeometry& geometry,
                           const Filters& pointwise, const ConvGeometry& then) {
  if (kernel_state().may_use_direct() && depthwise::suits_forward(geometry) &&
      pointwise::suits(then)) {
    const detail::KernelTimer timer("separable_conv", x, pointwise.weight);
    ++kernel_state().direct_runs;
    detail::kernel_uses("separable");
    return depthwise::separable_conv_relu(x, depthwise, geometry, pointwise, then);
  }
  const Tensor y = conv_relu(x, depthwise.weight, depthwise.bias, geometry);
  return conv_relu(y, pointwise.weight, pointwise.bias, then);
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const Tensor& bias,
                       const ConvGeometry& geometry) {
  if (const auto reference = reference_of(&ReferenceTable::conv_input_grad)) {
    return reference(grad, weight, bias, geometry);
  }
  if (!bias.defined()) {
    return input_grad(grad, weight, geometry, geometry.dtype);
  }
  const DType wide = geometry.dtype == bfloat16 ? float32 : geometry.dtype;
  const Tensor sums = input_grad(grad, weight, geometry, wide);
  add_to_channels(sums, converted(bias, wide));
  return wide == geometry.dtype ? sums : converted(sums, geometry.dtype);
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const detail::KernelTimer timer("conv_weight_grad", x, grad);
  if (const auto reference = reference_of(&ReferenceTable::conv_weight_grad)) {
    return reference(x, grad, geometry);
  }
  switch (choose_own(onednn::Pass::weight_grad, geometry)) {
    case Own::direct: return direct::conv_weight_grad(x, grad, geometry);
    case Own::depthwise: return depthwise::conv_weight_grad(x, grad, geometry);
    case Own::tiles: return in_tiles::conv_weight_grad(x, grad, geometry);
    case Own::winograd: return winograd::conv_weight_grad(x, grad, geometry);
    case Own::none: break;
  }
  const Tensor fast = try_onednn(onednn::Pass::weight_grad, geometry,
                                 [&] { return onednn::conv_weight_grad(x, grad, geometry); });
  if (fast.defined()) {
    return fast;
  }
  if (geometry.dtype == bfloat16) {
    detail::kernel_uses("float32");
    return converted(
        conv_weight_grad(converted(x, float32), converted(grad, float32), in_float32(geometry)),
        bfloat16);
  }
  note_unfolded();
  return unfolded::conv_weight_grad(x, grad, geometry);
}

}  // namespace retrograd::kernels
