// Average pooling: the inner loops run over the channels, which lie side by side.
#include <algorithm>
#include <array>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lanes.h>
#include <retrograd/ops/kernels/loops/parts.h>
#include <retrograd/ops/kernels/pool/pool_windows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

// The sum over the taps of values stored as S. Large windows are added up by parts: one sum of a
// million values would lose digits.
template <class T, std::size_t kVectors, class S>
auto sum_of_taps(const Block<T, kVectors>& block, const S* in, const LineWindows::Inside& taps) {
  constexpr std::int64_t kPart = 64;
  using Sums = std::array<typename Lanes<T>::Vector, Block<T, kVectors>::vectors>;
  using Totals = std::array<double, Block<T, kVectors>::vectors * Lanes<T>::count>;
  Sums sums{};
  Totals totals{};
  const bool by_parts = taps.size() > kPart;
  taps.each_list([&](const PoolTap* list, std::int64_t count, bool) {
    for (std::int64_t first = 0; first < count; first += kPart) {
      const std::int64_t end = std::min(count, first + kPart);
      for (std::int64_t i = first; i < end; ++i) {
        block.each([&](std::size_t v) { sums[v] += block.load(in + list[i].at, v); });
      }
      if (by_parts) {
        for (std::size_t i = 0; i < totals.size(); ++i) {
          totals[i] += static_cast<double>(sums[i / Lanes<T>::count][i % Lanes<T>::count]);
        }
        sums = {};
      }
    }
  });
  for (std::size_t i = 0; by_parts && i < totals.size(); ++i) {
    sums[i / Lanes<T>::count][i % Lanes<T>::count] = static_cast<T>(totals[i]);
  }
  return sums;
}

template <class S>
Tensor avg_pool_as(const Tensor& input, const PoolGeometry& geometry) {
  using T = compute_t<S>;
  const PoolWindows pool(input, geometry, false);
  Tensor out = pool.empty_output(input.dtype());
  const Tensor x = as_channels_last(input);
  const std::int64_t channels = pool.channels;
  const std::int64_t image_length = pool.in_positions * channels;
  for_each_window(
      pool, [&](LineWindows& windows, std::int64_t ow, std::int64_t at, std::int64_t left) {
        const std::int64_t in_at = windows.image() * image_length + windows.base(ow);
        const LineWindows::Inside taps = windows.taps(ow);
        const std::int64_t last = taps.size() == 0 ? 0 : in_at + taps.back().at;
        const auto divisor = static_cast<T>(windows.divisor(ow));
        const S* const in = x.raw<S>() + in_at;
        S* const mean = out.raw<S>() + at;
        for_each_block<T>(
            channels, std::min(left, pool.batch * image_length - last),
            [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
              const auto total = sum_of_taps(block, in, taps);
              block.each([&](std::size_t v) { block.store(mean, v, total[v] / divisor); });
            });
      });
  return out;
}

// Whether all windows have one divisor, as far as that is easily seen.
bool divides_evenly(const PoolWindows& pool) {
  return pool.geometry.divisor_override != 0 ||
         std::all_of(pool.axes.begin(), pool.axes.end(),
                     [](const PoolAxis& axis) { return axis.counts_evenly(); });
}

// Each output's share of a window's position.
template <class T>
Tensor shares_of(const Tensor& grad, const PoolWindows& pool) {
  const Tensor out_grad = as_channels_last(grad);
  Tensor shares = pool.empty_output(grad.dtype());
  const T* const g = out_grad.raw<T>();
  T* const share = shares.raw<T>();
  const std::int64_t width = pool.geometry.output[2];
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

// Goes through the input's positions; each adds up the shares of the windows that see it.
template <class T>
Tensor avg_pool_input_grad_as(const Tensor& grad, const PoolGeometry& geometry) {
  const PoolWindows pool(grad, geometry, true);
  Tensor x_grad = pool.empty_input(grad.dtype());
  const Tensor shares = shares_of<T>(grad, pool);
  const PoolAxis& axis = pool.axes[2];
  const std::int64_t channels = pool.channels;
  const std::int64_t length = geometry.input[2] * channels;
  const std::int64_t out_length = geometry.output[2] * channels;
  const std::int64_t pieces = pool.pieces(geometry.input);
  detail::for_pieces(
      pool.lines(geometry.input), pieces, detail::lanes_for(pieces),
      [&](std::int64_t begin, std::int64_t end, int) {
        SeeingLines seeing(pool);
        for (std::int64_t line = begin; line < end; ++line) {
          T* to = x_grad.raw<T>() + line * length;
          if (seeing.move_to(line) && line > begin) {
            std::copy_n(to - length, length, to);
            continue;
          }
          const std::int64_t rest = seeing.left(0);
          for (std::int64_t w = 0; w < geometry.input[2]; ++w, to += channels) {
            const PoolAxis::Seen windows = axis.seen(w);
            const std::int64_t touched =
                rest - (windows.first + (windows.count - 1) * axis.step()) * channels;
            const std::int64_t left =
                std::min<std::int64_t>(x_grad.raw<T>() + end * length - to, touched);
            for_each_block<T>(
                channels, left, [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
                  std::array<typename Lanes<T>::Vector, Block<T, kVectors>::vectors> total{};
                  seeing.each([&](std::int64_t seen) {
                    const T* share = shares.raw<T>() + seen * out_length + windows.first * channels;
                    for (std::int64_t i = 0; i < windows.count;
                         ++i, share += axis.step() * channels) {
                      block.each([&](std::size_t v) { total[v] += block.load(share, v); });
                    }
                  });
                  block.each([&](std::size_t v) { block.store(to, v, total[v]); });
                });
          }
        }
      });
  return x_grad;
}

}  // namespace

Tensor avg_pool(const Tensor& x, const PoolGeometry& geometry) {
  const detail::KernelTimer timer("avg_pool", x);
  if (const auto reference = reference_of(&ReferenceTable::avg_pool)) {
    return reference(x, geometry);
  }
  return for_floating(x.dtype(), [&]<class S>() { return avg_pool_as<S>(x, geometry); });
}

Tensor avg_pool_input_grad(const Tensor& grad, const PoolGeometry& geometry) {
  const detail::KernelTimer timer("avg_pool_input_grad", grad);
  if (const auto reference = reference_of(&ReferenceTable::avg_pool_input_grad)) {
    return reference(grad, geometry);
  }
  if (grad.dtype() == bfloat16) {
    return planes_in_float32(grad, pool_shape(grad.shape(), geometry.input, geometry.spatial_rank),
                             [&](const Tensor& part, const Part&) {
                               return avg_pool_input_grad_as<float>(part, geometry);
                             });
  }
  return for_float_or_double(grad.dtype(),
                             [&]<class T>() { return avg_pool_input_grad_as<T>(grad, geometry); });
}

}  // namespace retrograd::kernels
