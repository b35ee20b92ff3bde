// Tensors without elements: the shapes, values and refusals of every operator that infers, divides
// or multiplies sizes are PyTorch's.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

struct Row {
  const char* call;
  const char* expected;  // a shape, or what the refusal's message holds
  std::function<Tensor()> function;
};

// A leaf, so that the backward pass is tried too.
Tensor leaf(const Shape& shape) {
  return rand(shape, {.requires_grad = true});
}

Tensor classes(const Shape& shape) {
  return zeros(shape, {.dtype = int64});
}

std::string outcome(const Row& row) {
  try {
    const Tensor y = row.function();
    if (y.requires_grad()) {
      sum(y).backward();
    }
    return to_string(y.shape());
  } catch (const Error& error) {
    return error.what();
  }
}

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const std::string got = outcome(row);
    INFO(row.call << " gave " << got);
    const std::string expected = row.expected;
    const bool right = expected[0] == '[' ? got == expected : got.find(expected) != got.npos;
    CHECK(right);
  }
}

#define ROW(expected, ...)                             \
  Row {                                                \
#__VA_ARGS__, expected, [] { return __VA_ARGS__; } \
  }

Tensor first(const std::vector<Tensor>& parts) {
  return parts.at(0);
}

Tensor count(const std::vector<Tensor>& parts) {
  return zeros({static_cast<std::int64_t>(parts.size())});
}

}  // namespace

TEST_CASE("no elements: shapes that are inferred") {
  check_rows({
      ROW("[0]", reshape(leaf({0, 6}), {-1})),
      ROW("[0, 3]", reshape(leaf({0, 6}), {-1, 3})),
      ROW("[37, 0]", reshape(leaf({4, 0}), {37, -1})),
      ROW("[5, 0, 7]", reshape(leaf({0, 6}), {5, 0, 7})),
      ROW("[0, 2, 3]", view(leaf({0, 6}), {-1, 2, 3})),
      ROW("[0, 4]", view(transpose(leaf({6, 0}), 0, 1), {-1, 4})),
      ROW("leaves the length at -1 open", reshape(leaf({0, 6}), {0, -1})),
      ROW("leaves the length at -1 open", view(leaf({0, 6}), {-1, 0})),
      ROW("only one size", reshape(leaf({0, 6}), {-1, -1})),
      ROW("does not hold the 0 elements", reshape(leaf({0, 6}), {2, 3})),
      ROW("does not hold the 6 elements", reshape(leaf({6}), {0, -1})),
      ROW("[0]", flatten(leaf({0, 6}))),
      ROW("[2, 0, 4]", flatten(leaf({2, 0, 3, 4}), 1, 2)),
      ROW("[2, 0, 6]", unflatten(leaf({0, 6}), 0, {2, -1})),
      ROW("[0, 3, 6]", unflatten(leaf({0, 6}), 0, {-1, 3})),
      ROW("[0, 5, 6]", unflatten(leaf({0, 6}), 0, {0, 5})),
      ROW("[0, 2, 3]", unflatten(leaf({0, 6}), 1, {2, -1})),
      ROW("do not make up dimension", unflatten(leaf({0, 6}), 0, {0, -1})),
      ROW("do not make up dimension", unflatten(leaf({0, 6}), 0, {2, 3})),
      ROW("[0, 6]", squeeze(leaf({1, 0, 6}))),
      ROW("[1, 0, 6]", unsqueeze(leaf({0, 6}), 0)),
      ROW("[0, 4]", expand(leaf({0, 1}), {-1, 4})),
      ROW("[0, 3]", expand(leaf({1, 3}), {0, 3})),
      ROW("[0, 0, 3]", broadcast_to(leaf({1, 3}), {0, 0, 3})),
      ROW("does not expand", expand(leaf({0, 3}), {2, 3})),
      ROW("[0, 5]", sum_to(leaf({0, 5}), {0, 5})),
      ROW("[1, 5]", sum_to(leaf({0, 5}), {1, 5})),
  });
}

