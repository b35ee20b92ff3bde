// Deep, wide and failing graphs, and graphs in many threads.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

#include "unit/small_stack.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

Tensor scalar(double value) {
  return rg::full({}, value, {.dtype = rg::float64, .requires_grad = true});
}

constexpr int kMillion = 1'000'000;

// An operator whose backward throws.
Tensor explosive(const Tensor& x) {
  return rg::record({.op = "explosive",
                     .where = {},
                     .output = x.detach().clone(),
                     .inputs = {x},
                     .backward = [](const rg::Backward&) -> rg::Gradients {
                       throw std::out_of_range("boom 42");
                     }});
}

}  // namespace

TEST_CASE("a chain of a million nodes goes forward, backward and away on a small stack") {
  const auto nodes = rg::Node::live_count();
  double gradient = 0;
  on_small_stack([&] {
    const Tensor x = scalar(1);
    Tensor y = x;
    for (int i = 0; i < kMillion; ++i) {
      y = y + x;
    }
    y.backward();
    gradient = x.grad().item<double>();
  });
  CHECK(gradient == kMillion + 1);
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("a chain of a million nodes that save tensors dies without backward") {
  const auto nodes = rg::Node::live_count();
  on_small_stack([] {
    const Tensor x = scalar(1);
    Tensor y = x;
    for (int i = 0; i < kMillion; ++i) {
      y = y * x;
    }
  });
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("a chain of a million nodes unwinds with an exception") {
  const auto nodes = rg::Node::live_count();
  CHECK_THROWS_AS(on_small_stack([] {
                    const Tensor x = scalar(1);
                    Tensor y = x;
                    for (int i = 0; i < kMillion; ++i) {
                      y = rg::sigmoid(y);
                    }
                    throw std::runtime_error("stop");
                  }),
                  std::runtime_error);
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("a node of a long chain takes at most 900 bytes beside its values") {
  rg::memory::trim();
  const auto before = rg::memory::stats().in_use;
  constexpr int length = 10'000;
  const Tensor x = scalar(1);
  Tensor y = x;
  for (int i = 0; i < length; ++i) {
    y = y * x;
  }
  const auto bytes = static_cast<double>(rg::memory::stats().in_use - before) / length;
  MESSAGE("bytes a node, its output and its saved alias: " << bytes);
  CHECK(bytes <= 900 + 128);
}

TEST_CASE("doubling a thousand times is linear and exact") {
  const Tensor x = scalar(1);
  Tensor y = x;
  const auto before = rg::Node::live_count();
  for (int i = 0; i < 1000; ++i) {
    y = y + y;
  }
  CHECK(rg::Node::live_count() - before == 1000);
  y.backward();
  CHECK(x.grad().item<double>() == std::ldexp(1.0, 1000));
}

TEST_CASE("a fan-out of 100,000 is summed exactly") {
  const Tensor x = scalar(2);
  std::vector<Tensor> parts;
  for (int i = 0; i < 100'000; ++i) {
    parts.push_back(x * (i % 7));
  }
  rg::sum(rg::stack(parts)).backward();
  double expected = 0;
  for (int i = 0; i < 100'000; ++i) {
    expected += i % 7;
  }
  CHECK(x.grad().item<double>() == expected);
}

TEST_CASE("a wide frontier of nodes keeps its order") {
  const Tensor x = scalar(1);
  std::vector<Tensor> row(1000, x);
  for (int layer = 0; layer < 3; ++layer) {
    std::vector<Tensor> next;
    for (std::size_t i = 0; i < row.size(); ++i) {
      next.push_back(row[i] + row[(i * 7 + 1) % row.size()]);
    }
    row = next;
  }
  Tensor total = row[0];
  for (std::size_t i = 1; i < row.size(); ++i) {
    total = total + row[i];
  }
  total.backward();
  CHECK(x.grad().item<double>() == 8000);
}

TEST_CASE("an exception in a backward passes through and leaves the library usable") {
  const auto nodes = rg::Node::live_count();
  const auto bytes = rg::memory::stats().in_use;
  for (int fails = 0; fails < 50; ++fails) {
    const Tensor x = scalar(1);
    Tensor y = x;
    for (int i = 0; i < 50; ++i) {
      y = i == fails ? explosive(y) : rg::sigmoid(y) * x;
    }
    CHECK_THROWS_WITH_AS(y.backward(), "boom 42", std::out_of_range);
    CHECK(rg::grad_enabled());
    CHECK_FALSE(x.grad().defined());
    const Tensor fresh = scalar(3);
    (fresh * fresh).backward();
    CHECK(fresh.grad().item<double>() == 6);
  }
  CHECK(rg::Node::live_count() == nodes);
  CHECK(rg::memory::stats().in_use == bytes);
}

TEST_CASE("separate graphs in ten threads give the bits of one thread") {
  const auto work = [](std::uint64_t seed) {
    rg::Generator generator(seed);
    std::vector<float> all;
    for (int round = 0; round < 20; ++round) {
      const Tensor x = rg::randn({2, 3, 8, 8}, {.requires_grad = true}, generator);
      const Tensor w = rg::randn({4, 3, 3, 3}, {.requires_grad = true}, generator);
      const Tensor v = rg::randn({5, 4 * 3 * 3}, {.requires_grad = true}, generator);
      const Tensor h = rg::max_pool2d(rg::relu(rg::conv2d(x, w)), 2);
      const Tensor y = rg::linear(rg::flatten(h, 1), v);
      rg::mean(rg::square(rg::log_softmax(y, 1))).backward();
      for (const Tensor& parameter : {x, w, v}) {
        const auto gradient = parameter.grad().to_vector<float>();
        all.insert(all.end(), gradient.begin(), gradient.end());
      }
    }
    return all;
  };
  const int threads_before = rg::get_num_threads();
  rg::set_num_threads(1);
  std::vector<std::vector<float>> serial(10);
  std::vector<std::vector<float>> parallel(10);
  for (std::size_t i = 0; i < serial.size(); ++i) {
    serial[i] = work(i);
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < parallel.size(); ++i) {
    threads.emplace_back([&, i] { parallel[i] = work(i); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  rg::set_num_threads(threads_before);
  CHECK(serial == parallel);
}

TEST_CASE("threads that share a retained graph accumulate every gradient") {
  const Tensor x = scalar(3);
  const Tensor y = x * x * x;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) {
    threads.emplace_back([&] { y.backward({.retain_graph = true}); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(x.grad().item<double>() == 5 * 27);
}

TEST_CASE("gradient mode belongs to its thread") {
  const rg::NoGradGuard off;
  bool enabled = false;
  std::thread([&] { enabled = rg::grad_enabled(); }).join();
  CHECK(enabled);
}

TEST_CASE("backward inside a backward") {
  const Tensor x = scalar(2);
  const Tensor y = rg::record({.op = "nested",
                               .where = {},
                               .output = (x * x).detach(),
                               .inputs = {x},
                               .saved = {x},
                               .backward = [](const rg::Backward& b) -> rg::Gradients {
                                 const rg::EnableGradGuard on;
                                 Tensor inner = b.saved(0).detach();
                                 inner.set_requires_grad(true);
                                 return {b.grad * rg::grad({inner * inner}, {inner})[0]};
                               }});
  (y * 3).backward();
  CHECK(x.grad().item<double>() == 12);
}
