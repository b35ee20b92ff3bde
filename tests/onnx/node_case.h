// One of ONNX's node cases: a folder with model.onnx and test_data_set_0.
#pragma once

#include <cmath>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include <onnx/files.h>
#include <retrograd/onnx/detail/program.h>
#include <retrograd/onnx/load.h>

namespace test {

inline std::vector<retrograd::Tensor> case_tensors(const std::filesystem::path& folder,
                                                   const std::string& kind) {
  std::vector<retrograd::Tensor> list;
  for (int i = 0;; ++i) {
    const std::string path = (folder / (kind + "_" + std::to_string(i) + ".pb")).string();
    if (!std::filesystem::exists(path)) {
      return list;
    }
    const retrograd::detail::FileCall call("test", path, {});
    list.push_back(retrograd::onnx::detail::to_tensor(
        retrograd::onnx::detail::parse_tensor(read_file(path), path), call));
  }
}

// The largest difference relative to 1e-7 + 1e-3 |expected|, at most 1 for a pass.
inline double fault(const retrograd::Tensor& actual, const retrograd::Tensor& expected) {
  if (actual.shape() != expected.shape() || actual.dtype() != expected.dtype()) {
    return INFINITY;
  }
  double largest = 0;
  const std::vector<double> x = actual.detach().to(retrograd::float64).to_vector<double>();
  const std::vector<double> y = expected.to(retrograd::float64).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] != y[i] && !(std::isnan(x[i]) && std::isnan(y[i]))) {
      const double one = std::abs(x[i] - y[i]) / (1e-7 + 1e-3 * std::abs(y[i]));
      largest = one <= largest ? largest : one;
    }
  }
  return largest;
}

// Empty for a pass.
inline std::string run_case(const std::filesystem::path& folder) {
  try {
    retrograd::onnx::Network net = retrograd::onnx::load((folder / "model.onnx").string());
    const std::filesystem::path data = folder / "test_data_set_0";
    const std::vector<retrograd::Tensor> expected = case_tensors(data, "output");
    std::vector<retrograd::Tensor> given = case_tensors(data, "input");
    for (int call = 0; call < 2; ++call) {  // translated, then run again
      const std::vector<retrograd::Tensor> actual = net(given);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (const double by = fault(actual.at(i), expected[i]); by > 1) {
          return "output " + std::to_string(i) + " of call " + std::to_string(call) + " differs " +
                 std::to_string(by) + " times as much as allowed";
        }
      }
    }
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace test
