// See what one unit of a network sees. It depends on a part of the image, its receptive field: the
// pixels where its gradient by the image is not 0.
//
// A formula has the field's width. It starts with size 1 and step 1, and each layer of windows
// makes
//   size <- size + (window - 1) step,  step <- step stride
// model.summary() prints these sizes.
//
// Two kinds of cells in the visual cortex have such fields. A simple cell answers to a bar of one
// direction at one position: a filter. A complex cell answers to the bar at any position in its
// field: the maximum of simple cells.
//
//   receptive_fields [--out DIR]      writes receptive_fields.png
#include <algorithm>
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
namespace nn = rg::nn;
using rg::Tensor;

// The size by formula. Neighbouring units see fields that are `step` pixels apart.
struct Field {
  double size = 1;
  double step = 1;

  double through(double window, double stride) {
    size += (window - 1) * step;
    step *= stride;
    return size;
  }
};

// Returns the unit in the middle of the first map, for each image: (N, C, H, W) -> (N).
Tensor middle_unit(const Tensor& maps) {
  const Tensor rows = rg::select(rg::select(maps, 1, 0), 1, maps.size(2) / 2);
  return rg::select(rows, 1, maps.size(3) / 2);
}

Tensor gradient_of(const Tensor& unit, const Tensor& images) {
  return rg::grad({rg::sum(unit)}, {images}, {.retain_graph = true})[0];
}

// Returns how many columns of (..., H, W) there are from the first to the last that is not 0.
double width_of(const Tensor& gradient) {
  const Tensor pixels = rg::reshape(rg::abs(gradient), {-1, gradient.size(-1)});
  const std::vector<double> columns = rg::sum(pixels, {0}).to_vector<double>();
  const auto is_seen = [](double value) { return value != 0; };
  const auto first = std::find_if(columns.begin(), columns.end(), is_seen);
  const auto last = std::find_if(columns.rbegin(), columns.rend(), is_seen).base();
  return static_cast<double>(last - first);
}

void fields_of_lenet(std::vector<Tensor>& pictures) {
  rg::manual_seed(7);
  nn::Conv2d conv1(1, 6, 5, {.padding = 2});
  nn::Conv2d conv2(6, 16, 5);
  const Tensor images = rg::rand({100, 1, 28, 28}).set_requires_grad();
  const Tensor c1 = rg::relu(conv1(images));
  const Tensor p1 = rg::max_pool2d(c1, 2);
  const Tensor c2 = rg::relu(conv2(p1));
  const Tensor p2 = rg::max_pool2d(c2, 2);

  Field field;
  const std::vector<double> formula = {field.through(5, 1), field.through(2, 2),
                                       field.through(5, 1), field.through(2, 2)};
  // In one image, ReLU and pooling stop some gradients. All images together show the field.
  std::vector<double> by_gradient;
  std::vector<double> in_one_image;
  for (const Tensor& maps : {c1, p1, c2, p2}) {
    const Tensor gradient = gradient_of(middle_unit(maps), images);
    in_one_image.push_back(width_of(gradient[0]));
    by_gradient.push_back(width_of(gradient));
    const Tensor mean = rg::mean(rg::abs(gradient), {0});
    pictures.push_back(
        captioned(enlarged(from_zero(mean), 4), short_number(by_gradient.back()) + " wide"));
  }
  std::printf("LeNet: convolution 5 x 5, pooling 2 x 2, convolution 5 x 5, pooling 2 x 2\n");
  show("field by formula", rg::tensor(formula));
  show("field by gradient", rg::tensor(by_gradient));
  show("in one image", rg::tensor(in_one_image));
}

// Bars on dark images, one image for each position.
Tensor upright_bars(std::int64_t from, std::int64_t count) {
  std::vector<Tensor> images;
  for (std::int64_t i = 0; i < count; ++i) {
    const Tensor column = rg::one_hot(rg::full({14}, from + i, {.dtype = rg::int64}), 14);
    images.push_back(rg::reshape(column, {1, 14, 14}).to(rg::float32));
  }
  return rg::stack(images);
}

void cells(std::vector<Tensor>& pictures) {
  // The filter answers to an upright line, 1 pixel wide.
  const Tensor filter =
      rg::tensor({{{{-1, 2, -1}, {-1, 2, -1}, {-1, 2, -1}}}}, {.dtype = rg::float32});
  const auto simple = [&](const Tensor& x) { return rg::relu(rg::conv2d(x, filter)); };
  const auto complex = [&](const Tensor& x) { return rg::max_pool2d(simple(x), 5, {.stride = 1}); };
  const Tensor bars = upright_bars(3, 9).set_requires_grad();
  const Tensor level = rg::transpose(bars.detach(), 2, 3);
  std::printf("\nbar in column                3  4  5  6  7  8  9 10 11\n");
  show("simple cell", middle_unit(simple(bars)));
  show("complex cell", middle_unit(complex(bars)));
  show("simple cell, level bar", middle_unit(simple(level)));
  show("complex cell, level bar", middle_unit(complex(level)));

  const Tensor by_simple = gradient_of(middle_unit(simple(bars)), bars);
  const Tensor by_complex = gradient_of(middle_unit(complex(bars)), bars);
  Field field;
  const std::vector<double> formula = {field.through(3, 1), field.through(5, 1)};
  std::printf("\na simple cell and a complex cell, the maximum of 5 x 5 simple cells\n");
  show("field by formula", rg::tensor(formula));
  show("field by gradient", rg::tensor({width_of(by_simple), width_of(by_complex)}));

  // The gradient for one bar is the filter, red for 2 and blue for -1. For a complex cell, it is at
  // the bar.
  const auto add = [&](const Tensor& gradient, const std::string& name) {
    pictures.push_back(captioned(enlarged(signed_colours(gradient, 2), 8), name));
  };
  pictures.push_back(captioned(enlarged(bars[4], 8), "bar in column 7"));
  add(by_simple[4], "simple cell, 7");
  add(by_complex[2], "complex cell, 5");
  add(by_complex[6], "complex cell, 9");
}

int main(int argc, char** argv) {
  return run_program(argc, argv, {"out"}, [](const CommandLine& options) {
    std::vector<Tensor> pictures;
    fields_of_lenet(pictures);
    cells(pictures);
    rg::save_png(sheet(pictures, 4), options.text("out", ".") + "/receptive_fields.png");
    std::printf("\nwritten: receptive_fields.png\n");
  });
}

/* Output:
LeNet: convolution 5 x 5, pooling 2 x 2, convolution 5 x 5, pooling 2 x 2
field by formula            5  6 14 16
field by gradient           5  6 14 16
in one image                5  5 14 14

bar in column                3  4  5  6  7  8  9 10 11
simple cell                 0  0  0  0  6  0  0  0  0
complex cell                0  0  6  6  6  6  6  0  0
simple cell, level bar      0  0  0  0  0  0  0  0  0
complex cell, level bar     0  0  0  0  0  0  0  0  0

a simple cell and a complex cell, the maximum of 5 x 5 simple cells
field by formula            3  7
field by gradient           3  7

written: receptive_fields.png
*/
