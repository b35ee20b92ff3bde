// What operators keep alive for their backward pass: no more than it will ask for.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/node.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

// The tensors that the operator behind y keeps.
std::vector<Tensor> saved(const Tensor& y) {
  std::vector<Tensor> kept;
  for (const detail::SavedTensor& entry : detail::grad_node(y)->saved()) {
    if (entry.value.defined()) {
      kept.push_back(entry.value);
    }
  }
  return kept;
}

bool keeps_only(const Tensor& y, const Tensor& what) {
  const auto kept = saved(y);
  return kept.size() == 1 && kept.front().shares_memory_with(what);
}

Tensor parameter(const Shape& shape) {
  return rand(shape, {.requires_grad = true});
}

}  // namespace

TEST_CASE("operators whose gradient depends on no value keep none") {
  const Tensor x = parameter({2, 3});
  const Tensor y = parameter({2, 3});
  const Tensor image = parameter({1, 2, 4, 4});
  for (const Tensor& result :
       {x + y, x - y, x + 1, 2 - x, x * 3, x / 3, neg(x), sum(x), mean(x, 1), reshape(x, {6}),
        transpose(x, 0, 1), expand(x, {2, 2, 3}), slice(x, 1, 1), cat({x, y}), x.clone(),
        x.to(float64), transpose(x, 0, 1).contiguous(), sum_to(x, {3}), avg_pool2d(image, 2)}) {
    INFO(detail::grad_node(result)->op());
    CHECK(saved(result).empty());
  }
}

TEST_CASE("operators whose gradient follows from the result keep the result alone") {
  const Tensor x = parameter({2, 3});
  for (const Tensor& result : {relu(x), retrograd::exp(x), retrograd::sqrt(x), retrograd::tanh(x),
                               sigmoid(x), softmax(x, 1), log_softmax(x, 1)}) {
    INFO(detail::grad_node(result)->op());
    CHECK(keeps_only(result, result));
    CHECK(detail::grad_node(result)->saved().front().is_output);
  }
}

TEST_CASE("a product with something that is not trained keeps that alone") {
  const Tensor x = parameter({2, 3});
  const Tensor constant = rand({2, 3});
  CHECK(keeps_only(x * constant, constant));
  CHECK(keeps_only(constant * x, constant));
  CHECK(keeps_only(x / constant, constant));
  CHECK(saved(x * x.clone()).size() == 2);
}

TEST_CASE("a frozen factor keeps itself, and lets the other go") {
  const Tensor x = rand({1, 2, 5, 5});
  const Tensor weight = rand({3, 2, 3, 3});
  const Tensor bias = parameter({3});
  const Tensor trained_x = parameter({1, 2, 5, 5});
  const Tensor trained_weight = parameter({3, 2, 3, 3});
  CHECK(keeps_only(conv2d(trained_x, weight), weight));
  CHECK(keeps_only(conv2d(x, trained_weight, bias), x));
  CHECK(saved(conv2d(x, weight, bias)).empty());
  CHECK(saved(conv2d(trained_x, trained_weight)).size() == 2);

  const Tensor rows = rand({4, 3});
  const Tensor matrix = rand({2, 3});
  const Tensor trained_rows = parameter({4, 3});
  CHECK(keeps_only(linear(trained_rows, matrix), matrix));
  CHECK(keeps_only(linear(rows, parameter({2, 3})), rows));
  CHECK(saved(linear(rows, matrix, parameter({2}))).empty());
  const Tensor columns = rand({3, 2});
  CHECK(keeps_only(matmul(trained_rows, columns), columns));
  CHECK(keeps_only(matmul(rows, parameter({3, 2})), rows));
}

TEST_CASE("choices are kept as indices or conditions, never as values") {
  const Tensor x = parameter({2, 3});
  const Tensor condition = rand({2, 3}) > 0.5;
  const Tensor index = zeros({2, 3}, {.dtype = int64});
  const Tensor image = parameter({1, 2, 4, 4});
  CHECK(keeps_only(where(condition, x, 0), condition));
  CHECK(keeps_only(gather(x, 1, index), index));
  CHECK(keeps_only(scatter_add(x, 1, index, rand({2, 3})), index));
  const auto pooled = saved(max_pool2d(image, 2));
  CHECK((pooled.size() == 1 && pooled.front().dtype() == uint8));
}

TEST_CASE("nothing is recorded for constants or under a NoGradGuard") {
  const auto nodes = Node::live_count();
  const Tensor constant = rand({2, 3});
  CHECK_FALSE((constant * constant).requires_grad());
  const Tensor x = parameter({2, 3});
  const NoGradGuard unrecorded;
  CHECK_FALSE(matmul(x, transpose(x, 0, 1)).requires_grad());
  CHECK(Node::live_count() == nodes + 1);  // the leaf
}

TEST_CASE("comparisons and argmax have no gradient") {
  const Tensor x = parameter({2, 3});
  for (const Tensor& result :
       {x == 0, x != 0, x<0, x <= 0, x> 0, x >= 0, argmax(x), argmax(x, 1), max(x, 1).indices}) {
    CHECK_FALSE(result.requires_grad());
    CHECK_FALSE(is_floating(result.dtype()));
  }
}
