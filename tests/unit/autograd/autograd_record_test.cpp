#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

Tensor leaf(std::vector<double> values) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

// A user's own operator: x^3.
Tensor cube(const Tensor& x, rg::Where where = {}) {
  const Tensor y = (x * x * x).detach();
  return rg::record({.op = "cube",
                     .where = where,
                     .output = y,
                     .inputs = {x},
                     .saved = {x},
                     .backward = [](const rg::Backward& b) -> rg::Gradients {
                       const Tensor given = b.saved(0);
                       return {b.grad * (3.0 * given * given)};
                     }});
}

// An operator whose backward gives whatever it is told to.
Tensor returns(const Tensor& x, rg::Gradients (*gradients)()) {
  return rg::record({.op = "wrong",
                     .where = {},
                     .output = x.detach().clone(),
                     .inputs = {x},
                     .backward = [gradients](const rg::Backward&) { return gradients(); }});
}

std::string tape(const Tensor& x) {
  std::ostringstream out;
  rg::print_tape(x, out);
  return out.str();
}

}  // namespace

TEST_CASE("an own operator is differentiable to any order") {
  const Tensor x = leaf({2, -1});
  const auto f = [](const std::vector<Tensor>& in) { return cube(in[0]); };
  CHECK(rg::gradcheck(f, {x}));
  CHECK(rg::gradgradcheck(f, {x}));
}

TEST_CASE("own operators with several inputs and an output that is saved") {
  const auto ratio = [](const std::vector<Tensor>& in) {
    const Tensor y = (in[0] / in[1]).detach();
    return rg::record({.op = "ratio",
                       .where = {},
                       .output = y,
                       .inputs = {in[0], in[1]},
                       .saved = {y, in[1]},
                       .backward = [](const rg::Backward& b) -> rg::Gradients {
                         const Tensor share = b.grad / b.saved(1);
                         return {share, b.needs(1) ? -(share * b.saved(0)) : Tensor()};
                       }});
  };
  const Tensor x = leaf({2, -1});
  const Tensor y = leaf({3, 0.5});
  CHECK(rg::gradcheck(ratio, {x, y}));
  CHECK(rg::gradgradcheck(ratio, {x, y}));
}

TEST_CASE("needs() is false for inputs without gradient") {
  const Tensor x = leaf({1});
  const Tensor c = rg::ones({1}, {.dtype = rg::float64});
  bool first = false;
  bool second = true;
  const Tensor y = rg::record({.op = "probe",
                               .where = {},
                               .output = (x + c).detach(),
                               .inputs = {x, c},
                               .backward = [&](const rg::Backward& b) -> rg::Gradients {
                                 first = b.needs(0);
                                 second = b.needs(1);
                                 return {b.grad, Tensor()};
                               }});
  y.backward();
  CHECK(first);
  CHECK_FALSE(second);
}

TEST_CASE("large captures fit too, and are destroyed once") {
  struct Counted {
    explicit Counted(int* count) : alive(count) { ++*alive; }
    Counted(const Counted& other) : alive(other.alive) { ++*alive; }
    ~Counted() { --*alive; }
    int* alive;
  };
  int alive = 0;
  {
    const Tensor x = leaf({1});
    const Counted counted(&alive);
    const std::array<double, 64> numbers{2.5};
    const Tensor y =
        rg::record({.op = "large",
                    .where = {},
                    .output = x.detach().clone(),
                    .inputs = {x},
                    .backward = [counted, numbers](const rg::Backward& b) -> rg::Gradients {
                      return {b.grad * numbers[0]};
                    }});
    y.backward();
    CHECK(x.grad().item<double>() == 2.5);
    CHECK(alive == 2);
  }
  CHECK(alive == 0);
}

