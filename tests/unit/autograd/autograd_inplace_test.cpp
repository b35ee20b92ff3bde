#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/autograd/node.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

using V = std::vector<double>;

Tensor leaf(std::vector<double> values) {
  return rg::tensor(values, {.dtype = rg::float64, .requires_grad = true});
}

Tensor zeros(const rg::Shape& shape) {
  return rg::zeros(shape, {.dtype = rg::float64});
}

V values(const Tensor& x) {
  return x.to_vector<double>();
}

}  // namespace

TEST_CASE("in-place operations change the values and the history") {
  const Tensor x = leaf({2});
  const Tensor w = leaf({5});
  Tensor y = x * 3;  // 6
  y.mul_(w);         // 30
  y.add_(x);         // 32
  y.sub_(1);
  y.div_(2);
  CHECK(values(y) == V{15.5});
  y.backward();
  CHECK(values(x.grad()) == V{8});  // (3 w + 1) / 2
  CHECK(values(w.grad()) == V{3});  // 3 x / 2
}

TEST_CASE("compound assignment is in place") {
  Tensor y = zeros({2});
  const Tensor same = y;
  y += 3;
  y *= 2;
  y -= 1;
  y /= 5;
  CHECK(values(same) == V{1, 1});
}

TEST_CASE("a constant becomes part of the graph when it is written to") {
  const Tensor w = leaf({2, 3});
  Tensor buffer = zeros({2});
  buffer.copy_(w);
  CHECK(buffer.requires_grad());
  rg::sum(buffer * buffer).backward();
  CHECK(values(w.grad()) == V{4, 6});
}

TEST_CASE("writing to a view records on its base") {
  const Tensor w = leaf({2, 3});
  Tensor base = zeros({3, 2});
  Tensor row = rg::select(base, 0, 1);
  row.copy_(w);
  CHECK(base.requires_grad());
  CHECK(values(base) == V{0, 0, 2, 3, 0, 0});
  rg::sum(base * base).backward();
  CHECK(values(w.grad()) == V{4, 6});
}

TEST_CASE("writing to the base changes the history of its views") {
  const Tensor w = leaf({2, 3, 4});
  Tensor base = leaf({1, 1, 1}) * 1;
  const Tensor view = rg::slice(base, 0, 1);
  base.mul_(w);
  CHECK(values(view) == V{3, 4});
  rg::sum(view * view).backward();
  CHECK(values(w.grad()) == V{0, 6, 8});
}

TEST_CASE("one view sees what another wrote") {
  const Tensor w = leaf({2});
  Tensor base = zeros({2, 2});
  Tensor row = rg::select(base, 0, 0);
  const Tensor column = rg::select(base, 1, 1);
  rg::slice(row, 0, 1).copy_(w);
  CHECK(values(column) == V{2, 0});
  rg::sum(column * 10).backward();
  CHECK(values(w.grad()) == V{10});
}

TEST_CASE("in-place on views through every kind of view is differentiated twice") {
  const auto f = [](const std::vector<Tensor>& in) {
    Tensor base = in[0] * 1;
    Tensor view = rg::slice(rg::transpose(rg::reshape(base, {2, 3}), 0, 1), 0, 0, {}, 2);
    view.mul_(in[1]);
    return rg::sum(base * base * base);
  };
  const Tensor x = leaf({1, 2, 3, 4, 5, 6});
  const Tensor w =
      rg::tensor({{0.5, 2.0}, {3.0, 1.5}}, {.dtype = rg::float64, .requires_grad = true});
  CHECK(rg::gradcheck(f, {x, w}));
  CHECK(rg::gradgradcheck(f, {x, w}));
}

TEST_CASE("the gradient of what was overwritten is zero") {
  const Tensor x = leaf({1, 2, 3});
  Tensor y = x * 2;
  rg::slice(y, 0, 0, 2).fill_(7);
  rg::sum(y).backward();
  CHECK(values(y) == V{7, 7, 6});
  CHECK(values(x.grad()) == V{0, 0, 2});
  Tensor all = x * 2;
  all.zero_();
  rg::sum(all).backward();
  CHECK(values(x.grad()) == V{0, 0, 2});
}

TEST_CASE("a saved value that was overwritten is noticed, with both lines") {
  const Tensor x = leaf({2});
  Tensor y = x * 3;
  const Tensor z = y * y;
  const unsigned used = __LINE__ - 1;
  y.add_(1);
  const unsigned written = __LINE__ - 1;
  std::string text;
  try {
    z.backward();
  } catch (const rg::GraphError& error) {
    text = error.what();
  }
  const auto has = [&](const std::string& part) { return text.find(part) != std::string::npos; };
  CHECK(has("mul: its backward needs an input, but that was overwritten in place by add_"));
  CHECK(has("autograd_inplace_test.cpp:" + std::to_string(used)));
  CHECK(has("autograd_inplace_test.cpp:" + std::to_string(written)));
}

TEST_CASE("a saved output that was overwritten is noticed") {
  const Tensor x = leaf({2});
  Tensor y = rg::exp(x);
  y.mul_(2);
  CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("exp: its backward needs its output"),
                       rg::GraphError);
}

TEST_CASE("overwriting what nothing saved is fine") {
  const Tensor x = leaf({2});
  Tensor y = x + 1;
  const Tensor z = y + 1;
  y.mul_(5);
  z.backward();
  CHECK(values(x.grad()) == V{1});
}

