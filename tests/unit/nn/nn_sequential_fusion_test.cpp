// Sequential runs a layer and the ReLU after it as one operator: equal to the two in value, first
// and second derivative.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/graph_changes.h"

namespace rg = retrograd;
namespace nn = retrograd::nn;
using rg::Tensor;
using Tensors = std::vector<Tensor>;

namespace {

std::string tape(const Tensor& y) {
  std::ostringstream text;
  rg::print_tape(y, text);
  return text.str();
}

bool fused(const Tensor& y) {
  return tape(y).find("_relu") != std::string::npos;
}

struct Orders {
  Tensor value;
  Tensors first;   // in a backward pass that is not recorded
  Tensors second;  // of the sum of the squared gradients
};

// Of a run through the net by `forward`, from its state and back to it.
Orders all_orders(nn::Sequential& net, const Tensor& x,
                  const std::function<Tensor(const Tensor&)>& forward) {
  rg::StateDict before;
  for (const auto& [name, tensor] : net.state_dict()) {
    before.insert(name, tensor.clone());
  }
  Tensors inputs = net.parameters();
  inputs.push_back(x);
  Orders found;
  found.value = forward(x);
  rg::Generator generator(3);
  const Tensor seed = rg::randn(found.value.shape(), {.dtype = rg::float64}, generator);
  found.first = rg::grad({forward(x)}, inputs, {.grad_outputs = {seed}});
  Tensor total = rg::zeros({}, {.dtype = rg::float64});
  for (const Tensor& gradient :
       rg::grad({forward(x)}, inputs, {.grad_outputs = {seed}, .create_graph = true})) {
    total = total + rg::sum(rg::square(gradient + 0.5));
  }
  found.second = rg::grad({total}, inputs, {.allow_unused = true});
  for (const auto& [name, tensor] : net.named_buffers()) {
    found.first.push_back(tensor.to(rg::float64).clone());
  }
  net.load_state_dict(before);
  return found;
}

void check_near(const Tensor& a, const Tensor& b, double bound = 1e-11) {
  REQUIRE(a.defined() == b.defined());
  if (a.defined() && a.numel() > 0) {
    REQUIRE(a.shape() == b.shape());
    const double scale = 1 + rg::amax(rg::abs(b)).item<double>();
    CHECK(rg::amax(rg::abs(a - b)).item<double>() <= bound * scale);
  }
}

void check_net(nn::Sequential& net, const rg::Shape& shape) {
  rg::Generator generator(5);
  Tensor x = rg::randn(shape, {.dtype = rg::float64}, generator);
  x.set_requires_grad();
  for (const bool training : {true, false}) {
    CAPTURE(training);
    net.train(training);
    CHECK(fused(net(x)));
    const Orders a = all_orders(net, x, [&](const Tensor& input) { return net(input); });
    const Orders b = all_orders(net, x, [&](const Tensor& input) {
      Tensor y = input;
      for (nn::Module& module : net) {
        y = module(y);
      }
      CHECK(!fused(y));
      return y;
    });
    check_near(a.value, b.value);
    for (std::size_t i = 0; i < a.first.size(); ++i) {
      check_near(a.first[i], b.first[i]);
    }
    for (std::size_t i = 0; i < a.second.size(); ++i) {
      check_near(a.second[i], b.second[i]);
    }
  }
}

struct Doubled : nn::Linear {
  Doubled() : Linear(3, 4) {}
  Tensor forward(const Tensor& x) override { return 2.0 * Linear::forward(x); }
};

}  // namespace

