// Refused calls of parts, rearrangements, padding, indexing and sorting.
#include "unit/ops_errors.h"

#include <cmath>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {
const Tensor kUndefined;
const Tensor kFlat = zeros({4});
const Tensor kTable = zeros({2, 3});
const Tensor kScalar = zeros({});
const Tensor kIntegers = zeros({2, 3}, {.dtype = int64});
const Tensor kFar = tensor({{0, 1}, {-3, 0}});
}  // namespace

TEST_CASE("view, unflatten and movedim refuse what does not fit") {
  REFUSED(ShapeError, view(transpose(kTable, 0, 1), {6}), "view", "strides [1, 3]", "reshape()",
          "float32 [3, 2]");
  REFUSED(ShapeError, view(kTable, {4}), "view", "[4]", "6 elements");
  REFUSED(GraphError, view(kUndefined, {1}), "view", "undefined");
  REFUSED(ShapeError, unflatten(kTable, 1, {2, 2}), "unflatten", "[2, 2]", "dimension 1",
          "length 3");
  REFUSED(ShapeError, unflatten(kTable, 1, {-1, -1}), "unflatten", "[-1, -1]");
  REFUSED(ShapeError, unflatten(kTable, 1, {-1, 2}), "unflatten", "[-1, 2]");
  REFUSED(ShapeError, unflatten(zeros({0}), 0, {0, -1}), "unflatten", "[0, -1]", "length 0");
  REFUSED(ShapeError, movedim(kTable, {0, 1}, 0), "movedim", "[0, 1] to [0]");
  REFUSED(IndexError, movedim(kTable, {0, 0}, {0, 1}), "movedim", "twice", "[0, 0]");
  REFUSED(IndexError, movedim(kTable, 0, 2), "movedim", "dimension 2", "-2 to 1");
  REFUSED(IndexError, swapaxes(kTable, 0, 2), "swapaxes", "dimension 2", "-2 to 1");
}

TEST_CASE("parts refuse lengths that are not there") {
  REFUSED(IndexError, narrow(kFlat, 0, 2, 3), "narrow", "3 elements from 2", "length 4");
  REFUSED(IndexError, narrow(kFlat, 0, -5, 1), "narrow", "from -5", "length 4");
  REFUSED(IndexError, narrow(kFlat, 0, 0, -1), "narrow", "-1 elements");
  REFUSED(ShapeError, narrow(kScalar, 0, 0, 1), "narrow", "scalar", "float32 []");
  REFUSED(ValueError, split(kFlat, 0), "split", "parts of 0", "float32 [4]");
  REFUSED(ValueError, split(kFlat, -1), "split", "parts of -1");
  REFUSED(ShapeError, split(kFlat, std::vector<std::int64_t>{1, 2}), "split", "[1, 2]", "length 4");
  REFUSED(ShapeError, split(kFlat, std::vector<std::int64_t>{6, -2}), "split", "[6, -2]");
  REFUSED(IndexError, split(kFlat, 1, 1), "split", "dimension 1", "-1 to 0");
  REFUSED(ValueError, chunk(kFlat, 0), "chunk", "0 chunks");
  REFUSED(ShapeError, unbind(kScalar), "unbind", "scalar");
  REFUSED(GraphError, unbind(kUndefined), "unbind", "undefined");
}

