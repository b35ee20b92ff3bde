// What save() refuses, and what it leaves behind.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "onnx/written.h"

namespace {

namespace rg = retrograd;
namespace nn = rg::nn;

using Function = std::function<rg::Tensor(const rg::Tensor&)>;

// The message for a function, and the code.
std::string refusal(const Function& f, const rg::Shape& shape, const std::string& code,
                    const rg::onnx::SaveOptions& options = {}) {
  try {
    rg::onnx::save(f, rg::ones(shape), test::temporary("refused.onnx"), options);
  } catch (const rg::Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Unwritable : nn::Module {
  rg::Tensor forward(const rg::Tensor& x) override {
    return rg::masked_scatter(x, x > 0, rg::zeros_like(x)) + rg::rand_like(x);
  }
};

struct Outer : nn::Module {
  Unwritable inner;
  nn::Members members() override { return {{"inner", inner}}; }
  rg::Tensor forward(const rg::Tensor& x) override { return inner(x); }
};

}  // namespace

TEST_CASE("all calls that cannot be written are listed, with line and module") {
  const std::string path = test::temporary("unwritable.onnx");
  std::ofstream(path) << "old";
  Outer model;
  std::string message;
  try {
    rg::onnx::save(model, rg::ones({2, 3}), path);
  } catch (const rg::GraphError& error) {
    message = error.what();
    CHECK(error.code() == "operator-unwritable");
  }
  CHECK(contains(message, "masked_scatter (unwritable_test.cpp:"));
  CHECK(contains(message, "rand_like (unwritable_test.cpp:"));
  CHECK(contains(message, "in Outer.inner"));
  CHECK(model.is_training());
  std::ifstream file(path);
  CHECK(std::string((std::istreambuf_iterator<char>(file)), {}) == "old");
  std::filesystem::remove(path);
}

TEST_CASE("a program that depends on the size of the batch otherwise is refused") {
  const auto more = [](const rg::Tensor& x) { return rg::ones({x.size(0) + 1}); };
  CHECK(contains(refusal(more, {2, 3}, "operator-unwritable"), "not in proportion"));
  const auto branch = [](const rg::Tensor& x) { return x.size(0) > 2 ? rg::relu(x) : rg::exp(x); };
  CHECK(contains(refusal(branch, {2, 3}, "batch-dependent"), "relu (unwritable_test.cpp:"));
  const auto number = [](const rg::Tensor& x) {
    return x * (0.5 + static_cast<double>(x.size(0)));
  };
  CHECK(contains(refusal(number, {2, 3}, "operator-unwritable"), "depends on the size"));
  const auto given = [](const rg::Tensor& x) {
    return x + rg::tensor({static_cast<double>(x.size(0))});
  };
  CHECK(contains(refusal(given, {2, 3}, "operator-unwritable"), "differs between batches"));
  for (const Function& f : {Function(more), Function(branch), Function(number), Function(given)}) {
    CHECK(refusal(f, {2, 3}, "", {.dynamic_batch = false}).empty());
  }
}

TEST_CASE("writes that another tensor sees, or that change a parameter, are refused") {
  const auto view = [](const rg::Tensor& x) {
    rg::Tensor y = rg::relu(x);
    rg::select(y, 1, 0).mul_(2);
    return y;
  };
  CHECK(contains(refusal(view, {2, 3}, "operator-unwritable"), "another tensor shares"));
  rg::Tensor state = rg::zeros({3});
  const auto parameter = [&](const rg::Tensor& x) { return x + state.add_(1); };
  CHECK(contains(refusal(parameter, {2, 3}, "operator-unwritable"), "changes a parameter"));
  const auto own = [](const rg::Tensor& x) {
    rg::Tensor y = rg::relu(x);
    y.mul_(2).add_(x);
    return y;
  };
  CHECK(refusal(own, {2, 3}, "").empty());
}

TEST_CASE("results whose length the data decide can only be outputs") {
  const auto chosen = [](const rg::Tensor& x) { return rg::masked_select(x, x > 0); };
  CHECK(refusal(chosen, {2, 3}, "").empty());
  const auto used = [](const rg::Tensor& x) { return rg::exp(rg::masked_select(x, x > 0)); };
  CHECK(contains(refusal(used, {2, 3}, "operator-unwritable"), "depends on the data"));
}

TEST_CASE("options that do not fit the model are refused before it runs") {
  const auto f = [](const rg::Tensor& x) { return rg::relu(x); };
  CHECK(contains(refusal(f, {2, 3}, "option-conflict", {.input_names = {"a", "b"}}), "2 names"));
  CHECK(contains(refusal(f, {2, 3}, "option-conflict", {.output_names = {"a", "b"}}), "2 names"));
  CHECK(contains(refusal(f, {2, 3}, "option-conflict", {.batch_dims = {0, 0}}), "2 entries"));
  CHECK(contains(refusal(f, {2, 3}, "dim-out-of-range", {.batch_dims = {2}}), "dimension 2"));
  CHECK(contains(refusal(f, {0, 3}, "shape-unexpected"), "no sample"));
  CHECK(contains(refusal(f, {2, 3}, "option-conflict", {.input_names = {""}}), "is empty"));
  CHECK(
      contains(refusal(f, {2, 3}, "option-conflict", {.input_names = {"a"}, .output_names = {"a"}}),
               "there twice"));
  CHECK(contains(refusal(f, {2, 3}, "option-conflict",
                         {.output_names = {"\x01"
                                           "0"}}),
                 "control characters"));
}
