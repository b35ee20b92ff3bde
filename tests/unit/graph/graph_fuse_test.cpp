// Fused models: the values, names, shapes and errors.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/graph_changes.h"

namespace {

using namespace retrograd;
using test::difference;
using test::disturb;
using test::numbers;
using test::same_bits;
using test::steps_of;
using Tensors = std::vector<Tensor>;

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

struct Small : nn::Module {
  nn::Conv2d conv{3, 6, 3, {.padding = 1, .bias = false}};
  nn::BatchNorm2d bn{6};
  nn::Dropout dropout{0.5};
  nn::Linear head{6, 4};
  nn::Members members() override {
    return {{"conv", conv}, {"bn", bn}, {"dropout", dropout}, {"head", head}};
  }
  Tensor forward(const Tensor& x) override {
    return head(dropout(mean(relu(bn(conv(x))), {2, 3})));
  }
};

}  // namespace

TEST_CASE("a fused model has the steps and the parameters that are left, frozen") {
  Small model;
  disturb(model);
  auto fused = nn::fuse(model, numbers({2, 3, 5, 5}));
  CHECK(model.is_training());
  CHECK(model.dropout.is_training());
  CHECK_FALSE(fused.is_training());
  CHECK(steps_of(fused.graph()) == "conv2d_relu mean linear");
  std::vector<std::string> names;
  for (const auto& [name, parameter] : fused.named_parameters()) {
    names.push_back(name);
    CHECK_FALSE(parameter.requires_grad());
  }
  CHECK(names == std::vector<std::string>{"head.weight", "head.bias", "conv.weight", "conv.bias"});
  CHECK(fused.get_parameter("head.weight").raw<float>() == model.head.weight.raw<float>());
  CHECK(model.head.weight.requires_grad());
  CHECK(fused.named_buffers().empty());
  CHECK(nn::fuse(model.bn, numbers({2, 6, 3, 3})).named_buffers().size() == 2);
}

TEST_CASE("a fused model takes batches of none, and inputs of other strides") {
  Small model;
  disturb(model);
  model.eval();
  auto fused = nn::fuse(model, numbers({2, 3, 5, 6}));
  CHECK(fused(zeros({0, 3, 5, 6})).shape() == Shape{0, 4});
  const Tensor turned = transpose(numbers({2, 3, 6, 5}), 2, 3);
  CHECK(difference(fused(turned), model(turned)) < 1e-5);
  const Tensor flipped = expand(numbers({1, 3, 5, 6}), {2, 3, 5, 6});
  CHECK(difference(fused(flipped), model(flipped)) < 1e-5);
}

TEST_CASE("gradients flow to the input of a fused model, and to no parameter") {
  Small model;
  disturb(model);
  model.eval();
  auto fused = nn::fuse(model, numbers({2, 3, 5, 5}));
  const Tensor x = numbers({2, 3, 5, 5}).set_requires_grad();
  const Tensor wanted = grad({sum(square(model(x)))}, {x})[0];
  sum(square(fused(x))).backward();
  CHECK(difference(x.grad(), wanted) < 1e-5);
  CHECK_FALSE(model.head.weight.grad().defined());
}

TEST_CASE("a fused model follows the parameters and the statistics of its model") {
  Small model;
  const Tensor x = numbers({4, 3, 5, 5});
  auto fused = nn::fuse(model, x);
  const Tensor first = fused(x);
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  model.train();
  sum(square(model(x))).backward();
  optimizer.step();
  model.eval();
  CHECK(difference(fused(x), model(x)) < 1e-5);
  CHECK(difference(fused(x), first) > 1e-3);
  model.bn.running_var.fill_(4.0);
  CHECK(difference(fused(x), model(x)) < 1e-5);
}

TEST_CASE("graphs for other shapes share the folded parameters, and some are kept") {
  Small model;
  model.eval();
  auto fused = nn::fuse(model, numbers({1, 3, 4, 4}));
  const float* const weight = fused.get_parameter("conv.weight").raw<float>();
  int calls = 0;
  model.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
    ++calls;
    return Tensor();
  });
  for (int round = 0; round < 2; ++round) {
    for (std::int64_t batch = 2; batch < 10; ++batch) {
      const Tensor x = numbers({batch, 3, 4 + batch, 4});
      CHECK(fused(x).shape() == Shape{batch, 4});
      CHECK(fused.get_parameter("conv.weight").raw<float>() == weight);
    }
    CHECK(calls == 8);
  }
  for (std::int64_t batch = 10; batch < 30; ++batch) {
    fused(numbers({batch, 3, 4, 4}));
  }
  CHECK(calls == 28);
  CHECK(fused(numbers({2, 3, 6, 4})).shape() == Shape{2, 4});
  CHECK(calls == 29);
}

TEST_CASE("a fused model cannot be trained, nor can a model around it, which keeps its mode") {
  Small model;
  nn::Sequential around(nn::Dropout(0.5), nn::fuse(model, numbers({1, 3, 4, 4})));
  around.eval();
  const std::string error = error_of([&] { around.train(); });
  CHECK(error.find("train: a fused model is for inference") != std::string::npos);
  CHECK(error.find("[inference-only]") != std::string::npos);
  CHECK_FALSE(around[0].is_training());
  CHECK_FALSE(around.is_training());
  nn::Sequential made(nn::fuse(model, numbers({1, 3, 4, 4})));
  CHECK(made.is_training());
  CHECK(made.summary({1, 3, 4, 4}).find("Fused") != std::string::npos);
  CHECK(made.is_training());
}

