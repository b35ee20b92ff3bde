// Convolve pictures with several channels. For r channels, an m x m filter has m x m x r weights,
// and adds over all channels,
//   z[o, i, j] = b[o] + sum_{c, k, l} w[o, c, k, l] x[c, i + k, j + l].
// One filter makes one channel. A bank of d filters makes d: n x n x r in, n x n x d out.
//
//   channels_and_filter_banks [--out DIR]      writes filter_bank.png
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

// Returns a filter (1, 3, 3, 3): a pattern in the plane, weighted for red, green and blue.
Tensor filter(const Tensor& pattern, const Tensor& colours) {
  return rg::reshape(rg::reshape(colours, {3, 1, 1}) * pattern, {1, 3, 3, 3});
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    // A picture of 3 x 3 pixels and 3 channels, a filter of 2 x 2 x 3.
    const rg::TensorOptions real = {.dtype = rg::float32};
    const Tensor small = rg::tensor({{{1, 0, 2}, {0, 1, 0}, {1, 1, 0}},
                                     {{0, 1, 0}, {2, 0, 1}, {0, 0, 1}},
                                     {{1, 1, 1}, {0, 2, 0}, {1, 0, 0}}},
                                    real);
    const Tensor one = rg::tensor({{{{1, 0}, {0, 1}}, {{0, 1}, {1, 0}}, {{1, 1}, {-1, -1}}}}, real);
    for (int c = 0; c < 3; ++c) {
      show("channel " + std::to_string(c) + " alone",
           rg::conv2d(rg::narrow(small, 0, c, 1), rg::narrow(one, 1, c, 1)));
    }
    show("all three, added up", rg::conv2d(small, one));

    // Four filters for a colour picture.
    const Tensor even = rg::full({3, 3}, 1.0 / 9);
    const Tensor columns = rg::tensor({{-1.0, 0.0, 1.0}, {-2.0, 0.0, 2.0}, {-1.0, 0.0, 1.0}});
    const Tensor grey = rg::tensor({0.299, 0.587, 0.114});
    const Tensor bank = rg::cat({filter(even, rg::tensor({1.0, -0.5, -0.5})),   // how red is it?
                                 filter(even, rg::tensor({-0.5, 1.0, -0.5})),   // how green?
                                 filter(columns, grey),                         // vertical edges
                                 filter(rg::transpose(columns, 0, 1), grey)});  // and horizontal
    const Tensor picture = drawn_picture(128);
    const Tensor maps = rg::relu(rg::conv2d(picture, bank, {}, {.padding = 1}));
    std::printf("\n");
    show_shape("picture", picture);
    show_shape("bank", bank);
    show_shape("maps", maps);

    // Each map is a channel for the next layer, whose filters see all of them.
    rg::nn::Conv2d first(3, 4, 3, {.padding = 1});
    rg::nn::Conv2d second(4, 8, 3, {.padding = 1});
    show_shape("after a second bank", second(rg::relu(first(picture))));
    std::printf("weights: 4 (3 x 3 x 3 + 1) = %lld, then 8 (3 x 3 x 4 + 1) = %lld\n",
                static_cast<long long>(first.parameter_count()),
                static_cast<long long>(second.parameter_count()));

    // A 1 x 1 filter sees no neighbours: it mixes channels, pixel by pixel.
    const Tensor mixed = rg::conv2d(picture, rg::reshape(grey, {1, 3, 1, 1}));
    const Tensor weighted = rg::sum(picture * rg::reshape(grey, {3, 1, 1}), {0}, true);
    std::printf("1 x 1 is a weighted sum of channels: %s\n",
                difference(mixed, weighted) < 1e-5 ? "yes" : "NO");

    // The upper row shows the picture and its channels, the lower row the four maps.
    const std::vector<std::string> names = {"red",       "green",   "blue", "redness",
                                            "greenness", "upright", "level"};
    std::vector<Tensor> pictures = {captioned(picture, "picture: 0 to 1")};
    for (const Tensor& channel : rg::split(picture, 1)) {
      pictures.push_back(captioned(channel, names[pictures.size() - 1] + ": 0 to 1"));
    }
    for (const Tensor& map : rg::split(maps, 1)) {
      pictures.push_back(captioned(from_zero(map), range_text(names[pictures.size() - 1], map)));
    }
    rg::save_png(sheet(pictures, 4), options.text("out", ".") + "/filter_bank.png");
    std::printf("written: filter_bank.png\n");
  });
}

/* Output:
channel 0 alone
  2 0
  1 1
channel 1 alone
  3 0
  0 1
channel 2 alone
  0 0
  1 2
all three, added up
  5 0
  2 4

picture                    [3, 128, 128]
bank                       [4, 3, 3, 3]
maps                       [4, 128, 128]
after a second bank        [8, 128, 128]
weights: 4 (3 x 3 x 3 + 1) = 112, then 8 (3 x 3 x 4 + 1) = 296
1 x 1 is a weighted sum of channels: yes
written: filter_bank.png
*/
