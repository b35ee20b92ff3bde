// Normalisation.
#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

namespace {

// Nodes that say training_mode return the batch's statistics too.
Outputs trained_batch_norm(NodeCall& call) {
  const Tensor& x = call.in(0);
  const double momentum = call.number("momentum", 0.9);
  Dims dims(0);
  for (std::int64_t dim = 2; dim < x.dim(); ++dim) {
    dims.push_back(dim);
  }
  const Tensor batch_mean = mean(x, dims);
  const Tensor batch_var = var(x, dims, {.unbiased = false});
  const Tensor y = batch_norm(x, {}, {}, call.in(1), call.in(2),
                              {.training = true, .eps = call.number("epsilon", 1e-5)});
  return {y, call.in(3) * momentum + batch_mean * (1 - momentum),
          call.in(4) * momentum + batch_var * (1 - momentum)};
}

Outputs batch_normalization(NodeCall& call) {
  if (call.integer("training_mode", 0) != 0 && call.output_count() > 1) {
    return trained_batch_norm(call);
  }
  const Tensor& x = call.in(0);
  if (call.opset() < 9 && call.integer("spatial", 1) == 0) {
    call.refuse("statistics of each element are not read [onnx-unsupported]");
  }
  const bool training =
      call.translation().options().norms_train || call.integer("training_mode", 0) != 0;
  return {batch_norm(x, call.in(3), call.in(4), call.in(1), call.in(2),
                     {.training = training,
                      .momentum = 1 - call.number("momentum", 0.9),
                      .eps = call.number("epsilon", 1e-5)})};
}

Outputs instance_normalization(NodeCall& call) {
  return {instance_norm(call.in(0), {}, {}, call.in(1), call.in(2),
                        {.eps = call.number("epsilon", 1e-5)})};
}

Outputs layer_normalization(NodeCall& call) {
  const Tensor& x = call.in(0);
  const auto axis = static_cast<std::size_t>(call.axis(call.integer("axis", -1), x.dim()));
  const double eps = call.number("epsilon", 1e-5);
  const Shape normalized(std::span(x.shape().begin() + axis, x.shape().end()));
  const Tensor scale = call.optional(1);
  const Tensor bias = call.optional(2);
  const auto fits = [&](const Tensor& t) { return !t.defined() || t.shape() == normalized; };
  Tensor y;
  if (fits(scale) && fits(bias)) {
    y = layer_norm(x, normalized, scale, bias, eps);
  } else {
    y = layer_norm(x, normalized, {}, {}, eps) * scale;
    y = bias.defined() ? y + bias : y;
  }
  if (!call.has_output(1) && !call.has_output(2)) {
    return {y};
  }
  Dims dims;
  for (std::size_t dim = axis; dim < x.shape().size(); ++dim) {
    dims.push_back(static_cast<std::int64_t>(dim));
  }
  return {y, mean(x, dims, true), rsqrt(var(x, dims, {.unbiased = false, .keepdim = true}) + eps)};
}

// Before opset 21, scale and bias are those of groups.
Outputs group_normalization(NodeCall& call) {
  const Tensor& x = call.in(0);
  const std::int64_t groups = call.integer("num_groups", 1);
  if (x.dim() < 2 || groups < 1 || x.size(1) % groups != 0) {
    call.refuse("{} groups for an input of {} dimensions [onnx-input]", groups, x.dim());
  }
  const auto of_channels = [&](const Tensor& t) {
    const std::int64_t times = t.numel() == x.size(1) ? 1 : x.size(1) / groups;
    return times == 1 ? t : flatten(expand(unsqueeze(t, 1), {t.numel(), times}));
  };
  return {group_norm(x, groups, of_channels(call.in(1)), of_channels(call.in(2)),
                     call.number("epsilon", 1e-5))};
}

// Windows of an even size reach further forward here, and further back in local_response_norm().
Outputs lrn(NodeCall& call) {
  const std::int64_t size = call.integer("size", 1);
  const Tensor x = size % 2 == 0 ? flip(call.in(0), 1) : call.in(0);
  const Tensor y = local_response_norm(x, size, call.number("alpha", 1e-4),
                                       call.number("beta", 0.75), call.number("bias", 1));
  return {size % 2 == 0 ? flip(y, 1) : y};
}

Outputs lp_normalization(NodeCall& call) {
  const Tensor& x = call.in(0);
  return {x / norm(x, static_cast<double>(call.integer("p", 2)),
                   call.axis(call.integer("axis", -1), x.dim()), true)};
}

Outputs mean_variance_normalization(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Dims dims(call.has_attribute("axes") ? call.integers("axes") : Ints{0, 2, 3});
  const Tensor centred = x - mean(x, dims, true);
  return {centred / (sqrt(mean(square(centred), dims, true)) + 1e-9)};
}

// Integers with a scale, for each slice of an axis or for all.
Outputs dequantize_linear(NodeCall& call) {
  const Tensor& scale = call.in(1);
  const auto beside = [&](const Tensor& t) {
    if (t.dim() == 0) {
      return t;
    }
    Shape shape = Shape::filled(call.in(0).shape().size(), 1);
    shape[static_cast<std::size_t>(call.axis(call.integer("axis", 1), call.in(0).dim()))] =
        t.numel();
    return reshape(t, shape);
  };
  if (scale.dim() > 1 || call.integer("block_size", 0) != 0) {
    call.refuse("scales of blocks are not read [onnx-unsupported]");
  }
  Tensor x = call.in(0).to(scale.dtype());
  if (call.has(2)) {
    x = x - beside(call.in(2).to(scale.dtype()));
  }
  return {x * beside(scale)};
}

constexpr Importer importers[] = {
    {"BatchNormalization", batch_normalization},
    {"DequantizeLinear", dequantize_linear},
    {"GroupNormalization", group_normalization},
    {"InstanceNormalization", instance_normalization},
    {"LRN", lrn},
    {"LayerNormalization", layer_normalization},
    {"LpNormalization", lp_normalization},
    {"MeanVarianceNormalization", mean_variance_normalization},
};

}  // namespace

std::span<const Importer> norm_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
