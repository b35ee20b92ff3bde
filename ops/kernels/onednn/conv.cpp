#ifdef RETROGRAD_WITH_ONEDNN
#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/onednn/conv_plan.h>

namespace retrograd::kernels::onednn {

namespace {

Tensor empty_channels_last(const Shape& shape, DType dtype) {
  return empty_strided(shape, channels_last_strides(shape), dtype);
}

void* memory_of(const Tensor& x) {
  return x.raw_bytes();
}

// Memory for the weight or its gradient in the plan's own layout.
Tensor empty_weight(const ConvPlan& plan) {
  return empty_tensor({static_cast<std::int64_t>(plan.weight.get_size())}, uint8);
}

// The weight in the plan's own layout.
Tensor reordered(const ConvPlan& plan, const Tensor& weight) {
  Tensor plain = as_contiguous(weight);
  if (!plan.reorder) {
    return plain;
  }
  Tensor result = empty_weight(plan);
  plan.reorder.run({{DNNL_ARG_FROM, &plan.plain_weight, memory_of(plain)},
                    {DNNL_ARG_TO, &plan.weight, memory_of(result)}});
  return result;
}

}  // namespace

Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias,
            const ConvGeometry& geometry) {
  const WorkThreads threads(multiplications(geometry));
  const auto plan = conv_plan(Pass::forward, geometry, bias.defined(), threads);
  if (!plan) {
    return {};
  }
  const Tensor source = as_channels_last(x);
  const Tensor filters = reordered(*plan, weight);
  Tensor out = empty_channels_last(geometry.output_shape(), geometry.dtype);
  if (bias.defined()) {
    const Tensor b = as_contiguous(bias);
    plan->conv.run({{DNNL_ARG_SRC, &plan->source, memory_of(source)},
                    {DNNL_ARG_WEIGHTS, &plan->weight, memory_of(filters)},
                    {DNNL_ARG_BIAS, &plan->bias, memory_of(b)},
                    {DNNL_ARG_DST, &plan->destination, memory_of(out)}});
  } else {
    plan->conv.run({{DNNL_ARG_SRC, &plan->source, memory_of(source)},
                    {DNNL_ARG_WEIGHTS, &plan->weight, memory_of(filters)},
                    {DNNL_ARG_DST, &plan->destination, memory_of(out)}});
  }
  return out;
}

Tensor conv_input_grad(const Tensor& grad, const Tensor& weight, const ConvGeometry& geometry,
                       DType result) {
  const WorkThreads threads(multiplications(geometry));
  const Pass pass = result == geometry.dtype ? Pass::input_grad : Pass::wide_input_grad;
  const auto plan = conv_plan(pass, geometry, false, threads);
  if (!plan) {
    return {};
  }
  const Tensor out_grad = as_channels_last(grad);
  const Tensor filters = reordered(*plan, weight);
  Tensor x_grad = empty_channels_last(geometry.input_shape(), result);
  plan->conv.run({{DNNL_ARG_DIFF_DST, &plan->destination, memory_of(out_grad)},
                  {DNNL_ARG_WEIGHTS, &plan->weight, memory_of(filters)},
                  {DNNL_ARG_DIFF_SRC, &plan->source, memory_of(x_grad)}});
  return x_grad;
}

Tensor conv_weight_grad(const Tensor& x, const Tensor& grad, const ConvGeometry& geometry) {
  const WorkThreads threads(multiplications(geometry));
  const auto plan = conv_plan(Pass::weight_grad, geometry, false, threads);
  if (!plan) {
    return {};
  }
  const Tensor source = as_channels_last(x);
  const Tensor out_grad = as_channels_last(grad);
  Tensor weight_grad = empty_tensor(geometry.weight_shape(), geometry.dtype);
  const Tensor computed = plan->reorder ? empty_weight(*plan) : weight_grad;
  plan->conv.run({{DNNL_ARG_SRC, &plan->source, memory_of(source)},
                  {DNNL_ARG_DIFF_DST, &plan->destination, memory_of(out_grad)},
                  {DNNL_ARG_DIFF_WEIGHTS, &plan->weight, memory_of(computed)}});
  if (plan->reorder) {
    plan->reorder.run({{DNNL_ARG_FROM, &plan->weight, memory_of(computed)},
                       {DNNL_ARG_TO, &plan->plain_weight, memory_of(weight_grad)}});
  }
  return weight_grad;
}

}  // namespace retrograd::kernels::onednn
#endif
