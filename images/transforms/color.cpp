#include <retrograd/images/color.h>

#include <array>
#include <cmath>

#include <retrograd/images/transforms/bytes.h>
#include <retrograd/images/transforms/color_math.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms {

namespace {

using detail::Colors;
using detail::Rgb;
using std::int64_t;

bool of_bytes(const Tensor& image) {
  return image.dtype() == uint8;
}

double largest(const Tensor& image) {
  return of_bytes(image) ? 255 : 1;
}

Colors<Tensor> channels_of(const Tensor& image) {
  return {narrow(image, -3, 0, 1), narrow(image, -3, 1, 1), narrow(image, -3, 2, 1)};
}

// The image of values f(v) for bytes v.
template <class F>
detail::ByteTable table_of(const F& f) {
  detail::ByteTable table;
  for (std::size_t v = 0; v < table.size(); ++v) {
    table[v] = detail::cut_to_byte(f(static_cast<float>(v)));
  }
  return table;
}

// Of all pixels of one image of bytes that is grey.
float mean_of(const Tensor& grey, int64_t n) {
  const detail::Histogram counts = detail::histogram(grey, n, 0);
  double sum = 0;
  double count = 0;
  for (std::size_t v = 0; v < counts.size(); ++v) {
    sum += static_cast<double>(v) * static_cast<double>(counts[v]);
    count += static_cast<double>(counts[v]);
  }
  return static_cast<float>(sum / count);
}

// In one channel; three channels of bytes are rounded down.
Tensor grey_of(const Tensor& image) {
  if (image.size(-3) == 1) {
    return image;
  }
  if (!of_bytes(image)) {
    const Colors<Tensor> all = channels_of(image);
    return detail::grey(all.r, all.g, all.b);
  }
  return detail::by_pixels(image, [](const Rgb& x) { return detail::grey(x.r, x.g, x.b); });
}

}  // namespace

Tensor convert_image_dtype(const Tensor& image, DType dtype, Where where) {
  const Frame call("convert_image_dtype", where);
  detail::require_image(call, image);
  check::require<DTypeError>(call, dtype == uint8 || is_floating(dtype), {{"image", image}},
                             "converts to uint8 and floating dtypes [dtype-unexpected]");
  if (image.dtype() == dtype) {
    return image;
  }
  if (of_bytes(image)) {
    return image.to(dtype) / 255;
  }
  return dtype == uint8 ? clamp(image * 255.999, 0, 255).to(uint8) : image.to(dtype);
}

