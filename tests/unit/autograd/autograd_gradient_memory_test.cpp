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

// Keeps the gradient of y, and notes in `seen` what a hook is given.
void watch(Tensor& y, Tensor& seen) {
  y.retain_grad();
  y.register_hook([&seen](const Tensor& gradient) {
    seen = gradient;
    return Tensor();
  });
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

TEST_CASE("ReLU's backward writes over no gradient that something else sees") {
  using Relu = Tensor (*)(const Tensor&);
  const Relu plain = [](const Tensor& x) { return rg::relu(x); };
  const Relu fused = [](const Tensor& x) {
    const Tensor weight = rg::full({1, 1, 1}, 1, {.dtype = rg::float64});
    return rg::reshape(rg::conv1d_relu(rg::reshape(x, {1, 1, 4}), weight), {4});
  };
  for (const Relu relu : {plain, fused}) {
    const Tensor x =
        rg::tensor({-1.0, 2.0, -3.0, 4.0}, {.dtype = rg::float64}).set_requires_grad(true);
    const Tensor seed = rg::tensor({1.0, 2.0, 3.0, 4.0}, {.dtype = rg::float64});
    relu(x).backward(seed);
    CHECK(values(seed) == V{1, 2, 3, 4});
    CHECK(values(x.grad()) == V{0, 2, 0, 4});

    Tensor y = relu(x);
    Tensor seen;
    watch(y, seen);
    const Tensor z = y * 5;
    rg::sum(z).backward({.retain_graph = true});
    CHECK(values(y.grad()) == V{5, 5, 5, 5});
    CHECK(values(seen) == V{5, 5, 5, 5});
    CHECK(values(x.grad()) == V{0, 7, 0, 9});
    rg::sum(z).backward();  // the tape is as it was
    CHECK(values(x.grad()) == V{0, 12, 0, 14});

    const Tensor w = leaf({4});  // gets the gradient that ReLU gets
    rg::sum((relu(x) + w) * 2).backward();
    CHECK(values(w.grad()) == V{2, 2, 2, 2});
    CHECK(values(x.grad()) == V{0, 14, 0, 16});
    const Tensor inner = relu(x);
    const std::vector<Tensor> both = rg::grad({rg::sum(inner * 3)}, {inner, x});
    CHECK(values(both[0]) == V{3, 3, 3, 3});
    CHECK(values(both[1]) == V{0, 3, 0, 3});
  }
}

TEST_CASE("the backward of a norm writes over no gradient that something else sees") {
  using Norm = Tensor (*)(const Tensor&);
  const Norm batch = [](const Tensor& x) {
    return rg::batch_norm_relu(x, {}, {}, {}, {}, {.training = true});
  };
  const Norm layer = [](const Tensor& x) { return rg::layer_norm(x, {3}); };
  for (const Norm norm : {batch, layer}) {
    rg::manual_seed(3);
    const Tensor x = rg::randn({4, 3}, {.dtype = rg::float64}).set_requires_grad(true);
    const Tensor seed = rg::randn({4, 3}, {.dtype = rg::float64});
    const V given = values(seed);
    norm(x).backward(seed);
    CHECK(values(seed) == given);
    const V expected = values(x.grad());
    const auto check_passes = [&](const Tensor& z) {
      Tensor(x).zero_grad();
      rg::sum(z).backward({.retain_graph = true});
      CHECK(values(x.grad()) == expected);
      Tensor(x).zero_grad();
      rg::sum(z).backward();  // the tape is as it was
      CHECK(values(x.grad()) == expected);
    };

    check_passes(norm(x) * seed);  // over the product's gradient

    Tensor y = norm(x);
    Tensor seen;
    watch(y, seen);
    check_passes(y * seed);
    CHECK(values(seen) == given);
    CHECK(values(y.grad()) == values(seed * 2));

    const Tensor w = leaf({4, 3});  // gets the gradient that the norm gets
    check_passes((norm(x) + w) * seed);
    CHECK(values(w.grad()) == values(seed * 2));
    const Tensor inner = norm(x);
    const std::vector<Tensor> both = rg::grad({rg::sum(inner * seed)}, {inner, x});
    CHECK(values(both[0]) == given);
    CHECK(values(both[1]) == expected);
  }
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
