// Max pooling: the inner loops run over the channels, which lie side by side.
#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <type_traits>
#include <utility>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lanes.h>
#include <retrograd/ops/kernels/pool/max_of_squares.h>
#include <retrograd/ops/kernels/pool/pool_windows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

namespace {

// Whether winners are kept as taps.
bool keeps_taps(const PoolGeometry& geometry) {
  std::int64_t most = kNoTap;
  for (const std::int64_t size : geometry.kernel) {
    most /= size;
  }
  return most > 0;
}

// The largest values of a window's taps, channel by channel, and which of the taps they are,
// counted from 0 in the form that Block::store_bytes takes, or kPlain. Values are stored as S.
template <class T, class Block, bool kPlain>
struct Winners {
  using Vector = typename Lanes<T>::Vector;
  using Ints = typename Lanes<T>::Ints;

  std::array<Vector, Block::vectors> values;
  std::array<Ints, Block::vectors> ids{};

  template <class S, class Inside>
  Winners(const Block& block, const S* in, const Inside& taps, bool wanted) {
    std::array<Vector, Block::vectors> sums{};
    values.fill(kLeast);
    taps.each_list([&](const PoolTap* list, auto count, bool) {
      for (std::int64_t i = 0; i < count; ++i) {
        block.each([&](std::size_t v) {
          const Vector value = block.load(in + list[i].at, v);
          values[v] = value > values[v] ? value : values[v];
          sums[v] += value;
        });
      }
    });
    if (block.any_nan(sums)) {
      choose_nan(block, in, taps);
      return;
    }
    if (!wanted) {
      return;
    }
    std::array<Ints, Block::vectors> later;  // whether the winner is still to come
    later.fill(~Ints{});
    const Ints one = id(1);
    taps.each_list([&](const PoolTap* list, auto count, bool last) {
      for (std::int64_t i = 0; i < count - (last ? 1 : 0); ++i) {
        block.each([&](std::size_t v) {
          later[v] &= block.load(in + list[i].at, v) != values[v];
          ids[v] = sum(ids[v], later[v] & one);
        });
      }
    });
  }

 private:
  static constexpr Vector kLeast = Vector{} - std::numeric_limits<T>::infinity();

  // Of four counts side by side too, whose first bit is the sign of a lane.
  static Ints sum(Ints a, Ints b) {
    using Bits [[gnu::vector_size(sizeof(Ints))]] = std::make_unsigned_t<typename Lanes<T>::Int>;
    return std::bit_cast<Ints>(std::bit_cast<Bits>(a) + std::bit_cast<Bits>(b));
  }

  static Ints id(std::int64_t i) {
    return kPlain ? Ints{} + static_cast<typename Lanes<T>::Int>(i)
                  : Block::bytes_of(static_cast<std::uint8_t>(i));
  }

  // NaN is better than any number, and nothing is better than NaN.
  template <class S, class Inside>
  void choose_nan(const Block& block, const S* in, const Inside& taps) {
    values.fill(kLeast);
    std::int64_t number = 0;
    taps.each_list([&](const PoolTap* list, auto count, bool) {
      for (std::int64_t i = 0; i < count; ++i) {
        const Ints tap_id = id(number++);
        block.each([&](std::size_t v) {
          const Vector value = block.load(in + list[i].at, v);
          const Ints better = ~(value <= values[v]) & (values[v] == values[v]);
          values[v] = better ? value : values[v];
          ids[v] = better ? tap_id : ids[v];
        });
      }
    });
  }
};

// Winner is uint8_t for taps, int64_t for positions.
template <class S, class Winner>
Pooled max_pool_as(const Tensor& input, const PoolGeometry& geometry, bool wanted) {
  using T = compute_t<S>;
  constexpr bool kTaps = std::is_same_v<Winner, std::uint8_t>;
  const PoolWindows pool(input, geometry, false);
  Pooled out{pool.empty_output(input.dtype()),
             wanted ? pool.empty_output(dtype_of<Winner>()) : Tensor()};
  const Tensor x = as_channels_last(input);
  const std::int64_t image_length = pool.in_positions * pool.channels;
  const std::int64_t width = geometry.output[2];
  // Pools one window, whose values go to `out_at`, `left` elements before the end of a thread's.
  const auto pool_window = [&](const LineWindows& windows, std::int64_t ow, std::int64_t out_at,
                               std::int64_t left) {
    const std::int64_t base = windows.base(ow);
    const std::int64_t in_at = windows.image() * image_length + base;
    const LineWindows::Inside taps = windows.taps(ow);
    S* const values = out.values.raw<S>() + out_at;
    Winner* const winners = wanted ? out.winners.raw<Winner>() + out_at : nullptr;
    if (taps.size() == 0) {
      std::fill_n(values, pool.channels, S(-std::numeric_limits<T>::infinity()));
      std::fill_n(winners, wanted ? pool.channels : 0,
                  kTaps ? Winner{kNoTap} : static_cast<Winner>(kNowhere));
      return;
    }
    const PoolTap last = taps.back();
    left = std::min(left, pool.batch * image_length - in_at - last.at);
    const S* const in = x.raw<S>() + in_at;
    const auto pool_block = [&](const auto& block, const auto& of) {
      const Winners<T, std::decay_t<decltype(block)>, !kTaps> best(block, in, of, wanted);
      block.each([&](std::size_t v) { block.store(values, v, best.values[v]); });
      if (!wanted) {
        return;
      }
      if constexpr (kTaps) {
        block.store_bytes(winners, best.ids);
      } else {
        for (std::size_t i = 0; i < block.length; ++i) {
          const std::int64_t winner = best.ids[i / block.lanes][i % block.lanes];
          winners[block.at + static_cast<std::int64_t>(i)] =
              (base + taps[winner].at) / pool.channels;
        }
      }
    };
    for_each_block<T, 4>(pool.channels, left, [&](const auto& block) { pool_block(block, taps); });
    if (kTaps && wanted && last.number >= taps.size()) {
      // Some taps lie outside the input: the numbers of the others.
      for (std::int64_t c = 0; c < pool.channels; ++c) {
        winners[c] = static_cast<Winner>(taps[static_cast<std::int64_t>(winners[c])].number);
      }
    }
  };
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t end) {
    retrograd::detail::vectorised([&] {
      for (std::int64_t ow = 0; ow < width; ++ow) {
        const std::int64_t at = (line * width + ow) * pool.channels;
        pool_window(windows, ow, at, end * width * pool.channels - at);
      }
    });
  });
  return out;
}

}  // namespace

Pooled max_pool(const Tensor& x, const PoolGeometry& geometry, bool winners) {
  const detail::KernelTimer timer("max_pool", x);
  if (const auto reference = reference_of(&ReferenceTable::max_pool)) {
    return reference(x, geometry, winners);
  }
  return for_floating(x.dtype(), [&]<class S>() {
    if (are_squares(geometry)) {
      const Tensor last = as_channels_last(x);
      Pooled found = winners ? max_of_squares<S, true>(last, geometry)
                             : max_of_squares<S, false>(last, geometry);
      if (found.values.defined()) {
        return found;
      }
    }
    return keeps_taps(geometry) ? max_pool_as<S, std::uint8_t>(x, geometry, winners)
                                : max_pool_as<S, std::int64_t>(x, geometry, winners);
  });
}

}  // namespace retrograd::kernels