Tensor rgb_to_grayscale(const Tensor& image, int64_t num_output_channels, Where where) {
  const Frame call("rgb_to_grayscale", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_grey_channels(call, num_output_channels);
  const Tensor grey = grey_of(image);
  Shape shape = grey.shape();
  shape[shape.size() - 3] = num_output_channels;
  return num_output_channels == 1 ? grey : expand(grey, shape);
}

Tensor adjust_brightness(const Tensor& image, double brightness_factor, Where where) {
  const Frame call("adjust_brightness", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_factor(call, brightness_factor);
  if (of_bytes(image)) {
    return detail::by_table(
        image, table_of([&](float v) { return detail::blend(v, 0.0F, brightness_factor, 255); }));
  }
  return clamp(image * brightness_factor, 0, 1);
}

Tensor adjust_contrast(const Tensor& image, double contrast_factor, Where where) {
  const Frame call("adjust_contrast", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_factor(call, contrast_factor);
  const Tensor grey = grey_of(image);
  if (!of_bytes(image)) {
    return detail::blend(image, mean(grey, {-3, -2, -1}, true), contrast_factor, 1);
  }
  detail::ByteTable table;
  return detail::by_tables(image, [&](int64_t n, int64_t c) {
    if (c == 0) {  // the channels share it, and come in order
      const float middle = mean_of(grey, n);
      table = table_of([&](float v) { return detail::blend(v, middle, contrast_factor, 255); });
    }
    return table;
  });
}

Tensor adjust_saturation(const Tensor& image, double saturation_factor, Where where) {
  const Frame call("adjust_saturation", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_factor(call, saturation_factor);
  if (image.size(-3) == 1) {
    return image;
  }
  if (!of_bytes(image)) {
    return detail::blend(image, grey_of(image), saturation_factor, 1);
  }
  return detail::by_pixels(image, [&](const Rgb& x) {
    const float grey = std::floor(detail::grey(x.r, x.g, x.b));
    return Rgb{detail::blend(x.r, grey, saturation_factor, 255),
               detail::blend(x.g, grey, saturation_factor, 255),
               detail::blend(x.b, grey, saturation_factor, 255)};
  });
}

Tensor adjust_hue(const Tensor& image, double hue_factor, Where where) {
  const Frame call("adjust_hue", where);
  detail::require_grey_or_rgb(call, image);
  check::require<ValueError>(call, hue_factor >= -0.5 && hue_factor <= 0.5, {{"image", image}},
                             "the factor is {}; between -0.5 and 0.5 is needed "
                             "[value-out-of-range]",
                             hue_factor);
  if (image.size(-3) == 1) {
    return image;
  }
  if (!of_bytes(image)) {
    const Colors<Tensor> turned =
        detail::with_turned_hue(channels_of(image), detail::number_like(image, hue_factor));
    return cat({turned.r, turned.g, turned.b}, -3);
  }
  const auto turn = static_cast<float>(hue_factor);
  return detail::by_pixels(image, [turn](const Rgb& x) {
    const Colors<float> turned =
        detail::with_turned_hue<float>({x.r / 255, x.g / 255, x.b / 255}, turn);
    constexpr float kMost = 255.999F;
    return Rgb{turned.r * kMost, turned.g * kMost, turned.b * kMost};
  });
}

Tensor invert(const Tensor& image, Where where) {
  const Frame call("invert", where);
  detail::require_grey_or_rgb(call, image);
  return of_bytes(image) ? detail::by_table(image, table_of([](float v) { return 255 - v; }))
                         : 1 - image;
}

Tensor posterize(const Tensor& image, int bits, Where where) {
  const Frame call("posterize", where);
  detail::require_grey_or_rgb(call, image);
  check::require<DTypeError>(call, of_bytes(image), {{"image", image}},
                             "needs an image of uint8 [dtype-unexpected]");
  detail::require_bits(call, bits);
  const auto step = static_cast<float>(1 << (8 - bits));
  return detail::by_table(image, table_of([&](float v) { return std::floor(v / step) * step; }));
}

Tensor solarize(const Tensor& image, double threshold, Where where) {
  const Frame call("solarize", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_threshold(call, threshold, largest(image));
  if (of_bytes(image)) {
    return detail::by_table(image, table_of([&](float v) {
                              return static_cast<double>(v) >= threshold ? 255 - v : v;
                            }));
  }
  return retrograd::where(image >= threshold, 1 - image, image);
}

Tensor autocontrast(const Tensor& image, Where where) {
  const Frame call("autocontrast", where);
  detail::require_grey_or_rgb(call, image);
  if (of_bytes(image)) {
    return detail::by_tables(image, [&](int64_t n, int64_t c) {
      const detail::Histogram counts = detail::histogram(image, n, c);
      std::size_t low = 0;
      std::size_t high = 255;
      while (low < 255 && counts[low] == 0) {
        ++low;
      }
      while (high > low && counts[high] == 0) {
        --high;
      }
      const auto darkest = static_cast<float>(low);
      const float scale = 255 / (static_cast<float>(high) - darkest);
      return table_of([&](float v) { return high > low ? (v - darkest) * scale : v; });
    });
  }
  if (image.numel() == 0) {
    return image;
  }
  const Tensor low = amin(image, {-2, -1}, true);
  const Tensor span = amax(image, {-2, -1}, true) - low;
  const Tensor flat = span == 0;
  const Tensor stretched = clamp((image - low) / retrograd::where(flat, 1, span), 0, 1);
  return retrograd::where(flat, clamp(image, 0, 1), stretched);
}

Tensor equalize(const Tensor& image, Where where) {
  const Frame call("equalize", where);
  detail::require_grey_or_rgb(call, image);
  check::require<DTypeError>(call, of_bytes(image), {{"image", image}},
                             "needs an image of uint8 [dtype-unexpected]");
  return detail::by_tables(image, [&](int64_t n, int64_t c) {
    const detail::Histogram counts = detail::histogram(image, n, c);
    int64_t total = 0;
    int64_t brightest = 0;
    for (const int64_t count : counts) {
      total += count;
      brightest = count > 0 ? count : brightest;
    }
    const int64_t step = (total - brightest) / 255;
    detail::ByteTable table;
    int64_t darker = 0;
    for (std::size_t v = 0; v < table.size(); ++v) {
      table[v] =
          step == 0 ? static_cast<std::uint8_t>(v)
                    : static_cast<std::uint8_t>(std::min<int64_t>((darker + step / 2) / step, 255));
      darker += counts[v];
    }
    return table;
  });
}

}  // namespace retrograd::transforms
