// Move a digit and compare the results.
//   equivariance   the convolution of a shifted image is the shifted convolution:
//                  conv(shift(x)) = shift(conv(x))
//   invariance     pooled values change less, the larger the windows; pooled over the whole image,
//                  they do not change: max(shift(z)) = max(z)
// A fully connected layer has neither: it sees other pixels, and all its outputs change.
//
//   shifted_images [--out DIR]      writes shifted_images.png
#include <cstdint>
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

// Shifts to the right. The digit has enough dark pixels around it to lose none.
Tensor shifted(const Tensor& images, std::int64_t by) {
  return rg::roll(images, {by}, {-1});
}

// |b - a| / |a|
double change(const Tensor& a, const Tensor& b) {
  return (rg::norm(a - b) / rg::norm(a)).item<double>();
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    // A drawn seven in black and white, in a frame. Whole numbers make sums exact.
    const rg::TensorDataset digits = rg::drawn_digits(10, 5);
    Tensor digit;
    for (std::int64_t i = 0; i < digits.size(); ++i) {
      if (digits.labels().at({i}) == 7) {
        digit = digits.images()[i];
      }
    }
    const Tensor x = rg::pad((digit > 0.5).to(rg::float32), {4, 4, 4, 4});  // (1, 36, 36)
    const Tensor edges =
        rg::tensor({{{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}}}, {{{-1, -2, -1}, {0, 0, 0}, {1, 2, 1}}}},
                   {.dtype = rg::float32});
    const auto features = [&](const Tensor& image) {
      return rg::relu(rg::conv2d(image, edges, {}, {.padding = 1}));  // (2, 36, 36)
    };
    const Tensor z = features(x);

    std::printf("conv(shift(x)) = shift(conv(x)):");
    for (std::int64_t by = 1; by <= 4; ++by) {
      const bool equal = difference(features(shifted(x, by)), shifted(z, by)) == 0;
      std::printf("  by %lld: %s", static_cast<long long>(by), equal ? "yes" : "NO");
    }

    // A stride of 2 is equivariant for shifts of 2, 4, ...: the result moves half as far.
    const bool half =
        difference(rg::max_pool2d(shifted(z, 2), 2), shifted(rg::max_pool2d(z, 2), 1)) == 0;
    std::printf("\npool(shift(z, 2)) = shift(pool(z), 1):  %s\n", half ? "yes" : "NO");

    // How much does each result change when the digit moves by one pixel?
    std::printf("\nchange of ...            when the digit moves by one pixel\n");
    const Tensor moved = shifted(x, 1);
    std::printf("the pixels               %.2f\n", change(x, moved));
    std::printf("the convolution          %.2f\n", change(z, features(moved)));
    for (const std::int64_t size : {2, 4, 9, 36}) {
      std::printf("pooled %2lld x %-2lld           %.2f\n", static_cast<long long>(size),
                  static_cast<long long>(size),
                  change(rg::max_pool2d(z, size), rg::max_pool2d(features(moved), size)));
    }

    // Flattening keeps every number and drops which pixels are neighbours. Later layers depend on
    // positions: one fixed order of mixed pixels for all images would be equal for them.
    show_shape("\nflattened", rg::flatten(z));
    rg::manual_seed(2);
    rg::nn::Linear connected(z.numel(), 10);
    const rg::NoGradGuard unrecorded;
    const double scores =
        change(connected(rg::flatten(z)), connected(rg::flatten(features(moved))));
    std::printf("a full connection's scores change by %.1f\n", scores);

    // The upper row shows the digit, its edges, pooled by 4 and by 9. The lower row is moved by 4.
    std::vector<Tensor> pictures;
    for (const Tensor& image : {x, shifted(x, 4)}) {
      const Tensor upright = rg::narrow(features(image), 0, 0, 1);
      const std::string moved_by = pictures.empty() ? "" : ", moved by 4";
      const auto add = [&](const Tensor& map, std::int64_t factor, const std::string& name) {
        pictures.push_back(captioned(enlarged(map, factor), name + moved_by));
      };
      add(image, 4, "0 to 1");
      add(upright / 4.0, 4, "edges 0 to 4");
      add(rg::max_pool2d(upright, 4) / 4.0, 16, "4 x 4");
      add(rg::max_pool2d(upright, 9) / 4.0, 36, "9 x 9");
    }
    rg::save_png(sheet(pictures, 4), options.text("out", ".") + "/shifted_images.png");
    std::printf("written: shifted_images.png\n");
  });
}

/* Output:
conv(shift(x)) = shift(conv(x)):  by 1: yes  by 2: yes  by 3: yes  by 4: yes
pool(shift(z, 2)) = shift(pool(z), 1):  yes

change of ...            when the digit moves by one pixel
the pixels               0.75
the convolution          0.83
pooled  2 x 2            0.68
pooled  4 x 4            0.41
pooled  9 x 9            0.37
pooled 36 x 36           0.00

flattened                  [2592]
a full connection's scores change by 0.9
written: shifted_images.png
*/