TEST_CASE("an rvalue is kept; lists and functions are fused, too") {
  Small model;
  disturb(model);
  model.eval();
  const Tensor x = numbers({2, 3, 5, 5});
  const Tensor expected = model(x);
  nn::Fused fused = nn::fuse(std::move(model), x);
  nn::Fused moved = std::move(fused);
  CHECK(difference(moved(numbers({2, 3, 5, 5})), expected) < 1e-5);
  CHECK(moved(narrow(x, 0, 0, 1)).shape() == Shape{1, 4});

  struct Pair : nn::ModuleOf<Tensors(const Tensors&)> {
    nn::Linear left{3, 2};
    nn::Linear right{3, 2};
    nn::Members members() override { return {{"left", left}, {"right", right}}; }
    Tensors forward(const Tensors& in) override {
      const Tensor a = relu(left(in.at(0)));
      return {a + right(in.at(1)), a};
    }
  };
  Pair pair;
  const Tensor a = numbers({2, 3});
  auto both = nn::fuse(pair, {a, a});
  CHECK(steps_of(both.graph()) == "linear_relu linear add");
  const Tensors in{a, numbers({2, 3}, 6)};
  const Tensors found = both(in);
  const Tensors wanted = pair(in);
  REQUIRE(found.size() == 2);
  CHECK(same_bits(found[0], wanted[0]));
  CHECK(same_bits(found[1], wanted[1]));
  auto first = nn::fuse(pair,
                        [&](const Tensors& given) {
                          return Tensors{pair({given[0], given[0]})[0]};
                        },
                        {a});
  CHECK(same_bits(first(a), pair({a, a})[0]));
  auto twice = nn::fuse(pair, [&](const Tensors& given) { return pair({given[0], a}); }, {a});
  CHECK(error_of([&] { twice(a); }).find("the model has 2 outputs") != std::string::npos);
}

TEST_CASE("threads call one fused model, with shapes that are new") {
  Small model;
  disturb(model);
  model.eval();
  auto fused = nn::fuse(model, numbers({1, 3, 4, 4}));
  const NoGradGuard unrecorded;
  std::vector<Tensor> expected;
  for (std::int64_t batch = 1; batch <= 4; ++batch) {
    expected.push_back(model(numbers({batch, 3, 4, 4})));
  }
  std::vector<double> worst(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const NoGradGuard unrecorded_here;
      for (std::size_t run = 0; run < 20; ++run) {
        const std::size_t i = (t + run) % 4;
        const Tensor y = fused(numbers({static_cast<std::int64_t>(i) + 1, 3, 4, 4}));
        worst[t] = std::max(worst[t], max(abs(y - expected[i])).item<double>());
      }
    });
  }
  for (std::thread& each : threads) {
    each.join();
  }
  CHECK(*std::max_element(worst.begin(), worst.end()) < 1e-5);
}

TEST_CASE("a fused model under Autocast, under a trace, and with random steps") {
  Small model;
  disturb(model);
  model.eval();
  const Tensor x = numbers({2, 3, 5, 5});
  auto fused = nn::fuse(model, x);
  {
    const Autocast casting(bfloat16);
    CHECK(fused(x).dtype() == bfloat16);
    CHECK(fused.get_parameter("conv.weight").dtype() == bfloat16);
    CHECK(difference(fused(x).to(float32), model(x).to(float32)) < 0.05);
  }
  CHECK(fused(x).dtype() == float32);
  const Tensor other = numbers({3, 3, 5, 5});
  {
    const Trace trace;
    const Tensor y = fused(other);  // a new shape
    CHECK(steps_of(Graph(trace, {other}, {y})) == "conv2d_relu mean linear");
  }
  auto noisy =
      nn::fuse(model, [&](const Tensors& in) { return Tensors{in[0] + rand({4})}; }, {zeros({4})});
  CHECK_FALSE(same_bits(noisy(zeros({4})), noisy(zeros({4}))));
}

TEST_CASE("errors of fused models name the model's line, and what is missing") {
  Small model;
  auto fused = nn::fuse(model, numbers({2, 3, 5, 5}));
  CHECK(error_of([&] { fused(Tensor()); }).find("[undefined-tensor]") != std::string::npos);
  CHECK(error_of([&] {
          fused(numbers({2, 4, 5, 5}));
        }).find("[channels-differ]") != std::string::npos);
  const Tensor x = numbers({2, 3, 5, 5});
  CHECK(fused(x).shape() == Shape{2, 4});
  bool fails = true;
  model.register_forward_pre_hook(
      [&](nn::Module&, const Tensor&) { return fails ? numbers({1}) : Tensor(); });
  model.head.bias.detach().fill_(1.0);  // asks for a new trace
  CHECK_THROWS_AS(fused(x), Error);
  CHECK(steps_of(fused.graph()) == "conv2d_relu mean linear");
  fails = false;
  model.eval();
  CHECK(difference(fused(x), model(x)) < 1e-5);
}
