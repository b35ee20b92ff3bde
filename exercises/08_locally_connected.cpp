// Write a locally connected layer: unit i sees x_{i-1}, x_i and x_{i+1}, with weights of its own.
//   z_i = left_i x_{i-1} + own_i x_i + right_i x_{i+1}
// With n units it has 3n - 2 weights: the first unit has no left neighbour, the last no right one.
// A full layer has n^2, and a convolution, which shares its weights, has 3.
//
// You need: x(Slice{a, b}); rg::pad(t, {left, right}), which adds zeros at the ends.
#include <cstdint>

#include "marking.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Slice;
using rg::Tensor;

struct LocallyConnected : nn::Module {
  static constexpr rg::TensorOptions kWeight = {.dtype = rg::float64, .requires_grad = true};
  explicit LocallyConnected(std::int64_t units)
      : left(rg::full({units - 1}, 1.0, kWeight)),
        own(rg::full({units}, 2.0, kWeight)),
        right(rg::full({units - 1}, 3.0, kWeight)) {}

  nn::Members members() override {
    // --- Your lines: list the three parameters, each with its name. ---
    return {};
    // --- to here ---
  }

  Tensor forward(const Tensor& x) override {
    const std::int64_t n = x.numel();
    Tensor z = own * x;
    // --- Your lines: add left_i x_{i-1} from unit 1 on, and right_i x_{i+1} up to unit n - 2. ---
    z = z + 0.0 * static_cast<double>(n);
    // --- to here ---
    return z;
  }

  Tensor left, own, right;
};

int main() {
  constexpr rg::TensorOptions real = {.dtype = rg::float64};
  LocallyConnected layer(5);
  return mark({
      {"a layer of 5 units has 13 parameters",
       [&] {
         const std::int64_t count = layer.parameter_count();
         expect(count == 13,
                "parameter_count() is " + std::to_string(count) +
                    ".\n"
                    "Hint: {\"left\", left} is a member. An optimizer sees what members() lists.");
       }},
      {"the matrix of the slide for theta = 1 2 3",
       [&] {
         const Tensor W =
             rg::jacobian([&](const Tensor& x) { return layer(x); }, rg::zeros({5}, real));
         expect_equal(
             "dz/dx", W,
             rg::tensor({{2, 3, 0, 0, 0},
                         {1, 2, 3, 0, 0},
                         {0, 1, 2, 3, 0},
                         {0, 0, 1, 2, 3},
                         {0, 0, 0, 1, 2}},
                        real),
             "left * x(Slice{0, n - 1}) has n - 1 elements; pad it to n, and at which end?");
       }},
      {"its gradients",
       [&] {
         expect_gradient([&](const auto& in) { return rg::square(layer(in[0])); },
                         {rg::tensor({0.5, -1.0, 2.0, 0.3, 1.1}, LocallyConnected::kWeight),
                          layer.left, layer.own, layer.right},
                         "use the members in forward(); copies of their values leave the tape.");
       }},
  });
}
