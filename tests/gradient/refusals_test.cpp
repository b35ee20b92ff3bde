// Every row with one input spoilt at a time: the operator computes with it, or throws an error of
// this library; nothing stays behind.
#include <doctest/doctest.h>

#include <exception>
#include <map>
#include <string>

#include <retrograd/autograd/node.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/memory.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

rg::Shape with_size(rg::Shape shape, std::size_t dim, std::int64_t size) {
  shape[dim] = size;
  return shape;
}

// The ways in which an input can be wrong.
std::map<std::string, rg::Tensor> spoilt(const rg::Tensor& x) {
  const rg::TensorOptions same{.dtype = x.dtype()};
  std::map<std::string, rg::Tensor> inputs = {
      {"undefined", rg::Tensor()},
      {"of float32", rg::zeros(x.shape(), {.dtype = rg::float32})},
      {"of integers", rg::zeros(x.shape(), {.dtype = rg::int64})},
      {"of booleans", rg::zeros(x.shape(), {.dtype = rg::boolean})}};
  if (x.shape().size() < rg::Shape::capacity) {
    rg::Shape longer = x.shape();
    longer.push_back(2);
    inputs["of one dimension more"] = rg::zeros(longer, same);
  }
  if (x.dim() > 0) {
    rg::Shape shorter = x.shape();
    shorter.erase(shorter.size() - 1);
    inputs["of one dimension less"] = rg::zeros(shorter, same);
    inputs["without dimensions"] = rg::zeros({}, same);
  }
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    const std::string along = " along dimension " + std::to_string(d);
    inputs["longer" + along] = rg::zeros(with_size(x.shape(), d, x.shape()[d] + 3), same);
    inputs["empty" + along] = rg::zeros(with_size(x.shape(), d, 0), same);
  }
  return inputs;
}

// The operator that the message names, empty if nothing was refused.
std::string refused_by(const OpCase& row, const Tensors& inputs) {
  const auto bytes = rg::memory::stats().in_use;
  const auto nodes = rg::Node::live_count();
  std::string op;
  try {
    static_cast<void>(row.function(inputs));
  } catch (const rg::Error& error) {
    const std::string message = error.what();
    CHECK_MESSAGE(!error.code().empty(), message);
    op = message.substr(0, message.find(':'));
    if (op == row.op) {
      CHECK_MESSAGE(message.find("   at ") != std::string::npos, message);
    }
  } catch (const std::exception& other) {
    FAIL_CHECK("not an error of this library: " << other.what());
  }
  CHECK(rg::memory::stats().in_use == bytes);
  CHECK(rg::Node::live_count() == nodes);
  return op;
}

}  // namespace

TEST_CASE("every operator refuses what it cannot compute, in its own name, and leaves nothing") {
  std::map<std::string, std::size_t> refusals;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    std::size_t& count = refusals[row.op];
    const Tensors values = values_of(row);
    for (std::size_t i = 0; i < values.size(); ++i) {
      for (const auto& input : spoilt(values[i])) {
        INFO("input " << i << " " << input.first);
        Tensors inputs = values;
        inputs[i] = input.second;
        count += refused_by(row, inputs) == row.op ? 1 : 0;
      }
    }
  }
  // Their rows reach them through another operator, which refuses first.
  const Names indirect = {"contiguous", "fill_", "hardsigmoid", "hardswish", "relu6", "zero_"};
  std::size_t all = 0;
  for (const auto& row : refusals) {
    CHECK_MESSAGE((row.second > 0) != indirect.contains(row.first), row.first);
    all += row.second;
  }
  MESSAGE(all << " refused inputs of " << refusals.size() << " operators");
}
