// Long tapes: folds, and the chain rule as a recurrence.
#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

TEST_CASE("explain: more paths than can be listed") {
  const Tensor w = rg::tensor({0.5}, {.dtype = rg::float64, .requires_grad = true});
  Tensor y = w;
  for (int i = 0; i < 10; ++i) {
    const Tensor other = rg::cos(y);
    y = rg::sin(y) + other;
  }
  const auto e = rg::explain(rg::sum(y), w, {.fold = false});
  CHECK(e.paths.size() == 64);
  CHECK_FALSE(e.all_paths);
  CHECK(e.formula() ==
        "dloss/dadd_10 = dloss/dadd_10\n"
        "dloss/dsin = dadd/dsin . dloss/dadd  (for 10 stations: sin, sin_2, ..., sin_10)\n"
        "dloss/dcos = dadd/dcos . dloss/dadd  (for 10 stations: cos, cos_2, ..., cos_10)\n"
        "dloss/dadd = dcos_2/dadd . dloss/dcos_2 + dsin_2/dadd . dloss/dsin_2"
        "  (for 9 stations: add, add_2, ..., add_9)\n"
        "dloss/dw = dcos/dw . dloss/dcos + dsin/dw . dloss/dsin");
  CHECK(e.shapes() ==
        "1x1 = 1x1\n1x1 = 1x1 . 1x1  (for 10 stations: sin, sin_2, ..., sin_10)\n"
        "1x1 = 1x1 . 1x1  (for 10 stations: cos, cos_2, ..., cos_10)\n"
        "1x1 = 1x1 . 1x1 + 1x1 . 1x1  (for 9 stations: add, add_2, ..., add_9)\n"
        "1x1 = 1x1 . 1x1 + 1x1 . 1x1");
  CHECK(e.difference <= 1e-14);
}

TEST_CASE("explain: a long chain") {
  const Tensor w = rg::tensor({0.5}, {.dtype = rg::float64, .requires_grad = true});
  Tensor y = w;
  for (int i = 0; i < 20000; ++i) {
    y = y + 1.0;
  }
  const auto e = rg::explain(y, w);
  CHECK(e.steps.size() == 20000);
  CHECK(e.product.at({0, 0}) == 1);
}

TEST_CASE("explain: layout operators belong to the next operator") {
  const Tensor w = rg::tensor({1.0, 2.0}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor loss =
      rg::sum(rg::expand(rg::reshape(rg::tanh(rg::reshape(w, {1, 2})), {2, 1}), {2, 3}));
  const auto e = rg::explain(loss, w);
  CHECK(e.formula() == "dloss/dw = dtanh/dw . dloss/dtanh");
  CHECK(e.steps[0].operators == "reshape, tanh");
  CHECK(e.steps[1].operators == "reshape, expand, sum");
  CHECK(e.steps[0].structure == rg::JacobianStructure::diagonal);
  CHECK(e.difference <= 1e-15);
}

TEST_CASE("explain: a long tape without a trace is folded by line, and cells repeat") {
  rg::manual_seed(1);
  const rg::TensorOptions options{.dtype = rg::float64, .requires_grad = true};
  const Tensor w = rg::randn({3, 3}, options);
  const Tensor u = rg::randn({3, 3}, options);
  const Tensor x = rg::randn({20, 1, 3}, {.dtype = rg::float64});
  Tensor h = rg::zeros({1, 3}, {.dtype = rg::float64});
  for (std::int64_t t = 0; t < 20; ++t) {
    h = rg::tanh(rg::matmul(x[t], u) + rg::matmul(h, w));
  }
  const Tensor loss = rg::sum(h * h);
  const auto e = rg::explain(loss, w);
  CHECK(e.stations.size() == 22);
  CHECK(e.difference <= 1e-12);
  REQUIRE(e.groups.size() == 1);
  CHECK(e.groups[0].repeats >= 19);
  CHECK(e.groups[0].kind == rg::StationGroup::Kind::repeat);
  CHECK(e.insides.size() <= 3);  // the first cell, and the loss
  CHECK(
      e.formula() ==
      "dloss/dtanh_20 = dloss/dtanh_20\n"
      "dloss/dtanh = dtanh_2/dtanh . dloss/dtanh_2  (for 19 stations: tanh, tanh_2, ..., tanh_19)\n"
      "dloss/dw = dtanh/dw . dloss/dtanh + dtanh_2/dw . dloss/dtanh_2 + ... + "
      "dtanh_20/dw . dloss/dtanh_20");
  CHECK(e.latex().find("\\cdots") != std::string::npos);
  CHECK(e.text().find("20 equal parts, tanh to tanh_20: the first is shown (tanh)") !=
        std::string::npos);
  REQUIRE(e.inputs.size() == 1);
  CHECK(e.inputs[0].name == "parameter");
  CHECK(e.inputs[0].kind == rg::StationKind::parameter);
  CHECK(e.feeds.size() == 20);
}

TEST_CASE("explain: a loop in a line is cut into its repetitions") {
  const Tensor w = rg::tensor({0.5}, {.dtype = rg::float64, .requires_grad = true});
  Tensor y = w;
  Tensor loss;
  // clang-format off
  for (int i = 0; i < 30; ++i) { y = rg::sin(y) * 1.5 + rg::tanh(y); } loss = rg::square(y) * 2.0;
  // clang-format on
  const auto e = rg::explain(loss, w);
  CHECK(e.stations.size() == 32);
  REQUIRE(e.groups.size() == 1);
  CHECK(e.groups[0].repeats == 30);
  CHECK(e.difference <= 1e-12);
  REQUIRE(e.insides.size() == 2);
  CHECK(e.insides[0].station == 1);
  CHECK(e.insides[0].stations.size() == 5);  // w, sin, mul, tanh, add
  CHECK(e.insides[1].station == 31);
}

TEST_CASE("explain: thousands of operators into one are no quadratic work") {
  const Tensor w = rg::tensor({0.5}, {.dtype = rg::float64, .requires_grad = true});
  std::vector<Tensor> all;
  for (int i = 0; i < 8000; ++i) {
    all.push_back(rg::sin(w));
  }
  const auto e = rg::explain(rg::sum(rg::cat(all)), w);
  CHECK(e.stations.size() == 8002);
  CHECK(e.steps.size() == 16000);
  CHECK(e.difference <= 1e-9);
}
