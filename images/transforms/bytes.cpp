#include <retrograd/images/transforms/bytes.h>

#include <algorithm>

#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::transforms::detail {

namespace {

using retrograd::detail::kGrain;
using retrograd::detail::parallel_ranges;
using std::int64_t;
using std::uint8_t;

// Any image as (N, C, H, W), with its strides in bytes.
struct Plan {
  explicit Plan(const Tensor& x) : data(x.raw<uint8_t>()) {
    const std::size_t skipped = x.shape().size() == 3 ? 1 : 0;
    for (std::size_t d = 0; d < x.shape().size(); ++d) {
      size[d + skipped] = x.shape()[d];
      stride[d + skipped] = x.strides()[d];
    }
  }
  uint8_t* row(int64_t n, int64_t c, int64_t y) const {
    return data + n * stride[0] + c * stride[1] + y * stride[2];
  }

  uint8_t* data;
  std::array<int64_t, 4> size{1, 1, 1, 1};
  std::array<int64_t, 4> stride{0, 0, 0, 0};
};

// With the strides of the image, or of one without gaps.
Tensor empty_like_layout(const Tensor& image) {
  if (image.impl().dense) {
    return empty_dense(image, uint8);
  }
  const bool interleaved = image.dim() == 4 && image.strides()[1] == 1;
  return interleaved ? empty_strided(image.shape(), channels_last_strides(image.shape()), uint8)
                     : empty_tensor(image.shape(), uint8);
}

}  // namespace

Tensor by_tables(const Tensor& image,
                 const std::function<ByteTable(int64_t n, int64_t c)>& table_of) {
  Tensor out = empty_like_layout(image);
  const Plan from(image);
  const Plan to(out);
  for (int64_t n = 0; n < from.size[0]; ++n) {
    for (int64_t c = 0; c < from.size[1] && out.numel() > 0; ++c) {
      const ByteTable table = table_of(n, c);
      for (int64_t y = 0; y < from.size[2]; ++y) {
        const uint8_t* const x = from.row(n, c, y);
        uint8_t* const result = to.row(n, c, y);
        for (int64_t i = 0; i < from.size[3]; ++i) {
          result[i * to.stride[3]] = table[x[i * from.stride[3]]];
        }
      }
    }
  }
  return out;
}

Histogram histogram(const Tensor& image, int64_t n, int64_t c) {
  Histogram counts{};
  const Plan from(image);
  for (int64_t y = 0; y < from.size[2]; ++y) {
    const uint8_t* const row = from.row(n, c, y);
    for (int64_t i = 0; i < from.size[3]; ++i) {
      ++counts[row[i * from.stride[3]]];
    }
  }
  return counts;
}

Tensor by_pixels(const Tensor& image, const std::function<void(Rgb*, int64_t)>& f) {
  constexpr int64_t kBlock = 64;
  Tensor out = empty_like_layout(image);
  const Plan from(image);
  const Plan to(out);
  const int64_t height = from.size[2];
  const int64_t width = from.size[3];
  const int64_t grain = width == 0 ? kGrain : kGrain / 16 / width + 1;
  parallel_ranges(from.size[0] * height, grain, [&](int64_t begin, int64_t end) {
    std::array<Rgb, kBlock> block;
    for (int64_t line = begin; line < end; ++line) {
      const uint8_t* const x = from.row(line / height, 0, line % height);
      uint8_t* const y = to.row(line / height, 0, line % height);
      for (int64_t at = 0; at < width; at += kBlock) {
        const int64_t count = std::min(kBlock, width - at);
        for (int64_t i = 0; i < count; ++i) {
          const uint8_t* const pixel = x + (at + i) * from.stride[3];
          block[static_cast<std::size_t>(i)] = {static_cast<float>(pixel[0]),
                                                static_cast<float>(pixel[from.stride[1]]),
                                                static_cast<float>(pixel[2 * from.stride[1]])};
        }
        f(block.data(), count);
        for (int64_t i = 0; i < count; ++i) {
          const Rgb& pixel = block[static_cast<std::size_t>(i)];
          uint8_t* const result = y + (at + i) * to.stride[3];
          result[0] = cut_to_byte(pixel.r);
          result[to.stride[1]] = cut_to_byte(pixel.g);
          result[2 * to.stride[1]] = cut_to_byte(pixel.b);
        }
      }
    }
  });
  return out;
}

}  // namespace retrograd::transforms::detail
