// What follows from a max pool's winners: gradients, and reading at their positions.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/parts.h>
#include <retrograd/ops/kernels/loops/vectors.h>
#include <retrograd/ops/kernels/pool/pool_windows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

namespace {

// Below, vectors over the channels are too short to be worth it.
constexpr std::int64_t kFewestChannels = 3;

// Calls f(at, in_at) for every output at the offset `at` whose winner stands in the input, at the
// offset in_at. `begin_image(image)` comes before those of an image.
template <class F, class Begin>
void for_each_winner(const Tensor& winners, const PoolWindows& pool, Begin&& begin_image, F&& f) {
  const std::int64_t channels = pool.channels;
  const std::int64_t in_length = pool.in_positions * channels;
  const std::int64_t out_length = pool.out_positions * channels;
  const std::int64_t width = pool.geometry.output[2];
  const auto by_taps = [&](std::int64_t image) {
    if (out_length == 0) {
      return;  // no channels, of perhaps a billion windows
    }
    const std::uint8_t* const taps = winners.raw<std::uint8_t>();
    const std::int64_t lines = pool.geometry.output[0] * pool.geometry.output[1];
    std::array<std::int64_t, kNoTap> tap_at{};
    std::array<PoolTap, 2 * PoolWindows::kListed> scratch;
    LineWindows windows(pool, scratch.data());
    std::int64_t at = image * out_length;
    for (std::int64_t line = image * lines; line < (image + 1) * lines; ++line) {
      windows.move_to(line);
      for (const PoolTap& tap : windows.whole()) {
        tap_at[static_cast<std::size_t>(tap.number)] = tap.at;
      }
      for (std::int64_t ow = 0; ow < width; ++ow) {
        const std::int64_t window_at = image * in_length + windows.base(ow);
        for (std::int64_t c = 0; c < channels; ++c, ++at) {
          if (taps[at] != kNoTap) {
            f(at, window_at + tap_at[taps[at]] + c);
          }
        }
      }
    }
  };
  const auto by_places = [&](std::int64_t image) {
    const std::int64_t* const positions = winners.raw<std::int64_t>();
    for (std::int64_t at = image * out_length; at < (image + 1) * out_length;) {
      for (std::int64_t c = 0; c < channels; ++c, ++at) {
        if (positions[at] != kNowhere) {
          f(at, image * in_length + positions[at] * channels + c);
        }
      }
    }
  };
  const std::int64_t grain = kGrain / std::max<std::int64_t>(in_length + out_length, 1) + 1;
  parallel_ranges(pool.batch, grain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t image = begin; image < end; ++image) {
      begin_image(image);
      winners.dtype() == uint8 ? by_taps(image) : by_places(image);
    }
  });
}

// Whether every position of the input lies in one window, which is small.
bool is_tiled(const PoolGeometry& s) {
  bool tiled = !s.adaptive && s.kernel[0] * s.kernel[1] * s.kernel[2] <= 9;
  for (std::size_t d = 0; d < 3; ++d) {
    tiled = tiled && s.stride[d] == s.kernel[d] && s.padding[d] == 0 && s.dilation[d] == 1 &&
            s.input[d] == s.output[d] * s.stride[d];
  }
  return tiled;
}

// Gradients of eight channels of a window and the taps that won them, as numbers of as many bits.
template <class T>
struct WonChannels {
  static constexpr std::int64_t kLanes = 8;
  using Word = std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>;
  using Words [[gnu::vector_size(kLanes * sizeof(T))]] = Word;

  Words taps;
  Words values;

