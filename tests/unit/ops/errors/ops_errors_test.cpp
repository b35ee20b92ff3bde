// Refused calls of element-wise operators, reductions and writes in place.
#include "unit/ops_errors.h"

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

struct BinaryOp {
  const char* name;
  Tensor (*call)(const Operand&, const Operand&, Where);
};

const BinaryOp kBinary[] = {
    {"add", add},         {"sub", sub},         {"mul", mul}, {"div", div}, {"pow", retrograd::pow},
    {"maximum", maximum}, {"minimum", minimum}, {"eq", eq},   {"ne", ne},   {"lt", lt},
    {"le", le},           {"gt", gt},           {"ge", ge}};

struct UnaryOp {
  const char* name;
  Tensor (*call)(const Tensor&, Where);
};

const UnaryOp kFloatingOnly[] = {{"exp", retrograd::exp},     {"log", retrograd::log},
                                 {"log1p", retrograd::log1p}, {"sqrt", retrograd::sqrt},
                                 {"tanh", retrograd::tanh},   {"sigmoid", sigmoid}};
const UnaryOp kAllNumbers[] = {
    {"neg", neg}, {"abs", retrograd::abs}, {"sign", sign}, {"square", square}, {"relu", relu}};

struct Reduction {
  const char* name;
  Tensor (*call)(const Tensor&, const Dims&, bool, Where);
};

const Reduction kReductions[] = {
    {"sum", sum}, {"mean", mean}, {"amax", amax}, {"amin", amin}, {"logsumexp", logsumexp}};

const Tensor kUndefined;

}  // namespace

TEST_CASE("binary operators refuse shapes that do not broadcast, and what is no tensor") {
  const Tensor a = zeros({2, 3});
  const Tensor b = zeros({4});
  for (const auto& op : kBinary) {
    REFUSED(ShapeError, op.call(a, b, {}), op.name, "[2, 3]", "[4]", "sizes 3 and 4");
    REFUSED(GraphError, op.call(kUndefined, b, {}), op.name, "first operand is undefined");
    REFUSED(GraphError, op.call(a, kUndefined, {}), op.name, "second operand is undefined");
    REFUSED(DTypeError, op.call(1, 2.5, {}), op.name, "both operands are numbers");
  }
}

TEST_CASE("messages of binary operators list tensors and numbers") {
  const Tensor a = zeros({2, 3});
  const Tensor b = zeros({4});
  const Tensor bytes = zeros({2}, {.dtype = uint8});
  for (const auto& op : kBinary) {
    REFUSED(ShapeError, op.call(a, b, {}), op.name,
            "\n  a  float32 [2, 3]\n  b  float32 [4]\n  [shapes-differ]");
    REFUSED(GraphError, op.call(a, kUndefined, {}), op.name,
            "\n  a  float32 [2, 3]\n  b  undefined\n  [undefined-tensor]");
    REFUSED(DTypeError, op.call(1, 2.5, {}), op.name, "\n  a  1\n  b  2.5\n  [argument-missing]");
  }
  REFUSED(ValueError, bytes + 300, "add", "\n  a  uint8 [2]\n  b  300\n  [dtype-overflow]");
  REFUSED(ValueError, maximum(300, bytes), "maximum", "\n  a  300\n  b  uint8 [2]\n");
  REFUSED(ValueError, floor_divide(bytes, 0), "floor_divide",
          "\n  a  uint8 [2]\n  b  0\n  [division-by-zero]");
  REFUSED(ValueError, where(bytes == 0, bytes, -1), "where",
          "\n  condition  boolean [2]\n  a          uint8 [2]\n  b          -1\n");
  REFUSED(ShapeError, lerp(a, b, 0.5), "lerp",
          "\n  start   float32 [2, 3]\n  end     float32 [4]\n  weight  0.5\n");
  REFUSED(ShapeError, logical_and(a, b), "logical_and",
          "\n  a  float32 [2, 3]\n  b  float32 [4]\n");
  Tensor counts = zeros({2}, {.dtype = int64});
  REFUSED(DTypeError, counts.mul_(0.5), "mul_",
          "\n  tensor  int64 [2]\n  other   0.5\n  [floating-into-integers]");
}

