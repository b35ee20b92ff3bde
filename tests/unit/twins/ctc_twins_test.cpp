// The loss of connectionist temporal classification against the sum over all paths, one by one.
#include "unit/twins.h"

namespace {

using namespace twins;
using Labels = std::vector<std::int64_t>;

Tensor ints(const Labels& values) {
  return rg::tensor(values, {.dtype = rg::int64});
}

// The labels that a path emits: repetitions are one, blanks none.
Labels emitted(const Labels& path, std::int64_t blank) {
  Labels labels;
  std::int64_t before = blank;
  for (const std::int64_t k : path) {
    if (k != blank && k != before) {
      labels.push_back(k);
    }
    before = k;
  }
  return labels;
}

// -log of the sum of the probabilities of all paths (T) that emit the target; x is (T, C).
Tensor over_all_paths(const Tensor& x, const Labels& target, std::int64_t blank) {
  const std::int64_t classes = x.size(1);
  Labels path(static_cast<std::size_t>(x.size(0)), 0);
  std::vector<Tensor> paths;
  while (true) {
    if (emitted(path, blank) == target) {
      paths.push_back(rg::sum(rg::gather(x, 1, rg::unsqueeze(ints(path), 1))));
    }
    std::size_t i = 0;
    while (i < path.size() && ++path[i] == classes) {
      path[i++] = 0;
    }
    if (i == path.size()) {
      return -rg::logsumexp(rg::stack(paths));
    }
  }
}

}  // namespace

TEST_CASE("ctc_loss is the sum over all paths") {
  const Tensor x = random({5, 3}, 1);
  for (const std::int64_t blank : {0, 2}) {
    const std::int64_t a = 1;
    const std::int64_t b = 2 - blank;
    for (const Labels& target : {Labels{}, {a}, {a, b}, {a, a}, {b, a, b}, {a, a, b}}) {
      INFO("blank " << blank << ", target of " << target.size());
      const Tensor length = ints({static_cast<std::int64_t>(target.size())});
      check_equal(
          [&](const Tensors& in) {
            return rg::ctc_loss(in[0], ints(target), ints({5}), length,
                                {.blank = blank, .reduction = rg::Reduction::sum});
          },
          [&](const Tensors& in) { return over_all_paths(in[0], target, blank); }, {x});
    }
  }
}

TEST_CASE("ctc_loss: classes of probability 0 take no part in any derivative") {
  const Tensor x = random({4, 3}, 1);
  const Tensor possible = rg::tensor({{1, 1, 0}, {0, 1, 1}, {1, 1, 1}, {1, 0, 1}}) != 0;
  const auto masked = [&](const Tensor& in) { return rg::where(possible, in, -INFINITY); };
  check_equal(
      [&](const Tensors& in) {
        return rg::ctc_loss(masked(in[0]), ints({1, 2}), ints({4}), ints({2}),
                            {.reduction = rg::Reduction::sum});
      },
      [&](const Tensors& in) {
        return over_all_paths(masked(in[0]), {1, 2}, 0);
      },
      {x});
}

TEST_CASE("ctc_loss: an impossible target has loss inf and gradient 0 at every order") {
  const Tensor x = random({3, 2, 3}, 1);
  const Tensor targets = rg::tensor({{1, 1}, {1, 2}}).to(rg::int64);
  const auto losses = [&](bool zero) {
    return rg::ctc_loss(x, targets, ints({2, 3}), ints({2, 2}),
                        {.reduction = rg::Reduction::none, .zero_infinity = zero});
  };
  CHECK(losses(false).at({0}) == INFINITY);
  CHECK(losses(true).at({0}) == 0);
  CHECK(losses(true).at({1}) == losses(false).at({1}));
  for (const bool zero : {false, true}) {
    for (const bool create_graph : {false, true}) {
      const Tensor first =
          rg::grad({rg::sum(losses(zero))}, {x}, {.create_graph = create_graph})[0];
      CHECK(rg::all(rg::select(first, 1, 0) == 0).item<bool>());
      CHECK(rg::all(rg::sum(rg::select(first, 1, 1), {1}) < -0.999).item<bool>());
      if (create_graph) {
        const Tensor second = rg::grad({rg::sum(rg::square(first))}, {x})[0];
        CHECK(rg::all(rg::select(second, 1, 0) == 0).item<bool>());
        CHECK(rg::all(rg::isfinite(second)).item<bool>());
      }
    }
  }
}