  RETROGRAD_INLINE WonChannels(const T* from, const std::uint8_t* won) {
    std::memcpy(&values, from, sizeof values);
    // Interleaved with zeros: GCC converts a vector of eight bytes one by one.
    using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
    using Halves [[gnu::vector_size(16)]] = std::uint16_t;
    Bytes bytes{};
    std::memcpy(&bytes, won, kLanes);
    const auto halves = std::bit_cast<Halves>(__builtin_shufflevector(
        bytes, Bytes{}, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    if constexpr (sizeof(T) == 2) {
      taps = halves;
    } else {
      using Fours [[gnu::vector_size(32)]] = std::uint32_t;
      const auto pairs = __builtin_shufflevector(halves, Halves{}, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12,
                                                 5, 13, 6, 14, 7, 15);
      Fours fours;
      std::memcpy(&fours, &pairs, sizeof fours);
      if constexpr (sizeof(T) == 4) {
        taps = fours;
      } else {
        taps = __builtin_convertvector(fours, Words);
      }
    }
  }
  // Values of the channels that the tap won, else 0.
  RETROGRAD_INLINE void store(std::int64_t tap, T* to) const {
    const Words own = taps == static_cast<Word>(tap) ? values : Words{};
    std::memcpy(static_cast<void*>(to), &own, sizeof own);
  }
};

// A window's gradient at `from`, for a tap at `to`. As many as `room` values may be touched: those
// behind the channels are written later.
template <class T>
RETROGRAD_INLINE inline void take_tap(const T* from, const std::uint8_t* taps, std::int64_t tap,
                                      std::int64_t channels, std::int64_t room, T* to) {
  constexpr std::int64_t kLanes = WonChannels<T>::kLanes;
  std::int64_t c = 0;
  for (; c < channels && c + kLanes <= room; c += kLanes) {
    WonChannels<T>(from + c, taps + c).store(tap, to + c);
  }
  for (; c < channels; ++c) {
    to[c] = taps[c] == tap ? from[c] : T{};
  }
}

// Writes every position once: each window's gradient at its winner, zeros at its other taps. A line
// of the input is written from its first position to its last.
template <class T>
Tensor scatter_tiles_as(const Tensor& grad, const Tensor& winners, const PoolGeometry& geometry) {
  const PoolWindows pool(grad, geometry, false);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = pool.empty_input(grad.dtype());
  const T* const from = out_grad.raw<T>();
  const std::uint8_t* const taps = winners.raw<std::uint8_t>();
  const std::int64_t channels = pool.channels;
  const std::int64_t width = geometry.kernel[2];
  const std::int64_t columns = geometry.output[2];
  const std::int64_t all = grad.numel();
  constexpr std::int64_t kLanes = WonChannels<T>::kLanes;
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t) {
    T* const image = x_grad.raw<T>() + windows.image() * pool.in_positions * channels;
    retrograd::detail::vectorised([&] {
      const std::span<const PoolTap> own = windows.whole();  // all windows have all taps
      for (std::int64_t ow = 0; ow < columns; ++ow) {
        const std::int64_t at = (line * columns + ow) * channels;
        T* const to = image + windows.base(ow);
        const std::int64_t room = std::min(all - at, (columns - ow) * width * channels);
        if (channels <= kLanes && room >= width * kLanes) {
          const WonChannels<T> won(from + at, taps + at);
          for (const PoolTap& tap : own) {
            won.store(tap.number, to + tap.at);
          }
          continue;
        }
        for (const PoolTap& tap : own) {
          take_tap(from + at, taps + at, tap.number, channels, room - tap.number % width * channels,
                   to + tap.at);
        }
      }
    });
  });
  return x_grad;
}

template <class T>
Tensor scatter_as(const Tensor& grad, const Tensor& winners, const PoolGeometry& geometry) {
  const PoolWindows pool(grad, geometry, false);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = pool.empty_input(grad.dtype());
  T* const to = x_grad.raw<T>();
  const T* const from = out_grad.raw<T>();
  const std::int64_t length = pool.in_positions * pool.channels;
  for_each_winner(
      as_channels_last(winners), pool,
      [&](std::int64_t image) { std::fill_n(to + image * length, length, T{0}); },
      [&](std::int64_t at, std::int64_t in_at) { to[in_at] += from[at]; });
  return x_grad;
}