TEST_CASE("no elements: parts, repeats and joins") {
  check_rows({
      ROW("[0, 6]", first(chunk(leaf({0, 6}), 3))),
      ROW("[3]", count(chunk(leaf({0, 6}), 3))),
      ROW("[0, 2]", first(chunk(leaf({0, 6}), 3, 1))),
      ROW("[1]", count(split(leaf({0, 6}), 4))),
      ROW("[1]", count(split(leaf({0, 6}), 0))),
      ROW("at least 1", count(split(leaf({2, 6}), 0))),
      ROW("[2]", count(split(leaf({0, 6}), std::vector<std::int64_t>{0, 0}))),
      ROW("do not add up", first(split(leaf({0, 6}), std::vector<std::int64_t>{1, -1}))),
      ROW("[0]", count(unbind(leaf({0, 6})))),
      ROW("out of range", select(leaf({0, 6}), 0, 0)),
      ROW("[0, 6]", narrow(leaf({3, 6}), 0, 3, 0)),
      ROW("[0, 6]", slice(leaf({0, 6}), 0, 1, 5, 2)),
      ROW("[0, 0]", tile(leaf({0, 6}), {2, 0})),
      ROW("[0, 12]", tile(leaf({0, 6}), {2})),
      ROW("[0, 0, 18]", repeat(leaf({0, 6}), {0, 5, 3})),
      ROW("[2, 0, 6]", repeat(leaf({0, 6}), {2, 7, 1})),
      ROW("[3, 0]", repeat(leaf({3, 2}), {1, 0})),
      ROW("[0, 6]", cat({leaf({0, 6}), leaf({0, 6})})),
      ROW("[2, 6]", cat({leaf({0}), leaf({2, 6}), leaf({0, 6})})),
      ROW("[0]", cat({leaf({0}), leaf({0})})),
      ROW("differs", cat({leaf({0, 5}), leaf({2, 6})})),
      ROW("[2, 0, 6]", stack({leaf({0, 6}), leaf({0, 6})})),
      ROW("[0, 6]", flip(leaf({0, 6}), {0, 1})),
      ROW("[0, 6]", roll(leaf({0, 6}), {2, 3}, {0, 1})),
      ROW("[0, 6]", roll(leaf({0, 6}), 5)),
      ROW("[3, 0, 0]", diagonal(leaf({3, 0, 0, 3}), 0, 1, 3)),
      ROW("[0]", diagonal(leaf({0, 6}))),
      ROW("[0, 0]", diag_embed(leaf({0}))),
      ROW("[2, 0, 3]", tril(leaf({2, 0, 3}))),
      ROW("[0, 4]", meshgrid({leaf({0}), leaf({4})}).at(1)),
      ROW("[0, 8]", pad(leaf({0, 6}), {1, 1})),
      ROW("[2, 6]", pad(leaf({0, 6}), {0, 0, 1, 1})),
      ROW("[0, 4]", pad(leaf({2, 6}), {-1, -1, -1, -1})),
      ROW("[0, 3, 6]", pad(leaf({0, 3, 4}), {1, 1}, {.mode = PaddingMode::reflect})),
      ROW("nothing to replicate", pad(leaf({2, 3, 0}), {1, 1}, {.mode = PaddingMode::replicate})),
      ROW("[0, 2]", index_select(leaf({0, 6}), 1, classes({2}))),
      ROW("[0, 6]", index_select(leaf({2, 6}), 0, classes({0}))),
      ROW("[0, 6]", gather(leaf({3, 6}), 0, classes({0, 6}))),
      ROW("[0, 6]", scatter_add(leaf({0, 6}), 1, classes({0, 2}), leaf({0, 2}))),
      ROW("[0]", masked_select(leaf({0, 6}), zeros({0, 6}, {.dtype = boolean}))),
      ROW("[0, 2]", nonzero(leaf({0, 6}))),
      ROW("[0, 4]", one_hot(classes({0}), 4)),
      ROW("at least 1 is needed", one_hot(classes({0}))),
      ROW("[0, 4]", embedding(classes({0}), leaf({3, 4}))),
      ROW("out of range", embedding(classes({1}), leaf({0, 4}))),
  });
}

