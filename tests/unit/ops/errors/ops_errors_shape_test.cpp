// Refused calls of shape operators, slices, indices and copies.
#include "unit/ops_errors.h"

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {
const Tensor kUndefined;
}

TEST_CASE("reshape and flatten refuse what does not hold the elements") {
  const Tensor x = zeros({2, 3});
  const Tensor nothing = zeros({0, 3});
  REFUSED(ShapeError, reshape(x, {4, 2}), "reshape", "[4, 2]", "6 elements", "float32 [2, 3]");
  REFUSED(ShapeError, reshape(x, {4, -1}), "reshape", "[", "6 elements", "float32 [2, 3]");
  REFUSED(ShapeError, reshape(x, {-1, -1}), "reshape", "[-1, -1]", "only one", "float32 [2, 3]");
  REFUSED(ShapeError, reshape(x, {-2, 3}), "reshape", "negative", "[-2, 3]", "float32 [2, 3]");
  constexpr std::int64_t kHuge = std::int64_t{1} << 32;
  REFUSED(ShapeError, reshape(x, {kHuge, kHuge}), "reshape", "memory can address");
  REFUSED(ShapeError, reshape(x, {kHuge, kHuge, -1}), "reshape", "memory can address");
  REFUSED(ShapeError, reshape(nothing, {-1, 0}), "reshape", "[-1, 0]", "0 elements");
  REFUSED(GraphError, reshape(kUndefined, {1}), "reshape", "undefined");
  REFUSED(IndexError, flatten(x, 1, 0), "flatten", "1", "0", "float32 [2, 3]");
  REFUSED(IndexError, flatten(x, 0, 2), "flatten", "dimension 2", "-2 to 1");
  REFUSED(GraphError, flatten(kUndefined), "flatten", "undefined");
}

TEST_CASE("orders of dimensions must name each one once") {
  const Tensor x = zeros({2, 3});
  REFUSED(IndexError, transpose(x, 0, 2), "transpose", "dimension 2", "-2 to 1");
  REFUSED(IndexError, transpose(x, -3, 0), "transpose", "dimension -3", "-2 to 1");
  REFUSED(GraphError, transpose(kUndefined, 0, 1), "transpose", "undefined");
  REFUSED(ShapeError, permute(x, {0}), "permute", "[0]", "float32 [2, 3]");
  REFUSED(ShapeError, permute(x, {0, 1, 2}), "permute", "[0, 1, 2]", "float32 [2, 3]");
  REFUSED(IndexError, permute(x, {1, -1}), "permute", "[1, -1]", "twice", "float32 [2, 3]");
  REFUSED(IndexError, permute(x, {0, 2}), "permute", "dimension 2", "-2 to 1");
  REFUSED(GraphError, permute(kUndefined, {}), "permute", "undefined");
  REFUSED(IndexError, squeeze(x, 2), "squeeze", "dimension 2", "-2 to 1");
  REFUSED(GraphError, squeeze(kUndefined), "squeeze", "undefined");
  REFUSED(IndexError, unsqueeze(x, 3), "unsqueeze", "dimension 3", "-3 to 2");
  REFUSED(GraphError, unsqueeze(kUndefined, 0), "unsqueeze", "undefined");
}

TEST_CASE("expand refuses lengths other than 1, and shapes beyond memory") {
  const Tensor x = zeros({2, 3});
  REFUSED(ShapeError, expand(x, {2, 4}), "expand", "[2, 4]", "float32 [2, 3]");
  REFUSED(ShapeError, broadcast_to(x, {2, 4}), "broadcast_to", "[2, 4]", "float32 [2, 3]");
  REFUSED(ShapeError, expand(x, {3}), "expand", "[3]", "float32 [2, 3]");
  REFUSED(ShapeError, expand(x, {-1, 2, 3}), "expand", "[-1, 2, 3]", "float32 [2, 3]");
  REFUSED(ShapeError, expand(x, {1, 3}), "expand", "[1, 3]", "float32 [2, 3]");
  REFUSED(ShapeError, expand(zeros({}), {1L << 40, 1L << 40}), "expand", "1099511627776");
  REFUSED(GraphError, expand(kUndefined, {2}), "expand", "undefined");
}

TEST_CASE("slice and select refuse what is not there") {
  const Tensor x = zeros({2, 3});
  const Tensor scalar = zeros({});
  REFUSED(ValueError, slice(x, 0, 0, 2, 0), "slice", "step 0", "float32 [2, 3]");
  REFUSED(ValueError, slice(x, 0, 0, 2, -1), "slice", "step -1", "float32 [2, 3]");
  REFUSED(IndexError, slice(x, 2), "slice", "dimension 2", "-2 to 1");
  REFUSED(ShapeError, slice(scalar, 0), "slice", "scalar", "float32 []");
  REFUSED(GraphError, slice(kUndefined, 0), "slice", "undefined");
  REFUSED(IndexError, select(x, 1, 3), "select", "index 3", "dimension 1", "length 3",
          "float32 [2, 3]");
  REFUSED(IndexError, select(x, 0, -3), "select", "index -3", "length 2", "float32 [2, 3]");
  REFUSED(IndexError, select(x, -3, 0), "select", "dimension -3", "-2 to 1");
  REFUSED(ShapeError, select(scalar, 0, 0), "select", "scalar", "float32 []");
  REFUSED(GraphError, select(kUndefined, 0, 0), "select", "undefined");
}