TEST_CASE("Sequential: a layer and its ReLU in one operator are equal to the two") {
  rg::manual_seed(11);
  nn::Sequential linear{nn::Linear(4, 6, {.dtype = rg::float64}), nn::ReLU(),
                        nn::Linear(6, 3, {.bias = false, .dtype = rg::float64}), nn::ReLU()};
  check_net(linear, {5, 4});
  check_net(linear, {2, 3, 4});
  nn::Sequential conv1{nn::Conv1d(2, 3, 3, {.padding = 1, .dtype = rg::float64}), nn::ReLU(),
                       nn::BatchNorm1d(3, {.dtype = rg::float64}), nn::ReLU()};
  check_net(conv1, {4, 2, 7});
  nn::Sequential conv2{
      nn::Conv2d(2, 3, 3,
                 {.padding = 1, .padding_mode = rg::PaddingMode::reflect, .dtype = rg::float64}),
      nn::ReLU(), nn::Conv2d(3, 5, 3, {.stride = 2, .bias = false, .dtype = rg::float64}),
      nn::BatchNorm2d(5, {.dtype = rg::float64}), nn::ReLU()};
  check_net(conv2, {3, 2, 8, 7});
  nn::Sequential conv3{
      nn::Conv3d(1, 2, 2, {.dtype = rg::float64}), nn::ReLU(),
      nn::BatchNorm3d(2, {.affine = false, .track_running_stats = false, .dtype = rg::float64}),
      nn::ReLU()};
  check_net(conv3, {2, 1, 3, 4, 3});
}

TEST_CASE("Sequential: what hooks see is not fused away") {
  rg::manual_seed(12);
  nn::Sequential net{nn::Linear(3, 4), nn::ReLU()};
  const Tensor x = rg::randn({5, 3});
  Tensor seen;
  nn::HookHandle handle =
      net[0].register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& y) {
        seen = y;
        return Tensor();
      });
  CHECK(!fused(net(x)));
  CHECK(rg::amin(seen).item<double>() < 0);
  handle.remove();
  CHECK(fused(net(x)));
  handle = net[1].register_full_backward_hook(
      [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
  CHECK(!fused(net(x)));
  handle.remove();
  CHECK(net.summary({5, 3}).find("ReLU()") != std::string::npos);
}

TEST_CASE("run_in_order: modules in fields run as in a Sequential, with hooks unfused") {
  rg::manual_seed(14);
  nn::Sequential net{nn::Linear(3, 4), nn::ReLU(), nn::Linear(4, 2)};
  const Tensor x = rg::randn({5, 3});
  const auto line = rg::Where::at("net.cpp", 3);
  const auto run = [&] { return nn::run_in_order(x, {net[0], net[1], net[2]}, line); };
  CHECK(tape(run()) == tape(net(x, line)));
  CHECK(fused(run()));
  CHECK(run().to_vector<float>() == net(x).to_vector<float>());
  int calls = 0;
  nn::HookHandle handle =
      net[1].register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
        ++calls;
        return Tensor();
      });
  CHECK(!fused(run()));
  CHECK(calls == 1);
  CHECK(nn::run_in_order(x, {}).to_vector<float>() == x.to_vector<float>());
}

namespace {

// Whether the call runs a depthwise and a 1x1 convolution as one operator; where it does, the
// values are those of the modules one by one.
bool is_separable(nn::Sequential& net, const Tensor& x) {
  Tensor expected = x;
  for (nn::Module& module : net) {
    expected = module(expected);
  }
  check_near(net(x).to(rg::float64), expected.to(rg::float64), 1e-5);
  const rg::Graph graph = test::traced([&](const Tensor& in) { return net(in); }, x);
  return test::steps_of(graph).find("separable_conv2d_relu") != std::string::npos;
}

}  // namespace

