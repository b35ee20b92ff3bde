// Modules of any call: arguments and results of every kind, and hooks on all tensors in them.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/nn_hooks_modules.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::Product;
using test::values;

namespace {

using Tensors = std::vector<Tensor>;

struct Batch {
  Tensor images;
  std::vector<Tensor> masks;
  int size = 0;
};

// A class that is no aggregate.
class Sealed {
 public:
  explicit Sealed(Tensor x) : x_(std::move(x)) {}
  Tensor& x() { return x_; }
  const Tensor& x() const { return x_; }

 private:
  Tensor x_;
};

struct Wide : nn::ModuleOf<std::map<std::string, Tensor>(const Batch&, std::optional<Tensor>,
                                                         const Sealed&, const std::string&)> {
  std::map<std::string, Tensor> forward(const Batch& batch, std::optional<Tensor> other,
                                        const Sealed& sealed, const std::string& name) override {
    return {{name, batch.images + batch.masks.at(0)},
            {"other", other.value_or(sealed.x()) * sealed.x()}};
  }
};

// Writes to its argument, takes what cannot be copied, and gives nothing.
struct Writer : nn::ModuleOf<void(Tensor&, std::unique_ptr<int>)> {
  void forward(Tensor& x, std::unique_ptr<int> factor) override { x = x * *factor; }
};

}  // namespace

template <>
struct retrograd::nn::TensorsIn<Sealed> {
  template <class F>
  static void visit(Sealed& sealed, F&& f) {
    f(sealed.x());
  }
};

TEST_CASE("ModuleOf: a hook of lists sees the tensors in all arguments and results, and replaces") {
  Wide wide;
  const Batch batch{.images = leaf({1}), .masks = {leaf({2}), leaf({3})}, .size = 1};
  const Sealed sealed(leaf({4}));
  CHECK(values(wide(batch, {}, sealed, "sum").at("other")) == Floats{16});

  std::vector<std::size_t> seen;
  wide.register_forward_pre_hook([&](nn::Module&, const Tensors& inputs) {
    seen.push_back(inputs.size());
    return Tensors{10 * inputs[0], {}, {}, 2 * inputs[3]};
  });
  wide.register_forward_hook(
      [&](nn::Module& module, const Tensors& inputs, const Tensors& outputs) -> Tensors {
        CHECK(&module == &wide);
        CHECK(values(inputs[0]) == Floats{10});
        seen.push_back(outputs.size());
        return {{}, outputs[1] + 1};
      });
  const auto found = wide(batch, {}, sealed, "sum");
  CHECK(found.size() == 2);
  CHECK(values(found.at("other")) == Floats{64});  // "other" comes before "sum"
  CHECK(values(found.at("sum")) == Floats{13});
  CHECK(values(batch.images) == Floats{1});
  CHECK(values(sealed.x()) == Floats{4});
  CHECK(seen == std::vector<std::size_t>{4, 2});
  wide(batch, leaf({1}), sealed, "sum");
  CHECK(seen.at(2) == 5);
}

TEST_CASE("ModuleOf: arguments that are written to or moved, and no result") {
  Writer writer;
  Tensor x = leaf({2});
  writer(x, std::make_unique<int>(3));
  CHECK(values(x) == Floats{6});
  int calls = 0;
  writer.register_forward_pre_hook([&](nn::Module&, const Tensors& inputs) {
    ++calls;
    CHECK(inputs.size() == 1);
  });
  writer.register_forward_hook([&](nn::Module&, const Tensor& input, const Tensor& output) {
    ++calls;
    CHECK(input.defined());
    CHECK_FALSE(output.defined());
  });
  writer(x, std::make_unique<int>(2));
  CHECK(values(x) == Floats{12});
  CHECK(calls == 2);
}

TEST_CASE("ModuleOf: messages name the modules and the line, a trace has them, a graph runs") {
  struct Net : nn::ModuleOf<Tensor(const Tensor&, const Tensor&)> {
    Product product;
    nn::Members members() override { return {{"product", product}}; }
    Tensor forward(const Tensor& a, const Tensor& b) override { return product(rg::relu(a), b); }
  };
  Net net;
  CHECK_THROWS_WITH_AS(net(rg::ones({2}), rg::ones({3})), doctest::Contains("Net.product > mul: "),
                       rg::ShapeError);
  net.product.register_full_backward_hook([](nn::Module&, const Tensors&, const Tensors&) {});
  const Tensor a = leaf({1, -2});
  const Tensor b = leaf({3, 4});
  const rg::Trace trace(net);
  const Tensor y = net(a, b);
  CHECK(trace.entries().at(0).name == "Net");
  CHECK(trace.entries().at(0).kind == rg::TraceEntry::Kind::module);
  const rg::Graph graph(trace, {a, b}, {y});
  CHECK(graph.steps.back().path == "Net.product");
  CHECK(values(graph.run({leaf({5, 6}), b}).at(0)) == Floats{15, 24});
}

TEST_CASE("ModuleOf: through a Module&, a module of another call says that it has no forward") {
  Product product;
  nn::Module& module = product;
  REFUSED(GraphError, module(rg::ones({2})), "forward", "does not define forward(const Tensor&)");
}

TEST_CASE("ModuleOf: layers with states show all of them to hooks") {
  nn::LSTM lstm(2, 3);
  std::vector<std::size_t> seen;
  lstm.register_forward_hook([&](nn::Module&, const Tensors& inputs, const Tensors& outputs) {
    seen = {inputs.size(), outputs.size()};
    CHECK_FALSE(inputs[1].defined());
  });
  int passes = 0;
  lstm.register_full_backward_hook(
      [&](nn::Module&, const Tensors& grad_inputs, const Tensors& grad_outputs) {
        ++passes;
        CHECK(grad_inputs.size() == 3);
        CHECK_FALSE(grad_outputs[0].defined());
        CHECK(grad_outputs[2].defined());
      });
  const Tensor x = rg::ones({4, 2}, {.requires_grad = true});
  auto [output, state] = lstm(x);
  CHECK(seen == std::vector<std::size_t>{3, 3});
  rg::sum(state.c).backward();
  CHECK(passes == 1);
  CHECK(x.grad().defined());
}
