// How much memory an operator takes beside its inputs and outputs.
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

using rg::Tensor;
using Tensors = std::vector<Tensor>;

std::int64_t in_use() {
  return static_cast<std::int64_t>(rg::memory::stats().in_use);
}

struct Measured {
  std::int64_t scratch;  // the peak above what is held before or after, whichever is more
  std::int64_t added;    // what is held after
};

Measured measure(const std::function<void()>& f) {
  const std::int64_t before = in_use();
  rg::memory::reset_peak();
  f();
  const std::int64_t after = in_use();
  const auto peak = static_cast<std::int64_t>(rg::memory::stats().peak);
  return {peak - std::max(before, after), after - before};
}

// Scratch over the larger of inputs and outputs.
constexpr double kMost = 1.5;
// The gradients of products are composed of scans, which can be differentiated again.
constexpr double kScans = 4.5;
// Without bfloat16 arithmetic in oneDNN, products of bfloat16 are computed in float32 whole: 2.1.
// The packed panels of a float32 product come to that, 1 MB and 0.25 MB for each thread.
constexpr double kWideProduct = 3;
// A gradient of a single bfloat16 plane is summed in float32 whole.
constexpr double kPlaneOfSums = 3.5;

struct Case {
  std::string name;
  std::vector<rg::Shape> shapes;  // of floating inputs
  std::function<Tensors(const Tensors&)> f;
  double backward = kMost;
  bool product = false;
};

const rg::Shape kSquare{1024, 1024};
const rg::Shape kLine{1 << 20};
const rg::Shape kImages{4, 32, 96, 96};
const rg::Shape kPlane{1, 1, 1024, 1024};

Tensor positions(const rg::Shape& shape, std::int64_t end) {
  return rg::randint(0, end, shape);
}

