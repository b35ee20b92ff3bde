#include <retrograd/nn/linear.h>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/products.h>

namespace retrograd::nn {

using namespace detail;

Linear::Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options,
               Where where)
    : Weighted(described("Linear", in_features, out_features)) {
  const Frame call("Linear", where);
  require_positive(call, {{"in_features", in_features}, {"out_features", out_features}});
  require_floating(call, options.dtype);
  start_uniform(*this, {out_features, in_features}, in_features, {out_features}, options.bias,
                options.dtype);
}

void Linear::require_features(const Tensor& x) const {
  if (x.defined() && x.dim() > 0 && weight.defined() && weight.dim() == 2 &&
      x.shape().back() != weight.shape()[1]) [[unlikely]] {
    check::refuse<ShapeError>(
        Frame("linear", {}), {{"input", x}, {"weight", weight}},
        "input has {} features but weight expects {}; use {} [features-differ]", x.shape().back(),
        weight.shape()[1], described("Linear", x.shape().back(), weight.shape()[0]));
  }
}

Tensor Linear::forward(const Tensor& x) {
  require_features(x);
  return linear(x, weight, bias);
}

Tensor Linear::forward_relu(const Tensor& x) {
  require_features(x);
  return linear_relu(x, weight, bias);
}

Tensor Linear::forward_fused(const Tensor& x, const Module& next) {
  return is_before_relu(*this, next) ? forward_relu(x) : Tensor();
}

Bilinear::Bilinear(std::int64_t in1_features, std::int64_t in2_features, std::int64_t out_features,
                   LinearOptions options, Where where) {
  const Frame call("Bilinear", where);
  require_positive(call, {{"in1_features", in1_features},
                          {"in2_features", in2_features},
                          {"out_features", out_features}});
  require_floating(call, options.dtype);
  start_uniform(*this, {out_features, in1_features, in2_features}, in1_features, {out_features},
                options.bias, options.dtype);
}

Tensor Bilinear::forward(const Tensor& x1, const Tensor& x2) {
  return bilinear(x1, x2, weight, bias);
}

std::string Bilinear::describe() const {
  return described("Bilinear", weight.size(1), weight.size(2), weight.size(0));
}

// x1 times the weight, then the result times x2.
std::int64_t Bilinear::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return count(output) * (weight.shape()[1] + 1) * weight.shape()[2];
}

}  // namespace retrograd::nn
