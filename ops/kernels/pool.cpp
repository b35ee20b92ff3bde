// Pooling: the inner loops run over the channels, which lie side by side.
#include <retrograd/ops/kernels/pool.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/window.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

namespace {

// No value of a window lies inside the input.
constexpr std::int64_t kNowhere = -1;

// Tensors here are channels-last: (N, H, W, C) in memory.
struct Pool {
  const PoolShape& shape;
  std::int64_t batch;
  std::int64_t channels;
  std::int64_t in_places = shape.input[0] * shape.input[1];
  std::int64_t out_places = shape.output[0] * shape.output[1];

  Pool(const Tensor& x, const PoolShape& pool)
      : shape(pool), batch(x.shape()[0]), channels(x.shape()[1]) {}

  Tensor empty_input(DType dtype) const { return empty(shape.input, dtype); }
  Tensor empty_output(DType dtype) const { return empty(shape.output, dtype); }

  std::int64_t start(std::size_t d, std::int64_t o) const {
    return o * shape.stride[d] - shape.padding[d];
  }
  Taps taps(std::size_t d, std::int64_t o) const {
    return taps_inside(start(d, o), shape.kernel[d], shape.dilation[d], shape.input[d]);
  }
  std::int64_t first_place(std::int64_t oh, std::int64_t ow) const {
    const Taps rows = taps(0, oh);
    const Taps columns = taps(1, ow);
    if (rows.first == rows.last || columns.first == columns.last) {
      return kNowhere;
    }
    return (start(0, oh) + rows.first * shape.dilation[0]) * shape.input[1] + start(1, ow) +
           columns.first * shape.dilation[1];
  }
  // Calls f(place) for the places h W + w that the window of output (oh, ow) sees, in row-major
  // order.
  template <class F>
  void for_each_place(std::int64_t oh, std::int64_t ow, F&& f) const {
    const Taps rows = taps(0, oh);
    const Taps columns = taps(1, ow);
    for (std::int64_t kh = rows.first; kh < rows.last; ++kh) {
      const std::int64_t h = start(0, oh) + kh * shape.dilation[0];
      for (std::int64_t kw = columns.first; kw < columns.last; ++kw) {
        f(h * shape.input[1] + start(1, ow) + kw * shape.dilation[1]);
      }
    }
  }
  // Calls f(image) for the images, in several threads when there is enough to do.
  template <class F>
  void for_each_image(F&& f) const {
    const std::int64_t work = std::max(in_places, out_places) * std::max<std::int64_t>(channels, 1);
    parallel_ranges(batch, kGrain / std::max<std::int64_t>(work, 1) + 1,
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t image = begin; image < end; ++image) {
                        f(image);
                      }
                    });
  }
  // Calls f(image, oh, ow, out_at) for every output place; out_at is the offset of its channels.
  template <class F>
  void for_each_window(F&& f) const {
    for_each_image([&](std::int64_t image) {
      std::int64_t out_at = image * out_places * channels;
      for (std::int64_t oh = 0; oh < shape.output[0]; ++oh) {
        for (std::int64_t ow = 0; ow < shape.output[1]; ++ow) {
          f(image, oh, ow, out_at);
          out_at += channels;
        }
      }
    });
  }

  // What the sum over window (oh, ow) is divided by.
  std::int64_t divisor(std::int64_t oh, std::int64_t ow) const {
    return places_counted(0, oh) * places_counted(1, ow);
  }

 private:
  Tensor empty(const std::array<std::int64_t, 2>& sizes, DType dtype) const {
    const Shape full{batch, channels, sizes[0], sizes[1]};
    return empty_strided(full, channels_last_strides(full), dtype);
  }
  std::int64_t places_counted(std::size_t d, std::int64_t o) const {
    const std::int64_t padding = shape.count_include_pad ? shape.padding[d] : 0;
    const Taps counted = taps_inside(start(d, o) + padding, shape.kernel[d], shape.dilation[d],
                                     shape.input[d] + 2 * padding);
    return counted.last - counted.first;
  }
};

