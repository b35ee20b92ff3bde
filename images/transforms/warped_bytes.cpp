// Loops of warps over pixels: images of bytes, and the nearest elements of any dtype.
#include <algorithm>
#include <cmath>
#include <cstring>

#include <retrograd/images/transforms/warps.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::transforms::detail {

namespace {

using retrograd::detail::kGrain;
using retrograd::detail::parallel_ranges;
using std::int64_t;
using std::uint8_t;

// Position of a pixel's upper left neighbour, as far as two pixels outside.
int64_t index_of(double at, int64_t size) {
  return static_cast<int64_t>(std::clamp(at, -2.0, static_cast<double>(size) + 1));
}

// The pixels of one image that a point is between, with their shares; those outside have none.
struct Neighbours {
  Neighbours(Point at, int64_t height, int64_t width) {
    const double left = std::floor(at.x - 0.5);
    const double top = std::floor(at.y - 0.5);
    const auto part_x = static_cast<float>(at.x - 0.5 - left);
    const auto part_y = static_cast<float>(at.y - 0.5 - top);
    const int64_t x0 = index_of(left, width);
    const int64_t y0 = index_of(top, height);
    const float shares_x[2] = {x0 >= 0 && x0 < width ? 1 - part_x : 0,
                               x0 + 1 >= 0 && x0 + 1 < width ? part_x : 0};
    const float shares_y[2] = {y0 >= 0 && y0 < height ? 1 - part_y : 0,
                               y0 + 1 >= 0 && y0 + 1 < height ? part_y : 0};
    for (int64_t i = 0; i < 2; ++i) {
      x[i] = std::clamp<int64_t>(x0 + i, 0, width - 1);
      y[i] = std::clamp<int64_t>(y0 + i, 0, height - 1);
      for (int64_t j = 0; j < 2; ++j) {
        share[i][j] = shares_y[i] * shares_x[j];
        inside += share[i][j];
      }
    }
  }

  int64_t x[2];
  int64_t y[2];
  float share[2][2];
  float inside = 0;
};

uint8_t rounded(float value) {
  return static_cast<uint8_t>(std::nearbyint(std::clamp(value, 0.0F, 255.0F)));
}

float fill_of(const Warp& warp, int64_t c) {
  return static_cast<float>(warp.fill[warp.fill.size() == 1 ? 0 : static_cast<std::size_t>(c)]);
}

bool is_nan(Point at) {
  return std::isnan(at.x) || std::isnan(at.y);
}

// Where the nearest pixel is in a plane, -1 outside. Points between two pixels go to the even one.
int64_t nearest_index(Point at, int64_t height, int64_t width, int64_t stride_y, int64_t stride_x) {
  if (is_nan(at)) {
    return -1;
  }
  const int64_t x = index_of(std::nearbyint(at.x - 0.5), width);
  const int64_t y = index_of(std::nearbyint(at.y - 0.5), height);
  const bool inside = x >= 0 && x < width && y >= 0 && y < height;
  return inside ? y * stride_y + x * stride_x : -1;
}

// f(x, y, point of the image) for each pixel of the result.
template <class F>
void for_each_point(const Warp& warp, int64_t work, F&& f) {
  const int64_t grain = kGrain / 8 / std::max<int64_t>(warp.width * work, 1) + 1;
  parallel_ranges(warp.height, grain, [&](int64_t begin, int64_t end) {
    for (int64_t y = begin; y < end; ++y) {
      for (int64_t x = 0; x < warp.width; ++x) {
        f(x, y, warp.map(static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5));
      }
    }
  });
}

template <class T>
void copy_nearest(T* to, const T* from, const Tensor& x, const Warp& warp, int64_t planes) {
  const int64_t height = x.size(-2);
  const int64_t width = x.size(-1);
  const int64_t pixels = warp.height * warp.width;
  for_each_point(warp, planes, [&](int64_t column, int64_t row, Point at) {
    const int64_t index = nearest_index(at, height, width, width, 1);
    for (int64_t p = 0; p < planes; ++p) {
      to[p * pixels + row * warp.width + column] =
          index < 0 ? T{} : from[p * height * width + index];
    }
  });
}

}  // namespace

Tensor nearest_warped(const Tensor& given, const Warp& warp) {
  const Tensor x = given.contiguous();
  Shape shape = x.shape();
  shape[shape.size() - 2] = warp.height;
  shape[shape.size() - 1] = warp.width;
  const Tensor out = empty_tensor(shape, x.dtype());
  const int64_t pixels = warp.height * warp.width;
  const int64_t planes = pixels == 0 ? 0 : out.numel() / pixels;
  const auto copy = [&]<class T>() {
    copy_nearest(static_cast<T*>(static_cast<void*>(out.raw_bytes())),
                 static_cast<const T*>(static_cast<const void*>(x.raw_bytes())), x, warp, planes);
  };
  switch (item_size(x.dtype())) {
    case 1: copy.template operator()<std::uint8_t>(); break;
    case 2: copy.template operator()<std::uint16_t>(); break;
    case 4: copy.template operator()<std::uint32_t>(); break;
    default: copy.template operator()<std::uint64_t>(); break;
  }
  return out;
}

Tensor warped_bytes(const Tensor& image, const Warp& warp) {
  const int64_t batch = image.size(0);
  const int64_t channels = image.size(1);
  const int64_t height = image.size(2);
  const int64_t width = image.size(3);
  const Strides& in = image.strides();
  const Shape shape = {batch, channels, warp.height, warp.width};
  const bool interleaved = channels > 1 && in[1] == 1;
  const Tensor result = interleaved ? empty_strided(shape, channels_last_strides(shape), uint8)
                                    : empty_tensor(shape, uint8);
  const Strides& out = result.strides();
  const uint8_t* const from = image.raw<uint8_t>();
  uint8_t* const to = result.raw<uint8_t>();
  const bool filled = !warp.fill.empty();
  const bool nearest = warp.interpolation == InterpolateMode::nearest;
  for_each_point(warp, batch * channels, [&](int64_t column, int64_t row, Point at) {
    const int64_t index = nearest ? nearest_index(at, height, width, in[2], in[3]) : 0;
    const Neighbours near(is_nan(at) ? Point{-9, -9} : at, height, width);
    for (int64_t n = 0; n < batch; ++n) {
      for (int64_t c = 0; c < channels; ++c) {
        const uint8_t* const plane = from + n * in[0] + c * in[1];
        uint8_t& pixel = to[n * out[0] + c * out[1] + row * out[2] + column * out[3]];
        if (nearest) {
          pixel = index >= 0 ? plane[index] : filled ? rounded(fill_of(warp, c)) : uint8_t{0};
          continue;
        }
        float value = 0;
        for (int i = 0; i < 2; ++i) {
          const uint8_t* const line = plane + near.y[i] * in[2];
          value += near.share[i][0] * static_cast<float>(line[near.x[0] * in[3]]) +
                   near.share[i][1] * static_cast<float>(line[near.x[1] * in[3]]);
        }
        pixel =
            rounded(filled ? value * near.inside + (1 - near.inside) * fill_of(warp, c) : value);
      }
    }
  });
  return result;
}

}  // namespace retrograd::transforms::detail
