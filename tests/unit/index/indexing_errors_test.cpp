// What indexing refuses: the message names the dimension and the caller's line, and nothing has
// changed.
#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace {

using namespace retrograd;

const Tensor x = zeros({4, 5});
const Tensor rows = tensor({0, 1});
const Tensor undefined;

void read(const Tensor& /*value*/) {}

}  // namespace

TEST_CASE("an index out of range is named with its dimension") {
  REFUSED(IndexError, x(0, 7), "index", "index 7 is out of range for dimension 1 of length 5",
          "float32 [4, 5]");
  REFUSED(IndexError, x[-5], "index", "index -5 is out of range for dimension 0 of length 4");
  REFUSED(IndexError, x(ellipsis, 5), "index", "index 5", "dimension 1");
  REFUSED(IndexError, x(newaxis, 4), "index", "index 4", "dimension 0");
  REFUSED(IndexError, zeros({3, 0})(0, 0), "index", "index 0", "dimension 1 of length 0");
  const Tensor far = tensor({{0}, {9}});
  REFUSED(IndexError, read(x(0, far)), "index", "index 9 at [1, 0]", "dimension 1 of length 5");
  REFUSED(IndexError, read(x(far, 0)), "index", "index 9 at [1, 0]", "dimension 0 of length 4");
  const Tensor scalar = tensor(4);
  REFUSED(IndexError, read(x[scalar]), "index", "index 4", "dimension 0 of length 4");
  REFUSED(IndexError, x(0, far) = 1, "index_put_", "index 9 at [1, 0]", "dimension 1");
}

TEST_CASE("too many indices, two ellipses and steps that do not go forward are refused") {
  REFUSED(IndexError, x(0, 0, 0), "index", "more indices than the input has dimensions");
  REFUSED(IndexError, zeros({})[0], "index", "more indices");
  REFUSED(IndexError, x(ellipsis, 0, ellipsis), "index", "2 ellipses");
  REFUSED(ValueError, x(0, Slice{.step = 0}), "index", "step 0 for dimension 1", "at least 1");
  REFUSED(ValueError, x(Slice{{}, {}, -1}), "index", "step -1 for dimension 0", "flip()");
  REFUSED(ValueError, x(any), "index", "only all");
  REFUSED(ValueError, index(x, Indices()), "index", "at least one index");
  REFUSED(ShapeError, zeros({1, 1, 1, 1, 1, 1, 1, 1})(newaxis), "index", "dimensions");
  REFUSED(ShapeError, begin(zeros({})), "rows", "without dimensions", "item()");
}

TEST_CASE("tensors that are no indices are refused") {
  const Tensor bytes = zeros({4}, {.dtype = uint8});
  const Tensor mask = zeros({5}, {.dtype = boolean});
  REFUSED(DTypeError, read(x[x]), "index", "int64 or boolean", "float32 [4, 5]");
  REFUSED(DTypeError, read(x[bytes]), "index", "int64 or boolean", "uint8 [4]");
  REFUSED(IndexError, read(x[mask]), "index", "dimension 0 has length 5", "dimension 0 has 4");
  REFUSED(IndexError, read(x(0, bytes == 0)), "index", "dimension 0 has length 4",
          "dimension 1 has 5");
  REFUSED(ShapeError, read(x(rows, zeros({3}, {.dtype = int64}))), "index", "[2]", "[3]");
  REFUSED(GraphError, read(x[undefined]), "index", "undefined");
  REFUSED(GraphError, undefined[0], "index", "undefined");
  REFUSED(GraphError, read(undefined[rows]), "index", "undefined");
}

TEST_CASE("values that do not fit are refused, and nothing is written") {
  const Tensor numbers = zeros({3}, {.dtype = int64});
  REFUSED(ShapeError, x[0] = zeros({4}), "copy_", "shapes [5] and [4] do not broadcast");
  REFUSED(ShapeError, x[0] = zeros({2, 5}), "copy_", "float32 [2, 5]");
  REFUSED(ShapeError, x[rows] = zeros({4}), "index_put_", "indexed shape [2, 5]", "float32 [4]");
  REFUSED(DTypeError, x[rows] = zeros({5}, {.dtype = float64}), "index_put_", "float64");
  REFUSED(DTypeError, numbers[rows] = 0.5, "index_put_", "floating");
  REFUSED(ValueError, numbers.to(uint8)[0] = 256, "fill_", "256");
  REFUSED(GraphError, x[0] = undefined, "copy_", "undefined");
  REFUSED(GraphError, x[rows] = undefined, "index_put_", "undefined");
  CHECK(sum(abs(x)).item<float>() == 0);
}

TEST_CASE("what cannot be written in place cannot be by an index") {
  const Tensor leaf = zeros({4, 5}, {.requires_grad = true});
  REFUSED(GraphError, leaf[0] = 1, "fill_", "view of a leaf that requires a gradient");
  REFUSED(GraphError, leaf[0] += 1, "add_", "view of a leaf that requires a gradient");
  REFUSED(GraphError, leaf[rows] = 1, "index_put_", "leaf that requires a gradient");
  REFUSED(GraphError, leaf(rows, 0) = 1, "index_put_", "leaf that requires a gradient");
  REFUSED(GraphError, Tensor(leaf).index_put_({0}, 1), "index_put_", "leaf");
  const Tensor wide = expand(zeros({1, 5}), {4, 5});
  REFUSED(GraphError, wide[rows] = 1, "index_put_", "expanded");
  REFUSED(GraphError, wide(all, 0) = 1, "fill_", "expanded");
}
