#include <retrograd/ops/kernels/reference/reductions.h>

#include <functional>
#include <limits>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/xtensor.h>

namespace retrograd::kernels::reference {

namespace {

// x combined along the axes by f, from `first` on.
template <class T, class F>
xt::xarray<T> folded(const xt::xarray<T>& x, const Sizes& along, T first, F f) {
  if (x.size() == 0) {  // where xtensor reads a first value
    auto shape = x.shape();
    for (const std::size_t axis : along) {
      shape[axis] = 1;
    }
    return xt::xarray<T>(shape, first);
  }
  return xt::reduce(xt::make_xreducer_functor(f, xt::const_value<T>(first)), x, along,
                    xt::keep_dims | xt::evaluation_strategy::immediate);
}

template <class T>
constexpr T least() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
}
template <class T>
constexpr T greatest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? Limits::infinity() : Limits::max();
}

constexpr auto kLarger = [](auto a, auto b) { return a != a || a > b ? a : b; };
constexpr auto kSmaller = [](auto a, auto b) { return a != a || a < b ? a : b; };

}  // namespace

Integers integers(const Tensor& x) {
  return for_dtype(x.dtype(),
                   [&]<class T>() -> Integers { return xt::cast<std::int64_t>(as_xtensor<T>(x)); });
}

template <AreIntegers A>
Tensor tensor(const A& values, const Shape& shape, DType dtype) {
  Integers shaped = values;
  shaped.reshape(to_sizes(shape));
  return for_dtype(dtype, [&]<class T>() { return from_xtensor(xt::cast<T>(shaped)); });
}
template Tensor tensor(const Integers&, const Shape&, DType);

double rounded(double number, DType dtype) {
  return dtype == float64 ? number : static_cast<double>(static_cast<float>(number));
}

Sizes axes(const Tensor& x, const DimMask& reduced) {
  Sizes result;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (reduced[d]) {
      result.push_back(d);
    }
  }
  return result;
}

Shape reduced_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape = x.shape();
  for (const std::size_t d : axes(x, reduced)) {
    shape[d] = 1;
  }
  return shape;
}

Shape shape_of(const Array& values) {
  Shape shape;
  for (const std::size_t size : values.shape()) {
    shape.push_back(static_cast<std::int64_t>(size));
  }
  return shape;
}

Array total(const Array& x, const Sizes& along) {
  return folded(x, along, 0.0, std::plus<>());
}
template <AreIntegers A>
A total(const A& x, const Sizes& along) {
  return folded(x, along, std::int64_t{0}, std::plus<>());
}
template Integers total(const Integers&, const Sizes&);
Array product(const Array& x, const Sizes& along) {
  return folded(x, along, 1.0, std::multiplies<>());
}
template <AreIntegers A>
A product(const A& x, const Sizes& along) {
  return folded(x, along, std::int64_t{1}, std::multiplies<>());
}
template Integers product(const Integers&, const Sizes&);
Array largest(const Array& x, const Sizes& along) {
  return folded(x, along, least<double>(), kLarger);
}
template <AreIntegers A>
A largest(const A& x, const Sizes& along) {
  return folded(x, along, least<std::int64_t>(), kLarger);
}
template Integers largest(const Integers&, const Sizes&);
Array smallest(const Array& x, const Sizes& along) {
  return folded(x, along, greatest<double>(), kSmaller);
}
template <AreIntegers A>
A smallest(const A& x, const Sizes& along) {
  return folded(x, along, greatest<std::int64_t>(), kSmaller);
}
template Integers smallest(const Integers&, const Sizes&);

Integers positions(std::int64_t count, std::size_t dim, std::size_t rank) {
  Sizes shape(rank, 1);
  shape[dim] = static_cast<std::size_t>(count);
  return xt::arange(count).reshape(shape);
}

}  // namespace retrograd::kernels::reference
