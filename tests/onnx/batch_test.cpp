// Files for any size of the batch.
#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <retrograd/onnx/load.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "onnx/written.h"

namespace {

namespace rg = retrograd;
namespace nn = rg::nn;

using Function = std::function<rg::Tensor(const rg::Tensor&)>;

// Writes with one size, reads, and compares with others.
void check_batches(const Function& f, const rg::Shape& sample) {
  const std::string path = test::temporary("batch.onnx");
  const auto batch_of = [&](std::int64_t count) {
    rg::Shape shape = sample;
    shape.insert(0, count);
    return rg::rand(shape);
  };
  for (const std::int64_t example : {1, 2}) {
    rg::onnx::save(f, batch_of(example), path);
    rg::onnx::Network network = rg::onnx::load(path);
    for (const std::int64_t count : {1, 2, 7}) {
      CAPTURE(count);
      const rg::Tensor x = batch_of(count);
      const rg::Tensor expected = f(x);
      const rg::Tensor found = network(x);
      REQUIRE(found.shape() == expected.shape());
      CHECK(rg::amax(rg::abs(found - expected)).item<float>() < 1e-5F);
    }
  }
  std::filesystem::remove(path);
}

}  // namespace

TEST_CASE("sizes in proportion to the batch follow it") {
  check_batches([](const rg::Tensor& x) { return rg::reshape(x, {x.size(0), -1}); }, {3, 4});
  check_batches([](const rg::Tensor& x) { return rg::flatten(x, 0, 1); }, {3, 4});
  check_batches([](const rg::Tensor& x) { return rg::reshape(x, {2, x.size(0), 6}); }, {3, 4});
  check_batches([](const rg::Tensor& x) { return x + rg::ones({x.size(0), 1}); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::zeros({x.size(0), 2}) + rg::sum(x); }, {4});
  check_batches([](const rg::Tensor& x) { return x * rg::unsqueeze(rg::arange(x.size(0)), 1); },
                {4});
  check_batches([](const rg::Tensor& x) { return rg::sum(x, 0) / x.size(0); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::var(x, 0, {.unbiased = false}); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::matmul(x, rg::transpose(x, 0, 1)); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::cat({x, x}, 0); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::slice(rg::cat({x, x}), 0, x.size(0)); }, {4});
  check_batches([](const rg::Tensor& x) { return rg::chunk(rg::cat({x, x}), 2)[1]; }, {4});
  check_batches([](const rg::Tensor& x) { return rg::expand(rg::sum(x), {x.size(0), 3}); }, {4});
}

TEST_CASE("recurrent layers and attention follow the batch") {
  nn::LSTM lstm(4, 3, {.num_layers = 2, .batch_first = true, .bidirectional = true});
  check_batches([&](const rg::Tensor& x) { return lstm(x).output; }, {5, 4});
  nn::GRU gru(4, 3, {.batch_first = true});
  check_batches([&](const rg::Tensor& x) { return gru(x).hidden; }, {5, 4});
  nn::RNN rnn(4, 3, {.bias = false, .batch_first = true});
  check_batches([&](const rg::Tensor& x) { return rnn(x).output; }, {5, 4});
  nn::MultiheadAttention attention(8, 2, {.batch_first = true});
  check_batches(
      [&](const rg::Tensor& x) { return attention(x, x, x, {.need_weights = false}).output; },
      {5, 8});
}

TEST_CASE("several inputs and outputs have names, and batches in other dimensions") {
  const auto f = [](const rg::Tensor& a, const rg::Tensor& b) {
    const rg::Tensor product = rg::matmul(a, b);
    return std::pair(product, rg::sum(b, 0));
  };
  const auto model = test::written(f, std::tuple(rg::rand({2, 3}), rg::rand({3, 4})),
                                   {.batch_dims = {0, -1},
                                    .input_names = {"left", "right"},
                                    .output_names = {"product", "sums"}});
  CHECK(model.graph.inputs.at(1).name == "right");
  CHECK(std::get<std::int64_t>(model.graph.inputs.at(1).shape->at(0)) == 3);
  CHECK(model.graph.outputs.at(0).name == "product");
  CHECK(std::get<std::string>(model.graph.outputs.at(0).shape->at(0)) == "batch");
  CHECK(model.graph.outputs.at(1).name == "sums");
  CHECK(model.graph.nodes.at(0).outputs == std::vector<std::string>{"product"});
}

TEST_CASE("an input and one value twice are outputs too") {
  const auto f = [&](const rg::Tensor& x) {
    const rg::Tensor y = rg::relu(x);
    return std::tuple(x, y, y);
  };
  const auto model = test::written(f, rg::rand({2, 3}));
  CHECK(test::operators(model) == std::vector<std::string>{"Relu", "Identity", "Identity"});
}