TEST_CASE("cat and stack refuse parts that do not fit") {
  const Tensor x = zeros({2, 3});
  const Tensor y = zeros({4, 2});
  REFUSED(ShapeError, cat({}), "cat", "at least one");
  REFUSED(ShapeError, cat({x, y}), "cat", "tensor 1", "dimension 0", "float32 [2, 3]",
          "float32 [4, 2]");
  REFUSED(ShapeError, cat({x, zeros({0}), zeros({3})}), "cat", "tensor 2", "float32 [3]");
  REFUSED(ShapeError, cat({zeros({}), zeros({})}), "cat", "stack()", "float32 []");
  REFUSED(IndexError, cat({x, x}, 2), "cat", "dimension 2", "-2 to 1");
  REFUSED(GraphError, cat({x, kUndefined}), "cat", "undefined");
  REFUSED(ShapeError, stack({}), "stack", "at least one");
  REFUSED(ShapeError, stack({x, x, y}), "stack", "tensor 2", "float32 [2, 3]", "float32 [4, 2]");
  REFUSED(IndexError, stack({x, x}, 3), "stack", "dimension 3", "-3 to 2");
  REFUSED(GraphError, stack({x, kUndefined}), "stack", "undefined");
}

TEST_CASE("gather and scatter_add refuse indices out of range and shapes that do not fit") {
  const Tensor x = zeros({2, 3});
  const Tensor index = zeros({2, 3}, {.dtype = int64});
  const auto all = [](std::int64_t value) { return full({2, 1}, value); };
  REFUSED(IndexError, gather(x, 1, all(3)), "gather", "index 3", "dimension 1", "length 3",
          "float32 [2, 3]", "int64 [2, 1]");
  REFUSED(IndexError, gather(x, 0, all(-1)), "gather", "index -1", "length 2", "int64 [2, 1]");
  REFUSED(IndexError, gather(x, 2, index), "gather", "dimension 2", "-2 to 1");
  REFUSED(DTypeError, gather(x, 0, x), "gather", "index must be int64, not float32");
  REFUSED(ShapeError, gather(x, 1, zeros({3, 3}, {.dtype = int64})), "gather", "dimension 1",
          "float32 [2, 3]", "int64 [3, 3]");
  REFUSED(ShapeError, gather(x, 0, zeros({2}, {.dtype = int64})), "gather", "rank", "int64 [2]");
  REFUSED(GraphError, gather(kUndefined, 0, index), "gather", "undefined");
  REFUSED(GraphError, gather(x, 0, kUndefined), "gather", "index is undefined");
  REFUSED(IndexError, scatter_add(x, 0, index + 2, x), "scatter_add", "index 2", "length 2");
  REFUSED(DTypeError, scatter_add(x, 0, index, index), "scatter_add", "float32 [2, 3]",
          "int64 [2, 3]");
  REFUSED(ShapeError, scatter_add(x, 0, index, zeros({2, 2})), "scatter_add", "int64 [2, 3]",
          "float32 [2, 2]");
  REFUSED(DTypeError, scatter_add(x, 0, x, x), "scatter_add", "index must be int64");
  REFUSED(ShapeError, scatter_add(zeros({}), 0, zeros({}, {.dtype = int64}), zeros({})),
          "scatter_add", "float32 []");
  REFUSED(GraphError, scatter_add(x, 0, index, kUndefined), "scatter_add", "source is undefined");
}

TEST_CASE("copies refuse undefined tensors") {
  REFUSED(GraphError, kUndefined.to(float64), "to", "undefined");
  REFUSED(GraphError, kUndefined.clone(), "clone", "undefined");
  REFUSED(GraphError, kUndefined.contiguous(), "contiguous", "undefined");
}

TEST_CASE("results of more than eight dimensions are refused by name") {
  const Tensor full_rank = zeros({1, 1, 1, 1, 1, 1, 1, 2});
  const Tensor classes = zeros({1, 1, 1, 1, 1, 1, 1, 2}, {.dtype = int64});
  const std::vector<Tensor> nine(9, zeros({2}));
  const Tensor places = zeros({1, 1}, {.dtype = int64});
  REFUSED(ShapeError, unsqueeze(full_rank, 0), "unsqueeze", "9 dimensions", "float32 [1, 1");
  REFUSED(ShapeError, stack({full_rank, full_rank}), "stack", "9 dimensions", "float32 [1, 1");
  REFUSED(ShapeError, unflatten(full_rank, -1, {2, 1}), "unflatten", "9 dimensions");
  REFUSED(ShapeError, diag_embed(full_rank), "diag_embed", "9 dimensions", "float32 [1, 1");
  REFUSED(ShapeError, meshgrid(nine), "meshgrid", "9 dimensions", "float32 [2]");
  REFUSED(ShapeError, one_hot(classes, 2), "one_hot", "9 dimensions", "int64 [1, 1");
  REFUSED(ShapeError, index(full_rank, {places}), "index", "9 dimensions", "float32 [1, 1");
  REFUSED(ShapeError, index_put(full_rank, {places}, 1), "index_put", "9 dimensions");
}

TEST_CASE("more empty chunks than memory can hold are refused") {
  const Tensor nothing = zeros({0});
  CHECK(chunk(nothing, 3).size() == 3);
  REFUSED(ValueError, chunk(nothing, INT64_MAX), "chunk", "9223372036854775807 empty chunks");
}