TEST_CASE("operators that need floats say how to make them") {
  const Tensor integers = tensor({{{1, 2, 3}}});
  const char* const hint = "write 1.0 or give .dtype, or convert with to()";
  REFUSED(DTypeError, conv1d(integers, integers), "conv1d", hint, "\n  [not-floating]");
  REFUSED(DTypeError, linear(integers, tensor({{1, 2, 3}})), "linear", hint);
  REFUSED(DTypeError, mse_loss(integers, integers), "mse_loss", hint);
  REFUSED(DTypeError, embedding(tensor({0}), tensor({{1, 2}})), "embedding", hint,
          "\n  weight   int64 [1, 2]\n");
}

TEST_CASE("where refuses other conditions than booleans") {
  const Tensor a = zeros({2, 3});
  const Tensor condition = zeros({2}, {.dtype = boolean});
  REFUSED(DTypeError, where(a, a, a), "where", "must be boolean, not float32", "float32 [2, 3]");
  REFUSED(ShapeError, where(condition, a, a), "where", "[2, 3]", "[2]", "3", "2");
  REFUSED(ShapeError, where(condition, zeros({2}), zeros({3})), "where", "[2]", "[3]");
  REFUSED(GraphError, where(kUndefined, a, a), "where", "condition is undefined");
  REFUSED(GraphError, where(condition, kUndefined, a), "where", "undefined");
}

TEST_CASE("element-wise functions refuse undefined tensors, most of them integers") {
  const Tensor integers = zeros({2, 3}, {.dtype = int64});
  const Tensor booleans = zeros({2}, {.dtype = boolean});
  for (const auto& op : kFloatingOnly) {
    REFUSED(DTypeError, op.call(integers, {}), op.name, "floating", "int64 [2, 3]");
    REFUSED(DTypeError, op.call(booleans, {}), op.name, "floating", "boolean [2]");
    REFUSED(GraphError, op.call(kUndefined, {}), op.name, "undefined");
  }
  for (const auto& op : kAllNumbers) {
    REFUSED(GraphError, op.call(kUndefined, {}), op.name, "undefined");
  }
  REFUSED(DTypeError, neg(booleans), "neg", "boolean [2]");
  REFUSED(ValueError, clamp(integers, {}), "clamp", "a minimum, a maximum or both");
  REFUSED(GraphError, clamp(kUndefined, 0), "clamp", "undefined");
}

TEST_CASE("reductions refuse dimensions that are not there") {
  const Tensor x = zeros({2, 3});
  for (const auto& op : kReductions) {
    REFUSED(IndexError, op.call(x, 2, false, {}), op.name, "dimension 2", "2 dimensions",
            "-2 to 1");
    REFUSED(IndexError, op.call(x, {0, -3}, true, {}), op.name, "dimension -3", "-2 to 1");
    REFUSED(IndexError, op.call(x, {1, -1}, false, {}), op.name, "dimension 1 is named twice",
            "[1, -1]", "float32 [2, 3]");
    REFUSED(GraphError, op.call(kUndefined, {}, false, {}), op.name, "undefined");
  }
  REFUSED(IndexError, max(x, 2), "max", "dimension 2", "-2 to 1", "float32 [2, 3]");
  REFUSED(IndexError, argmax(x, -3), "argmax", "dimension -3", "-2 to 1");
  REFUSED(IndexError, softmax(x, 2), "softmax", "dimension 2", "-2 to 1");
  REFUSED(IndexError, log_softmax(x, -3), "log_softmax", "dimension -3", "-2 to 1");
}

TEST_CASE("reductions refuse what has no answer") {
  const Tensor nothing = zeros({2, 0});
  const Tensor integers = zeros({2, 3}, {.dtype = int64});
  REFUSED(ShapeError, amax(nothing), "amax", "length 0", "float32 [2, 0]");
  REFUSED(ShapeError, amin(nothing, 1), "amin", "dimension 1", "float32 [2, 0]");
  REFUSED(ShapeError, max(nothing), "max", "length 0", "float32 [2, 0]");
  REFUSED(ShapeError, max(nothing, 1), "max", "length 0", "float32 [2, 0]");
  REFUSED(ShapeError, argmax(nothing), "argmax", "length 0", "float32 [2, 0]");
  REFUSED(DTypeError, mean(integers), "mean", "floating", "int64 [2, 3]");
  REFUSED(DTypeError, logsumexp(integers), "logsumexp", "floating", "int64 [2, 3]");
  REFUSED(DTypeError, softmax(integers, 0), "softmax", "floating", "int64 [2, 3]");
  REFUSED(DTypeError, log_softmax(integers, 0), "log_softmax", "floating", "int64 [2, 3]");
  REFUSED(ShapeError, sum_to(integers, {2}), "sum_to", "[2]", "int64 [2, 3]");
  REFUSED(ShapeError, sum_to(integers, {2, 3, 1}), "sum_to", "[2, 3, 1]", "int64 [2, 3]");
  REFUSED(GraphError, sum_to(kUndefined, {2}), "sum_to", "undefined");
}

