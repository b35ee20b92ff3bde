// Several threads in one graph: right sums or one clear error.
#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

constexpr int kRounds = 1000;

// Runs f(0) and f(1) at once, each in a thread of its own. Counts the GraphErrors, which must say
// what to do.
int refused_of_two(const std::function<void(int)>& f) {
  std::atomic<int> ready{0};
  std::atomic<int> refused{0};
  std::atomic<int> unclear{0};
  const auto run = [&](int which) {
    ++ready;
    while (ready < 2) {  // both at once
    }
    try {
      f(which);
    } catch (const rg::GraphError& error) {
      ++refused;
      unclear += std::string(error.what()).find("retain_graph = true") == std::string::npos;
    }
  };
  std::thread a(run, 0);
  std::thread b(run, 1);
  a.join();
  b.join();
  CHECK(unclear == 0);
  return refused;
}

bool close(const Tensor& a, const Tensor& b) {
  return rg::max(rg::abs(a - b)).item<double>() < 1e-9;
}

struct Shared {
  Tensor x = rg::ones({16}, {.dtype = rg::float64, .requires_grad = true});
  Tensor h = x;
  Tensor losses[2];
  Shared() {
    for (int i = 0; i < 20; ++i) {
      h = rg::sin(h) * h;
    }
    losses[0] = rg::sum(h * 2.0);
    losses[1] = rg::sum(h * 3.0);
  }
};

}  // namespace

TEST_CASE("two threads that free one graph: at least one is right or both are refused") {
  for (int round = 0; round < kRounds; ++round) {
    const Shared graph;
    const Tensor alone =
        rg::grad({graph.losses[0]}, {graph.x}, {.retain_graph = true})[0];  // 2 units
    std::vector<Tensor> found(2);
    const int refused = refused_of_two([&](int which) {
      found[static_cast<std::size_t>(which)] = rg::grad({graph.losses[which]}, {graph.x})[0];
    });
    int defined = 0;
    for (int which = 0; which < 2; ++which) {
      const Tensor& one = found[static_cast<std::size_t>(which)];
      if (one.defined()) {
        ++defined;
        CHECK(close(one, alone * (which == 0 ? 1.0 : 1.5)));
      }
    }
    CHECK(defined + refused == 2);
  }
}

TEST_CASE("two threads that keep one graph both get the right sums") {
  for (int round = 0; round < kRounds / 4; ++round) {
    const Shared graph;
    const Tensor alone = rg::grad({graph.losses[0]}, {graph.x}, {.retain_graph = true})[0];
    const int refused =
        refused_of_two([&](int which) { graph.losses[which].backward({.retain_graph = true}); });
    CHECK(refused == 0);
    CHECK(close(graph.x.grad(), alone * 2.5));
  }
}

TEST_CASE("a thread that frees a graph another one keeps does not take it away from under it") {
  for (int round = 0; round < kRounds / 2; ++round) {
    const Shared graph;
    refused_of_two([&](int which) { graph.losses[which].backward({.retain_graph = which == 0}); });
  }
}

TEST_CASE("gradients of inner tensors by several threads, and hooks and kept gradients in them") {
  for (int round = 0; round < kRounds / 4; ++round) {
    const Tensor x = rg::ones({16}, {.dtype = rg::float64, .requires_grad = true});
    Tensor inner = rg::sin(x);
    std::atomic<int> calls{0};
    inner.register_hook([&](const Tensor&) {
      ++calls;
      return Tensor();
    });
    inner.retain_grad();
    const Tensor outer = rg::sum(rg::exp(inner));
    const Tensor wanted = rg::exp(inner).detach();
    const int refused = refused_of_two([&](int which) {
      if (which == 0) {
        CHECK(close(rg::grad({outer}, {inner}, {.retain_graph = true})[0], wanted));
      } else {
        outer.backward({.retain_graph = true});
      }
    });
    CHECK(refused == 0);
    CHECK(calls == 2);
    CHECK(close(inner.grad(), wanted));
  }
}

TEST_CASE("a view of a written base may be used by several threads at once") {
  for (int round = 0; round < kRounds / 4; ++round) {
    const Tensor x = rg::ones({4, 4}, {.dtype = rg::float64, .requires_grad = true});
    Tensor base = x * 2;
    const Tensor view = rg::select(base, 0, 1);
    base.mul_(3);
    Tensor sums[2];
    CHECK(refused_of_two([&](int which) { sums[which] = rg::sum(view * (which + 1.0)); }) == 0);
    rg::backward({sums[0], sums[1]});
    CHECK(rg::sum(x.grad()).item<double>() == 4 * 6 * 3);
  }
}
