// Max pooling: the inner loops run over the channels, which lie side by side.
#include <array>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/lanes.h>
#include <retrograd/ops/kernels/pool_windows.h>
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

// Calls f(windows, ow, out_at, room) for every window: out_at is the offset of its channels in the
// output, and `room` how many elements from there on belong to this thread.
template <class F>
void for_each_window(const PoolGeometry& pool, F&& f) {
  const std::int64_t line_length = pool.shape.output[2] * pool.channels;
  for_each_line_of_windows(pool, [&](LineWindows& windows, std::int64_t line, std::int64_t end) {
    std::int64_t out_at = line * line_length;
    for (std::int64_t ow = 0; ow < pool.shape.output[2]; ++ow) {
      f(windows, ow, out_at, end * line_length - out_at);
      out_at += pool.channels;
    }
  });
}

// Winner is uint8_t for taps, int64_t for places.
template <class T, class Winner>
Pooled max_pool_as(const Tensor& input, const PoolShape& shape) {
  constexpr bool kTaps = std::is_same_v<Winner, std::uint8_t>;
  using Vector = typename Lanes<T>::Vector;
  using Ints = typename Lanes<T>::Ints;
  const PoolGeometry pool(input, shape, false);
  const Tensor x = as_channels_last(input);
  Pooled out{pool.empty_output(x.dtype()), pool.empty_output(dtype_of<Winner>())};
  const std::int64_t image_length = pool.in_places * pool.channels;
  for_each_window(pool, [&](LineWindows& windows, std::int64_t ow, std::int64_t out_at,
                            std::int64_t room) {
    const std::int64_t base = windows.base(ow);
    const std::int64_t in_at = windows.image() * image_length + base;
    const std::vector<PoolTap>& taps = windows.taps(ow);
    if (!taps.empty()) {
      room = std::min(room, pool.batch * image_length - in_at - taps.back().at);
    }
    const T* const in = x.raw<T>() + in_at;
    T* const values = out.values.raw<T>() + out_at;
    Winner* const winners = out.winners.raw<Winner>() + out_at;
    for_each_block<T>(
        pool.channels, room, [&]<std::size_t kVectors>(const Block<T, kVectors>& block) {
          const auto id = [&](std::size_t i) {
            return kTaps ? block.bytes_of(static_cast<std::uint8_t>(taps[i].number))
                         : Ints{} + static_cast<typename Lanes<T>::Int>(i);
          };
          std::array<Vector, block.vectors> best;
          std::array<Ints, block.vectors> best_id;
          // The smallest value at the first place: it stays where all others equal it.
          best.fill(Vector{} - std::numeric_limits<T>::infinity());
          best_id.fill(!taps.empty() ? id(0) : block.bytes_of(kNoTap));
          for (std::size_t i = 0; i < taps.size(); ++i) {
            const T* const candidates = in + taps[i].at;
            const Ints tap_id = id(i);
            // NaN is better than any number, and nothing is better than NaN.
            block.each([&](std::size_t v) {
              const Vector value = block.load(candidates, v);
              const Ints better = ~(value <= best[v]) & (best[v] == best[v]);
              best[v] = better ? value : best[v];
              best_id[v] = better ? tap_id : best_id[v];
            });
          }
          block.each([&](std::size_t v) {
            block.store(values, v, best[v]);
            if constexpr (kTaps) {
              block.store_bytes(winners, v, best_id[v]);
            } else {
              for (std::size_t i = 0; i < std::min(block.length, block.lanes); ++i) {
                winners[block.at + static_cast<std::int64_t>(v * block.lanes + i)] =
                    taps.empty()
                        ? kNowhere
                        : (base + taps[static_cast<std::size_t>(best_id[v][i])].at) / pool.channels;
              }
            }
          });
        });
  });
  return out;
}

