#include <retrograd/tensor/creation.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <retrograd/tensor/detail/generate.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/current_operator.h>
#include <retrograd/tensor/internal/number.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

using detail::finish;
using detail::fresh;
using detail::generate;
using detail::require_fits;

// Fresh memory in the layout of `other`, without its gaps.
Tensor fresh_like(const char* op, const Tensor& other, DType dtype, Where where) {
  detail::begin_operator(op, where);
  return other.impl().dense ? empty_dense(other, dtype) : empty_tensor(other.shape(), dtype, where);
}

// The row-major values under the strides of a like-tensor.
Tensor laid_out_like(const char* op, const Tensor& other, const Tensor& values,
                     const TensorOptions& options, Where where) {
  Tensor result = fresh_like(op, other, values.dtype(), where);
  for_dtype(values.dtype(), [&]<class T>() {
    const T* next = values.raw<T>();
    detail::for_each_element(result.shape(), result.strides(),
                             [&](std::int64_t offset) { result.raw<T>()[offset] = *next++; });
  });
  return finish(std::move(result), options, where);
}

Tensor filled(Tensor result, Scalar value, const TensorOptions& options, Where where) {
  for_dtype(result.dtype(), [&]<class T>() {
    T* out = result.raw<T>();
    std::fill(out, out + result.numel(), value.to<T>());
  });
  return finish(std::move(result), options, where);
}

// The length of an integer range whose bounds and step are known to fit.
std::int64_t range_length(std::int64_t start, std::int64_t end, std::int64_t step) noexcept {
  // Unsigned differences are right even where signed ones would overflow.
  const auto from = static_cast<std::uint64_t>(step > 0 ? start : end);
  const auto to = static_cast<std::uint64_t>(step > 0 ? end : start);
  const auto by =
      step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
  const std::uint64_t count = (to - from) / by + ((to - from) % by != 0 ? 1 : 0);
  return convert<std::int64_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::int64_t>::max()));
}

// `count` numbers value(i) that only grow or only fall.
template <class Value>
Tensor range(std::int64_t count, DType dtype, const TensorOptions& options, Where where,
             Value&& value) {
  if (count > 0) {
    require_fits("arange", value(0), dtype, where);
    require_fits("arange", value(count - 1), dtype, where);
  }
  return generate("arange", {count}, dtype, options, where,
                  [&]<class T>(std::int64_t i) { return value(i).template to<T>(); });
}

}  // namespace

TensorData::TensorData(std::initializer_list<TensorData> parts)
    : shape_{static_cast<std::int64_t>(parts.size())} {
  if (parts.size() == 0) {
    return;
  }
  const Shape& inner = parts.begin()->shape_;
  dtype_ = parts.begin()->dtype_;
  for (const TensorData& part : parts) {
    ragged_ = ragged_ || part.ragged_ || part.shape_ != inner;
    dtype_ = promote(dtype_, part.dtype_);
    values_.insert(values_.end(), part.values_.begin(), part.values_.end());
  }
  for (const std::int64_t size : inner) {
    shape_.push_back(size);
  }
}

Tensor tensor(const TensorData& data, TensorOptions options, Where where) {
  if (data.ragged()) {
    fail<ShapeError>("tensor", where, "the lists on one level differ in length");
  }
  const DType dtype = options.dtype.value_or(data.dtype());
  for (const Scalar value : data.values()) {
    require_fits("tensor", value, dtype, where);
  }
  return generate("tensor", data.shape(), dtype, options, where, [&]<class T>(std::int64_t i) {
    return data.values()[static_cast<std::size_t>(i)].template to<T>();
  });
}

Tensor empty(const Shape& shape, TensorOptions options, Where where) {
  return finish(fresh("empty", shape, options.dtype.value_or(float32), where), options, where);
}

Tensor zeros(const Shape& shape, TensorOptions options, Where where) {
  return filled(fresh("zeros", shape, options.dtype.value_or(float32), where), 0, options, where);
}

Tensor ones(const Shape& shape, TensorOptions options, Where where) {
  return filled(fresh("ones", shape, options.dtype.value_or(float32), where), 1, options, where);
}

