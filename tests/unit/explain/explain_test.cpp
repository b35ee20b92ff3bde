#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <retrograd/retrograd.h>

#include "unit/explain_nets.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
using rg::JacobianStructure;
using rg::Tensor;

namespace {

std::string row_text(const rg::JacobianStep& step, std::int64_t row) {
  std::string text;
  for (std::int64_t column = 0; column < step.columns; ++column) {
    text += (column == 0 ? "" : " ") + step.entry_text(row, column);
  }
  return text;
}

JacobianStructure structure(const Tensor& loss, const Tensor& from, const Tensor& to) {
  const auto e = rg::explain(loss, from, {.names = {{"from", from}, {"to", to}, {"L", loss}}});
  REQUIRE(e.steps.size() == 2);
  return e.steps[0].structure;
}

}  // namespace

TEST_CASE("explain: the slide's matrix of shifted inputs") {
  for (const rg::DType dtype : {rg::float64, rg::float32}) {
    const test::SlideNet net{dtype};
    const auto e = net.explain();
    CHECK(e.formula() == "dloss/dW1 = dZ1/dW1 . dA1/dZ1 . dloss/dA1");
    CHECK(e.shapes() == "3x1 = 3x5 . 5x5 . 5x1");
    REQUIRE(e.steps.size() == 3);
    CHECK(row_text(e.steps[0], 0) == "0 x1 x2 x3 x4");
    CHECK(row_text(e.steps[0], 1) == "x1 x2 x3 x4 x5");
    CHECK(row_text(e.steps[0], 2) == "x2 x3 x4 x5 0");
    CHECK(e.steps[0].structure == JacobianStructure::hankel);
    CHECK(e.steps[0].operators == "reshape, conv1d, reshape");
    CHECK(e.steps[1].structure == JacobianStructure::diagonal);
    CHECK(e.steps[2].structure == JacobianStructure::dense);
    CHECK(e.difference <= (dtype == rg::float64 ? 1e-15 : 1e-6));
    net.loss.backward();
    const Tensor product =
        rg::matmul(rg::matmul(e.steps[0].matrix(), e.steps[1].matrix()), e.steps[2].matrix());
    for (std::int64_t i = 0; i < 3; ++i) {
      CHECK(product.at({i, 0}) == doctest::Approx(net.W1.grad().at({i})).epsilon(1e-6));
      CHECK(e.product.at({i, 0}) == doctest::Approx(net.W1.grad().at({i})).epsilon(1e-6));
    }
  }
}

TEST_CASE("explain: without names and folds every operator is a station") {
  const test::SlideNet net;
  const auto e = rg::explain(net.loss, net.W1, {.fold = false});
  CHECK(e.stations.front().name == "w");
  CHECK(e.stations[1].name == "reshape");
  CHECK(e.stations[3].name == "reshape_2");
  CHECK(e.stations.back().name == "loss");
  CHECK(e.steps.size() + 1 == e.stations.size());
  CHECK(e.difference == 0);
}

TEST_CASE("explain: several paths are summed") {
  const test::ManyPaths net;
  const auto e = net.explain();
  CHECK(e.formula() ==
        "dL/da = db/da . dd/db . de/dd . dL/de + dc/da . dd/dc . de/dd . dL/de + de/da . dL/de");
  CHECK(e.shapes() == "2x1 = 2x2 . 2x2 . 2x2 . 2x1 + 2x2 . 2x2 . 2x2 . 2x1 + 2x2 . 2x1");
  CHECK(e.all_paths);
  CHECK(e.difference <= 1e-14);
  Tensor sum = rg::zeros({2, 1}, {.dtype = rg::float64});
  for (const auto& path : e.paths) {
    Tensor product = rg::eye(2, {}, {.dtype = rg::float64});
    for (const std::size_t step : path) {
      product = rg::matmul(product, e.steps[step].matrix());
    }
    sum.add_(product);
  }
  net.loss.backward();
  CHECK(sum.at({0, 0}) == doctest::Approx(net.a.grad().at({0})));
  CHECK(sum.at({1, 0}) == doctest::Approx(net.a.grad().at({1})));
  CHECK(row_text(e.steps[1], 0) == "2a1 0");
}

TEST_CASE("explain: an output that is the input") {
  const Tensor w = rg::tensor({0.5}, {.requires_grad = true});
  const auto e = rg::explain(w, w);
  CHECK(e.steps.empty());
  CHECK(e.formula() == "dloss/dloss = 1");
  CHECK(e.product.at({0, 0}) == 1);
  CHECK(e.difference == 0);
}

