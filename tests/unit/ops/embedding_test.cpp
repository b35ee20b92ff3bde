// Embedding: values, repeated rows, padding, refused calls.
#include "unit/ops_errors.h"

#include <vector>

#include <retrograd/retrograd.h>

using namespace retrograd;

TEST_CASE("embedding: rows by index, whose gradients add up") {
  const Tensor weight = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, {.requires_grad = true});
  const Tensor y = embedding(tensor({{2, 0}, {2, 2}}), weight);
  CHECK(y.shape() == Shape{2, 2, 2});
  CHECK(y.to_vector<float>() == std::vector<float>{5, 6, 1, 2, 5, 6, 5, 6});
  y.backward(tensor({{{1.0, 10.0}, {2.0, 20.0}}, {{4.0, 40.0}, {8.0, 80.0}}}));
  CHECK(weight.grad().to_vector<float>() == std::vector<float>{2, 20, 0, 0, 13, 130});
}

TEST_CASE("embedding: the padding row has values but no gradient") {
  const Tensor weight = tensor({{1.0}, {3.0}, {5.0}}, {.requires_grad = true});
  const Tensor y = embedding(tensor({1, 2, 1}), weight, -2);
  CHECK(y.to_vector<float>() == std::vector<float>{3, 5, 3});
  sum(y).backward();
  CHECK(weight.grad().to_vector<float>() == std::vector<float>{0, 0, 1});
}

TEST_CASE("embedding: large tables, bfloat16 sums in float32") {
  const std::int64_t words = 1000;
  Generator generator(2);
  const Tensor weight = randn({words, 64}, {.requires_grad = true}, generator);
  const Tensor picked = randint(0, words, {40, 50}, {}, generator);
  const Tensor y = embedding(picked, weight);
  const Tensor seed = randn(y.shape(), {}, generator);
  y.backward(seed);
  Tensor expected = zeros({words, 64});
  const Tensor rows = reshape(picked, {2000, 1});
  expected =
      scatter_add(expected, 0, expand(rows, {2000, 64}).contiguous(), reshape(seed, {2000, 64}));
  CHECK(weight.grad().to_vector<float>() == expected.to_vector<float>());

  const Tensor half = ones({1, 1}, {.dtype = bfloat16, .requires_grad = true});
  sum(embedding(zeros({1000}, {.dtype = int64}), half)).backward();
  CHECK(half.grad().item<float>() == 1000);  // 256 is where sums of ones in bfloat16 stop
}

TEST_CASE("embedding refuses indices out of range and other dtypes") {
  const Tensor weight = zeros({4, 3});
  REFUSED(IndexError, embedding(tensor({1, 4}), weight), "embedding", "index 4", "4 rows");
  REFUSED(IndexError, embedding(tensor({-1}), weight), "embedding", "index -1");
  REFUSED(IndexError, embedding(tensor({1}), weight, 4), "embedding", "padding_idx 4");
  REFUSED(IndexError, embedding(tensor({1}), weight, -5), "embedding", "padding_idx -5");
  REFUSED(DTypeError, embedding(tensor({1.0}), weight), "embedding", "indices", "int64");
  REFUSED(DTypeError, embedding(tensor({1}), zeros({4, 3}, {.dtype = int64})), "embedding",
          "floating weight");
  REFUSED(ShapeError, embedding(tensor({1}), zeros({4})), "embedding", "(count, width)");
  REFUSED(GraphError, embedding(tensor({1}), Tensor()), "embedding", "weight is undefined");
}