Tensor full(const Shape& shape, Scalar value, TensorOptions options, Where where) {
  const DType dtype = options.dtype.value_or(value.default_dtype());
  require_fits("full", value, dtype, where);
  return filled(fresh("full", shape, dtype, where), value, options, where);
}

Tensor eye(std::int64_t n, std::optional<std::int64_t> m, TensorOptions options, Where where) {
  const std::int64_t columns = m.value_or(n);
  return generate(
      "eye", {n, columns}, options.dtype.value_or(float32), options, where,
      [&]<class T>(std::int64_t i) { return Scalar(i / columns == i % columns ? 1 : 0).to<T>(); });
}

Tensor arange(Scalar end, TensorOptions options, Where where) {
  return arange(0, end, 1, options, where);
}

Tensor arange(Scalar start, Scalar end, Scalar step, TensorOptions options, Where where) {
  const auto floating = [](Scalar s) { return s.kind() == Scalar::Kind::floating; };
  const bool real = floating(start) || floating(end) || floating(step);
  const double first = start.to<double>();
  const double by = step.to<double>();
  const double distance = end.to<double>() - first;
  if (by == 0 || !std::isfinite(by) || !std::isfinite(first) || !std::isfinite(distance)) {
    fail<ValueError>("arange", where, "needs finite bounds and a finite step other than 0");
  }
  if (distance / by < 0) {
    fail<ValueError>("arange", where, "the step leads away from the end");
  }
  if (real) {
    return range(convert<std::int64_t>(std::ceil(distance / by)), options.dtype.value_or(float32),
                 options, where,
                 [&](std::int64_t i) { return Scalar(first + static_cast<double>(i) * by); });
  }
  for (const Scalar number : {start, end, step}) {
    require_fits("arange", number, int64, where);
  }
  const auto whole = start.to<std::int64_t>();
  const auto whole_step = step.to<std::int64_t>();
  return range(range_length(whole, end.to<std::int64_t>(), whole_step),
               options.dtype.value_or(int64), options, where, [&](std::int64_t i) {
                 const std::uint64_t value =
                     static_cast<std::uint64_t>(whole) +
                     static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(whole_step);
                 return Scalar(static_cast<std::int64_t>(value));
               });
}

Tensor linspace(double start, double end, std::int64_t steps, TensorOptions options, Where where) {
  const DType dtype = options.dtype.value_or(float32);
  require_fits("linspace", start, dtype, where);
  require_fits("linspace", end, dtype, where);
  const double last = static_cast<double>(std::max<std::int64_t>(steps - 1, 1));
  return generate("linspace", {steps}, dtype, options, where, [&]<class T>(std::int64_t i) {
    const double part = static_cast<double>(i) / last;
    return Scalar(start * (1 - part) + end * part).to<T>();
  });
}

Tensor empty_like(const Tensor& other, TensorOptions options, Where where) {
  return finish(fresh_like("empty_like", other, options.dtype.value_or(other.dtype()), where),
                options, where);
}

Tensor full_like(const Tensor& other, Scalar value, TensorOptions options, Where where) {
  const DType dtype = options.dtype.value_or(other.dtype());
  require_fits("full_like", value, dtype, where);
  return filled(fresh_like("full_like", other, dtype, where), value, options, where);
}

Tensor zeros_like(const Tensor& other, TensorOptions options, Where where) {
  return full_like(other, 0, options, where);
}

Tensor ones_like(const Tensor& other, TensorOptions options, Where where) {
  return full_like(other, 1, options, where);
}

Tensor rand_like(const Tensor& other, TensorOptions options, Where where) {
  const TensorOptions values{.dtype = options.dtype.value_or(other.dtype())};
  return laid_out_like("rand_like", other, rand(other.shape(), values, default_generator(), where),
                       options, where);
}

Tensor randn_like(const Tensor& other, TensorOptions options, Where where) {
  const TensorOptions values{.dtype = options.dtype.value_or(other.dtype())};
  return laid_out_like("randn_like", other,
                       randn(other.shape(), values, default_generator(), where), options, where);
}

}  // namespace retrograd
