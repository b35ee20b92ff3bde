#include <retrograd/nn/linear.h>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/matmul.h>

namespace retrograd::nn {

using namespace detail;

Linear::Linear(std::int64_t in_features, std::int64_t out_features, LinearOptions options,
               Where where) {
  require_positive("Linear", "in_features", in_features, where);
  require_positive("Linear", "out_features", out_features, where);
  weight = uniform_parameter({out_features, in_features}, options.dtype, in_features, where);
  if (options.bias) {
    bias = uniform_parameter({out_features}, options.dtype, in_features, where);
  }
}

Members Linear::members() {
  return {{"weight", weight}, {"bias", bias}};
}

Tensor Linear::forward(const Tensor& x) {
  return linear(x, weight, bias, CallSite::current());
}

std::string Linear::describe() const {
  return "Linear(" + std::to_string(weight.size(1)) + ", " + std::to_string(weight.size(0)) + ")";
}

}  // namespace retrograd::nn
