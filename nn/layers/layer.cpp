#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/operand.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn::detail {

Tensor uniform_parameter(const Shape& shape, DType dtype, std::int64_t fan_in) {
  const double bound = fan_in > 0 ? 1.0 / std::sqrt(static_cast<double>(fan_in)) : 0.0;
  const NoGradGuard unrecorded;
  Tensor values = rand(shape, {.dtype = dtype});
  values.mul_(2 * bound).sub_(bound);
  return values.set_requires_grad(true);
}

void require_positive(const Frame& call, const char* what, std::int64_t value) {
  if (value < 1) {
    fail<ValueError>(call,
                     std::string(what) + " is " + std::to_string(value) + "; at least 1 is needed");
  }
}

void require_not_negative(const Frame& call, const char* what, std::int64_t value) {
  if (value < 0) {
    fail<ValueError>(call,
                     std::string(what) + " is " + std::to_string(value) + "; at least 0 is needed");
  }
}

void require_floating(const Frame& call, DType dtype) {
  if (!is_floating(dtype)) {
    fail<DTypeError>(call, std::string("parameters are floating numbers, not ") + name(dtype));
  }
}

std::int64_t count(const Shape& shape) noexcept {
  std::int64_t product = 1;
  for (const std::int64_t size : shape) {
    product *= size;
  }
  return product;
}

}  // namespace retrograd::nn::detail