TEST_CASE("explain: structures have names") {
  const rg::TensorOptions options{.dtype = rg::float64, .requires_grad = true};
  const Tensor w = rg::tensor({1.0, 2.0, 3.0, 4.0}, options);
  const auto of = [&](const Tensor& to) { return structure(rg::sum(to * to), w, to); };
  CHECK(of(rg::neg(w)) == JacobianStructure::diagonal);
  CHECK(of(rg::reshape(w, {2, 2})) == JacobianStructure::identity);
  CHECK(of(rg::flip(w, 0)) == JacobianStructure::selection);
  CHECK(of(rg::max_pool1d(rg::reshape(w, {1, 1, 4}), 2)) == JacobianStructure::selection);
  CHECK(of(w * 0.0) == JacobianStructure::zero);
  CHECK(of(rg::softmax(w, 0)) == JacobianStructure::dense);
  CHECK(of(rg::cumsum(w, 0)) == JacobianStructure::toeplitz);
  CHECK(of(rg::avg_pool1d(rg::reshape(w, {1, 1, 4}), 2)) == JacobianStructure::sparse);
  const Tensor filter = rg::tensor({{{1.0, 2.0, 4.0}}}, options);
  const Tensor line = rg::reshape(w, {1, 1, 4});
  CHECK(of(rg::conv1d(line, filter, {}, {.padding = 1})) == JacobianStructure::toeplitz);

  rg::manual_seed(1);
  const Tensor image = rg::randn({1, 1, 4, 5}, options);
  const Tensor kernel = rg::randn({1, 1, 2, 3}, options);
  const Tensor z = rg::conv2d(image, kernel);
  CHECK(structure(rg::sum(z * z), image, z) == JacobianStructure::block_toeplitz);
  CHECK(structure(rg::sum(z * z), kernel, z) == JacobianStructure::block_hankel);
}

TEST_CASE("explain: names of elements in several dimensions, of outputs and negated") {
  const rg::TensorOptions options{.dtype = rg::float64, .requires_grad = true};
  const Tensor x = rg::tensor({{1.0, 2.0}, {3.0, 4.0}}, options);
  const Tensor w = rg::tensor({{5.0, 6.0}}, options);
  const Tensor z = rg::linear(x, w);  // (2, 1)
  const Tensor y = rg::exp(z * 0.1);
  const Tensor loss = rg::sum(-(y * z));
  const auto e =
      rg::explain(loss, w, {.names = {{"w", w}, {"x", x}, {"z2", z}, {"y", y}, {"L", loss}}});
  CHECK(row_text(e.steps[0], 0) == "x1,1 x2,1");
  CHECK(row_text(e.steps[0], 1) == "x1,2 x2,2");
  CHECK(e.formula() == "dL/dw = dz2/dw . dy/dz2 . dL/dy + dz2/dw . dL/dz2");
  CHECK(e.steps[3].entry_text(0, 0) == "-z2[1]");
  CHECK(e.steps[2].entry_text(1, 0) == "-y2");
}

