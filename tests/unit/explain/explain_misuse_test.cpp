#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

#include "unit/explain_nets.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

template <class E>
std::string message(unsigned line, const Tensor& output, const Tensor& input,
                    const rg::ExplainOptions& options = {}) {
  try {
    rg::explain(output, input, options, rg::Where::at("here.cpp", line));
  } catch (const E& error) {
    CHECK(error.where().line == line);
    return error.what();
  }
  FAIL("nothing was thrown");
  return {};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("explain: misuse") {
  const test::SlideNet net;
  const Tensor other = rg::tensor({1.0}, {.requires_grad = true});
  CHECK(has(message<rg::GraphError>(1, net.loss, other), "explain: no path leads from the input"));
  CHECK(has(message<rg::GraphError>(2, other, net.loss), "no path leads"));
  CHECK(has(message<rg::GraphError>(3, net.loss, net.x), "the input does not require a gradient"));
  CHECK(has(message<rg::GraphError>(4, rg::ones({1}), net.W1),
            "the output does not require a gradient"));
  CHECK(has(message<rg::GraphError>(5, Tensor(), net.W1), "output  undefined"));
  CHECK(has(message<rg::GraphError>(6, net.loss, Tensor()), "the input does not require"));
  CHECK(has(message<rg::ShapeError>(7, net.Z1, net.W1), "needs an output of one element"));

  CHECK(has(message<rg::ValueError>(8, net.loss, net.W1, {.names = {{"x", Tensor()}}}),
            "the tensor named x is undefined"));
  CHECK(has(message<rg::ValueError>(9, net.loss, net.W1, {.names = {{"", net.x}}}),
            "a name is empty"));
  CHECK(has(message<rg::ValueError>(10, net.loss, net.W1, {.names = {{"x", net.x}, {"x", net.A1}}}),
            "two tensors are named x"));
  CHECK(has(message<rg::ValueError>(11, net.loss, net.W1, {.slices = {{"q", {0, 1}}}}),
            "a slice for q, which is no station"));
  CHECK(has(message<rg::ValueError>(12, net.loss, net.W1, {.slices = {{"w", {0, 4}}}}),
            "the slice [0, 4) is not within the 3 elements of w"));
  CHECK(has(message<rg::ValueError>(13, net.loss, net.W1, {.slices = {{"w", {2, 1}}}}),
            "the slice [2, 1)"));
  CHECK(has(message<rg::ValueError>(14, net.loss, net.W1, {.names = {{"w", net.Z1}}}),
            "two stations are named w; give names to the input"));

  CHECK(net.explain().difference == 0);  // nothing was spoilt
  net.loss.backward();
  const auto freed = message<rg::GraphError>(15, net.loss, net.W1);
  CHECK(has(freed, "saved was freed by an earlier backward"));
  CHECK(has(freed, "explain_nets.h:"));
  CHECK(has(freed, "pass {.retain_graph = true} to that one"));
  CHECK(has(freed, "[graph-freed]"));
}

TEST_CASE("explain: a saved value that was overwritten") {
  const Tensor w = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  Tensor x = rg::tensor({3.0, 4.0});
  const Tensor loss = rg::sum(w * x);
  x.add_(1);
  CHECK_THROWS_WITH_AS(rg::explain(loss, w), doctest::Contains("overwritten in place"),
                       rg::GraphError);
}
