// Filter a picture with the second lecture's table of kernels.
//
//   image_filters [--image FILE.png] [--out DIR]      writes image_filters.png
//
// Each is a convolution with a 3 x 3 filter. The sum of its weights is its effect on an even area:
// 1 keeps the brightness, and 0 leaves only changes between pixels. Such responses have both signs,
// and the picture shows their magnitude. All values go from 0, dark, to 1; others are cut off.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/images/png.h>
#include <retrograd/retrograd.h>

#include "command_line.h"
#include "pictures.h"
#include "show.h"

namespace rg = retrograd;
using rg::Tensor;

struct Filter {
  const char* name;
  Tensor weights;
};

std::vector<Filter> filters() {
  return {
      {"identity", rg::tensor({{0.0, 0.0, 0.0}, {0.0, 1.0, 0.0}, {0.0, 0.0, 0.0}})},
      {"edges, diagonal", rg::tensor({{1.0, 0.0, -1.0}, {0.0, 0.0, 0.0}, {-1.0, 0.0, 1.0}})},
      {"edges, all directions",
       rg::tensor({{-1.0, -1.0, -1.0}, {-1.0, 8.0, -1.0}, {-1.0, -1.0, -1.0}})},
      {"Laplacian", rg::tensor({{0.0, 1.0, 0.0}, {1.0, -4.0, 1.0}, {0.0, 1.0, 0.0}})},
      {"sharpen", rg::tensor({{0.0, -1.0, 0.0}, {-1.0, 5.0, -1.0}, {0.0, -1.0, 0.0}})},
      {"box blur", rg::full({3, 3}, 1.0 / 9)},
      {"Gaussian blur", rg::tensor({{1.0, 2.0, 1.0}, {2.0, 4.0, 2.0}, {1.0, 2.0, 1.0}}) / 16.0},
  };
}

// Filters each channel of (C, H, W) separately, as a batch of C pictures with one channel. The
// padding repeats the outer pixels: zeros would be an edge around the picture.
Tensor filtered(const Tensor& picture, const Tensor& filter) {
  const Tensor padded = rg::pad(picture, {1, 1, 1, 1}, {.mode = rg::PaddingMode::replicate});
  return rg::squeeze(rg::conv2d(rg::unsqueeze(padded, 1), rg::reshape(filter, {1, 1, 3, 3})), 1);
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"image", "out"}, [](const CommandLine& options) {
    Tensor picture = drawn_picture(192);
    if (options.has("image")) {
      picture = rg::load_png(options.text("image", ""));
      picture = rg::narrow(picture, 0, 0, picture.size(0) < 3 ? 1 : 3);  // without alpha
    }

    // A step from dark to bright shows each effect. Edge detectors respond at the step with both
    // signs, except the diagonal one, which ignores upright steps. Sharpening overshoots on both
    // sides, and blurring makes a ramp.
    const Tensor step = rg::expand(rg::tensor({0.0, 0.0, 0.0, 1.0, 1.0, 1.0}), {1, 6, 6});
    show("a step", step(0, 3), 2);
    std::vector<Tensor> results;
    for (const Filter& filter : filters()) {
      const double sum = std::round(rg::sum(filter.weights).item<double>()) + 0.0;
      std::printf("\n%s, sum of the weights %.0f\n", filter.name, sum);
      show("  the step becomes", filtered(step, filter.weights)(0, 3), 2);
      const Tensor result = filtered(picture, filter.weights);
      const std::string name = filter.name;
      results.push_back(sum == 0 ? captioned(rg::abs(result), "|" + name + "|: 0 to 1")
                                 : captioned(result, name + ": 0 to 1"));
    }

    // Filters can be applied in sequence: five small blurs are one large blur.
    Tensor blurred = picture;
    for (int i = 0; i < 5; ++i) {
      blurred = filtered(blurred, filters().back().weights);
    }
    results.push_back(captioned(blurred, "Gaussian blur, 5 times: 0 to 1"));
    rg::save_png(sheet(results, 4), options.text("out", ".") + "/image_filters.png");
    std::printf("\nwritten: image_filters.png\n");
  });
}

/* Output:
a step                     0.00 0.00 0.00 1.00 1.00 1.00

identity, sum of the weights 1
  the step becomes         0.00 0.00 0.00 1.00 1.00 1.00

edges, diagonal, sum of the weights 0
  the step becomes         0.00 0.00 0.00 0.00 0.00 0.00

edges, all directions, sum of the weights 0
  the step becomes          0.00  0.00 -3.00  3.00  0.00  0.00

Laplacian, sum of the weights 0
  the step becomes          0.00  0.00  1.00 -1.00  0.00  0.00

sharpen, sum of the weights 1
  the step becomes          0.00  0.00 -1.00  2.00  1.00  1.00

box blur, sum of the weights 1
  the step becomes         0.00 0.00 0.33 0.67 1.00 1.00

Gaussian blur, sum of the weights 1
  the step becomes         0.00 0.00 0.25 0.75 1.00 1.00

written: image_filters.png
*/