TEST_CASE("Sequential: separable convolutions with norms and ReLU in one operator") {
  rg::manual_seed(16);
  const auto net_of = [](const nn::Conv2dOptions& first, const nn::Conv2dOptions& second,
                         std::int64_t kernel = 1) {
    nn::Sequential net{nn::Conv2d(32, 32, 3, first),       nn::BatchNorm2d(32), nn::ReLU(),
                       nn::Conv2d(32, 48, kernel, second), nn::BatchNorm2d(48), nn::ReLU()};
    net(rg::randn({8, 32, 9, 9}));  // so that the running values are not 0 and 1
    net.eval();
    return net;
  };
  const Tensor x = rg::randn({8, 32, 16, 18});
  const rg::NoGradGuard unrecorded;
  for (const bool bias : {true, false}) {
    for (const std::int64_t stride : {1, 2}) {
      nn::Sequential net =
          net_of({.stride = stride, .padding = 1, .groups = 32, .bias = bias}, {.bias = bias});
      CHECK(is_separable(net, x));
      CHECK_FALSE(is_separable(net, rg::narrow(x, 3, 0, 1)));  // too few to fold norms
      const nn::HookHandle handle = net[2].register_forward_hook(
          [](nn::Module&, const Tensor&, const Tensor&) { return Tensor(); });
      CHECK_FALSE(is_separable(net, x));
    }
  }
  nn::Sequential in_training = net_of({.padding = 1, .groups = 32}, {});
  in_training[4].train();
  CHECK_FALSE(is_separable(in_training, x));
  nn::Sequential others[] = {
      net_of({.padding = 1, .groups = 16}, {}),
      net_of({.padding = 1}, {}),
      net_of({.padding = 1, .groups = 32}, {.groups = 2}),
      net_of({.padding = 1, .groups = 32}, {.stride = 2}),
      net_of({.padding = 1, .groups = 32}, {.padding = 1}),
      net_of({.padding = 1, .groups = 32}, {.padding = 1}, 3),
      net_of({.padding = 1, .groups = 32, .padding_mode = rg::PaddingMode::reflect}, {})};
  for (nn::Sequential& other : others) {
    CHECK_FALSE(is_separable(other, x));
  }
}

TEST_CASE("NamedSequential: modules run in the order of insertion, with their names") {
  rg::manual_seed(15);
  nn::NamedSequential net{std::pair{"second", nn::Linear(3, 4)}, std::pair{"relu", nn::ReLU()}};
  net.insert("first", nn::Linear(4, 2));
  const Tensor x = rg::randn({5, 3});
  const Tensor y = net(x);
  CHECK(fused(y));
  CHECK(y.to_vector<float>() ==
        nn::run_in_order(x, {net["second"], net["relu"], net["first"]}).to_vector<float>());
  CHECK(net.describe() == "Sequential(3)");
  CHECK(net.state_dict().begin()->first == "second.weight");
}

TEST_CASE("Sequential: a class derived from a layer computes what it says") {
  rg::manual_seed(13);
  nn::Sequential net{Doubled(), nn::ReLU()};
  const Tensor x = rg::randn({5, 3});
  const Tensor y = net(x);
  CHECK(!fused(y));
  CHECK(y.to_vector<float>() == rg::relu(net[0](x)).to_vector<float>());
}

TEST_CASE("Operators with ReLU let NaN through, as relu does") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Tensor x = rg::tensor({{nan, 1.0}, {-1.0, 2.0}});
  const Tensor one = rg::ones({1, 2});
  CHECK(std::isnan(rg::add_relu(x, x).at({0, 0})));
  CHECK(std::isnan(rg::linear_relu(x, one).at({0, 0})));
  CHECK(std::isnan(
      rg::conv2d_relu(rg::reshape(x, {1, 1, 2, 2}), rg::ones({4, 1, 1, 1})).at({0, 0, 0, 0})));
  const rg::BatchNormOptions training{.training = true};
  CHECK(std::isnan(rg::batch_norm_relu(x, {}, {}, {}, {}, training).at({0, 0})));
}

TEST_CASE("a batch norm's bias may change between forward and backward, fused too") {
  const auto gradient = [](bool watched) {
    rg::manual_seed(1);
    nn::Sequential net{nn::BatchNorm2d(3), nn::ReLU()};
    auto& norm = dynamic_cast<nn::BatchNorm2d&>(net[0]);
    const Tensor x = rg::randn({4, 3, 5, 5}, {.requires_grad = true});
    const Tensor y = watched ? rg::relu(norm(x)) : net(x);
    CHECK(fused(y) != watched);
    {
      const rg::NoGradGuard unrecorded;
      norm.bias.add_(1.0);
    }
    return rg::grad({rg::sum(rg::square(y))}, {x})[0];
  };
  check_near(gradient(false), gradient(true));
}