TEST_CASE("repeats, flips, rolls, triangles and diagonals refuse bad numbers") {
  REFUSED(ShapeError, repeat(kTable, 2), "repeat", "[2]", "each dimension", "float32 [2, 3]");
  REFUSED(ValueError, repeat(kTable, {1, -1}), "repeat", "[1, -1]", "negative");
  REFUSED(ShapeError, repeat(kTable, {1, INT64_MAX}), "repeat", "overflow");
  REFUSED(ShapeError, repeat(kTable, {1L << 32, 1L << 30}), "repeat", "memory can address");
  REFUSED(ValueError, tile(kTable, -2), "tile", "-2");
  REFUSED(IndexError, flip(kTable, 2), "flip", "dimension 2", "-2 to 1");
  REFUSED(IndexError, flip(kTable, {0, -2}), "flip", "twice", "[0, -2]");
  REFUSED(ShapeError, roll(kTable, {1, 2}), "roll", "[1, 2]", "one shift");
  REFUSED(ShapeError, roll(kTable, 1, {0, 1}), "roll", "[1]", "[0, 1]");
  REFUSED(IndexError, roll(kTable, 1, 2), "roll", "dimension 2");
  REFUSED(ShapeError, tril(kFlat), "tril", "two dimensions", "float32 [4]");
  REFUSED(ShapeError, triu(kScalar), "triu", "two dimensions", "float32 []");
  REFUSED(GraphError, triu(kUndefined), "triu", "undefined");
  REFUSED(ShapeError, diagonal(kFlat), "diagonal", "two dimensions", "float32 [4]");
  REFUSED(IndexError, diagonal(kTable, 0, 1, -1), "diagonal", "1 and -1", "float32 [2, 3]");
  REFUSED(IndexError, diagonal(kTable, 0, 0, 2), "diagonal", "dimension 2");
  REFUSED(ShapeError, diag_embed(kScalar), "diag_embed", "one dimension");
  REFUSED(IndexError, diag_embed(kFlat, 0, 1, 1), "diag_embed", "1 and 1");
  REFUSED(ShapeError, diag_embed(kFlat, INT64_MIN), "diag_embed", "memory can address");
  REFUSED(ShapeError, meshgrid({}), "meshgrid", "at least one");
  REFUSED(ShapeError, meshgrid({kTable}), "meshgrid", "vectors", "float32 [2, 3]");
  REFUSED(DTypeError, meshgrid({kFlat, arange(2)}), "meshgrid", "one dtype", "int64 [2]");
}

TEST_CASE("pad refuses padding that does not fit") {
  const PadOptions reflect{.mode = PaddingMode::reflect};
  const PadOptions circular{.mode = PaddingMode::circular};
  const PadOptions replicate{.mode = PaddingMode::replicate};
  REFUSED(ShapeError, pad(kTable, {1}), "pad", "[1]", "two numbers", "float32 [2, 3]");
  REFUSED(ShapeError, pad(kFlat, {1, 1, 1, 1}), "pad", "[1, 1, 1, 1]", "float32 [4]");
  REFUSED(ShapeError, pad(kFlat, {-3, -2}), "pad", "[-3, -2]", "cuts off more", "dimension 0");
  REFUSED(ShapeError, pad(kFlat, {-5, 7}), "pad", "cuts off more");
  REFUSED(ShapeError, pad(kFlat, {INT64_MAX, INT64_MAX}), "pad", "memory can hold");
  REFUSED(DTypeError, pad(kIntegers, {1, 1}, {.value = 0.5}), "pad", "floating", "int64 [2, 3]");
  REFUSED(ShapeError, pad(kTable, {3, 0}, reflect), "pad", "padding of 3", "dimension 1",
          "length 3", "less");
  REFUSED(ShapeError, pad(kTable, {0, 4}, circular), "pad", "padding of 4", "only once");
  REFUSED(ShapeError, pad(zeros({2, 0}), {1, 1}, replicate), "pad", "length 0", "nothing");
  REFUSED(ShapeError, pad(kFlat, {1, 1}, reflect), "pad", "one or two dimensions more");
  REFUSED(ShapeError, pad(kTable, {}, reflect), "pad", "one or two dimensions more");
  REFUSED(DTypeError, pad(kIntegers, {1, 1}, circular), "pad", "floating", "int64 [2, 3]");
  REFUSED(GraphError, pad(kUndefined, {1, 1}), "pad", "undefined");
}

