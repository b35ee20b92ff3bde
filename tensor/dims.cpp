#include <retrograd/tensor/dims.h>

#include <ostream>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

void Dims::fail_capacity(std::size_t count) {
  throw ShapeError(detail::formatted("tensors have at most {} dimensions, not {}  [too-many-dims]",
                                     capacity, count));
}

std::string to_string(const Dims& dims) {
  return detail::formatted("[{}]", detail::joined(dims, ", "));
}

std::ostream& operator<<(std::ostream& out, const Dims& dims) {
  return out << to_string(dims);
}

Strides contiguous_strides(const Shape& shape) noexcept {
  Strides strides = shape;
  std::int64_t step = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    strides[d] = step;
    step *= std::max<std::int64_t>(shape[d], 1);
  }
  return strides;
}

Strides channels_last_strides(const Shape& shape) noexcept {
  const std::size_t rank = shape.size();
  if (rank < 3) {
    return contiguous_strides(shape);
  }
  Strides strides = shape;
  strides[1] = 1;
  std::int64_t step = std::max<std::int64_t>(shape[1], 1);
  for (std::size_t d = rank; d-- > 2;) {
    strides[d] = step;
    step *= std::max<std::int64_t>(shape[d], 1);
  }
  strides[0] = step;
  return strides;
}

}  // namespace retrograd
