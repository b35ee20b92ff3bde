#include <retrograd/images/transforms/bytes.h>

namespace retrograd::transforms::detail {

using retrograd::detail::kGrain;
using retrograd::detail::parallel_ranges;
using std::int64_t;
using std::uint8_t;

// With the strides of the image, or of one without gaps.
Tensor empty_like_layout(const Tensor& image) {
  if (image.impl().dense) {
    return empty_dense(image, uint8);
  }
  const bool interleaved = image.dim() == 4 && image.strides()[1] == 1;
  return interleaved ? empty_strided(image.shape(), channels_last_strides(image.shape()), uint8)
                     : empty_tensor(image.shape(), uint8);
}

Tensor by_tables(const Tensor& image,
                 const std::function<ByteTable(int64_t n, int64_t c)>& table_of) {
  Tensor out = empty_like_layout(image);
  const BytePlan from(image);
  const BytePlan to(out);
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
  const BytePlan from(image);
  for (int64_t y = 0; y < from.size[2]; ++y) {
    const uint8_t* const row = from.row(n, c, y);
    for (int64_t i = 0; i < from.size[3]; ++i) {
      ++counts[row[i * from.stride[3]]];
    }
  }
  return counts;
}

Tensor flipped_bytes(const Tensor& image, bool sides) {
  const Tensor out = empty_like_layout(image);
  const BytePlan from(image);
  const BytePlan to(out);
  const int64_t height = from.size[2];
  const int64_t width = from.size[3];
  const int64_t channels = from.size[1];
  const bool interleaved = channels == 3 && from.stride[1] == 1 && to.stride[1] == 1;
  const int64_t planes = interleaved ? 1 : channels;
  for (int64_t i = 0; i < from.size[0] * planes * height && width > 0; ++i) {
    const int64_t n = i / height / planes;
    const int64_t c = i / height % planes;
    const int64_t y = i % height;
    const uint8_t* x = from.row(n, c, sides ? y : height - 1 - y);
    const int64_t step = sides ? -from.stride[3] : from.stride[3];
    x += sides ? (width - 1) * from.stride[3] : 0;
    uint8_t* result = to.row(n, c, y);
    for (int64_t k = 0; k < width; ++k, x += step, result += to.stride[3]) {
      result[0] = x[0];
      if (interleaved) {
        result[1] = x[1];
        result[2] = x[2];
      }
    }
  }
  return out;
}

}  // namespace retrograd::transforms::detail