// The best values of a window so far and their places, for some neighbouring channels. Place is as
// wide as T where it can be: then the loop over channels runs in vector registers.
template <class T, class Place>
struct Winners {
  static constexpr std::int64_t most = 64;
  std::array<compute_t<T>, most> values;
  std::array<Place, most> places;

  // NaN is better than any number, and nothing is better than NaN. No short cuts: branches would
  // keep the compiler from using vector registers.
  void compare(const T* candidates, std::int64_t place, std::int64_t count) {
#pragma omp simd
    for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
      const compute_t<T> value = candidates[c];
      const compute_t<T> held = values[c];
      const Place held_place = places[c];
      const auto better = static_cast<bool>(!(value <= held) & (held == held));
      values[c] = better ? value : held;
      places[c] = better ? static_cast<Place>(place) : held_place;
    }
  }
};

template <class T, class Place>
Pooled max_pool_as(const Tensor& input, const PoolShape& shape) {
  using Group = Winners<T, Place>;
  const Pool pool(input, shape);
  const Tensor x = as_channels_last(input);
  Pooled out{pool.empty_output(x.dtype()), pool.empty_output(int64)};
  pool.for_each_window([&](std::int64_t image, std::int64_t oh, std::int64_t ow,
                           std::int64_t out_at) {
    const T* const in = x.raw<T>() + image * pool.in_places * pool.channels;
    const auto first = static_cast<Place>(pool.first_place(oh, ow));
    for (std::int64_t begin = 0; begin < pool.channels; begin += Group::most) {
      const std::int64_t count = std::min(Group::most, pool.channels - begin);
      Group group;
      // The smallest value at the first place: it stays where all others equal it.
      std::fill_n(group.values.begin(), count, -std::numeric_limits<compute_t<T>>::infinity());
      std::fill_n(group.places.begin(), count, first);
      pool.for_each_place(oh, ow, [&](std::int64_t place) {
        group.compare(in + place * pool.channels + begin, place, count);
      });
      std::transform(group.values.begin(), group.values.begin() + count,
                     out.values.raw<T>() + out_at + begin, [](auto value) { return T(value); });
      std::copy_n(group.places.begin(), count, out.indices.raw<std::int64_t>() + out_at + begin);
    }
  });
  return out;
}

template <class T>
Tensor scatter_as(const Tensor& grad, const Tensor& indices, const PoolShape& shape) {
  const Pool pool(grad, shape);
  const Tensor out_grad = as_channels_last(grad);
  const Tensor winners = as_channels_last(indices);
  Tensor x_grad = pool.empty_input(grad.dtype());
  std::fill_n(x_grad.raw<T>(), x_grad.numel(), T{0});
  pool.for_each_window([&](std::int64_t image, std::int64_t, std::int64_t, std::int64_t out_at) {
    T* const to = x_grad.raw<T>() + image * pool.in_places * pool.channels;
    const T* const g = out_grad.raw<T>() + out_at;
    const std::int64_t* const winner = winners.raw<std::int64_t>() + out_at;
    for (std::int64_t c = 0; c < pool.channels; ++c) {
      if (winner[c] != kNowhere) {
        to[winner[c] * pool.channels + c] += g[c];
      }
    }
  });
  return x_grad;
}

template <class T>
Tensor gather_as(const Tensor& input, const Tensor& indices, const PoolShape& shape) {
  const Pool pool(input, shape);
  const Tensor x = as_channels_last(input);
  const Tensor winners = as_channels_last(indices);
  Tensor out = pool.empty_output(x.dtype());
  pool.for_each_window([&](std::int64_t image, std::int64_t, std::int64_t, std::int64_t out_at) {
    const T* const in = x.raw<T>() + image * pool.in_places * pool.channels;
    T* const to = out.raw<T>() + out_at;
    const std::int64_t* const winner = winners.raw<std::int64_t>() + out_at;
    for (std::int64_t c = 0; c < pool.channels; ++c) {
      to[c] = winner[c] == kNowhere ? T{} : in[winner[c] * pool.channels + c];
    }
  });
  return out;
}

