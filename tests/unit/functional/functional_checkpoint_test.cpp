#include <doctest/doctest.h>

#include <memory>
#include <utility>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

using namespace retrograd;

namespace {

const TensorOptions kDouble{.dtype = float64};

// Linear layers with tanh between them, some of them checkpointed.
struct Deep {
  std::vector<Tensor> weights;

  explicit Deep(std::int64_t width, int depth, DType dtype = float64) {
    for (int i = 0; i < depth; ++i) {
      weights.push_back((randn({width, width}, {.dtype = dtype}) * 0.1).detach());
      weights.back().set_requires_grad();
    }
  }
  Tensor layers(Tensor x, std::size_t begin, std::size_t end) const {
    for (std::size_t i = begin; i < end; ++i) {
      x = tanh(linear(x, weights[i]));
    }
    return x;
  }
  Tensor plain(const Tensor& x) const { return layers(x, 0, weights.size()); }
  Tensor checkpointed(Tensor x, std::size_t segment) const {
    for (std::size_t i = 0; i < weights.size(); i += segment) {
      x = checkpoint([=, this](const Tensor& in) { return layers(in, i, i + segment); }, x);
    }
    return x;
  }
};

}  // namespace

TEST_CASE("checkpoint: gradients of inputs and of captured weights are those of the plain run") {
  manual_seed(1);
  const Deep net(6, 8);
  Tensor x = randn({3, 6}, kDouble).set_requires_grad();
  sum(net.plain(x)).backward();
  std::vector<std::vector<double>> expected;
  for (const Tensor& weight : net.weights) {
    expected.push_back(weight.grad().to_vector<double>());
  }
  const auto expected_x = x.grad().to_vector<double>();
  for (Tensor weight : net.weights) {
    weight.zero_grad();
  }
  x.zero_grad();
  sum(net.checkpointed(x, 2)).backward();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(net.weights[i].grad().to_vector<double>() == expected[i]);
  }
  CHECK(x.grad().to_vector<double>() == expected_x);
}

TEST_CASE("checkpoint: an input without a gradient, and captured results of the outer tape") {
  const Tensor w = tensor({2.0, 3.0}, {.dtype = float64, .requires_grad = true});
  const Tensor inner = w * w;
  const Tensor x = tensor({1.0, -1.0}, kDouble);
  const Tensor y = checkpoint([&](const Tensor& in) { return in * inner; }, x);
  sum(y).backward();
  CHECK(w.grad().to_vector<double>() == std::vector<double>{4, -6});
  CHECK_FALSE(x.grad().defined());
}

TEST_CASE("checkpoint: second derivatives") {
  const Tensor w = tensor({0.5, -0.3}, {.dtype = float64, .requires_grad = true});
  const Tensor x = tensor({0.2, 0.7}, {.dtype = float64, .requires_grad = true});
  const auto result = gradgradcheck(
      [](const std::vector<Tensor>& in) {
        return checkpoint([&](const std::vector<Tensor>& t) { return exp(t[0] * in[1]) * t[0]; },
                          std::vector<Tensor>{in[0]});
      },
      {x, w});
  CHECK_MESSAGE(result.passed, result.message);
}

TEST_CASE("checkpoint: the same random numbers both times, and none taken twice") {
  const auto noisy = [](const Tensor& in) { return in * rand({4}, kDouble); };
  manual_seed(5);
  Tensor x = ones({4}, kDouble).set_requires_grad();
  const Tensor plain = noisy(x);
  const Tensor after = rand({2});
  manual_seed(5);
  const Tensor y = checkpoint(noisy, x);
  CHECK(y.to_vector<double>() == plain.to_vector<double>());
  CHECK(rand({2}).to_vector<double>() == after.to_vector<double>());
  const auto state = default_generator().state();
  sum(y).backward();
  CHECK(x.grad().to_vector<double>() == plain.to_vector<double>());
  CHECK(default_generator().state() == state);
}

TEST_CASE("checkpoint: less memory at the peak") {
  manual_seed(2);
  const Deep net(64, 36, float32);  // activations that outweigh the weights
  const Tensor x = randn({4096, 64});
  const auto peak = [&](const std::function<Tensor()>& forward) {
    for (Tensor weight : net.weights) {
      weight.zero_grad();
    }
    memory::reset_peak();
    const auto before = memory::stats().in_use;
    sum(forward()).backward();
    return memory::stats().peak - before;
  };
  const auto plain = peak([&] { return net.plain(x); });
  const auto checkpointed = peak([&] { return net.checkpointed(x, 6); });
  MESSAGE("peak " << plain << " bytes plain, " << checkpointed << " checkpointed");
  CHECK(static_cast<double>(checkpointed) < 0.5 * static_cast<double>(plain));
}

TEST_CASE("checkpoint: nothing is recorded without gradients, and no node is left") {
  const auto before = Node::live_count();
  {
    const NoGradGuard unrecorded;
    const Tensor x = ones({2}, {.requires_grad = true});
    CHECK_FALSE(checkpoint([](const Tensor& in) { return in * 2.0; }, x).requires_grad());
  }
  {
    const Tensor x = ones({2}, {.requires_grad = true});
    sum(checkpoint([](const Tensor& in) { return in * 2.0; }, x)).backward();
  }
  CHECK(Node::live_count() == before);
}

TEST_CASE("checkpoint: a mutable function keeps its state from call to call") {
  const Tensor x = tensor({1.0, 2.0}, {.dtype = float64, .requires_grad = true});
  int seen = 0;
  const auto counting = [&seen, calls = 0](const Tensor& in) mutable {
    seen = ++calls;
    return in * 3.0;
  };
  const auto counting_all = [&seen, calls = 0](const std::vector<Tensor>& in) mutable {
    seen = ++calls;
    return in[0] * 3.0;
  };
  const auto check_calls = [&](const Tensor& y) {
    CHECK(seen == 1);
    sum(y).backward(BackwardOptions{.retain_graph = true});
    CHECK(seen == 2);
    sum(y).backward();
    CHECK(seen == 3);
  };
  check_calls(checkpoint(counting, x));
  check_calls(checkpoint(counting_all, std::vector<Tensor>{x}));
  CHECK(x.grad().to_vector<double>() == std::vector<double>{12, 12});
  const NoGradGuard unrecorded;
  checkpoint(counting, x);
  CHECK(seen == 1);
}

TEST_CASE("checkpoint: a function that can only be moved") {
  const Tensor x = tensor({1.0, 2.0}, {.dtype = float64, .requires_grad = true});
  auto factor = std::make_unique<double>(3);
  const Tensor y =
      checkpoint([factor = std::move(factor)](const Tensor& in) { return in * *factor; }, x);
  sum(y).backward();
  CHECK(x.grad().to_vector<double>() == std::vector<double>{3, 3});
}
