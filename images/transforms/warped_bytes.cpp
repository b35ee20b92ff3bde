// Loops of warps over pixels: images of bytes, and the nearest elements of any dtype.
#include <algorithm>
#include <cstdint>

#include <retrograd/images/transforms/bytes.h>
#include <retrograd/images/transforms/warps.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::transforms::detail {

namespace {

using retrograd::detail::for_pieces;
using retrograd::detail::kGrain;
using retrograd::detail::lanes_for;
using retrograd::detail::pieces_of;
using retrograd::detail::rounded_up;
using retrograd::detail::vectorised;
using std::int64_t;
using std::uint8_t;

// Beside a number of this size, float64 keeps no fractions: a sum is rounded half to even, without
// a call of the C library.
constexpr double kWhole = 6755399441055744.0;

double rounded(double x) {
  return (x + kWhole) - kWhole;
}
double rounded_down(double x) {
  const double near = rounded(x);
  return near > x ? near - 1 : near;
}

// A whole number as far as two pixels outside; NaN is outside.
int64_t index_of(double at, int64_t size) {
  const auto end = static_cast<double>(size) + 1;
  return at > -2 ? static_cast<int64_t>(at < end ? at : end) : -2;
}

uint8_t to_byte(float value) {
  const double bounded = value > 0 ? (value < 255 ? value : 255) : 0;
  return static_cast<uint8_t>(rounded(bounded));
}

float fill_of(const Warp& warp, int64_t c) {
  return static_cast<float>(warp.fill[warp.fill.size() == 1 ? 0 : static_cast<std::size_t>(c)]);
}

// Points of the image for a row of the result.
struct Line {
  Line(const Warp& warp, int64_t row) {
    const double y = static_cast<double>(row) + 0.5;
    for (std::size_t i = 0; i < 3; ++i) {
      slope[i] = warp.map.m[3 * i];
      start[i] = warp.map.m[3 * i + 1] * y + warp.map.m[3 * i + 2];
    }
    affine = slope[2] == 0 && start[2] == 1;
  }
  Point at(int64_t column) const {
    const double x = static_cast<double>(column) + 0.5;
    const Point point{slope[0] * x + start[0], slope[1] * x + start[1]};
    if (affine) {
      return point;
    }
    const double d = slope[2] * x + start[2];
    return {point.x / d, point.y / d};
  }