template <class T>
Tensor gather_as(const Tensor& x, const Tensor& winners, const PoolGeometry& geometry) {
  const PoolWindows pool(x, geometry, false);
  const Tensor source = as_channels_last(x);
  Tensor out = pool.empty_output(x.dtype());
  T* const to = out.raw<T>();
  const T* const from = source.raw<T>();
  const std::int64_t length = pool.out_positions * pool.channels;
  for_each_winner(
      as_channels_last(winners), pool,
      [&](std::int64_t image) { std::fill_n(to + image * length, length, T{}); },
      [&](std::int64_t at, std::int64_t in_at) { to[at] = from[in_at]; });
  return out;
}

}  // namespace

Tensor max_pool_positions(const Tensor& winners, const PoolGeometry& geometry) {
  if (const auto reference = reference_of(&ReferenceTable::max_pool_positions)) {
    return reference(winners, geometry);
  }
  if (winners.dtype() == int64) {
    return as_channels_last(winners);
  }
  const PoolWindows pool(winners, geometry, false);
  Tensor positions = pool.empty_output(int64);
  std::int64_t* const to = positions.raw<std::int64_t>();
  std::fill_n(to, positions.numel(), kNowhere);
  for_each_winner(
      as_channels_last(winners), pool, [](std::int64_t) {},
      [&](std::int64_t at, std::int64_t in_at) {
        to[at] = in_at / pool.channels % pool.in_positions;
      });
  return positions;
}

Tensor max_pool_gather(const Tensor& x, const Tensor& winners, const PoolGeometry& geometry) {
  const detail::KernelTimer timer("max_pool_gather", x);
  if (const auto reference = reference_of(&ReferenceTable::max_pool_gather)) {
    return reference(x, winners, geometry);
  }
  return for_floating(x.dtype(), [&]<class T>() { return gather_as<T>(x, winners, geometry); });
}

Tensor max_pool_scatter(const Tensor& grad, const Tensor& winners, const PoolGeometry& geometry) {
  const detail::KernelTimer timer("max_pool_scatter", grad);
  if (const auto reference = reference_of(&ReferenceTable::max_pool_scatter)) {
    return reference(grad, winners, geometry);
  }
  const bool tiled =
      winners.dtype() == uint8 && is_tiled(geometry) && grad.shape()[1] >= kFewestChannels;
  if (grad.dtype() == bfloat16) {
    return tiled ? scatter_tiles_as<BFloat16>(grad, as_channels_last(winners), geometry)
                 : planes_in_float32(
                       grad, pool_shape(grad.shape(), geometry.input, geometry.spatial_rank),
                       [&](const Tensor& part, const Part& planes) {
                         return scatter_as<float>(part, planes.of(winners), geometry);
                       });
  }
  return for_float_or_double(grad.dtype(), [&]<class T>() {
    return tiled ? scatter_tiles_as<T>(grad, as_channels_last(winners), geometry)
                 : scatter_as<T>(grad, winners, geometry);
  });
}

Tensor last_of_equals(const Tensor& indices, std::int64_t positions) {
  if (const auto reference = reference_of(&ReferenceTable::last_of_equals)) {
    return reference(indices, positions);
  }
  const Tensor from = as_contiguous(indices);
  Tensor result = empty_tensor(indices.shape(), boolean);
  const std::int64_t planes = indices.shape()[0] * indices.shape()[1];
  const std::int64_t length = planes == 0 ? 0 : indices.numel() / planes;
  Table<char> named(static_cast<std::size_t>(positions));
  for (std::int64_t plane = 0; plane < planes; ++plane) {
    std::fill(named.begin(), named.end(), 0);
    for (std::int64_t i = (plane + 1) * length; i-- > plane * length;) {
      char& before = named[static_cast<std::size_t>(from.raw<std::int64_t>()[i])];
      result.raw<bool>()[i] = before == 0;
      before = 1;
    }
  }
  return result;
}

}  // namespace retrograd::kernels
