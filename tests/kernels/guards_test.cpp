// Kernels between guards: what lies around their inputs changes no result and stays as it is.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guarded.h"

namespace rg = retrograd;

namespace {

using rg::Tensor;
using Tensors = std::vector<Tensor>;

struct Row {
  std::string name;
  std::vector<rg::Shape> shapes;
  std::function<Tensor(const Tensors&)> f;
};

std::vector<Row> rows() {
  std::vector<Row> all;
  const auto add = [&all](const std::string& name, std::vector<rg::Shape> shapes, auto f) {
    all.push_back({name, std::move(shapes), f});
  };
  // Channels that fill vectors, and that do not.
  for (const std::int64_t c : {1, 3, 5, 16, 21}) {
    const rg::Shape images{2, c, 9, 11};
    for (const std::int64_t padding : {0, 1}) {
      for (const std::int64_t stride : {1, 2, 3}) {
        const std::string sizes =
            " " + std::to_string(c) + " " + std::to_string(padding) + " " + std::to_string(stride);
        add("max_pool2d" + sizes, {images}, [=](const Tensors& x) {
          return rg::max_pool2d(x[0], 3, {.stride = stride, .padding = padding});
        });
        add("avg_pool2d" + sizes, {images}, [=](const Tensors& x) {
          return rg::avg_pool2d(x[0], 3,
                                {.stride = stride,
                                 .padding = padding,
                                 .ceil_mode = true,
                                 .count_include_pad = false});
        });
        add("conv2d" + sizes, {images, {4, c, 3, 3}, {4}}, [=](const Tensors& x) {
          return rg::conv2d(x[0], x[1], x[2], {.stride = stride, .padding = padding});
        });
        add("conv_transpose2d" + sizes, {images, {c, 4, 3, 3}, {4}}, [=](const Tensors& x) {
          return rg::conv_transpose2d(x[0], x[1], x[2], {.stride = stride, .padding = padding});
        });
      }
    }
    const std::string of = " " + std::to_string(c);
    add("tiles" + of, {{2, c, 8, 12}}, [](const Tensors& x) { return rg::max_pool2d(x[0], 2); });
    add("dilated" + of, {images}, [](const Tensors& x) {
      return rg::max_pool2d(x[0], 3, {.stride = 2, .padding = 1, .dilation = 2});
    });
    add("large windows" + of, {{1, c, 40, 40}},
        [](const Tensors& x) { return rg::max_pool2d(x[0], 33, {.stride = 3, .padding = 16}); });
    for (const rg::Size<2> size : {rg::Size<2>{1, 1}, rg::Size<2>{4, 5}, rg::Size<2>{20, 30}}) {
      add("adaptive_avg_pool2d" + of, {images},
          [=](const Tensors& x) { return rg::adaptive_avg_pool2d(x[0], size); });
      add("adaptive_max_pool2d" + of, {images},
          [=](const Tensors& x) { return rg::adaptive_max_pool2d(x[0], size); });
    }
    using Mode = rg::InterpolateMode;
    for (const Mode mode : {Mode::nearest, Mode::bilinear, Mode::bicubic, Mode::area}) {
      for (const std::int64_t size : {1, 7, 20}) {
        add("interpolate" + of, {images}, [=](const Tensors& x) {
          return rg::interpolate(x[0], {.size = {size, size + 2}, .mode = mode});
        });
      }
    }
    add("batch_norm" + of, {images, {c}, {c}}, [=](const Tensors& x) {
      return rg::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true});
    });
    add("layer_norm" + of, {images, {11}, {11}},
        [](const Tensors& x) { return rg::layer_norm(x[0], {11}, x[1], x[2]); });
    add("softmax" + of, {images}, [](const Tensors& x) { return rg::softmax(x[0], 1); });
    add("logsumexp" + of, {images}, [](const Tensors& x) { return rg::logsumexp(x[0], {1, 3}); });
    add("sort" + of, {images}, [](const Tensors& x) { return rg::sort(x[0], 1).values; });
    add("matmul" + of, {{9, c}, {c, 7}}, [](const Tensors& x) { return rg::matmul(x[0], x[1]); });
    add("fold" + of, {images}, [](const Tensors& x) { return rg::unfold(x[0], 3); });
  }
  add("group_norm", {{2, 6, 5, 7}, {6}, {6}},
      [](const Tensors& x) { return rg::group_norm(x[0], 3, x[1], x[2]); });
  return all;
}

// The result and the gradients of a seed that is like nothing else.
Tensors results(const Row& row, const Tensors& inputs, const std::function<Tensor(Tensor)>& held) {
  Tensors leaves;
  for (const Tensor& input : inputs) {
    leaves.push_back(input.detach().set_requires_grad(true));
  }
  const Tensor y = row.f(leaves);
  const Tensor seed = held(rg::sin(y.detach()));
  Tensors all = rg::grad({y}, leaves, {.grad_outputs = {seed}});
  all.push_back(y.detach());
  return all;
}

void check(const Row& row, rg::DType dtype) {
  CAPTURE(row.name);
  CAPTURE(dtype);
  rg::manual_seed(1);
  Tensors plain;
  Tensors inside;
  std::vector<std::unique_ptr<Guarded>> guards;
  const auto held = [&guards](const Tensor& x) {
    guards.push_back(std::make_unique<Guarded>(x));
    return guards.back()->tensor();
  };
  for (const rg::Shape& shape : row.shapes) {
    plain.push_back(rg::randn(shape).to(dtype));
    inside.push_back(held(plain.back()));
  }
  const Tensors wanted = results(row, plain, [](const Tensor& x) { return x; });
  const Tensors found = results(row, inside, held);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(found[i].to_vector<double>() == wanted[i].to_vector<double>());
  }
  for (const auto& guard : guards) {
    CHECK(guard->intact());
  }
}

}  // namespace

TEST_SUITE("exactness") {
  TEST_CASE("guards: kernels use and change nothing around their inputs") {
    for (const Row& row : rows()) {
      check(row, rg::float32);
      check(row, rg::float64);
      check(row, rg::bfloat16);
    }
  }
}