template <class T>
Tensor avg_pool_as(const Tensor& input, const PoolShape& shape) {
  const Pool pool(input, shape);
  const Tensor x = as_channels_last(input);
  Tensor out = pool.empty_output(x.dtype());
  pool.for_each_window(
      [&](std::int64_t image, std::int64_t oh, std::int64_t ow, std::int64_t out_at) {
        const T* const in = x.raw<T>() + image * pool.in_places * pool.channels;
        T* const mean = out.raw<T>() + out_at;
        std::fill_n(mean, pool.channels, T{0});
        pool.for_each_place(oh, ow, [&](std::int64_t place) {
          const T* const values = in + place * pool.channels;
          for (std::int64_t c = 0; c < pool.channels; ++c) {
            mean[c] += values[c];
          }
        });
        const T divisor = static_cast<T>(std::max<std::int64_t>(pool.divisor(oh, ow), 1));
        for (std::int64_t c = 0; c < pool.channels; ++c) {
          mean[c] /= divisor;
        }
      });
  return out;
}

template <class T>
Tensor avg_pool_input_grad_as(const Tensor& grad, const PoolShape& shape) {
  const Pool pool(grad, shape);
  const Tensor out_grad = as_channels_last(grad);
  Tensor x_grad = pool.empty_input(grad.dtype());
  std::fill_n(x_grad.raw<T>(), x_grad.numel(), T{0});
  pool.for_each_window(
      [&](std::int64_t image, std::int64_t oh, std::int64_t ow, std::int64_t out_at) {
        T* const to = x_grad.raw<T>() + image * pool.in_places * pool.channels;
        const T* const g = out_grad.raw<T>() + out_at;
        const T divisor = static_cast<T>(std::max<std::int64_t>(pool.divisor(oh, ow), 1));
        pool.for_each_place(oh, ow, [&](std::int64_t place) {
          T* const values = to + place * pool.channels;
          for (std::int64_t c = 0; c < pool.channels; ++c) {
            values[c] += g[c] / divisor;
          }
        });
      });
  return x_grad;
}

}  // namespace

Pooled max_pool(const Tensor& x, const PoolShape& shape) {
  const bool narrow = shape.input[0] * shape.input[1] <= std::numeric_limits<std::int32_t>::max();
  return for_floating(x.dtype(), [&]<class T>() {
    return narrow && sizeof(T) < sizeof(std::int64_t) ? max_pool_as<T, std::int32_t>(x, shape)
                                                      : max_pool_as<T, std::int64_t>(x, shape);
  });
}

Tensor max_pool_gather(const Tensor& x, const Tensor& indices, const PoolShape& shape) {
  return for_floating(x.dtype(), [&]<class T>() { return gather_as<T>(x, indices, shape); });
}

Tensor max_pool_scatter(const Tensor& grad, const Tensor& indices, const PoolShape& shape) {
  if (grad.dtype() == bfloat16) {
    return converted(max_pool_scatter(converted(grad, float32), indices, shape), bfloat16);
  }
  return for_float_or_double(grad.dtype(),
                             [&]<class T>() { return scatter_as<T>(grad, indices, shape); });
}

Tensor avg_pool(const Tensor& x, const PoolShape& shape) {
  if (x.dtype() == bfloat16) {
    return converted(avg_pool(converted(x, float32), shape), bfloat16);
  }
  return for_float_or_double(x.dtype(), [&]<class T>() { return avg_pool_as<T>(x, shape); });
}

Tensor avg_pool_input_grad(const Tensor& grad, const PoolShape& shape) {
  if (grad.dtype() == bfloat16) {
    return converted(avg_pool_input_grad(converted(grad, float32), shape), bfloat16);
  }
  return for_float_or_double(grad.dtype(),
                             [&]<class T>() { return avg_pool_input_grad_as<T>(grad, shape); });
}

}  // namespace retrograd::kernels