TEST_CASE("leaves and their views are not written while recording") {
  Tensor x = leaf({1, 2});
  CHECK_THROWS_WITH_AS(x.add_(1), doctest::Contains("a leaf that requires a gradient"),
                       rg::GraphError);
  Tensor view = rg::select(x, 0, 0);
  CHECK_THROWS_WITH_AS(view.add_(1), doctest::Contains("a view of a leaf that requires a gradient"),
                       rg::GraphError);
  CHECK(values(x) == V{1, 2});
  const rg::NoGradGuard off;
  x.add_(1);
  rg::select(x, 0, 0).mul_(10);
  CHECK(values(x) == V{20, 3});
}

TEST_CASE("a view taken without recording cannot be written while recording") {
  Tensor base = leaf({1, 2}) * 1;
  Tensor view;
  {
    const rg::NoGradGuard off;
    view = rg::select(base, 0, 0);
  }
  CHECK_THROWS_WITH_AS(view.mul_(2), doctest::Contains("taken under a NoGradGuard"),
                       rg::GraphError);
}

TEST_CASE("expanded tensors are not written") {
  Tensor x = rg::expand(zeros({1, 2}), {3, 2});
  CHECK_THROWS_WITH_AS(x.add_(1), doctest::Contains("clone() it first"), rg::GraphError);
}

TEST_CASE("sources broadcast and convert, but not into something larger or of a higher kind") {
  Tensor y = zeros({2, 2});
  y.add_(rg::tensor({1, 2}));
  CHECK(values(y) == V{1, 2, 1, 2});
  CHECK_THROWS_AS(y.add_(zeros({3, 2, 2})), rg::ShapeError);
  CHECK_THROWS_AS(y.copy_(zeros({3})), rg::ShapeError);
  Tensor integers = rg::tensor({1, 2});
  CHECK_THROWS_AS(integers.add_(0.5), rg::DTypeError);
  CHECK_THROWS_AS(integers.div_(2), rg::DTypeError);
  CHECK_THROWS_AS(integers.add_(zeros({2})), rg::DTypeError);
  integers.mul_(3);
  CHECK(integers.to_vector<std::int64_t>() == std::vector<std::int64_t>{3, 6});
}

TEST_CASE("sources that share memory with the target are read before they are written") {
  Tensor y = rg::tensor({1.0, 2.0, 3.0}, {.dtype = rg::float64});
  rg::slice(y, 0, 1).copy_(rg::slice(y, 0, 0, 2));
  CHECK(values(y) == V{1, 1, 2});
  y.add_(y);
  CHECK(values(y) == V{2, 2, 4});
  y.mul_(rg::select(y, 0, 2));
  CHECK(values(y) == V{8, 8, 16});
}

TEST_CASE("in-place histories leave no cycle behind") {
  const auto nodes = rg::Node::live_count();
  {
    const Tensor p = leaf({2, 3});
    Tensor base = zeros({2, 2});
    Tensor row = rg::select(base, 0, 0);
    row.copy_(row * p);
    Tensor state = zeros({2});
    for (int i = 0; i < 3; ++i) {
      state.add_(state * p);
      state.copy_(rg::tanh(state + p));
    }
  }
  CHECK(rg::Node::live_count() == nodes);
}

TEST_CASE("rows written one by one cost what the rows do, not the base each time") {
  constexpr std::int64_t rows = 64;
  constexpr std::int64_t columns = 4096;
  constexpr std::size_t base_bytes = rows * columns * sizeof(double);
  const Tensor x = rg::ones({columns}, {.dtype = rg::float64, .requires_grad = true});
  Tensor out = zeros({rows, columns});
  // Bytes beside those that stay.
  const auto extra = [](const auto& run) {
    rg::memory::reset_peak();
    run();
    const auto after = rg::memory::stats();
    return after.peak - after.in_use;
  };
  for (std::int64_t i = 0; i < rows; ++i) {
    const Tensor row = i == 0 ? x * 1 : rg::select(out, 0, i - 1) + x;
    CHECK(extra([&] { rg::select(out, 0, i).copy_(row); }) < base_bytes / 4);
  }
  rg::select(out, 0, 3).mul_(2);
  rg::slice(out, 0, 5, 7).fill_(0);
  const Tensor loss = rg::sum(out);
  const auto before = rg::memory::stats().in_use;
  rg::memory::reset_peak();
  loss.backward();
  CHECK(rg::memory::stats().peak - before < base_bytes * 3 / 2);
  // Row i is (i + 1) x, but row 3 is doubled and rows 5 and 6 are 0, and their successors were
  // computed before that.
  double wanted = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    wanted += i == 5 || i == 6 ? 0 : static_cast<double>((i + 1) * (i == 3 ? 2 : 1));
  }
  CHECK(values(x.grad()) == V(columns, wanted));
}

TEST_CASE("parts that are read and written in turn are differentiated twice") {
  const auto f = [](const std::vector<Tensor>& in) {
    Tensor out = rg::zeros({4, 2}, {.dtype = rg::float64});
    rg::select(out, 0, 0).copy_(in[0]);
    const Tensor old = rg::slice(out, 1, 0, 1);
    for (int i = 1; i < 4; ++i) {
      rg::select(out, 0, i).copy_(rg::select(out, 0, i - 1).clone() * in[1]);
      rg::slice(out, 0, 0, i).mul_(in[1]);
    }
    return rg::sum(out * out) + rg::sum(old);
  };
  const Tensor x = leaf({1.5, -0.5});
  const Tensor w = leaf({0.75, 1.25});
  CHECK(rg::gradcheck(f, {x, w}));
  CHECK(rg::gradgradcheck(f, {x, w}));
}
