// Refused calls of products, convolutions, pools and losses.
#include "unit/ops_errors.h"

#include <functional>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

const Tensor kUndefined;

Tensor integers(const Shape& shape) {
  return zeros(shape, {.dtype = int64});
}
Tensor doubles(const Shape& shape) {
  return zeros(shape, {.dtype = float64});
}

}  // namespace

TEST_CASE("matmul refuses factors that do not fit") {
  const Tensor a = zeros({2, 3});
  REFUSED(ShapeError, matmul(a, zeros({4, 5})), "matmul", "3 elements", "4", "float32 [2, 3]",
          "float32 [4, 5]");
  REFUSED(ShapeError, matmul(zeros({4}), zeros({5})), "matmul", "4", "5", "float32 [4]");
  REFUSED(ShapeError, matmul(a, zeros({})), "matmul", "scalars", "float32 []");
  REFUSED(ShapeError, matmul(zeros({2, 4, 5}), zeros({3, 5, 6})), "matmul", "2", "3");
  REFUSED(DTypeError, matmul(a, doubles({3, 2})), "matmul", "float32 [2, 3]", "float64 [3, 2]");
  REFUSED(DTypeError, matmul(zeros({2}, {.dtype = boolean}), zeros({2}, {.dtype = boolean})),
          "matmul", "boolean [2]");
  REFUSED(GraphError, matmul(kUndefined, a), "matmul", "undefined");
  REFUSED(GraphError, matmul(a, kUndefined), "matmul", "undefined");
}

TEST_CASE("linear refuses arguments that do not fit") {
  const Tensor x = zeros({2, 3});
  const Tensor weight = zeros({4, 3});
  REFUSED(ShapeError, linear(x, zeros({4, 5})), "linear", "3 features", "expects 5",
          "float32 [2, 3]", "float32 [4, 5]");
  REFUSED(ShapeError, linear(x, zeros({3})), "linear", "float32 [2, 3]", "float32 [3]");
  REFUSED(ShapeError, linear(zeros({}), weight), "linear", "float32 []", "float32 [4, 3]");
  REFUSED(ShapeError, linear(x, weight, zeros({3})), "linear", "4 outputs", "float32 [4, 3]",
          "float32 [3]");
  REFUSED(DTypeError, linear(x, doubles({4, 3})), "linear", "float32 [2, 3]", "float64 [4, 3]");
  REFUSED(DTypeError, linear(x, weight, doubles({4})), "linear", "float64 [4]");
  REFUSED(DTypeError, linear(integers({2, 3}), weight), "linear", "floating", "int64 [2, 3]");
  REFUSED(GraphError, linear(x, kUndefined), "linear", "weight is undefined");
}

TEST_CASE("conv2d refuses tensors that do not fit") {
  const Tensor x = zeros({8, 3, 32, 32});
  const Tensor weight = zeros({16, 3, 3, 3});
  REFUSED(ShapeError, conv2d(x, zeros({32, 16, 3, 3})), "conv2d",
          "input has 3 channels but weight expects 16 (weight.size(1) x groups = 16 x 1)",
          "\n  input   float32 [8, 3, 32, 32]\n  weight  float32 [32, 16, 3, 3]");
  REFUSED(ShapeError, conv2d(x, zeros({4, 1, 3, 3}), {}, {.groups = 3}), "conv2d", "4 filters",
          "3 groups", "float32 [4, 1, 3, 3]");
  REFUSED(ShapeError, conv2d(zeros({3, 32}), weight), "conv2d", "4 dimensions", "float32 [3, 32]");
  REFUSED(ShapeError, conv2d(x, zeros({16, 3, 3})), "conv2d", "4 dimensions", "float32 [16, 3, 3]");
  REFUSED(ShapeError, conv2d(x, weight, zeros({3})), "conv2d", "16 filters", "float32 [3]");
  REFUSED(ShapeError, conv2d(zeros({1, 3, 2, 9}), weight), "conv2d", "spans 3", "only 2",
          "dimension 0", "float32 [1, 3, 2, 9]");
  REFUSED(ShapeError, conv2d(x, zeros({16, 3, 3, 0})), "conv2d", "dimension 1");
  REFUSED(ShapeError, conv2d(zeros({1, 3, 9, 9}), weight, {}, {.dilation = {1, 5}}), "conv2d",
          "spans 11", "only 9", "dimension 1");
  REFUSED(DTypeError, conv2d(integers({8, 3, 32, 32}), weight), "conv2d", "floating",
          "int64 [8, 3, 32, 32]");
  REFUSED(DTypeError, conv2d(x, doubles({16, 3, 3, 3})), "conv2d", "float64 [16, 3, 3, 3]");
  REFUSED(DTypeError, conv2d(x, weight, doubles({16})), "conv2d", "float64 [16]");
  REFUSED(GraphError, conv2d(kUndefined, weight), "conv2d", "input is undefined");
  REFUSED(GraphError, conv2d(x, kUndefined), "conv2d", "weight is undefined");
}