TEST_CASE("no elements: reductions and orders") {
  check_rows({
      ROW("[]", sum(leaf({0, 6}))),
      ROW("[6]", sum(leaf({0, 6}), 0)),
      ROW("[0]", mean(leaf({0, 6}), 1)),
      ROW("[6]", var(leaf({0, 6}), 0)),
      ROW("[0]", retrograd::std(leaf({0, 6}), 1)),
      ROW("[6]", prod(leaf({0, 6}), 0)),
      ROW("[6]", logsumexp(leaf({0, 6}), 0)),
      ROW("[6]", norm(leaf({0, 6}), 2, 0)),
      ROW("no largest or smallest", norm(leaf({0, 6}), INFINITY, 0)),
      ROW("no largest or smallest", max(leaf({0, 6}))),
      ROW("no largest or smallest", max(leaf({0, 6}), 0).values),
      ROW("[0]", max(leaf({0, 6}), 1).values),
      ROW("no largest or smallest", amax(leaf({0, 6}), 0)),
      ROW("[0]", amin(leaf({0, 6}), 1)),
      ROW("no largest or smallest", argmax(leaf({0, 6}))),
      ROW("no largest or smallest", argmin(leaf({0, 6}), 0)),
      ROW("[0]", argmax(leaf({0, 6}), 1)),
      ROW("[]", all(leaf({0, 6}))),
      ROW("[0, 6]", sort(leaf({0, 6}), 0).values),
      ROW("[0, 6]", argsort(leaf({0, 6}))),
      ROW("[0, 2]", topk(leaf({0, 6}), 2).values),
      ROW("[0, 6]", topk(leaf({0, 6}), 0, 0).values),
      ROW("[0, 6]", cumsum(leaf({0, 6}), 0)),
      ROW("[0, 6]", cumprod(leaf({0, 6}), 0)),
      ROW("[0, 6]", softmax(leaf({0, 6}), 0)),
      ROW("[0, 6]", softmax(leaf({0, 6}), 1)),
      ROW("[6, 0]", log_softmax(leaf({6, 0}), 1)),
      ROW("[0, 6]", normalize(leaf({0, 6}))),
      ROW("[0, 6]", leaf({0, 6}) + leaf({1, 6})),
      ROW("do not broadcast", leaf({0, 6}) + leaf({2, 6})),
      ROW("[0, 6]", where(zeros({0, 1}, {.dtype = boolean}), leaf({1, 6}), 0)),
  });
  CHECK(sum(zeros({0, 6})).item<double>() == 0);
  CHECK(prod(zeros({0, 6})).item<double>() == 1);
  CHECK(norm(zeros({0, 6})).item<double>() == 0);
  CHECK(std::isnan(mean(zeros({0, 6})).item<double>()));
  CHECK(std::isnan(var(zeros({0, 6})).item<double>()));
  CHECK(std::isnan(retrograd::std(zeros({0, 6})).item<double>()));
  CHECK(logsumexp(zeros({0, 6}), {0, 1}).item<double>() == -INFINITY);
  CHECK(all(zeros({0, 6})).item<bool>());
  CHECK_FALSE(any(zeros({0, 6})).item<bool>());
}

TEST_CASE("no elements: products") {
  check_rows({
      ROW("[0, 4]", matmul(leaf({0, 3}), leaf({3, 4}))),
      ROW("[2, 4]", matmul(leaf({2, 0}), leaf({0, 4}))),
      ROW("[0, 2, 4]", matmul(leaf({0, 2, 3}), leaf({3, 4}))),
      ROW("[5, 0, 4]", matmul(leaf({5, 0, 3}), leaf({1, 3, 4}))),
      ROW("[]", dot(leaf({0}), leaf({0}))),
      ROW("[0, 3]", outer(leaf({0}), leaf({3}))),
      ROW("[0, 2, 4]", bmm(leaf({0, 2, 3}), leaf({0, 3, 4}))),
      ROW("[2, 4]", addmm(leaf({4}), leaf({2, 0}), leaf({0, 4}))),
      ROW("[0, 4]", linear(leaf({0, 3}), leaf({4, 3}), leaf({4}))),
      ROW("[2, 0]", linear(leaf({2, 3}), leaf({0, 3}), leaf({0}))),
      ROW("[2, 4]", linear(leaf({2, 0}), leaf({4, 0}), leaf({4}))),
      ROW("[0, 5]", bilinear(leaf({0, 2}), leaf({0, 3}), leaf({5, 2, 3}))),
      ROW("[0, 4]", einsum("ij,jk->ik", {leaf({0, 3}), leaf({3, 4})})),
      ROW("[2, 4]", einsum("ij,jk->ik", {leaf({2, 0}), leaf({0, 4})})),
      ROW("[0, 0]", einsum("bij,bjk->ik", {leaf({2, 0, 3}), leaf({2, 3, 0})})),
      ROW("[0]", einsum("ii->i", {leaf({0, 0})})),
      ROW("[]", einsum("i,i->", {leaf({0}), leaf({1})})),
      ROW("[2, 0, 4]",
          scaled_dot_product_attention(leaf({2, 0, 4}), leaf({2, 3, 4}), leaf({2, 3, 4}))),
      ROW("[2, 3, 5]",
          scaled_dot_product_attention(leaf({2, 3, 4}), leaf({2, 0, 4}), leaf({2, 0, 5}))),
      ROW("[0, 3, 4]", scaled_dot_product_attention(leaf({0, 3, 4}), leaf({0, 3, 4}),
                                                    leaf({0, 3, 4}), {.is_causal = true})),
  });
  const Tensor product = matmul(zeros({2, 0}), zeros({0, 4}));
  CHECK(sum(abs(product)).item<double>() == 0);
}
