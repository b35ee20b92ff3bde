#include <algorithm>
#include <cstddef>
#include <cstring>

#include <retrograd/images/detail/decode.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::detail {

namespace {

// Of one channel from three, rounded as Python's PIL does.
std::uint8_t luma(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  return static_cast<std::uint8_t>((19595U * r + 38470U * g + 7471U * b + 0x8000U) >> 16);
}
float luma(float r, float g, float b) {
  return 0.299F * r + 0.587F * g + 0.114F * b;
}

template <class T>
void to_gray(const T* from, std::size_t plane, T* to) {
  for (std::size_t i = 0; i < plane; ++i) {
    to[i] = luma(from[i], from[plane + i], from[2 * plane + i]);
  }
}

Tensor with_channels(const Tensor& image, ImageMode mode) {
  const std::int64_t stored = image.size(0);
  const std::int64_t wanted = mode == ImageMode::rgb ? 3 : mode == ImageMode::gray ? 1 : stored;
  if (stored == wanted) {
    return image;
  }
  const Tensor result = empty_tensor({wanted, image.size(1), image.size(2)}, image.dtype());
  const auto plane = static_cast<std::size_t>(image.size(1) * image.size(2));
  for_dtype(image.dtype(), [&]<class T>() {
    const T* from = image.raw<T>();
    T* to = result.raw<T>();
    if constexpr (std::is_same_v<T, std::uint8_t> || std::is_same_v<T, float>) {
      if (wanted == 1 && stored > 2) {
        to_gray(from, plane, to);
        return;
      }
    }
    for (std::int64_t c = 0; c < wanted; ++c) {
      std::copy_n(from + (stored > 2 ? static_cast<std::size_t>(c) * plane : 0), plane, to);
      to += plane;
    }
  });
  return result;
}

// Where a turned image has the pixels of the one that is stored.
struct Turn {
  bool transposes;
  bool flips_rows;     // of the result
  bool flips_columns;  // of the result
};

Turn turn_of(int orientation) {
  const bool flips_rows = orientation == 3 || orientation == 4 || orientation >= 7;
  const bool flips_columns =
      orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  return {orientation >= 5, flips_rows, flips_columns};
}

// Copies in tiles: either side is far apart in memory when the image is transposed.
template <class T>
void turn_plane(const T* from, std::ptrdiff_t row_step, std::ptrdiff_t step, std::ptrdiff_t height,
                std::ptrdiff_t width, T* to) {
  constexpr std::ptrdiff_t tile = 32;
  for (std::ptrdiff_t y0 = 0; y0 < height; y0 += tile) {
    for (std::ptrdiff_t x0 = 0; x0 < width; x0 += tile) {
      for (std::ptrdiff_t y = y0; y < std::min(y0 + tile, height); ++y) {
        for (std::ptrdiff_t x = x0; x < std::min(x0 + tile, width); ++x) {
          to[y * width + x] = from[y * row_step + x * step];
        }
      }
    }
  }
}

Tensor turned(const Tensor& image, int orientation) {
  const Turn turn = turn_of(orientation);
  const std::int64_t height = image.size(turn.transposes ? 2 : 1);
  const std::int64_t width = image.size(turn.transposes ? 1 : 2);
  Tensor result = empty_tensor({image.size(0), height, width}, image.dtype());
  std::ptrdiff_t row_step = turn.transposes ? 1 : width;
  std::ptrdiff_t step = turn.transposes ? height : 1;
  std::ptrdiff_t first = 0;
  if (turn.flips_rows) {
    first += (height - 1) * row_step;
    row_step = -row_step;
  }
  if (turn.flips_columns) {
    first += (width - 1) * step;
    step = -step;
  }
  for_dtype(image.dtype(), [&]<class T>() {
    for (std::int64_t c = 0; c < image.size(0); ++c) {
      const std::ptrdiff_t plane = c * height * width;
      turn_plane(image.raw<T>() + plane + first, row_step, step, height, width,
                 result.raw<T>() + plane);
    }
  });
  return result;
}

// Values from 0 to 1.
Tensor in_units(const Tensor& image, DType dtype) {
  Tensor result = empty_tensor(image.shape(), dtype);
  for_floating(dtype, [&]<class T>() {
    T* to = result.raw<T>();
    if (image.dtype() == float32) {
      const float* from = image.raw<float>();
      std::transform(from, from + image.numel(), to, [](float x) { return static_cast<T>(x); });
    } else {
      using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;
      const std::uint8_t* from = image.raw<std::uint8_t>();
      std::transform(from, from + image.numel(), to, [](std::uint8_t x) {
        return static_cast<T>(static_cast<Wide>(x) / Wide{255});
      });
    }
  });
  return result;
}

}  // namespace

Tensor finished(const Decoded& decoded, const LoadImageOptions& options) {
  Tensor image = with_channels(decoded.image, options.mode);
  if (options.apply_exif_orientation && decoded.orientation != 1) {
    image = turned(image, decoded.orientation);
  }
  return image.dtype() == options.dtype ? image : in_units(image, options.dtype);
}

}  // namespace retrograd::detail