TEST_CASE("convolutions refuse strides, dilations, paddings and groups out of range") {
  const Tensor x = zeros({1, 2, 9, 9});
  const Tensor weight = zeros({2, 2, 3, 3});
  REFUSED(ValueError, conv2d(x, weight, {}, {.stride = 0}), "conv2d", "stride 0", "at least 1");
  REFUSED(ValueError, conv2d(x, weight, {}, {.stride = {1, -2}}), "conv2d", "stride -2",
          "dimension 1");
  REFUSED(ValueError, conv2d(x, weight, {}, {.padding = {-1, 0}}), "conv2d", "padding -1");
  REFUSED(ValueError, conv2d(x, weight, {}, {.dilation = 0}), "conv2d", "dilation 0");
  REFUSED(ValueError, conv2d(x, weight, {}, {.groups = 0}), "conv2d", "groups 0");
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  REFUSED(ValueError, conv2d(x, weight, {}, {.groups = kHuge}), "conv2d", "below 2^31");
  REFUSED(ValueError, conv2d(x, weight, {}, {.padding = kHuge}), "conv2d", "below 2^31",
          "float32 [2, 2, 3, 3]");
  REFUSED(ValueError, conv2d(x, weight, {}, {.dilation = kHuge}), "conv2d", "below 2^31");
  REFUSED(ValueError, max_pool2d(x, 2, {.dilation = kHuge}), "max_pool2d", "below 2^31");
  REFUSED(ValueError, conv2d(x, weight, {}, {.stride = 2, .padding = same}), "conv2d", "'same'",
          "stride 1, not 2");
  REFUSED(ShapeError, conv1d(zeros({1, 3, 9}), zeros({2, 2, 3})), "conv1d", "3 channels",
          "expects 2", "float32 [1, 3, 9]");
  REFUSED(ShapeError, conv1d(zeros({9}), zeros({2, 2, 3})), "conv1d", "3 dimensions");
  REFUSED(ShapeError, conv1d(zeros({1, 2, 2}), zeros({2, 2, 3})), "conv1d", "spans 3", "only 2");
  REFUSED(ShapeError, conv1d(zeros({1, 2, 9}), zeros({2, 2, 3}), zeros({2, 1})), "conv1d",
          "2 filters", "float32 [2, 1]");
  REFUSED(ValueError, conv1d(zeros({1, 2, 9}), zeros({2, 2, 3}), {}, {.stride = 0}), "conv1d",
          "stride 0");
  REFUSED(DTypeError, conv1d(integers({1, 2, 9}), zeros({2, 2, 3})), "conv1d", "int64 [1, 2, 9]");
}