TEST_CASE("unfold and fold refuse windows that do not fit") {
  const Tensor image = zeros({1, 2, 3, 4});
  REFUSED(ShapeError, unfold(kTable, 2), "unfold", "(N, C, H, W)", "float32 [2, 3]");
  REFUSED(ShapeError, unfold(image, {4, 1}), "unfold", "spans 4", "only 3", "dimension 0");
  REFUSED(ValueError, unfold(image, 0), "unfold", "kernel 0");
  REFUSED(ValueError, unfold(image, 1, {.stride = {1, 0}}), "unfold", "stride 0", "dimension 1");
  REFUSED(ValueError, unfold(image, 1, {.padding = -1}), "unfold", "padding -1");
  REFUSED(DTypeError, unfold(kIntegers, 1), "unfold", "floating", "int64 [2, 3]");
  REFUSED(ShapeError, fold(zeros({4, 9}), 3, 2), "fold", "2 x 2 windows, not 9");
  REFUSED(ShapeError, fold(zeros({3, 4}), 3, 2), "fold", "3 rows", "4 elements");
  REFUSED(ShapeError, fold(kFlat, 3, 2), "fold", "columns", "float32 [4]");
  REFUSED(ValueError, fold(zeros({4, 4}), -1, 2), "fold", "image -1");
}

TEST_CASE("indices out of range are named with their position") {
  REFUSED(IndexError, gather(kTable, 0, kFar), "gather", "index -3 at [1, 0]", "length 2");
  REFUSED(IndexError, index(kTable, {kFar}), "index", "index -3 at [1, 0]", "dimension 0",
          "length 2", "int64 [2, 2]");
  REFUSED(IndexError, index(kTable, {{}, tensor({0, 3})}), "index", "index 3 at [1]",
          "dimension 1");
  REFUSED(IndexError, index_put(kTable, {tensor({5})}, 1), "index_put", "index 5 at [0]");
  REFUSED(IndexError, index_select(kTable, 1, tensor({0, -1})), "index_select", "index -1 at [1]");
  REFUSED(IndexError, index_add(kTable, 1, tensor({3}), zeros({2, 1})), "index_add",
          "index 3 at [0]", "length 3");
  REFUSED(IndexError, scatter(kTable, 0, kFar, 1), "scatter", "index -3 at [1, 0]");
  REFUSED(IndexError, take(kTable, tensor({0, 6})), "take", "index 6 at [1]", "length 6");
  REFUSED(IndexError, take(kTable, tensor(-7)), "take", "index -7 at []");
  REFUSED(IndexError, one_hot(tensor({0, 4}), 3), "one_hot", "index 4 at [1]", "length 3");
  REFUSED(IndexError, one_hot(tensor({0, -1})), "one_hot", "index -1 at [1]");
}

TEST_CASE("index and index_put refuse what is no index, and values that do not fit") {
  const Tensor mask = zeros({3}, {.dtype = boolean});
  REFUSED(DTypeError, index(kTable, {kTable}), "index", "int64 or boolean", "float32 [2, 3]");
  REFUSED(IndexError, index(kTable, {mask}), "index", "length 3", "has 2", "boolean [3]");
  REFUSED(IndexError, index(kFlat, {{}, tensor({0})}), "index", "more indices", "float32 [4]");
  REFUSED(ShapeError, index(kTable, {tensor({0, 1}), tensor({0, 1, 2})}), "index", "[2]", "[3]");
  REFUSED(ShapeError, index(kTable, {tensor(true)}), "index", "mask", "boolean []");
  REFUSED(ValueError, index(kTable, Indices{}), "index", "at least one");
  REFUSED(GraphError, index(kTable, {kUndefined}), "index", "undefined");
  REFUSED(GraphError, index(kUndefined, {kFar}), "index", "undefined");
  const Tensor rows = tensor({0, 1});
  REFUSED(ShapeError, index_put(kTable, {rows}, zeros({4})), "index_put", "[2, 3]", "[4]");
  REFUSED(ShapeError, index_put(kTable, {rows}, zeros({2, 2, 3})), "index_put",
          "indexed shape [2, 3]", "float32 [2, 2, 3]");
  REFUSED(DTypeError, index_put(kTable, {rows}, arange(3)), "index_put", "one dtype", "int64 [3]");
  REFUSED(DTypeError, index_put(kIntegers, {rows}, 0.5), "index_put", "floating", "int64 [2, 3]");
}

