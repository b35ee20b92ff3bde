// What follows from a max pool's winners: gradients, and reading at their positions.
#include <array>
#include <cstdint>
#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/lanes.h>
#include <retrograd/ops/kernels/loops/parts.h>
#include <retrograd/ops/kernels/pool/pool_windows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

// Below, vectors over the channels are too short to be worth it.
constexpr std::int64_t kFewestChannels = 12;

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

// One tap's part of a window's gradient: values of the channels that it won, else 0.
template <class T>
void take_tap(const T* from, const std::uint8_t* taps, std::uint8_t number, std::int64_t channels,
              T* to) {
  for_each_block<T>(channels, channels, [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
    const auto own = block.bytes_of(number);
    block.each([&](std::size_t v) {
      const auto wins = block.load_bytes(taps, v) == own;
      block.store(to, v, wins ? block.load(from, v) : typename Lanes<T>::Vector{});
    });
  });
}
// By their bits.
void take_tap(const BFloat16* from, const std::uint8_t* taps, std::uint8_t number,
              std::int64_t channels, BFloat16* to) {
  using Bytes [[gnu::vector_size(8)]] = std::uint8_t;
  using Words [[gnu::vector_size(16)]] = std::uint16_t;
  constexpr std::int64_t kLanes = 8;
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    Bytes bytes;
    Words values;
    std::memcpy(&bytes, taps + c, sizeof bytes);
    std::memcpy(&values, from + c, sizeof values);
    values = __builtin_convertvector(bytes, Words) == number ? values : Words{};
    std::memcpy(static_cast<void*>(to + c), &values, sizeof values);
  }
  for (; c < channels; ++c) {
    to[c] = taps[c] == number ? from[c] : BFloat16();
  }
}

// Writes every position once: each window's gradient at its winner, zeros at its other taps.
template <class T>
Tensor scatter_tiles_as(const Tensor& grad, const Tensor& winners, const PoolGeometry& geometry) {
  const PoolWindows pool(grad, geometry, false);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = pool.empty_input(grad.dtype());
  const T* const from = out_grad.raw<T>();
  const std::uint8_t* const taps = winners.raw<std::uint8_t>();
  for_each_window(pool, [&](LineWindows& windows, std::int64_t ow, std::int64_t at, std::int64_t) {
    T* const to =
        x_grad.raw<T>() + windows.image() * pool.in_positions * pool.channels + windows.base(ow);
    const LineWindows::Inside inside = windows.taps(ow);
    const PoolTap* const taps_inside = inside.list();  // there is one for all that bytes number
    for (std::int64_t i = 0; i < inside.size(); ++i) {
      const PoolTap tap = taps_inside[i];
      take_tap(from + at, taps + at, static_cast<std::uint8_t>(tap.number), pool.channels,
               to + tap.at);
    }
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