TEST_CASE("pools refuse windows that do not fit") {
  const Tensor x = zeros({1, 2, 4, 5});
  REFUSED(ValueError, max_pool2d(x, 0), "max_pool2d", "kernel 0", "float32 [1, 2, 4, 5]");
  REFUSED(ValueError, max_pool2d(x, 2, {.stride = 0}), "max_pool2d", "stride 0");
  REFUSED(ValueError, max_pool2d(x, 2, {.padding = {0, 2}}), "max_pool2d", "padding 2",
          "half the kernel", "dimension 1");
  REFUSED(ValueError, max_pool2d(x, 2, {.dilation = 0}), "max_pool2d", "dilation 0");
  REFUSED(ShapeError, max_pool2d(x, {5, 1}), "max_pool2d", "spans 5", "only 4", "dimension 0");
  REFUSED(ShapeError, max_pool2d(zeros({4, 5}), 2), "max_pool2d", "float32 [4, 5]");
  REFUSED(ShapeError, max_pool2d(zeros({1, 2, 0, 5}), 1), "max_pool2d", "float32 [1, 2, 0, 5]");
  REFUSED(ShapeError, max_pool2d(zeros({3, 2, 2}), 3), "max_pool2d", "float32 [3, 2, 2]");
  REFUSED(ShapeError, conv2d(zeros({3, 2, 9}), zeros({16, 3, 3, 3})), "conv2d",
          "float32 [3, 2, 9]");
  REFUSED(DTypeError, max_pool2d(integers({1, 2, 4, 5}), 2), "max_pool2d", "int64 [1, 2, 4, 5]");
  REFUSED(GraphError, max_pool2d(kUndefined, 2), "max_pool2d", "undefined");
  REFUSED(ValueError, avg_pool2d(x, {2, -1}), "avg_pool2d", "kernel -1", "dimension 1");
  REFUSED(ValueError, avg_pool2d(x, 2, {.padding = -1}), "avg_pool2d", "padding -1");
  REFUSED(ShapeError, avg_pool2d(x, 6), "avg_pool2d", "spans 6", "only 4");
  REFUSED(ShapeError, avg_pool2d(zeros({5}), 2), "avg_pool2d", "float32 [5]");
  REFUSED(DTypeError, avg_pool2d(integers({1, 2, 4, 5}), 2), "avg_pool2d", "int64 [1, 2, 4, 5]");
}

TEST_CASE("losses refuse targets that do not fit") {
  const Tensor x = zeros({2, 3});
  const Tensor wrong_type = doubles({2, 3});
  REFUSED(ShapeError, mse_loss(x, zeros({3})), "mse_loss", "float32 [2, 3]", "float32 [3]");
  REFUSED(DTypeError, mse_loss(x, wrong_type), "mse_loss", "float32 [2, 3]", "float64 [2, 3]");
  REFUSED(DTypeError, mse_loss(integers({2}), integers({2})), "mse_loss", "floating", "int64 [2]");
  REFUSED(GraphError, mse_loss(x, kUndefined), "mse_loss", "target is undefined");
  const char* bce = "binary_cross_entropy_with_logits";
  REFUSED(ShapeError, binary_cross_entropy_with_logits(x, zeros({2, 1})), bce, "float32 [2, 1]");
  REFUSED(DTypeError, binary_cross_entropy_with_logits(x, wrong_type), bce, "float64 [2, 3]");
  REFUSED(GraphError, binary_cross_entropy_with_logits(kUndefined, x), bce, "undefined");
}

TEST_CASE("losses refuse classes that are not there") {
  const Tensor x = zeros({2, 3});
  using Loss = std::function<Tensor(const Tensor&, const Tensor&, Where)>;
  const struct {
    const char* name;
    Loss loss;
  } losses[] = {{"nll_loss",
                 [](const Tensor& y, const Tensor& t, Where at) { return nll_loss(y, t, {}, at); }},
                {"cross_entropy", [](const Tensor& y, const Tensor& t,
                                     Where at) { return cross_entropy(y, t, {}, at); }},
                {"multi_margin_loss", [](const Tensor& y, const Tensor& t, Where at) {
                   return multi_margin_loss(y, t, {}, at);
                 }}};
  for (const auto& op : losses) {
    REFUSED(IndexError, op.loss(x, tensor({0, 3}), {}), op.name, "class 3", "3 classes",
            "float32 [2, 3]", "int64 [2]");
    REFUSED(IndexError, op.loss(x, tensor({-1, 0}), {}), op.name, "class -1", "3 classes");
    REFUSED(ShapeError, op.loss(x, integers({3}), {}), op.name, "[2]", "float32 [2, 3]",
            "int64 [3]");
    REFUSED(ShapeError, op.loss(zeros({}), integers({}), {}), op.name, "classes", "float32 []");
    REFUSED(DTypeError, op.loss(x, zeros({2}, {.dtype = uint8}), {}), op.name,
            "target must be int64, not uint8");
    REFUSED(DTypeError, op.loss(integers({2, 3}), integers({2}), {}), op.name, "int64 [2, 3]");
    REFUSED(GraphError, op.loss(x, kUndefined, {}), op.name, "target is undefined");
  }
}