TEST_CASE("slices by index and scatter refuse shapes and dtypes that do not fit") {
  const Tensor rows = tensor({0, 1});
  REFUSED(ShapeError, index_select(kTable, 0, kIntegers), "index_select", "vector", "int64 [2, 3]");
  REFUSED(DTypeError, index_select(kTable, 0, kFlat), "index_select", "int64, not float32");
  REFUSED(IndexError, index_select(kTable, 2, rows), "index_select", "dimension 2");
  REFUSED(ShapeError, index_add(kTable, 0, rows, zeros({2, 2})), "index_add", "float32 [2, 2]");
  REFUSED(DTypeError, index_add(kTable, 0, rows, kIntegers), "index_add", "one dtype");
  REFUSED(DTypeError, index_add(kIntegers, 0, rows, kIntegers, 0.5), "index_add", "floating");
  REFUSED(ShapeError, index_copy(kTable, 0, tensor({0}), kTable), "index_copy", "one slice");
  REFUSED(DTypeError, index_fill(kIntegers, 0, rows, 0.5), "index_fill", "floating");
  REFUSED(ShapeError, scatter(kTable, 0, kIntegers, zeros({1, 3})), "scatter", "float32 [1, 3]");
  REFUSED(DTypeError, scatter(kIntegers, 0, kIntegers, 1.5), "scatter", "floating");
  REFUSED(ShapeError, scatter(kScalar, 0, tensor(0), 1), "scatter", "no dimension", "float32 []");
  REFUSED(ShapeError, take_along_dim(kTable, rows, 0), "take_along_dim", "rank", "int64 [2]");
  REFUSED(IndexError, take_along_dim(kFlat, tensor({4}), 0), "take_along_dim", "index 4 at [0]");
  REFUSED(IndexError, take_along_dim(kFlat, tensor({-5})), "take_along_dim", "index -5 at [0]");
}

TEST_CASE("masks and orders refuse what does not fit") {
  const Tensor mask = zeros({3}, {.dtype = boolean});
  REFUSED(DTypeError, masked_fill(kTable, kTable, 0), "masked_fill", "boolean, not float32");
  REFUSED(ShapeError, masked_fill(kTable, mask, kFlat), "masked_fill", "number", "float32 [4]");
  REFUSED(DTypeError, masked_fill(kIntegers, mask, 0.5), "masked_fill", "floating");
  REFUSED(ShapeError, masked_select(kFlat, mask), "masked_select", "[4]", "[3]");
  REFUSED(ShapeError, masked_scatter(kTable, ones({3}, {.dtype = boolean}), kFlat),
          "masked_scatter", "6 elements", "float32 [4]");
  REFUSED(ShapeError, masked_scatter(kFlat, zeros({2, 4}, {.dtype = boolean}), kFlat),
          "masked_scatter", "boolean [2, 4]");
  REFUSED(ValueError, one_hot(zeros({0}, {.dtype = int64})), "one_hot", "num_classes -1");
  REFUSED(DTypeError, one_hot(kTable), "one_hot", "int64, not float32");
  const Tensor last = full({1}, INT64_MAX);
  REFUSED(IndexError, one_hot(last), "one_hot", "index 9223372036854775807 at [0]");
  REFUSED(IndexError, gather(kFlat, 0, last), "gather", "index 9223372036854775807 at [0]");
  REFUSED(GraphError, nonzero(kUndefined), "nonzero", "undefined");
  REFUSED(IndexError, sort(kTable, 2), "sort", "dimension 2", "-2 to 1");
  REFUSED(IndexError, argsort(kTable, -3), "argsort", "dimension -3");
  REFUSED(IndexError, topk(kTable, 4), "topk", "k is 4", "dimension 1", "length 3");
  REFUSED(IndexError, topk(kTable, -1), "topk", "k is -1");
  REFUSED(IndexError, kthvalue(kTable, 0), "kthvalue", "k is 0", "length 3");
  REFUSED(ShapeError, median(zeros({2, 0}), 1), "median", "length 0", "float32 [2, 0]");
  REFUSED(ShapeError, median(zeros({0})), "median", "no elements");
  REFUSED(GraphError, sort(kUndefined), "sort", "undefined");
}