TEST_CASE("writes in place refuse results that do not fit, and change nothing") {
  Tensor x = ones({2, 3});
  Tensor integers = ones({2}, {.dtype = int64});
  const Tensor larger = zeros({4, 2, 3});
  REFUSED(ShapeError, x.add_(larger), "add_", "float32 [2, 3]", "float32 [4, 2, 3]");
  REFUSED(ShapeError, x.mul_(zeros({2})), "mul_", "[2, 3]", "[2]", "sizes 3 and 2");
  REFUSED(ShapeError, x.copy_(larger), "copy_", "float32 [2, 3]", "float32 [4, 2, 3]");
  REFUSED(GraphError, x.sub_(kUndefined), "sub_", "undefined");
  REFUSED(GraphError, x.copy_(kUndefined), "copy_", "undefined");
  REFUSED(DTypeError, integers.add_(0.5), "add_", "floating", "int64 [2]");
  REFUSED(DTypeError, integers.mul_(zeros({2})), "mul_", "floating", "int64 [2]");
  REFUSED(DTypeError, integers.div_(2), "div_", "floating", "int64 [2]");
  CHECK(x.to_vector<float>() == std::vector<float>(6, 1.0F));
  CHECK(integers.to_vector<float>() == std::vector<float>(2, 1.0F));
  CHECK(x.version() == 0);
  CHECK(integers.version() == 0);
}

TEST_CASE("writes in place refuse leaves, their views, and expanded tensors") {
  Tensor leaf = ones({2, 3}, {.requires_grad = true});
  Tensor view = select(leaf, 0, 1);
  Tensor repeated = expand(ones({3}), {2, 3});
  REFUSED(GraphError, leaf.add_(1), "add_", "leaf", "float32 [2, 3]", "NoGradGuard");
  REFUSED(GraphError, leaf.fill_(2), "fill_", "leaf", "float32 [2, 3]");
  REFUSED(GraphError, leaf.zero_(), "zero_", "leaf", "float32 [2, 3]");
  REFUSED(GraphError, leaf.copy_(zeros({3})), "copy_", "leaf", "float32 [2, 3]");
  REFUSED(GraphError, view.sub_(1), "sub_", "view of a leaf", "float32 [3]", "float32 [2, 3]");
  REFUSED(GraphError, repeated.mul_(2), "mul_", "expanded", "clone()", "float32 [2, 3]");
  REFUSED(GraphError, repeated.copy_(ones({3})), "copy_", "expanded", "float32 [2, 3]");
  CHECK(leaf.to_vector<float>() == std::vector<float>(6, 1.0F));
  CHECK(leaf.version() == 0);
  CHECK(repeated.version() == 0);
}

TEST_CASE("overloaded operators name the caller's line") {
  const Tensor a = zeros({2, 3});
  const Tensor b = zeros({4});
  Tensor c = zeros({2, 3});
  REFUSED(ShapeError, a + b, "add", "[2, 3]", "[4]");
  REFUSED(ShapeError, a - b, "sub", "[2, 3]", "[4]");
  REFUSED(ShapeError, a * b, "mul", "[2, 3]", "[4]");
  REFUSED(ShapeError, a / b, "div", "[2, 3]", "[4]");
  REFUSED(ShapeError, a == b, "eq", "[2, 3]", "[4]");
  REFUSED(ShapeError, a != b, "ne", "[2, 3]", "[4]");
  REFUSED(ShapeError, a < b, "lt", "[2, 3]", "[4]");
  REFUSED(ShapeError, a <= b, "le", "[2, 3]", "[4]");
  REFUSED(ShapeError, a > b, "gt", "[2, 3]", "[4]");
  REFUSED(ShapeError, a >= b, "ge", "[2, 3]", "[4]");
  REFUSED(ShapeError, c += b, "add_", "[2, 3]", "[4]");
  REFUSED(ShapeError, c -= b, "sub_", "[2, 3]", "[4]");
  REFUSED(ShapeError, c *= b, "mul_", "[2, 3]", "[4]");
  REFUSED(ShapeError, c /= b, "div_", "[2, 3]", "[4]");
  REFUSED(GraphError, 1 + kUndefined, "add", "second operand is undefined");
  REFUSED(GraphError, -kUndefined, "neg", "undefined");
}
