#include <algorithm>
#include <cmath>

#include <retrograd/log/detail/event.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::logging::detail {

namespace {

constexpr int kIntervals = 30;

// Calls f with each element as a double.
template <class F>
void for_each(const Tensor& values, const F& f) {
  for_dtype(values.dtype(), [&]<class T>() {
    const T* const data = values.raw<T>();
    for (std::int64_t i = 0; i < values.numel(); ++i) {
      f(static_cast<double>(data[i]));
    }
  });
}

void measure(Histogram& histogram, const Tensor& values) {
  for_each(values, [&](double value) {
    if (!std::isfinite(value)) {
      ++histogram.not_finite;
      return;
    }
    histogram.min = histogram.count == 0 ? value : std::min(histogram.min, value);
    histogram.max = histogram.count == 0 ? value : std::max(histogram.max, value);
    histogram.sum += value;
    histogram.sum_of_squares += value * value;
    ++histogram.count;
  });
}

}  // namespace

Histogram histogram_of(const Tensor& values) {
  const Tensor data = values.contiguous().detach();
  Histogram histogram;
  measure(histogram, data);
  const double low = histogram.min;
  // The difference of two float64 may be infinite.
  const double width = histogram.max / kIntervals - low / kIntervals;
  if (histogram.count == 0 || !(width > 0)) {
    histogram.limits = {histogram.max};
    histogram.counts = {static_cast<double>(histogram.count)};
    return histogram;
  }
  histogram.limits.resize(kIntervals);
  for (int i = 0; i < kIntervals; ++i) {
    histogram.limits[static_cast<std::size_t>(i)] = low + (i + 1) * width;
  }
  histogram.limits.back() = histogram.max;
  const double scale = std::isfinite(histogram.max - low) ? 1 : 0.5;
  histogram.counts.assign(kIntervals, 0);
  for_each(data, [&](double value) {
    if (std::isfinite(value)) {
      const double at = (scale * value - scale * low) / (scale * width);
      ++histogram.counts[static_cast<std::size_t>(std::clamp(at, 0.0, kIntervals - 1.0))];
    }
  });
  return histogram;
}

}  // namespace retrograd::logging::detail
