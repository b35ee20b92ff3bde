// .pt files that others trained, and odd ones, beside what torch.load gives.
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <retrograd/io/load.h>
#include <retrograd/io/pt.h>
#include <retrograd/ops/ops.h>

#include "skip.h"

namespace rg = retrograd;
using Json = nlohmann::ordered_json;

namespace {

std::vector<double> first_values(const rg::Tensor& x, std::size_t count) {
  std::vector<double> values = x.to(rg::float64).to_vector<double>();
  values.resize(count);
  return values;
}

void check_tensor(const rg::Tensor& x, const Json& expected) {
  const auto dtype = expected["dtype"].get<std::string>();
  CHECK(rg::name(x.dtype()) == (dtype == "bool" ? "boolean" : dtype));
  CHECK(x.shape() == rg::Shape(expected["shape"].get<std::vector<std::int64_t>>()));
  if (expected.contains("stride")) {
    CHECK(x.strides() == rg::Strides(expected["stride"].get<std::vector<std::int64_t>>()));
  }
  const char* key = expected.contains("values") ? "values" : "first";
  const auto values = expected[key].get<std::vector<double>>();
  CHECK(first_values(x, values.size()) == values);  // bit for bit: JSON has all digits
  if (expected.contains("values")) {
    CHECK(x.numel() == static_cast<std::int64_t>(values.size()));
  }
  if (expected.contains("sum")) {
    const double sum = rg::sum(x.to(rg::float64)).item<double>();
    CHECK(sum == doctest::Approx(expected["sum"].get<double>()).epsilon(1e-12));
  }
}

void check_file(const std::string& path, const std::string& expected_path) {
  INFO(path);
  std::ifstream file(expected_path);
  const Json expected = Json::parse(file);
  const rg::StateDict state = rg::load_pt(path);
  CHECK(state.size() == expected.size());
  for (const auto& each : expected.items()) {
    INFO(std::string(each.key()));
    check_tensor(state.at(each.key()), each.value());
  }
}

}  // namespace

TEST_CASE("models: files of other projects equal what torch.load gives") {
  const std::string folder = test::data_folder("models");
  if (folder.empty()) {
    return;
  }
  check_file(folder + "/pnet.pt", folder + "/pnet.expected.json");
  check_file(folder + "/rnet.pt", folder + "/rnet.expected.json");
  check_file(folder + "/lpips_alex.pth", folder + "/lpips_alex.expected.json");
  check_file(folder + "/odd_tensors_zip.pt", folder + "/odd_tensors.expected.json");
  check_file(folder + "/odd_tensors_legacy.pt", folder + "/odd_tensors.expected.json");
}

TEST_CASE("models: tensors of one storage share memory") {
  const std::string folder = test::data_folder("models");
  if (folder.empty()) {
    return;
  }
  for (const char* name : {"/odd_tensors_zip.pt", "/odd_tensors_legacy.pt"}) {
    rg::StateDict state = rg::load(folder + name);
    rg::Tensor base = state.at("base");
    base.fill_(7.0);
    CHECK(rg::sum(state.at("shared_row")).item<float>() == 42);
    CHECK(rg::sum(state.at("transposed")).item<float>() == 7 * 24);
  }
}

TEST_CASE("models: a nested checkpoint") {
  const std::string folder = test::data_folder("models");
  if (folder.empty()) {
    return;
  }
  const rg::StateDict state = rg::load(folder + "/checkpoint_nested.pt");
  CHECK(state.size() == 19);
  CHECK(state.at("model.0.weight").shape() == rg::Shape{4, 3, 3, 3});
  CHECK(state.at("model.1.num_batches_tracked").dtype() == rg::int64);
  CHECK(state.at("optimizer.state.3.exp_avg_sq").shape() == rg::Shape{4});
  const rg::Metadata texts = rg::load_metadata(folder + "/checkpoint_nested.pt");
  CHECK(texts.at("epoch") == "3");
  CHECK(texts.at("note") == "checkpoint");
  CHECK(texts.at("optimizer.param_groups.0.betas.1") == "0.999");
  CHECK(texts.at("optimizer.param_groups.0.amsgrad") == "False");
}
