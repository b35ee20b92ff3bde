#include <retrograd/tensor/creation.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <retrograd/tensor/detail/generate.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>
#include <retrograd/tensor/strided.h>

namespace retrograd {

namespace {

using detail::finish;
using detail::fresh;
using detail::generate;
using detail::require_fits;

// Fresh memory in the layout of `other`, without its gaps.
Tensor fresh_like(const Tensor& other, DType dtype) {
  return other.impl().dense ? empty_dense(other, dtype) : empty_tensor(other.shape(), dtype);
}

// The row-major values under the strides of a like-tensor.
Tensor laid_out_like(const Operation& call, const Tensor& other, const Tensor& values,
                     const TensorOptions& options) {
  Tensor result = fresh_like(other, values.dtype());
  for_dtype(values.dtype(), [&]<class T>() {
    const T* next = values.raw<T>();
    detail::for_each_element(result.shape(), result.strides(),
                             [&](std::int64_t offset) { result.raw<T>()[offset] = *next++; });
  });
  return finish(call, std::move(result), options);
}

Tensor filled(const Operation& call, Tensor result, Scalar value, const TensorOptions& options) {
  for_dtype(result.dtype(), [&]<class T>() {
    T* out = result.raw<T>();
    std::fill(out, out + result.numel(), value.to<T>());
  });
  return finish(call, std::move(result), options);
}

Tensor filled_like(const Operation& call, const Tensor& other, Scalar value,
                   const TensorOptions& options) {
  const DType dtype = options.dtype.value_or(other.dtype());
  require_fits(call, value, dtype);
  return filled(call, fresh_like(other, dtype), value, options);
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
Tensor range(const Operation& call, std::int64_t count, DType dtype, const TensorOptions& options,
             Value&& value) {
  if (count > 0) {
    require_fits(call, value(0), dtype);
    require_fits(call, value(count - 1), dtype);
  }
  return generate(call, {count}, dtype, options,
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
  const Operation call("tensor", where);
  if (data.ragged()) {
    check::refuse<ShapeError>(call, {}, "the lists on one level differ in length [lists-ragged]");
  }
  const DType dtype = options.dtype.value_or(data.dtype());
  for (const Scalar value : data.values()) {
    require_fits(call, value, dtype);
  }
  return generate(call, data.shape(), dtype, options, [&]<class T>(std::int64_t i) {
    return data.values()[static_cast<std::size_t>(i)].template to<T>();
  });
}

Tensor empty(const Shape& shape, TensorOptions options, Where where) {
  const Operation call("empty", where, shape, options);
  return finish(call, fresh(call, shape, options.dtype.value_or(float32)), options);
}

Tensor zeros(const Shape& shape, TensorOptions options, Where where) {
  const Operation call("zeros", where, shape, options);
  return filled(call, fresh(call, shape, options.dtype.value_or(float32)), 0, options);
}

Tensor ones(const Shape& shape, TensorOptions options, Where where) {
  const Operation call("ones", where, shape, options);
  return filled(call, fresh(call, shape, options.dtype.value_or(float32)), 1, options);
}

Tensor full(const Shape& shape, Scalar value, TensorOptions options, Where where) {
  const Operation call("full", where, shape, value, options);
  const DType dtype = options.dtype.value_or(value.default_dtype());
  require_fits(call, value, dtype);
  return filled(call, fresh(call, shape, dtype), value, options);
}

Tensor eye(std::int64_t n, std::optional<std::int64_t> m, TensorOptions options, Where where) {
  const Operation call("eye", where, n, m, options);
  const std::int64_t columns = m.value_or(n);
  return generate(
      call, {n, columns}, options.dtype.value_or(float32), options,
      [&]<class T>(std::int64_t i) { return Scalar(i / columns == i % columns ? 1 : 0).to<T>(); });
}

Tensor arange(Scalar end, TensorOptions options, Where where) {
  return arange(0, end, 1, options, where);
}

Tensor arange(Scalar start, Scalar end, Scalar step, TensorOptions options, Where where) {
  const Operation call("arange", where, start, end, step, options);
  const auto floating = [](Scalar s) { return s.kind() == Scalar::Kind::floating; };
  const bool real = floating(start) || floating(end) || floating(step);
  const double first = start.to<double>();
  const double by = step.to<double>();
  const double distance = end.to<double>() - first;
  if (by == 0 || !std::isfinite(by) || !std::isfinite(first) || !std::isfinite(distance)) {
    check::refuse<ValueError>(
        call, {},
        "needs finite bounds and a finite step other than 0, not {}, {} and {} "
        "[value-out-of-range]",
        start, end, step);
  }
  if (distance / by < 0) {
    check::refuse<ValueError>(
        call, {}, "the step {} leads away from the end {} [value-out-of-range]", step, end);
  }
  if (real) {
    return range(call, convert<std::int64_t>(std::ceil(distance / by)),
                 options.dtype.value_or(float32), options,
                 [&](std::int64_t i) { return Scalar(first + static_cast<double>(i) * by); });
  }
  for (const Scalar number : {start, end, step}) {
    require_fits(call, number, int64);
  }
  const auto whole = start.to<std::int64_t>();
  const auto whole_step = step.to<std::int64_t>();
  return range(call, range_length(whole, end.to<std::int64_t>(), whole_step),
               options.dtype.value_or(int64), options, [&](std::int64_t i) {
                 const std::uint64_t value =
                     static_cast<std::uint64_t>(whole) +
                     static_cast<std::uint64_t>(i) * static_cast<std::uint64_t>(whole_step);
                 return Scalar(static_cast<std::int64_t>(value));
               });
}

Tensor linspace(double start, double end, std::int64_t steps, TensorOptions options, Where where) {
  const Operation call("linspace", where, start, end, steps, options);
  const DType dtype = options.dtype.value_or(float32);
  require_fits(call, start, dtype);
  require_fits(call, end, dtype);
  const double last = static_cast<double>(std::max<std::int64_t>(steps - 1, 1));
  return generate(call, {steps}, dtype, options, [&]<class T>(std::int64_t i) {
    const double part = static_cast<double>(i) / last;
    return Scalar(start * (1 - part) + end * part).to<T>();
  });
}

Tensor empty_like(const Tensor& other, TensorOptions options, Where where) {
  const Operation call("empty_like", where, other, options);
  return finish(call, fresh_like(other, options.dtype.value_or(other.dtype())), options);
}

Tensor full_like(const Tensor& other, Scalar value, TensorOptions options, Where where) {
  const Operation call("full_like", where, other, value, options);
  return filled_like(call, other, value, options);
}

Tensor zeros_like(const Tensor& other, TensorOptions options, Where where) {
  const Operation call("full_like", where, other, Scalar(0), options);
  return filled_like(call, other, 0, options);
}

Tensor ones_like(const Tensor& other, TensorOptions options, Where where) {
  const Operation call("full_like", where, other, Scalar(1), options);
  return filled_like(call, other, 1, options);
}

Tensor rand_like(const Tensor& other, TensorOptions options, Where where) {
  const Operation call("rand_like", where, other, options);
  const TensorOptions values{.dtype = options.dtype.value_or(other.dtype())};
  return laid_out_like(call, other, rand(other.shape(), values, default_generator(), call.where()),
                       options);
}

Tensor randn_like(const Tensor& other, TensorOptions options, Where where) {
  const Operation call("randn_like", where, other, options);
  const TensorOptions values{.dtype = options.dtype.value_or(other.dtype())};
  return laid_out_like(call, other, randn(other.shape(), values, default_generator(), call.where()),
                       options);
}

}  // namespace retrograd
