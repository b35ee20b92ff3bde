// Gradients are added up in place only in memory that belongs to one gradient alone.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

using V = std::vector<double>;

Tensor leaf(const rg::Shape& shape) {
  return rg::ones(shape, {.dtype = rg::float64, .requires_grad = true});
}

V values(const Tensor& x) {
  return x.detach().to_vector<double>();
}

constexpr rg::BackwardOptions kCreate{.create_graph = true};

}  // namespace

TEST_CASE("leaves of one sum have gradients of their own after create_graph") {
  const Tensor a = leaf({2});
  const Tensor b = leaf({2});
  rg::sum(a + b).backward(kCreate);
  CHECK_FALSE(a.grad().shares_memory_with(b.grad()));
  rg::sum(a + b).backward();
  rg::sum(a + b).backward(kCreate);
  CHECK(values(a.grad()) == V{3, 3});
  CHECK(values(b.grad()) == V{3, 3});
}

TEST_CASE("an expanded gradient is not added to in place") {
  const Tensor w = leaf({3});
  rg::sum(w).backward(kCreate);
  rg::sum(w).backward();
  CHECK(values(w.grad()) == V{2, 2, 2});
  Tensor given = leaf({2, 2});
  given.set_grad(rg::expand(rg::ones({1, 2}, {.dtype = rg::float64}), {2, 2}));
  rg::sum(given).backward();
  CHECK(values(given.grad()) == V{2, 2, 2, 2});
}

TEST_CASE("the caller's seed stays as it was") {
  const auto seed = [] { return rg::ones({6}, {.dtype = rg::float64}); };
  for (const bool create : {false, true}) {
    const Tensor w = leaf({2, 3});
    const Tensor given = seed();
    rg::reshape(w, {6}).backward(given, {.create_graph = create});
    rg::sum(w * 2).backward();
    CHECK(values(w.grad()) == V(6, 3));
    CHECK(values(given) == V(6, 1));
  }
  const Tensor w = leaf({6});
  const Tensor given = seed();
  rg::backward({w * 1, w * 1}, {given, given});
  const Tensor y = w * 1;
  rg::backward({y, y}, {given, given});
  CHECK(values(given) == V(6, 1));
  CHECK(values(w.grad()) == V(6, 4));
}

TEST_CASE("memory of the caller's is never written to") {
  V memory(2, 1);
  const auto blob = [&] { return rg::from_blob(memory.data(), {2}, rg::float64); };
  Tensor w = leaf({2});
  w.backward(blob());
  w.backward(blob());
  CHECK(values(w.grad()) == V{2, 2});
  w.set_grad(blob());
  w.backward(rg::ones({2}, {.dtype = rg::float64}));
  CHECK(values(w.grad()) == V{2, 2});
  const Tensor y = w * 1;
  rg::backward({y, y}, {blob(), blob()});
  CHECK(memory == V{1, 1});
}

TEST_CASE("a gradient that was set, or read before, does not change with the next pass") {
  Tensor w = leaf({2});
  const Tensor given = rg::ones({2}, {.dtype = rg::float64});
  w.set_grad(given);
  rg::sum(w).backward();
  CHECK(values(given) == V{1, 1});
  const Tensor read = w.grad();
  rg::sum(w).backward();
  CHECK(values(read) == V{2, 2});
  CHECK(values(w.grad()) == V{3, 3});
  Tensor other = leaf({2});
  other.set_grad(w.grad());
  rg::sum(other).backward();
  CHECK(values(w.grad()) == V{3, 3});
  CHECK(values(other.grad()) == V{4, 4});
}

TEST_CASE("what a hook returns stays the hook's") {
  const Tensor kept = rg::full({2}, 5, {.dtype = rg::float64});
  for (const bool create : {false, true}) {
    Tensor w = leaf({2});
    w.register_hook([&](const Tensor&) { return kept; });
    rg::sum(w).backward({.create_graph = create});
    rg::sum(w).backward();
    CHECK(values(w.grad()) == V{10, 10});
    CHECK(values(kept) == V{5, 5});
  }
}

TEST_CASE("what a backward function returns stays its own") {
  const Tensor kept = rg::full({2}, 5, {.dtype = rg::float64});
  const Tensor w = leaf({2});
  const auto f = [&](const Tensor& x) {
    return rg::record({.op = "f",
                       .where = {},
                       .output = x.detach().clone(),
                       .inputs = {x},
                       .backward = [&](const rg::Backward&) -> rg::Gradients { return {kept}; }});
  };
  for (int pass = 0; pass < 2; ++pass) {
    rg::sum(f(w) + f(w)).backward();
  }
  CHECK(values(w.grad()) == V{20, 20});
  CHECK(values(kept) == V{5, 5});
}

TEST_CASE("memory that is added to in place is not taken anew") {
  Tensor w = leaf({1000});
  rg::sum(w * 2).backward();
  const double* at = w.grad().data<double>();
  rg::sum(w * 2).backward();
  CHECK(w.grad().data<double>() == at);
}

TEST_CASE("zero_grad frees the tape that create_graph tied to its own leaf") {
  const auto nodes = rg::Node::live_count();
  {
    Tensor w = leaf({2});
    rg::sum(w * w * w).backward(kCreate);
    CHECK(w.grad().requires_grad());  // leaf, gradient, tape, leaf
    w.zero_grad();
  }
  CHECK(rg::Node::live_count() == nodes);
}