  double slope[3];
  double start[3];
  bool affine;
};

// Sides of the image that is read, and how far its elements are apart.
struct Source {
  int64_t height;
  int64_t width;
  int64_t step_y;
  int64_t step_x;
};

// Where the nearest pixels are in a plane, -1 outside. Points between two pixels go to the even
// one.
void find_nearest(int64_t* index, const Warp& warp, const Source& from, int64_t row) {
  const Line line(warp, row);
  for (int64_t i = 0; i < warp.width; ++i) {
    const Point at = line.at(i);
    const int64_t x = index_of(rounded(at.x - 0.5), from.width);
    const int64_t y = index_of(rounded(at.y - 0.5), from.height);
    const bool inside = x >= 0 && x < from.width && y >= 0 && y < from.height;
    index[i] = inside ? y * from.step_y + x * from.step_x : -1;
  }
}

// The four pixels that a point is between, with their shares; those outside have none.
struct Neighbours {
  int64_t index[4];
  float share[4];
  float inside;
};

void find_neighbours(Neighbours* all, const Warp& warp, const Source& from, int64_t row) {
  const Line line(warp, row);
  for (int64_t i = 0; i < warp.width; ++i) {
    const Point at = line.at(i);
    const double left = rounded_down(at.x - 0.5);
    const double top = rounded_down(at.y - 0.5);
    const int64_t x = index_of(left, from.width);
    const int64_t y = index_of(top, from.height);
    const auto part_x = static_cast<float>(at.x - 0.5 - left);
    const auto part_y = static_cast<float>(at.y - 0.5 - top);
    const float shares_x[2] = {x >= 0 && x < from.width ? 1 - part_x : 0,
                               x + 1 >= 0 && x + 1 < from.width ? part_x : 0};
    const float shares_y[2] = {y >= 0 && y < from.height ? 1 - part_y : 0,
                               y + 1 >= 0 && y + 1 < from.height ? part_y : 0};
    const int64_t xs[2] = {std::clamp<int64_t>(x, 0, from.width - 1) * from.step_x,
                           std::clamp<int64_t>(x + 1, 0, from.width - 1) * from.step_x};
    const int64_t ys[2] = {std::clamp<int64_t>(y, 0, from.height - 1) * from.step_y,
                           std::clamp<int64_t>(y + 1, 0, from.height - 1) * from.step_y};
    Neighbours& n = all[i];
    for (std::size_t k = 0; k < 4; ++k) {
      n.index[k] = ys[k / 2] + xs[k % 2];
      n.share[k] = shares_y[k / 2] * shares_x[k % 2];
    }
    n.inside = n.share[0] + n.share[1] + n.share[2] + n.share[3];
  }
}

// Calls f(row, lane's scratch for a T for each column) for the rows of the result.
template <class T, class F>
void for_each_row(const Warp& warp, int64_t work, F&& f) {
  const int64_t grain = kGrain / 8 / std::max<int64_t>(warp.width * work, 1) + 1;
  const int64_t pieces = pieces_of(warp.height, grain);
  const int lanes = pieces <= 1 ? 1 : lanes_for(pieces);
  const int64_t bytes = warp.width * static_cast<int64_t>(sizeof(T));
  const Tensor scratch = empty_tensor({lanes, rounded_up(bytes + 1, 128)}, uint8);
  for_pieces(warp.height, pieces, lanes, [&](int64_t begin, int64_t end, int lane) {
    void* const own = scratch.raw<uint8_t>() + lane * scratch.strides()[0];
    for (int64_t row = begin; row < end; ++row) {
      f(row, static_cast<T*>(own));
    }
  });
}

template <class T>
void copy_nearest(const Tensor& to, const Tensor& from, const Warp& warp, int64_t planes) {
  const Source source{from.size(-2), from.size(-1), from.size(-1), 1};
  const auto* const x = static_cast<const T*>(static_cast<const void*>(from.raw_bytes()));
  auto* const result = static_cast<T*>(static_cast<void*>(to.raw_bytes()));
  for_each_row<int64_t>(warp, planes, [&](int64_t row, int64_t* index) {
    vectorised([&] { find_nearest(index, warp, source, row); });
    for (int64_t p = 0; p < planes; ++p) {
      const T* const plane = x + p * source.height * source.width;
      T* const line = result + (p * warp.height + row) * warp.width;
      for (int64_t i = 0; i < warp.width; ++i) {
        line[i] = index[i] < 0 ? T{} : plane[index[i]];
      }
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
  switch (item_size(x.dtype())) {
    case 1: copy_nearest<std::uint8_t>(out, x, warp, planes); break;
    case 2: copy_nearest<std::uint16_t>(out, x, warp, planes); break;
    case 4: copy_nearest<std::uint32_t>(out, x, warp, planes); break;
    default: copy_nearest<std::uint64_t>(out, x, warp, planes); break;
  }
  return out;
}

namespace {

// The planes of an image of bytes and those of the result.
struct Planes {
  const BytePlan& from;
  const BytePlan& to;
  const Warp& warp;
  Source source;

  // Calls f(plane, row of the result, channel) for all planes.
  template <class F>
  void each(int64_t row, const F& f) const {
    for (int64_t n = 0; n < from.size[0]; ++n) {
      for (int64_t c = 0; c < from.size[1]; ++c) {
        f(from.row(n, c, 0), to.row(n, c, row), c);
      }
    }
  }
  void copy_nearest(int64_t row, const int64_t* index) const {
    each(row, [&](const uint8_t* plane, uint8_t* result, int64_t c) {
      const uint8_t outside = warp.fill.empty() ? uint8_t{0} : to_byte(fill_of(warp, c));
      for (int64_t i = 0; i < warp.width; ++i) {
        result[i * to.stride[3]] = index[i] < 0 ? outside : plane[index[i]];
      }
    });
  }
  void blend(int64_t row, const Neighbours* all) const {
    each(row, [&](const uint8_t* plane, uint8_t* result, int64_t c) {
      const bool filled = !warp.fill.empty();
      const float outside = filled ? fill_of(warp, c) : 0;
      for (int64_t i = 0; i < warp.width; ++i) {
        const Neighbours& n = all[i];
        float value = 0;
        for (std::size_t k = 0; k < 4; ++k) {
          value += n.share[k] * static_cast<float>(plane[n.index[k]]);
        }
        value = filled ? value * n.inside + (1 - n.inside) * outside : value;
        result[i * to.stride[3]] = to_byte(value);
      }
    });
  }
};

}  // namespace

Tensor warped_bytes(const Tensor& image, const Warp& warp) {
  const Shape shape = {image.size(0), image.size(1), warp.height, warp.width};
  const bool interleaved = image.size(1) > 1 && image.strides()[1] == 1;
  const Tensor result = interleaved ? empty_strided(shape, channels_last_strides(shape), uint8)
                                    : empty_tensor(shape, uint8);
  const BytePlan from(image);
  const BytePlan to(result);
  const Planes planes{from, to, warp, {from.size[2], from.size[3], from.stride[2], from.stride[3]}};
  const int64_t work = from.size[0] * from.size[1];
  if (warp.interpolation == InterpolateMode::nearest) {
    for_each_row<int64_t>(warp, work, [&](int64_t row, int64_t* index) {
      vectorised([&] { find_nearest(index, warp, planes.source, row); });
      planes.copy_nearest(row, index);
    });
  } else {
    for_each_row<Neighbours>(warp, work, [&](int64_t row, Neighbours* all) {
      vectorised([&] { find_neighbours(all, warp, planes.source, row); });
      vectorised([&] { planes.blend(row, all); });
    });
  }
  return result;
}

}  // namespace retrograd::transforms::detail
