#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

using Tensors = std::vector<Tensor>;

Tensor leaf(std::vector<double> values) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

// x^2 with a backward of the caller's choice.
template <class B>
auto square_with(B backward) {
  return [backward](const Tensors& in) {
    return rg::record({.op = "my_square",
                       .where = {},
                       .output = (in[0] * in[0]).detach(),
                       .inputs = {in[0]},
                       .saved = {in[0]},
                       .backward = backward});
  };
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("gradcheck passes a right gradient, and gradgradcheck a right second one") {
  const auto right = square_with(
      [](const rg::Backward& b) -> rg::Gradients { return {b.grad * 2.0 * b.saved(0)}; });
  CHECK(rg::gradcheck(right, {leaf({1, -2, 3})}).passed);
  CHECK(rg::gradgradcheck(right, {leaf({1, -2, 3})}).passed);
}

TEST_CASE("gradcheck names operator, input, index and both values of a wrong gradient") {
  const auto wrong = square_with(
      [](const rg::Backward& b) -> rg::Gradients { return {b.grad * 3.0 * b.saved(0)}; });
  const auto result = rg::gradcheck(wrong, {leaf({1, -2, 3})});
  const std::string line = std::to_string(__LINE__ - 1);
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "d output 0[0] / d input 0[0] of 'my_square' is 3 by backward but "));
  CHECK(has(result.message, "by finite differences"));
  CHECK(has(result.message, "autograd_gradcheck_test.cpp:" + line));
}

TEST_CASE("gradgradcheck finds a second derivative that is silently zero") {
  const auto detached = square_with(
      [](const rg::Backward& b) -> rg::Gradients { return {b.grad * 2.0 * b.saved(0).detach()}; });
  CHECK(rg::gradcheck(detached, {leaf({1, -2})}).passed);
  const auto result = rg::gradgradcheck(detached, {leaf({1, -2})});
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "gradgradcheck: d output 0[0] / d input 0[0]"));
}

TEST_CASE("gradcheck refuses inputs that prove nothing") {
  const auto f = [](const Tensors& in) { return in[0] * 2; };
  CHECK_THROWS_WITH_AS(rg::gradcheck(f, {rg::ones({2}, {.requires_grad = true})}),
                       doctest::Contains("must be float64"), rg::ValueError);
  Tensor expanded = rg::expand(rg::ones({1, 2}, {.dtype = rg::float64}), {3, 2}).detach();
  expanded.set_requires_grad(true);
  CHECK_THROWS_WITH_AS(rg::gradcheck(f, {expanded}), doctest::Contains("share memory"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(rg::gradcheck(f, {rg::ones({2}, {.dtype = rg::float64})}),
                       doctest::Contains("no output depends on an input"), rg::ValueError);
}

TEST_CASE("gradcheck: a gradient of zeros must give zeros") {
  const auto constant = square_with(
      [](const rg::Backward& b) -> rg::Gradients { return {b.grad * 2.0 * b.saved(0) + 1e-9}; });
  const auto result = rg::gradcheck(constant, {leaf({1})});
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "a gradient of zeros"));
}

TEST_CASE("gradcheck: undefined gradients of several outputs") {
  const auto two = [](const Tensors& in) -> Tensors { return {in[0] * in[1], rg::exp(in[0])}; };
  CHECK(rg::gradcheck(two, {leaf({1, 2}), leaf({3, 4})}).passed);
  CHECK(rg::gradgradcheck(two, {leaf({1, 2}), leaf({3, 4})}).passed);
}

TEST_CASE("gradcheck: a result that changes from run to run") {
  int run = 0;
  const auto unsteady = square_with([&run](const rg::Backward& b) -> rg::Gradients {
    return {b.grad * (2.0 + 1e-9 * (++run % 2)) * b.saved(0)};
  });
  const auto result = rg::gradcheck(unsteady, {leaf({1})});
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "two different results"));
}

TEST_CASE("gradcheck: outputs must keep their shape when inputs change a little") {
  const auto shrinks = [](const Tensors& in) {
    return rg::slice(in[0] * 2, 0, 0, in[0].at({0}) > 1 ? 1 : 2);
  };
  const auto result = rg::gradcheck(shrinks, {leaf({1, 2})});
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "shape or dtype of the outputs changed"));
}

TEST_CASE("gradcheck says so at a kink, and accepts a value between the slopes") {
  const auto relu = [](const Tensors& in) { return rg::relu(in[0]); };
  const auto result = rg::gradcheck(relu, {leaf({-1, 0, 1})});
  CHECK(result.passed);
  REQUIRE(result.kinks.size() == 1);
  CHECK(has(result.kinks[0], "d output 0[1] / d input 0[1] of 'relu' is 0 by backward at a kink"));
  CHECK(has(result.kinks[0], "the slope is 0 from the left and 1 from the right"));
}

TEST_CASE("gradcheck refuses a value outside the slopes of a kink") {
  const auto wrong = [](const Tensors& in) {
    return rg::record(
        {.op = "my_relu",
         .where = {},
         .output = rg::relu(in[0]).detach(),
         .inputs = {in[0]},
         .saved = {in[0]},
         .backward = [](const rg::Backward& b) -> rg::Gradients { return {b.grad * 2.0}; }});
  };
  const auto result = rg::gradcheck(wrong, {leaf({0})});
  CHECK_FALSE(result.passed);
  CHECK(has(result.message, "backward is not between them"));
}

TEST_CASE("gradcheck takes inputs with gaps, constants and no elements") {
  const Tensor wide = rg::randn({3, 8}, {.dtype = rg::float64});
  Tensor strided = rg::slice(wide, 1, 1, {}, 2).detach();
  strided.set_requires_grad(true);
  const Tensor constant = rg::tensor({0, 2, 1});
  const auto f = [](const Tensors& in) {
    return rg::gather(in[0], 1, rg::unsqueeze(in[1], 1)) * rg::sum(in[2]);
  };
  const Tensor none = rg::zeros({0}, {.dtype = rg::float64, .requires_grad = true});
  CHECK(rg::gradcheck(f, {strided, constant, none}).passed);
}