// Calls f(at, in_at) for every output at the offset `at` whose winner stands in the input, at the
// offset in_at. `begin_image(image)` comes before those of an image.
template <class F, class Begin>
void for_each_winner(const Tensor& winners, const PoolGeometry& pool, Begin&& begin_image, F&& f) {
  const std::int64_t channels = pool.channels;
  const std::int64_t in_length = pool.in_places * channels;
  const std::int64_t out_length = pool.out_places * channels;
  const std::int64_t width = pool.shape.output[2];
  const auto by_taps = [&](std::int64_t image) {
    const std::uint8_t* const taps = winners.raw<std::uint8_t>();
    const std::int64_t lines = pool.shape.output[0] * pool.shape.output[1];
    std::array<std::int64_t, kNoTap> tap_at{};
    LineWindows windows(pool);
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
    const std::int64_t* const places = winners.raw<std::int64_t>();
    for (std::int64_t at = image * out_length; at < (image + 1) * out_length;) {
      for (std::int64_t c = 0; c < channels; ++c, ++at) {
        if (places[at] != kNowhere) {
          f(at, image * in_length + places[at] * channels + c);
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

template <class T>
Tensor scatter_as(const Tensor& grad, const Tensor& winners, const PoolShape& shape) {
  const PoolGeometry pool(grad, shape, false);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = pool.empty_input(grad.dtype());
  T* const to = x_grad.raw<T>();
  const T* const from = out_grad.raw<T>();
  const std::int64_t length = pool.in_places * pool.channels;
  for_each_winner(
      as_channels_last(winners), pool,
      [&](std::int64_t image) { std::fill_n(to + image * length, length, T{0}); },
      [&](std::int64_t at, std::int64_t in_at) { to[in_at] += from[at]; });
  return x_grad;
}

template <class T>
Tensor gather_as(const Tensor& x, const Tensor& winners, const PoolShape& shape) {
  const PoolGeometry pool(x, shape, false);
  const Tensor source = as_channels_last(x);
  Tensor out = pool.empty_output(x.dtype());
  T* const to = out.raw<T>();
  const T* const from = source.raw<T>();
  const std::int64_t length = pool.out_places * pool.channels;
  for_each_winner(
      as_channels_last(winners), pool,
      [&](std::int64_t image) { std::fill_n(to + image * length, length, T{}); },
      [&](std::int64_t at, std::int64_t in_at) { to[at] = from[in_at]; });
  return out;
}

}  // namespace

Pooled max_pool(const Tensor& x, const PoolShape& shape) {
  if (x.dtype() == bfloat16) {
    const Pooled pooled = max_pool(converted(x, float32), shape);
    return {converted(pooled.values, bfloat16), pooled.winners};
  }
  return for_float_or_double(x.dtype(), [&]<class T>() {
    return keeps_taps(shape) ? max_pool_as<T, std::uint8_t>(x, shape)
                             : max_pool_as<T, std::int64_t>(x, shape);
  });
}

Tensor max_pool_places(const Tensor& winners, const PoolShape& shape) {
  if (winners.dtype() == int64) {
    return as_channels_last(winners);
  }
  const PoolGeometry pool(winners, shape, false);
  Tensor places = pool.empty_output(int64);
  std::int64_t* const to = places.raw<std::int64_t>();
  std::fill_n(to, places.numel(), kNowhere);
  for_each_winner(
      as_channels_last(winners), pool, [](std::int64_t) {},
      [&](std::int64_t at, std::int64_t in_at) {
        to[at] = in_at / pool.channels % pool.in_places;
      });
  return places;
}

Tensor max_pool_gather(const Tensor& x, const Tensor& winners, const PoolShape& shape) {
  return for_floating(x.dtype(), [&]<class T>() { return gather_as<T>(x, winners, shape); });
}

Tensor max_pool_scatter(const Tensor& grad, const Tensor& winners, const PoolShape& shape) {
  if (grad.dtype() == bfloat16) {
    return converted(max_pool_scatter(converted(grad, float32), winners, shape), bfloat16);
  }
  return for_float_or_double(grad.dtype(),
                             [&]<class T>() { return scatter_as<T>(grad, winners, shape); });
}

Tensor last_of_equals(const Tensor& indices, std::int64_t places) {
  const Tensor from = as_contiguous(indices);
  Tensor result = empty_tensor(indices.shape(), boolean);
  const std::int64_t planes = indices.shape()[0] * indices.shape()[1];
  const std::int64_t length = planes == 0 ? 0 : indices.numel() / planes;
  std::vector<char> named(static_cast<std::size_t>(places));
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
