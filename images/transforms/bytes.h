// Loops over images of bytes. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <type_traits>

#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::transforms::detail {

using ByteTable = std::array<std::uint8_t, 256>;
using Histogram = std::array<std::int64_t, 256>;

// Each value v of channel c of image n replaced by table_of(n, c)[v], which is called in order.
Tensor by_tables(const Tensor& image,
                 const std::function<ByteTable(std::int64_t n, std::int64_t c)>& table_of);
inline Tensor by_table(const Tensor& image, const ByteTable& table) {
  return by_tables(image, [&](std::int64_t, std::int64_t) { return table; });
}

// Of channel c of image n, or of image 0 in (C, H, W).
Histogram histogram(const Tensor& image, std::int64_t n, std::int64_t c);

// Any image as (N, C, H, W), with its strides in bytes.
struct BytePlan {
  explicit BytePlan(const Tensor& x) : data(x.raw<std::uint8_t>()) {
    const std::size_t skipped = x.shape().size() == 3 ? 1 : 0;
    for (std::size_t d = 0; d < x.shape().size(); ++d) {
      size[d + skipped] = x.shape()[d];
      stride[d + skipped] = x.strides()[d];
    }
  }
  std::uint8_t* row(std::int64_t n, std::int64_t c, std::int64_t y) const {
    return data + n * stride[0] + c * stride[1] + y * stride[2];
  }

  std::uint8_t* data;
  std::array<std::int64_t, 4> size{1, 1, 1, 1};
  std::array<std::int64_t, 4> stride{0, 0, 0, 0};
};

// Uninitialised, with the strides of the image, or of one without gaps.
Tensor empty_like_layout(const Tensor& image);

// Left and right exchanged, or top and bottom.
Tensor flipped_bytes(const Tensor& image, bool sides);

struct Rgb {
  float r;
  float g;
  float b;
};
// [0, 255] to a byte, rounded down.
inline std::uint8_t cut_to_byte(float value) {
  return static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value);
}

inline void put_pixel(std::uint8_t* to, std::int64_t, float grey) {
  *to = cut_to_byte(grey);
}
inline void put_pixel(std::uint8_t* to, std::int64_t apart, const Rgb& pixel) {
  to[0] = cut_to_byte(pixel.r);
  to[apart] = cut_to_byte(pixel.g);
  to[2 * apart] = cut_to_byte(pixel.b);
}

// The pixels of a row, changed by f(pixel).
template <class F>
void change_row(const std::uint8_t* x, std::uint8_t* y, const BytePlan& from, const BytePlan& to,
                const F& f) {
  constexpr std::int64_t kBlock = 64;
  std::array<Rgb, kBlock> block;
  std::array<decltype(f(Rgb{})), kBlock> changed;
  const std::int64_t width = from.size[3];
  for (std::int64_t at = 0; at < width; at += kBlock) {
    const std::int64_t count = std::min(kBlock, width - at);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint8_t* const pixel = x + (at + i) * from.stride[3];
      block[static_cast<std::size_t>(i)] = {static_cast<float>(pixel[0]),
                                            static_cast<float>(pixel[from.stride[1]]),
                                            static_cast<float>(pixel[2 * from.stride[1]])};
    }
    for (std::int64_t i = 0; i < count; ++i) {
      changed[static_cast<std::size_t>(i)] = f(block[static_cast<std::size_t>(i)]);
    }
    for (std::int64_t i = 0; i < count; ++i) {
      put_pixel(y + (at + i) * to.stride[3], to.stride[1], changed[static_cast<std::size_t>(i)]);
    }
  }
}

// Uninitialised, with one channel.
inline Tensor empty_grey(const Tensor& image) {
  Shape shape = image.shape();
  shape[shape.size() - 3] = 1;
  return empty_tensor(shape, uint8);
}

// Each pixel of three channels in [0, 255] replaced by f(pixel), rounded down: three channels, or
// one if f returns a number.
template <class F>
Tensor by_pixels(const Tensor& image, const F& f) {
  constexpr bool one = std::is_same_v<decltype(f(Rgb{})), float>;
  Tensor out = one ? empty_grey(image) : empty_like_layout(image);
  const BytePlan from(image);
  const BytePlan to(out);
  const std::int64_t height = from.size[2];
  const std::int64_t grain = retrograd::detail::kGrain / 16 / (from.size[3] + 1) + 1;
  retrograd::detail::parallel_ranges(
      from.size[0] * height, grain, [&](std::int64_t begin, std::int64_t end) {
        retrograd::detail::vectorised([&] {
          for (std::int64_t line = begin; line < end; ++line) {
            change_row(from.row(line / height, 0, line % height),
                       to.row(line / height, 0, line % height), from, to, f);
          }
        });
      });
  return out;
}

}  // namespace retrograd::transforms::detail