std::vector<Case> cases() {
  std::vector<Case> all;
  const auto add = [&](const std::string& name, std::vector<rg::Shape> shapes, auto f,
                       double backward = kMost) {
    all.push_back(
        {name, std::move(shapes), [f](const Tensors& x) { return Tensors{f(x)}; }, backward});
  };
  const auto add_pair = [&](const std::string& name, std::vector<rg::Shape> shapes, auto f) {
    all.push_back({name, std::move(shapes), [f](const Tensors& x) {
                     const rg::ValuesAndIndices both = f(x);
                     return Tensors{both.values, both.indices};
                   }});
  };
  for (const std::int64_t dim : {0, 1}) {
    const std::string along = dim == 0 ? " along columns" : " along rows";
    add("softmax" + along, {kSquare}, [=](auto& x) { return rg::softmax(x[0], dim); });
    add("log_softmax" + along, {kSquare}, [=](auto& x) { return rg::log_softmax(x[0], dim); });
    add("logsumexp" + along, {kSquare}, [=](auto& x) { return rg::logsumexp(x[0], dim); });
    add("cumsum" + along, {kSquare}, [=](auto& x) { return rg::cumsum(x[0], dim); });
    add(
        "cumprod" + along, {kSquare}, [=](auto& x) { return rg::cumprod(x[0], dim); }, kScans);
    add("sum" + along, {kSquare}, [=](auto& x) { return rg::sum(x[0], dim); });
    add("mean" + along, {kSquare}, [=](auto& x) { return rg::mean(x[0], dim); });
    add("amax" + along, {kSquare}, [=](auto& x) { return rg::amax(x[0], dim); });
    add(
        "prod" + along, {kSquare}, [=](auto& x) { return rg::prod(x[0], dim); }, kScans);
    add("var" + along, {kSquare}, [=](auto& x) { return rg::var(x[0], dim); });
    add_pair("sort" + along, {kSquare}, [=](auto& x) { return rg::sort(x[0], dim); });
    add("argsort" + along, {kSquare}, [=](auto& x) { return rg::argsort(x[0], dim); });
    add_pair("topk" + along, {kSquare}, [=](auto& x) { return rg::topk(x[0], 10, dim); });
    add_pair("kthvalue" + along, {kSquare}, [=](auto& x) { return rg::kthvalue(x[0], 500, dim); });
    add_pair("median" + along, {kSquare}, [=](auto& x) { return rg::median(x[0], dim); });
    add("index_add" + along, {kSquare, kSquare},
        [=](auto& x) { return rg::index_add(x[0], dim, positions({1024}, 1024), x[1]); });
    add("index_select" + along, {kSquare},
        [=](auto& x) { return rg::index_select(x[0], dim, positions({1024}, 1024)); });
    const Tensor index = positions(kSquare, 1024);
    add("scatter_add" + along, {kSquare, kSquare},
        [=](auto& x) { return rg::scatter_add(x[0], dim, index, x[1]); });
    add("gather" + along, {kSquare}, [=](auto& x) { return rg::gather(x[0], dim, index); });
  }
  add("softmax of a line", {kLine}, [](auto& x) { return rg::softmax(x[0], 0); });
  add("log_softmax of a line", {kLine}, [](auto& x) { return rg::log_softmax(x[0], 0); });
  add("logsumexp of a line", {kLine}, [](auto& x) { return rg::logsumexp(x[0], 0); });
  add_pair("sort of a line", {kLine}, [](auto& x) { return rg::sort(x[0], 0); });
  add("argsort of a line", {kLine}, [](auto& x) { return rg::argsort(x[0], 0, true); });
  add_pair("topk of a line", {kLine}, [](auto& x) { return rg::topk(x[0], 100, 0); });
  add_pair("kthvalue of a line", {kLine}, [](auto& x) { return rg::kthvalue(x[0], 500, 0); });
  add("median of a line", {kLine}, [](auto& x) { return rg::median(x[0]); });
  const Tensor line_index = positions(kLine, 1 << 20);
  add("scatter_add of a line", {kLine, kLine},
      [=](auto& x) { return rg::scatter_add(x[0], 0, line_index, x[1]); });
  add("index_add of a line", {kLine, kLine},
      [=](auto& x) { return rg::index_add(x[0], 0, line_index, x[1]); });
  add("gather of a line", {kLine}, [=](auto& x) { return rg::gather(x[0], 0, line_index); });
  const Tensor few = positions(kLine, 1024);
  add("scatter_add into few places", {{1024}, kLine},
      [=](auto& x) { return rg::scatter_add(x[0], 0, few, x[1]); });
  const Tensor words = positions({2048}, 4096);
  add("embedding", {{4096, 256}}, [=](auto& x) { return rg::embedding(words, x[0]); });
  add("cross_entropy", {kSquare},
      [](auto& x) { return rg::cross_entropy(x[0], positions({1024}, 1024)); });
  add("nll_loss", {kSquare}, [](auto& x) { return rg::nll_loss(x[0], positions({1024}, 1024)); });
  add("layer_norm", {kSquare, {1024}, {1024}},
      [](auto& x) { return rg::layer_norm(x[0], {1024}, x[1], x[2]); });
  add("group_norm", {kImages, {32}, {32}},
      [](auto& x) { return rg::group_norm(x[0], 4, x[1], x[2]); });
  add("instance_norm", {kImages}, [](auto& x) { return rg::instance_norm(x[0]); });
  add("max_pool2d", {kImages}, [](auto& x) { return rg::max_pool2d(x[0], 2); });
  add("max_pool2d, overlapping", {kImages},
      [](auto& x) { return rg::max_pool2d(x[0], 3, {.stride = 1, .padding = 1}); });
  add("avg_pool2d", {kImages}, [](auto& x) { return rg::avg_pool2d(x[0], 2); });
  add("avg_pool2d, overlapping", {kImages},
      [](auto& x) { return rg::avg_pool2d(x[0], 3, {.stride = 1, .padding = 1}); });
  add(
      "max_pool2d of a plane", {kPlane}, [](auto& x) { return rg::max_pool2d(x[0], 2); },
      kPlaneOfSums);
  add(
      "avg_pool2d of a plane", {kPlane}, [](auto& x) { return rg::avg_pool2d(x[0], 2); },
      kPlaneOfSums);
  add("adaptive_avg_pool2d", {kImages}, [](auto& x) {
    return rg::adaptive_avg_pool2d(x[0], {7, 7});
  });
  add("adaptive_max_pool2d", {kImages}, [](auto& x) {
    return rg::adaptive_max_pool2d(x[0], {7, 7});
  });
  using Mode = rg::InterpolateMode;
  for (const auto& [name, mode] :
       std::vector<std::pair<const char*, Mode>>{{"interpolate nearest", Mode::nearest},
                                                 {"interpolate bilinear", Mode::bilinear},
                                                 {"interpolate bicubic", Mode::bicubic},
                                                 {"interpolate area", Mode::area}}) {
    add(name, {kImages}, [mode = mode](auto& x) {
      return rg::interpolate(x[0], {.size = {100, 100}, .mode = mode});
    });
    add(name + std::string(" to half"), {kImages}, [mode = mode](auto& x) {
      return rg::interpolate(x[0], {.size = {48, 48}, .mode = mode});
    });
  }
  add("unfold", {{4, 32, 48, 48}}, [](auto& x) { return rg::unfold(x[0], 3, {.padding = 1}); });
  add("matmul", {kSquare, kSquare}, [](auto& x) { return rg::matmul(x[0], x[1]); });
  all.back().product = true;
  add("matmul of a batch", {{16, 256, 256}, {16, 256, 256}},
      [](auto& x) { return rg::matmul(x[0], x[1]); });
  all.back().product = true;
  return all;
}

void check(const Case& row, rg::DType dtype) {
  CAPTURE(row.name);
  CAPTURE(dtype);
  Tensors inputs;
  const Measured made = measure([&] {
    for (const rg::Shape& shape : row.shapes) {
      inputs.push_back(rg::randn(shape).to(dtype));
    }
  });
  Tensors outputs;
  Measured measured{};
  const auto in_onednn = rg::kernel_counts().onednn;
  {
    const rg::NoGradGuard guard;
    measured = measure([&] { outputs = row.f(inputs); });
  }
  const bool is_wide =
      row.product && dtype == rg::bfloat16 && rg::kernel_counts().onednn == in_onednn;
  const auto most = static_cast<double>(std::max(made.added, measured.added));
  const double forward = static_cast<double>(measured.scratch) / most;
  CHECK(forward <= (is_wide ? kWideProduct : kMost));
  for (Tensor& input : inputs) {
    input.set_requires_grad(true);
  }
  outputs = row.f(inputs);
  if (!outputs[0].requires_grad()) {
    return;
  }
  const Tensor seed = rg::ones_like(outputs[0].detach());
  Tensors gradients;
  measured = measure([&] {
    gradients = rg::grad({outputs[0]}, inputs, {.grad_outputs = {seed}, .retain_graph = true});
  });
  const double backward = static_cast<double>(measured.scratch) / most;
  CHECK(backward <= (is_wide ? kWideProduct : row.backward));
}

}  // namespace

TEST_CASE("memory: operators take little memory beside their inputs and outputs") {
  for (const Case& row : cases()) {
    check(row, rg::float32);
    check(row, rg::bfloat16);
  }
}
