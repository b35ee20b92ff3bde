// A sheet is one SVG file: the pictures as one PNG image, and captions, frames and headings around.
#include <retrograd/images/contact_sheet.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include <retrograd/images/color.h>
#include <retrograd/images/detail/png.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/base64.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

constexpr int64_t kGap = 6;
constexpr int64_t kCaption = 190;  // width of the column of captions
constexpr int64_t kHeading = 24;   // height of the row of headings

struct Cell {
  int64_t x;
  int64_t y;
};

// The pictures, side by side and below each other without captions.
class Sheet {
 public:
  Sheet(int64_t rows, int64_t columns, int64_t side)
      : side_(side),
        pixels_(full({3, rows * (side + kGap), columns * (side + kGap)}, 255, {.dtype = uint8})) {}

  void draw(const AnnotatedImage& drawn, int64_t row, int64_t column);
  const Tensor& pixels() const { return pixels_; }
  const std::string& frames() const { return frames_; }

 private:
  void frame(const Tensor& boxes, Cell at, double scale);

  int64_t side_;
  Tensor pixels_;
  std::string frames_;
};

// Red over the pixels whose label is not 0.
Tensor tinted(const Tensor& picture, const Tensor& mask) {
  const Tensor labelled = reshape(mask, {1, mask.size(-2), mask.size(-1)}) != 0;
  const Tensor red = reshape(tensor({255.0, 60.0, 60.0}), {3, 1, 1});
  const Tensor x = picture.to(float32);
  return where(expand(labelled, picture.shape()), 0.65 * x + 0.35 * red, x).to(uint8);
}

Tensor as_picture(const AnnotatedImage& drawn) {
  const Tensor& image = drawn.image;
  check::require<ShapeError>(
      *Frame::current(),
      image.dim() == 3 && (image.size(0) == 1 || image.size(0) == 3) && image.numel() > 0,
      {{"image", image}}, "pictures are (C, H, W) of 1 or 3 channels [shape-unexpected]");
  const Tensor bytes =
      convert_image_dtype(image.dtype() == uint8 ? image : where(image == image, image, 0), uint8);
  const Tensor coloured = expand(bytes, {3, image.size(1), image.size(2)});
  return drawn.mask.defined() ? tinted(coloured, drawn.mask) : coloured;
}

void Sheet::draw(const AnnotatedImage& drawn, int64_t row, int64_t column) {
  const Tensor picture = as_picture(drawn);
  const double scale =
      static_cast<double>(side_) / static_cast<double>(std::max(picture.size(1), picture.size(2)));
  const auto scaled = [&](int64_t side) {
    return std::clamp<int64_t>(std::lround(scale * static_cast<double>(side)), 1, side_);
  };
  const Shape size = {scaled(picture.size(1)), scaled(picture.size(2))};
  const Tensor fitted =
      resize(picture, size,
             {.interpolation = scale > 2 ? InterpolateMode::nearest : InterpolateMode::bilinear});
  const Cell at{column * (side_ + kGap) + (side_ - size[1]) / 2,
                row * (side_ + kGap) + (side_ - size[0]) / 2};
  narrow(narrow(pixels_, 1, at.y, size[0]), 2, at.x, size[1]).copy_(fitted);
  if (drawn.boxes.defined()) {
    frame(drawn.boxes, at, scale);
  }
}

void Sheet::frame(const Tensor& boxes, Cell at, double scale) {
  const std::vector<double> sides = boxes.to_vector<double>();
  for (std::size_t i = 0; i + 3 < sides.size(); i += 4) {
    frames_ +=
        fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
                    static_cast<double>(at.x) + scale * sides[i],
                    static_cast<double>(at.y) + scale * sides[i + 1],
                    scale * (sides[i + 2] - sides[i]), scale * (sides[i + 3] - sides[i + 1]));
  }
}

std::string png_bytes(const retrograd::detail::FileCall& call, const Tensor& pixels) {
  std::string bytes;
  retrograd::detail::require_png(call, pixels);
  retrograd::detail::write_png(call, pixels, [&](const void* part, std::size_t count) {
    bytes.append(static_cast<const char*>(part), count);
  });
  return bytes;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    result += letter == '<'   ? std::string("&lt;")
              : letter == '&' ? std::string("&amp;")
                              : std::string(1, letter);
  }
  return result;
}

std::string text_at(int64_t x, int64_t y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

}  // namespace

void show_transforms(const AnnotatedImage& input, const std::vector<SheetRow>& rows,
                     const std::string& path, const ContactSheetOptions& options, Where where) {
  const retrograd::detail::FileCall call("show_transforms", path, where);
  detail::require_image(call, input.image);
  check::require<ValueError>(call, options.draws >= 1 && options.side >= 1, {},
                             "{} draws of {} pixels; both must be at least 1 [value-out-of-range]",
                             options.draws, options.side);
  const int64_t step = options.side + kGap;
  Sheet sheet(static_cast<int64_t>(rows.size()) + 1, options.draws, options.side);
  sheet.draw(input, 0, 0);
  const int64_t middle = kHeading + options.side / 2 + 4;
  std::string captions = text_at(kCaption - 2 * kGap, middle, "end", "input");
  for (int draw = 0; draw < options.draws; ++draw) {
    captions += text_at(kCaption + draw * step + options.side / 2, kHeading - 8, "middle",
                        fmt::format("draw {}", draw + 1));
  }
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const auto row = static_cast<int64_t>(r) + 1;
    captions += text_at(kCaption - 2 * kGap, middle + row * step, "end", rows[r].caption);
    for (int draw = 0; draw < options.draws; ++draw) {
      sheet.draw(rows[r].transform(input), row, draw);
    }
  }
  const Tensor& pixels = sheet.pixels();
  const int64_t width = kCaption + pixels.size(2);
  const int64_t height = kHeading + pixels.size(1);
  const std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} "
      "{1}\" font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"{0}\" height=\"{1}\" "
      "fill=\"white\"/>\n<image x=\"{2}\" y=\"{3}\" width=\"{4}\" height=\"{5}\" "
      "href=\"data:image/png;base64,{6}\"/>\n<g transform=\"translate({2} {3})\" fill=\"none\" "
      "stroke=\"#ffd400\" stroke-width=\"1.5\">\n{7}</g>\n{8}</svg>\n",
      width, height, kCaption, kHeading, pixels.size(2), pixels.size(1),
      retrograd::detail::in_base64(png_bytes(call, pixels)), sheet.frames(), captions);
  retrograd::detail::OutputFile file(call);
  file.append(text.data(), text.size());
  file.commit();
}

}  // namespace retrograd::transforms