TEST_CASE("explain: equal values are told apart, and values stay as they are") {
  const Tensor x = rg::tensor({1.0, 1.0, 0.0, 1.0}, {.dtype = rg::float64});
  const Tensor w = rg::tensor({2.0, 3.0}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor z = rg::conv1d(rg::reshape(x, {1, 1, 4}), rg::reshape(w, {1, 1, 2}));
  const Tensor loss = rg::sum(z * z);
  const auto e = rg::explain(loss, w, {.names = {{"x", x}, {"z", z}, {"w", w}}});
  CHECK(row_text(e.steps[0], 0) == "x1 x2 x3");
  CHECK(row_text(e.steps[0], 1) == "x2 x3 x4");
  CHECK(x.to_vector<double>() == std::vector<double>{1, 1, 0, 1});
  CHECK(x.version() == 0);
  loss.backward();
  CHECK(w.grad().defined());
}

TEST_CASE("explain: where elements are one in memory, the first gives its name") {
  const Tensor w = rg::tensor({1.0, 2.0, 3.0}, {.requires_grad = true});
  const Tensor x = rg::expand(rg::tensor({5.0}), {3});
  const Tensor z = w * x;
  const auto e = rg::explain(rg::sum(z), w, {.names = {{"x", x}, {"w", w}, {"z", z}}});
  CHECK(row_text(e.steps[0], 0) == "x1 0 0");
  CHECK(row_text(e.steps[0], 2) == "0 0 x1");
}

TEST_CASE("explain: operators get names that are free") {
  const Tensor w = rg::tensor({1.0, 2.0}, {.requires_grad = true});
  const Tensor loss = rg::sum(rg::sin(rg::sin(w)));
  const auto formula = [&](const char* name) {
    return rg::explain(loss, w, {.names = {{name, w}}}).formula();
  };
  CHECK(formula("sin") == "dloss/dsin = dsin_2/dsin . dsin_3/dsin_2 . dloss/dsin_3");
  CHECK(formula("sin_2") == "dloss/dsin_2 = dsin/dsin_2 . dsin_3/dsin . dloss/dsin_3");
}

TEST_CASE("explain: large tensors have shapes, structures and slices") {
  rg::manual_seed(1);
  const Tensor x = rg::randn({100}, {.dtype = rg::float64});
  const Tensor w = rg::randn({100}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor z = w * x;
  const Tensor loss = rg::sum(rg::tanh(z));
  const std::vector<std::pair<std::string, Tensor>> names{{"w", w}, {"x", x}, {"z", z}};
  const auto plain = rg::explain(loss, w, {.names = names});
  CHECK(plain.stations[0].shown.size() == 0);
  CHECK(plain.steps[0].structure == JacobianStructure::diagonal);
  CHECK(plain.text().find("dz/dw  100x100  diagonal") != std::string::npos);
  CHECK(plain.text().find("x11") == std::string::npos);
  CHECK(plain.difference <= 1e-15);

  const auto sliced =
      rg::explain(loss, w, {.names = names, .slices = {{"w", {10, 12}}, {"z", {10, 13}}}});
  CHECK(sliced.text().find("rows 11 to 12 of 100, columns 11 to 13 of 100:\n"
                           "  x11    0  0\n"
                           "    0  x12  0\n") != std::string::npos);

  const auto shapes = rg::explain(loss, w, {.names = names, .most_elements = 1000});
  CHECK(shapes.shapes() == "100x1 = 100x100 . 100x1");
  CHECK(shapes.steps[0].structure == JacobianStructure::not_computed);
  CHECK_FALSE(shapes.product.defined());
  CHECK(std::isnan(shapes.difference));
  CHECK_THROWS_AS(shapes.steps[0].matrix(), rg::GraphError);
  CHECK(shapes.text().find("not computed") != std::string::npos);
  CHECK(shapes.html().find("Not computed") != std::string::npos);
  CHECK(shapes.latex().find("100 \\times 100") != std::string::npos);
}

TEST_CASE("explain: a single row costs a pass for each of its columns") {
  const Tensor w = rg::tensor({2.0}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor z = w * rg::ones({100}, {.dtype = rg::float64});
  const auto steps = [&](std::int64_t most_elements) {
    return rg::explain(rg::sum(z), w, {.names = {{"z", z}}, .most_elements = most_elements}).steps;
  };
  CHECK(steps(100 * 100)[0].computed());
  CHECK_FALSE(steps(100 * 100 - 1)[0].computed());
  CHECK(steps(100)[1].computed());  // 100 x 1
}

TEST_CASE("explain: LeNet, by slices") {
  rg::manual_seed(1);
  test::SmallLeNet model;
  const Tensor image = rg::randn({1, 1, 16, 16});
  const Tensor loss = rg::cross_entropy(model(image), rg::tensor({3}));
  for (const auto& named : model.named_parameters()) {
    const auto& [name, parameter] = named;
    INFO(named.first);
    const auto gradient =
        rg::grad({loss}, {parameter}, {.retain_graph = true})[0].to_vector<float>();
    const std::int64_t last = std::min<std::int64_t>(4, parameter.numel());
    const auto e = rg::explain(
        loss, parameter,
        {.names = {{name, parameter}, {"image", image}}, .slices = {{name, {0, last}}}});
    REQUIRE(e.product.defined());
    CHECK(e.difference < 1e-6);
    CHECK(e.stations[0].shown.size() == last);
    for (std::size_t i = 0; i < gradient.size(); ++i) {
      REQUIRE(e.product.at({static_cast<std::int64_t>(i), 0}) ==
              doctest::Approx(gradient[i]).epsilon(1e-4));
    }
    if (name == "conv1.weight") {
      CHECK(e.steps[0].entry_text(0, 0) == "image1,1");
      CHECK(e.steps[0].entry_text(6, 13) == "image3,3");  // filter (2, 2) at output (2, 2)
      CHECK(e.shapes().find("75x1 = 75x432 . 432x432 . ") == 0);
    }
  }
}

TEST_CASE("explain: nothing, half precision, and what is not a number") {
  const Tensor none = rg::zeros({0, 3}, {.requires_grad = true});
  const auto e = rg::explain(rg::sum(none * 2.0), none, {.names = {{"none", none}}});
  CHECK(e.shapes() == "0x1 = 0x0 . 0x1");
  CHECK(e.text().find("backward()      []") != std::string::npos);
  CHECK(e.html().size() > 0);

  const Tensor half = rg::tensor({1.0, 2.0}, {.dtype = rg::bfloat16, .requires_grad = true});
  CHECK(rg::explain(rg::sum(half * half), half).difference == 0);
  const Tensor cubes = rg::sum(rg::pow(half, 3.0));
  {
    const rg::Autocast lowered(rg::bfloat16);
    CHECK(rg::explain(cubes, half).difference == 0);
  }

  const Tensor w = rg::tensor({0.0, 4.0}, {.dtype = rg::float64, .requires_grad = true});
  const auto nan = rg::explain(rg::sum(rg::sqrt(w) * 0.0), w);
  CHECK(nan.text().find("backward()      [nan, 0]") != std::string::npos);
  CHECK(nan.latex().find("\\mathrm{nan}") != std::string::npos);
  CHECK(nan.html().find("<td class=\"nan\"") != std::string::npos);
  CHECK(nan.html().find("--s:-") == std::string::npos);
}

TEST_CASE("explain: gradients through hooks differ from the matrices") {
  Tensor w = rg::tensor({1.0, 2.0}, {.dtype = rg::float64, .requires_grad = true});
  Tensor y = w * 2;
  y.register_hook([](const Tensor& g) { return g * 10.0; });
  const auto e = rg::explain(rg::sum(y), w);
  CHECK(e.difference == 18);
}
