// Files of bytes and tensors, for the tests of ONNX.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

namespace test {

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// A path in the system's folder for temporary files, of this process alone.
inline std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("retrograd_" + std::to_string(::getpid()) + "_" + name))
      .string();
}

// sin(0.37 i + 1), the input of the expected outputs.
inline retrograd::Tensor waves(const retrograd::Shape& shape) {
  retrograd::Tensor x = retrograd::empty(shape);
  float* const values = x.data<float>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    values[i] = static_cast<float>(std::sin(0.37 * static_cast<double>(i) + 1));
  }
  return x;
}

// The largest difference, where infinite values and NaN are to be the same.
inline double difference(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  if (a.shape() != b.shape()) {
    return INFINITY;
  }
  double largest = 0;
  const std::vector<double> x = a.detach().to(retrograd::float64).to_vector<double>();
  const std::vector<double> y = b.detach().to(retrograd::float64).to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const bool same = x[i] == y[i] || (std::isnan(x[i]) && std::isnan(y[i]));
    const double one = same ? 0 : std::abs(x[i] - y[i]);
    largest = one <= largest ? largest : one;
  }
  return largest;
}

}  // namespace test
