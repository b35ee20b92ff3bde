#include <retrograd/nn/layer.h>

#include <cmath>
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/init.h>
#include <retrograd/ops/operand.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;
using retrograd::detail::joined;

Stateless::Stateless(const char* name, Tensor (*function)(const Tensor&, Where))
    : Stateless(detail::described(name), detail::with(function)) {}

std::int64_t Weighted::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return weight.defined() ? detail::count(output) * detail::count(weight.shape(), first_) : 0;
}

namespace detail {

Tensor uniform_parameter(const Shape& shape, DType dtype, std::int64_t fan_in) {
  const double bound = fan_in > 0 ? 1.0 / std::sqrt(static_cast<double>(fan_in)) : 0.0;
  if (SkipInitGuard::is_on()) {
    return zeros(shape, {.dtype = dtype, .requires_grad = true});
  }
  const NoGradGuard unrecorded;
  Tensor values = rand(shape, {.dtype = dtype});
  values.mul_(2 * bound).sub_(bound);
  return values.set_requires_grad(true);
}

void require_floating(const Frame& call, DType dtype) {
  check::require<DTypeError>(call, is_floating(dtype), {},
                             "parameters are floating numbers, not {} [not-floating]", dtype);
}

std::string text(std::span<const std::int64_t> numbers, const char* between) {
  return joined(numbers, between);
}

std::string with_arguments(const char* layer, const std::vector<std::string>& arguments) {
  return formatted("{}({})", layer, joined(arguments, ", "));
}

std::int64_t count(const Shape& shape, std::size_t first) noexcept {
  std::int64_t product = 1;
  for (std::size_t d = first; d < shape.size(); ++d) {
    product *= shape[d];
  }
  return product;
}

}  // namespace detail

}  // namespace retrograd::nn