TEST_CASE("ctc_loss: what follows the end of an input or target reaches nothing") {
  Tensor x = random({4, 2, 3}, 1).detach();
  rg::slice(rg::select(x, 1, 0), 0, 2, 4).fill_(NAN);
  x.set_requires_grad();
  const Tensor targets = rg::tensor({{1, -7}, {2, 1}}).to(rg::int64);
  const Tensor loss = rg::ctc_loss(x, targets, ints({2, 4}), ints({1, 2}));
  for (const bool create_graph : {false, true}) {
    const Tensor first =
        rg::grad({loss}, {x}, {.retain_graph = true, .create_graph = create_graph})[0];
    CHECK(rg::all(rg::isfinite(first)).item<bool>());
    CHECK(rg::all(rg::slice(rg::select(first, 1, 0), 0, 2, 4) == 0).item<bool>());
  }
}

TEST_CASE("ctc_loss in float32 stays precise over a thousand times, in any number of threads") {
  rg::Generator generator(3);
  const Tensor logits = rg::randn({1000, 4, 20}, {.dtype = rg::float64}, generator) * 4.0;
  const Tensor narrow = rg::log_softmax(logits, -1).to(rg::float32).detach().set_requires_grad();
  const Tensor wide = narrow.detach().to(rg::float64).set_requires_grad();
  const Tensor targets = rg::randint(1, 20, {4, 100}, {.dtype = rg::int64}, generator);
  const auto loss = [&](const Tensor& x) {
    return rg::ctc_loss(x, targets, ints({1000, 900, 800, 700}), ints({100, 90, 80, 70}));
  };
  const Tensor expected = loss(wide);
  const Tensor gradient = rg::grad({expected}, {wide})[0];
  const int threads = rg::get_num_threads();
  Tensor before;
  for (const int count : {1, 2, 3}) {
    rg::set_num_threads(count);
    const Tensor actual = loss(narrow);
    CHECK(actual.item<float>() == doctest::Approx(expected.item<double>()).epsilon(1e-6));
    const Tensor first = rg::grad({actual}, {narrow})[0];
    const Tensor difference = rg::abs(first.to(rg::float64) - gradient);
    // PyTorch 1.13's error is 6e-3 of the largest.
    CHECK(rg::amax(difference).item<double>() < 2e-4 * rg::amax(rg::abs(gradient)).item<double>());
    CHECK((!before.defined() || rg::all(first == before).item<bool>()));
    before = first;
  }
  rg::set_num_threads(threads);
}

TEST_CASE("ctc_loss: a hook on its input sees the whole gradient once") {
  const Tensor leaf = random({3, 1, 3}, 1);
  Tensor x = leaf * 1.0;
  int calls = 0;
  x.register_hook([&](const Tensor& g) {
    ++calls;
    return g;
  });
  const Tensor loss = rg::ctc_loss(x, ints({1}), ints({3}), ints({1}));
  const Tensor first = rg::grad({loss}, {leaf}, {.create_graph = true})[0];
  CHECK(calls == 1);
  CHECK(rg::sum(first).item<double>() == doctest::Approx(-3));
}

TEST_CASE("ctc_loss: a recorded pass goes by an input that was frozen since") {
  Tensor x = random({3, 1, 3}, 1);
  const Tensor loss = rg::ctc_loss(x, ints({1}), ints({3}), ints({1}));
  x.set_requires_grad(false);
  CHECK_NOTHROW(rg::backward({loss}, {}, {.create_graph = true}));
  CHECK(!x.grad().defined());
}

TEST_CASE("ctc_loss: inputs of no times emit the empty target alone") {
  const Tensor x = rg::zeros({0, 2, 3}, {.requires_grad = true});
  const Tensor losses =
      rg::ctc_loss(x, ints({1}), ints({0, 0}), ints({0, 1}), {.reduction = rg::Reduction::none});
  CHECK(losses.to_vector<float>() == std::vector<float>{0, INFINITY});
  for (const bool create_graph : {false, true}) {
    const auto found =
        rg::grad({rg::sum(losses)}, {x}, {.retain_graph = true, .create_graph = create_graph});
    CHECK(found[0].shape() == x.shape());
  }
}
