// Tensors of random numbers, declared in tensor/creation.h.
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/detail/generate.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/batch_rows.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

using detail::finish;
using detail::fresh;
using detail::generate;
using detail::Numbers;
using detail::require_fits;
using detail::take_numbers;

void require_floating(const Frame& call, DType dtype) {
  if (!is_floating(dtype)) {
    check::refuse<DTypeError>(call, {}, "makes floating numbers, not {} [not-floating]", dtype);
  }
}

// A uniform number as a T below 1: rounding to a short mantissa must not reach 1.
template <class T>
T below_one(double uniform) noexcept {
  constexpr int bits = std::is_same_v<T, BFloat16> ? 8 : std::numeric_limits<T>::digits;
  if constexpr (std::is_same_v<T, double>) {
    return uniform;
  } else {
    constexpr double scale = 1 << bits;
    return T(static_cast<float>(std::floor(uniform * scale) / scale));
  }
}

}  // namespace

Tensor rand(const Shape& shape, TensorOptions options, Generator& generator, Where where) {
  const Operation call("rand", where, shape, options, generator);
  const DType dtype = options.dtype.value_or(float32);
  require_floating(call, dtype);
  Tensor result = fresh(call, shape, dtype);
  const Numbers numbers = take_numbers(generator, shape);
  for_floating(dtype, [&]<class T>() {
    T* out = result.raw<T>();
    for (std::int64_t i = 0; i < result.numel(); ++i) {
      out[i] = below_one<T>(
          random_uniform(numbers.start, numbers.first + static_cast<std::uint64_t>(i)));
    }
  });
  return finish(call, std::move(result), options);
}

Tensor randn(const Shape& shape, TensorOptions options, Generator& generator, Where where) {
  const Operation call("randn", where, shape, options, generator);
  const DType dtype = options.dtype.value_or(float32);
  require_floating(call, dtype);
  check::numel(call, shape, dtype);
  const Numbers numbers = take_numbers(generator, shape);
  return generate(call, shape, dtype, options, [&]<class T>(std::int64_t i) {
    return convert<T>(random_normal(numbers.start, numbers.first + static_cast<std::uint64_t>(i)));
  });
}

Tensor randint(std::int64_t low, std::int64_t high, const Shape& shape, TensorOptions options,
               Generator& generator, Where where) {
  const Operation call("randint", where, low, high, shape, options, generator);
  if (low >= high) {
    check::refuse<ValueError>(call, {}, "low {} must be below high {} [value-out-of-range]", low,
                              high);
  }
  const DType dtype = options.dtype.value_or(int64);
  if (dtype == boolean && (low < 0 || high > 2)) {
    check::refuse<ValueError>(call, {}, "booleans hold 0 and 1, not {} to {} [dtype-overflow]", low,
                              high - 1);
  }
  require_fits(call, low, dtype);
  require_fits(call, high - 1, dtype);
  check::numel(call, shape, dtype);
  const Numbers numbers = take_numbers(generator, shape);
  const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  return generate(call, shape, dtype, options, [&]<class T>(std::int64_t i) {
    const std::uint64_t step =
        random_bits(numbers.start, numbers.first + static_cast<std::uint64_t>(i)) % range;
    return convert<T>(static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + step));
  });
}

// Fisher and Yates, as in Knuth, The Art of Computer Programming 2, algorithm 3.4.2P.
Tensor randperm(std::int64_t n, Generator& generator, Where where) {
  const Operation call("randperm", where, n, generator);
  if (n < 0) {
    check::refuse<ValueError>(call, {}, "n is {}; at least 0 is needed [value-out-of-range]", n);
  }
  Tensor result = arange(0, n, 1, {.dtype = int64}, call.where());
  const auto start = generator.take(static_cast<std::uint64_t>(n));
  auto* values = result.raw<std::int64_t>();
  for (std::int64_t i = n - 1; i > 0; --i) {
    const auto range = static_cast<std::uint64_t>(i) + 1;
    const auto pick = random_bits(start, static_cast<std::uint64_t>(i)) % range;
    std::swap(values[i], values[pick]);
  }
  return call.result(result);
}

}  // namespace retrograd
