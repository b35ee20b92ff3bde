// Average pooling: the inner loops run over the channels, which lie side by side.
#include <algorithm>
#include <array>
#include <vector>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/lanes.h>
#include <retrograd/ops/kernels/pool_windows.h>
#include <retrograd/ops/kernels/report.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

namespace {

// The sum over the taps. Large windows are added up by parts: one sum of a million values would
// lose digits.
template <class T, std::size_t kVectors>
auto sum_of_taps(const Block<T, kVectors>& block, const T* in, const std::vector<PoolTap>& taps) {
  constexpr std::size_t kPart = 64;
  using Sums = std::array<typename Lanes<T>::Vector, Block<T, kVectors>::vectors>;
  using Totals = std::array<double, Block<T, kVectors>::vectors * Lanes<T>::count>;
  Sums sums{};
  Totals totals{};
  for (std::size_t first = 0; first < taps.size(); first += kPart) {
    const std::size_t end = std::min(taps.size(), first + kPart);
    for (std::size_t i = first; i < end; ++i) {
      block.each([&](std::size_t v) { sums[v] += block.load(in + taps[i].at, v); });
    }
    if (taps.size() > kPart) {
      for (std::size_t i = 0; i < totals.size(); ++i) {
        totals[i] += static_cast<double>(sums[i / Lanes<T>::count][i % Lanes<T>::count]);
      }
      sums = {};
    }
  }
  for (std::size_t i = 0; taps.size() > kPart && i < totals.size(); ++i) {
    sums[i / Lanes<T>::count][i % Lanes<T>::count] = static_cast<T>(totals[i]);
  }
  return sums;
}

template <class T>
Tensor avg_pool_as(const Tensor& input, const PoolShape& shape) {
  const PoolGeometry pool(input, shape, false);
  const Tensor x = as_channels_last(input);
  Tensor out = pool.empty_output(x.dtype());
  const std::int64_t channels = pool.channels;
  const std::int64_t line_length = shape.output[2] * channels;
  const std::int64_t image_length = pool.in_places * channels;
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t end) {
    for (std::int64_t ow = 0; ow < shape.output[2]; ++ow) {
      const std::int64_t at = line * line_length + ow * channels;
      const std::int64_t in_at = windows.image() * image_length + windows.base(ow);
      const std::vector<PoolTap>& taps = windows.taps(ow);
      const std::int64_t last = taps.empty() ? 0 : in_at + taps.back().at;
      const std::int64_t room = std::min(end * line_length - at, pool.batch * image_length - last);
      const auto divisor = static_cast<T>(windows.divisor(ow));
      const T* const in = x.raw<T>() + in_at;
      T* const mean = out.raw<T>() + at;
      for_each_block<T>(channels, room, [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
        const auto total = sum_of_taps(block, in, taps);
        block.each([&](std::size_t v) { block.store(mean, v, total[v] / divisor); });
      });
    }
  });
  return out;
}

// Whether all windows have one divisor.
bool divides_evenly(const PoolGeometry& pool) {
  const auto equal = [](const PoolAxis& axis) {
    return std::all_of(axis.windows.begin(), axis.windows.end(), [&](const auto& window) {
      return window.counted == axis.windows.front().counted;
    });
  };
  return pool.shape.divisor_override != 0 || std::all_of(pool.axes.begin(), pool.axes.end(), equal);
}

// Each output's share of a window's place.
template <class T>
Tensor shares_of(const Tensor& grad, const PoolGeometry& pool) {
  const Tensor out_grad = as_channels_last(grad);
  Tensor shares = pool.empty_output(grad.dtype());
  const T* const g = out_grad.raw<T>();
  T* const share = shares.raw<T>();
  const std::int64_t width = pool.shape.output[2];
  const bool even = divides_evenly(pool);
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t) {
    const std::int64_t windows_a_run = even ? width : 1;
    const std::int64_t length = windows_a_run * pool.channels;
    for (std::int64_t ow = 0; ow < width; ow += windows_a_run) {
      const auto divisor = static_cast<T>(windows.divisor(ow));
      const std::int64_t at = (line * width + ow) * pool.channels;
      for (std::int64_t i = at; i < at + length; ++i) {
        share[i] = g[i] / divisor;
      }
    }
  });
  return shares;
}

// Goes through the input's places; each adds up the shares of the windows that see it.
template <class T>
Tensor avg_pool_input_grad_as(const Tensor& grad, const PoolShape& shape) {
  const PoolGeometry pool(grad, shape, true);
  const Tensor shares = shares_of<T>(grad, pool);
  Tensor x_grad = pool.empty_input(grad.dtype());
  const PoolAxis& axis = pool.axes[2];
  const std::int64_t channels = pool.channels;
  const std::int64_t length = shape.input[2] * channels;
  pool.for_each_part(shape.input, [&](std::int64_t begin, std::int64_t end) {
    SeeingLines seeing(pool);
    for (std::int64_t line = begin; line < end; ++line) {
      T* to = x_grad.raw<T>() + line * length;
      if (seeing.move_to(line) && line > begin) {
        std::copy_n(to - length, length, to);
        continue;
      }
      for (const PoolAxis::Seen& seen : axis.seen) {
        const std::int64_t first = seen.first;
        const std::int64_t count = seen.count;
        const std::int64_t touched = seeing.room(first + (count - 1) * axis.step);
        const std::int64_t room =
            std::min<std::int64_t>(x_grad.raw<T>() + end * length - to, touched);
        for_each_block<T>(
            channels, room, [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
              std::array<typename Lanes<T>::Vector, Block<T, kVectors>::vectors> total{};
              for (const std::int64_t start : seeing.starts()) {
                const T* share = shares.raw<T>() + start + first * channels;
                for (std::int64_t i = 0; i < count; ++i, share += axis.step * channels) {
                  block.each([&](std::size_t v) { total[v] += block.load(share, v); });
                }
              }
              block.each([&](std::size_t v) { block.store(to, v, total[v]); });
            });
        to += channels;
      }
    }
  });
  return x_grad;
}

}  // namespace

Tensor avg_pool(const Tensor& x, const PoolShape& shape) {
  const KernelTimer timer("avg_pool", x);
  if (x.dtype() == bfloat16) {
    return converted(avg_pool(converted(x, float32), shape), bfloat16);
  }
  return for_float_or_double(x.dtype(), [&]<class T>() { return avg_pool_as<T>(x, shape); });
}

Tensor avg_pool_input_grad(const Tensor& grad, const PoolShape& shape) {
  const KernelTimer timer("avg_pool_input_grad", grad);
  if (grad.dtype() == bfloat16) {
    return converted(avg_pool_input_grad(converted(grad, float32), shape), bfloat16);
  }
  return for_float_or_double(grad.dtype(),
                             [&]<class T>() { return avg_pool_input_grad_as<T>(grad, shape); });
}

}  // namespace retrograd::kernels