TEST_CASE("the engine names the operator whose backward is wrong") {
  const Tensor x = leaf({1, 2});
  const Tensor count = returns(x, [] { return rg::Gradients(Tensor(), Tensor()); });
  CHECK_THROWS_WITH_AS(rg::sum(count).backward(),
                       doctest::Contains("wrong: its backward returned 2 gradients for 1 inputs"),
                       rg::GraphError);
  const Tensor shape =
      returns(x, [] { return rg::Gradients(rg::ones({3}, {.dtype = rg::float64})); });
  CHECK_THROWS_WITH_AS(
      rg::sum(shape).backward(),
      doctest::Contains(
          "wrong: its backward returned float64 [3] for input 0, which is float64 [2]"),
      rg::GraphError);
  const Tensor dtype = returns(x, [] { return rg::Gradients(rg::ones({2})); });
  CHECK_THROWS_WITH_AS(rg::sum(dtype).backward(), doctest::Contains("float32 [2] for input 0"),
                       rg::GraphError);
}

TEST_CASE("an undefined gradient counts as zero") {
  const Tensor x = leaf({1, 2});
  const Tensor none = returns(x, [] { return rg::Gradients(Tensor()); });
  rg::sum(none).backward();
  CHECK_FALSE(x.grad().defined());
  rg::sum(none + x).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{1, 1});
}

TEST_CASE("record refuses an output that is an input or already recorded") {
  const Tensor x = leaf({1});
  const auto identity = [](const rg::Backward& b) -> rg::Gradients { return {b.grad}; };
  CHECK_THROWS_AS(
      rg::record({.op = "same", .where = {}, .output = x, .inputs = {x}, .backward = identity}),
      rg::GraphError);
  const Tensor y = x * 2;
  CHECK_THROWS_AS(
      rg::record({.op = "again", .where = {}, .output = y, .inputs = {x}, .backward = identity}),
      rg::GraphError);
}

TEST_CASE("the tape lists operators, shapes, saved tensors and lines") {
  const Tensor x = rg::ones({2, 3}, {.requires_grad = true});
  const Tensor w = rg::ones({3, 4});
  const Tensor loss = rg::sum(rg::sigmoid(rg::matmul(x, w)));
  const unsigned line = __LINE__ - 1;
  const std::string at = "autograd_record_test.cpp:" + std::to_string(line);
  const std::string expected =
      "#  op       output          inputs  saves                  at\n"
      "0  leaf     float32 [2, 3]\n"
      "1  matmul   float32 [2, 4]  #0, -   float32 [3, 4]         " +
      at + "\n" + "2  sigmoid  float32 [2, 4]  #1      output float32 [2, 4]  " + at + "\n" +
      "3  sum      float32 []      #2                             " + at + "\n";
  CHECK(tape(loss) == expected);
  loss.backward();
  CHECK(tape(loss).find("freed") != std::string::npos);
  CHECK(tape(w) == "no tape: the tensor does not require a gradient\n");
}

TEST_CASE("what a backward pass records carries the line of the forward operator") {
  const Tensor x = leaf({0.5});
  const Tensor y = rg::tanh(x);
  const unsigned line = __LINE__ - 1;
  const Tensor d = rg::grad({y}, {x}, {.create_graph = true})[0];
  const auto node = rg::detail::grad_node(d);
  REQUIRE(node);
  CHECK(node->where().line == line);
}

TEST_CASE("saved tensors are what the backward needs, and no more") {
  const Tensor x = leaf({1, 2});
  const Tensor c = rg::ones({2}, {.dtype = rg::float64});
  const auto saved = [](const Tensor& y) {
    std::size_t count = 0;
    for (const auto& entry : rg::detail::grad_node(y)->saved()) {
      count += entry.value.defined() ? 1U : 0U;
    }
    return count;
  };
  CHECK(saved(x * 2.0) == 0);
  CHECK(saved(x + x) == 0);
  CHECK(saved(x * c) == 1);
  CHECK(saved(x * x) == 2);
  CHECK(saved(rg::relu(x)) == 1);
}
