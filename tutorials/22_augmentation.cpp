// Augmentation: what random transforms make of one picture, with its mask and its box.
//
//   augmentation [--image FILE] [--out FOLDER] [--draws N] [--seed N]
//
// FILE is a JPEG or PNG file; without one, the picture is drawn. The sheet has a row for each
// transform and a column for each draw. The house is marked by a mask, red, and a box, yellow: both
// have to follow it.
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/images/image.h>
#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "pictures.h"

namespace rg = retrograd;
namespace transforms = rg::transforms;
using rg::Tensor;

namespace {

// The drawn picture, whose house is marked; a file has no marks.
transforms::AnnotatedImage picture(const CommandLine& options) {
  if (options.has("image")) {
    return {.image = rg::load_image(options.text("image", ""))};
  }
  constexpr std::int64_t side = 200;
  const Tensor mask = rg::zeros({side, side}, {.dtype = rg::int64});
  rg::narrow(rg::narrow(mask, 0, 90, 70), 1, 30, 80).fill_(1);
  return {.image = transforms::convert_image_dtype(drawn_picture(side), rg::uint8),
          .mask = mask,
          .boxes = rg::tensor({{30.0, 90.0, 110.0, 160.0}})};
}

void run(const CommandLine& options) {
  rg::manual_seed(static_cast<std::uint64_t>(options.integer("seed", 1)));
  const transforms::AnnotatedImage input = picture(options);
  const std::vector<transforms::SheetRow> rows = {
      transforms::RandomResizedCrop(160),
      transforms::RandomHorizontalFlip(),
      {"RandomCrop, reflected",
       transforms::RandomCrop(
           160, {.padding = 20, .border = {.padding_mode = transforms::BorderMode::reflect}})},
      transforms::RandomRotation(30, {.interpolation = rg::InterpolateMode::bilinear}),
      transforms::RandomAffine(
          20, {.translate = transforms::Point{0.1, 0.1}, .scale = transforms::Range{0.7, 1.2}}),
      transforms::RandomPerspective({.p = 1}),
      transforms::ColorJitter(
          {.brightness = 0.5, .contrast = 0.5, .saturation = 0.8, .hue = {-0.1, 0.1}}),
      transforms::RandomGrayscale(0.5),
      transforms::GaussianBlur(9, {0.5, 4}),
      transforms::RandomErasing({.p = 1}),
      transforms::RandAugment(),
      transforms::TrivialAugmentWide()};
  transforms::show_transforms(input, rows, options.text("out", ".") + "/augmentation.svg",
                              {.draws = static_cast<int>(options.integer("draws", 6))});
  std::printf("written: augmentation.svg, %zu transforms\n", rows.size());

  // Half a turn maps the box exactly: (x, y) to (200 - x, 200 - y).
  if (input.boxes.defined()) {
    const auto turned = transforms::RandomRotation({180, 180})(input).boxes.to_vector<double>();
    std::printf("the house: from (30, 90) to (%.0f, %.0f) by half a turn\n", turned[2], turned[3]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run_program(argc, argv, {"image", "out", "draws", "seed"}, run);
}

/* Output:
written: augmentation.svg, 12 transforms
the house: from (30, 90) to (170, 110) by half a turn
*/
