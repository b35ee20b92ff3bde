// Max pooling: the inner loops run over the channels, which lie side by side.
#include <array>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/lanes.h>
#include <retrograd/ops/kernels/pool_windows.h>
#include <retrograd/ops/kernels/report.h>
#include <retrograd/tensor/detail/instructions.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

namespace {

// Whether winners are kept as taps.
bool keeps_taps(const PoolShape& shape) {
  std::int64_t most = kNoTap;
  for (const std::int64_t size : shape.kernel) {
    most /= size;
  }
  return most > 0;
}

// The largest values of a window's taps, channel by channel, and which of the taps they are,
// counted from 0 in the form that Block::store_bytes takes, or kPlain.
template <class T, class Block, bool kPlain>
struct Winners {
  using Vector = typename Lanes<T>::Vector;
  using Ints = typename Lanes<T>::Ints;

  std::array<Vector, Block::vectors> values;
  std::array<Ints, Block::vectors> ids{};

  // A number of taps that the compiler knows, kTaps, makes for straight code.
  template <std::size_t kTaps>
  Winners(const Block& block, const T* in, const std::vector<PoolTap>& taps,
          std::integral_constant<std::size_t, kTaps>) {
    const std::size_t count = kTaps > 0 ? kTaps : taps.size();
    std::array<Vector, Block::vectors> sums{};
    values.fill(kLeast);
    for (std::size_t i = 0; i < count; ++i) {
      block.each([&](std::size_t v) {
        const Vector value = block.load(in + taps[i].at, v);
        values[v] = value > values[v] ? value : values[v];
        sums[v] += value;
      });
    }
    if (block.any_nan(sums)) {
      choose_nan(block, in, taps);
      return;
    }
    std::array<Ints, Block::vectors> later;  // whether the winner is still to come
    later.fill(~Ints{});
    const Ints one = id(1);
    for (std::size_t i = 0; i + 1 < count; ++i) {
      block.each([&](std::size_t v) {
        later[v] &= block.load(in + taps[i].at, v) != values[v];
        ids[v] += later[v] & one;
      });
    }
  }

 private:
  static constexpr Vector kLeast = Vector{} - std::numeric_limits<T>::infinity();

  static Ints id(std::size_t i) {
    return kPlain ? Ints{} + static_cast<typename Lanes<T>::Int>(i)
                  : Block::bytes_of(static_cast<std::uint8_t>(i));
  }

  // NaN is better than any number, and nothing is better than NaN.
  void choose_nan(const Block& block, const T* in, const std::vector<PoolTap>& taps) {
    values.fill(kLeast);
    for (std::size_t i = 0; i < taps.size(); ++i) {
      const Ints tap_id = id(i);
      block.each([&](std::size_t v) {
        const Vector value = block.load(in + taps[i].at, v);
        const Ints better = ~(value <= values[v]) & (values[v] == values[v]);
        values[v] = better ? value : values[v];
        ids[v] = better ? tap_id : ids[v];
      });
    }
  }
};

// Winner is uint8_t for taps, int64_t for places.
template <class T, class Winner>
Pooled max_pool_as(const Tensor& input, const PoolShape& shape) {
  constexpr bool kTaps = std::is_same_v<Winner, std::uint8_t>;
  const PoolGeometry pool(input, shape, false);
  const Tensor x = as_channels_last(input);
  Pooled out{pool.empty_output(x.dtype()), pool.empty_output(dtype_of<Winner>())};
  const std::int64_t image_length = pool.in_places * pool.channels;
  for_each_window(pool, [&](LineWindows& windows, std::int64_t ow, std::int64_t out_at,
                            std::int64_t room) {
    const std::int64_t base = windows.base(ow);
    const std::int64_t in_at = windows.image() * image_length + base;
    const std::vector<PoolTap>& taps = windows.taps(ow);
    T* const values = out.values.raw<T>() + out_at;
    Winner* const winners = out.winners.raw<Winner>() + out_at;
    if (taps.empty()) {
      std::fill_n(values, pool.channels, -std::numeric_limits<T>::infinity());
      std::fill_n(winners, pool.channels, kTaps ? Winner{kNoTap} : static_cast<Winner>(kNowhere));
      return;
    }
    room = std::min(room, pool.batch * image_length - in_at - taps.back().at);
    const T* const in = x.raw<T>() + in_at;
    const auto pool_block = [&](const auto& block, auto count) {
      const Winners<T, std::decay_t<decltype(block)>, !kTaps> best(block, in, taps, count);
      block.each([&](std::size_t v) { block.store(values, v, best.values[v]); });
      if constexpr (kTaps) {
        block.store_bytes(winners, best.ids);
      } else {
        for (std::size_t i = 0; i < block.length; ++i) {
          const auto winner = static_cast<std::size_t>(best.ids[i / block.lanes][i % block.lanes]);
          winners[block.at + static_cast<std::int64_t>(i)] =
              (base + taps[winner].at) / pool.channels;
        }
      }
    };
    retrograd::detail::vectorised([&] {
      if (kTaps && taps.size() == 4) {
        for_each_block<T, 2>(pool.channels, room, [&](const auto& block) {
          pool_block(block, std::integral_constant<std::size_t, 4>());
        });
      } else {
        for_each_block<T, 4>(pool.channels, room, [&](const auto& block) {
          pool_block(block, std::integral_constant<std::size_t, 0>());
        });
      }
    });
    if (kTaps && taps.back().number >= static_cast<std::int64_t>(taps.size())) {
      // Some taps lie outside the input: the numbers of the others.
      for (std::int64_t c = 0; c < pool.channels; ++c) {
        winners[c] = static_cast<Winner>(taps[static_cast<std::size_t>(winners[c])].number);
      }
    }
  });
  return out;
}

}  // namespace

Pooled max_pool(const Tensor& x, const PoolShape& shape) {
  const KernelTimer timer("max_pool", x);
  if (x.dtype() == bfloat16) {
    const Pooled pooled = max_pool(converted(x, float32), shape);
    return {converted(pooled.values, bfloat16), pooled.winners};
  }
  return for_float_or_double(x.dtype(), [&]<class T>() {
    return keeps_taps(shape) ? max_pool_as<T, std::uint8_t>(x, shape)
                             : max_pool_as<T, std::int64_t>(x, shape);
  });
}

}  // namespace retrograd::kernels
