// Prints tensors in fixed digits, so that the output is the same everywhere.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

// Prints a title, at least 26 wide in its line.
inline void show_title(const std::string& title) {
  const auto line = title.rfind('\n') + 1;
  std::printf("%s%-26s", title.substr(0, line).c_str(), title.substr(line).c_str());
}

// A vector beside its title, matrices below it, several of them apart by an empty line.
inline void show(const std::string& title, const retrograd::Tensor& t, int digits = 0) {
  std::vector<std::string> cells;
  std::size_t width = 0;
  const double unit = std::pow(10.0, digits);
  for (const double value : t.to_vector<double>()) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, std::round(value * unit) / unit + 0.0);
    cells.emplace_back(text);
    width = std::max(width, cells.back().size());
  }
  const auto columns = static_cast<std::size_t>(t.dim() > 0 ? t.size(-1) : 1);
  const bool one_row = cells.size() == columns;
  if (one_row) {
    width = std::max<std::size_t>(width, 2);  // rows of small numbers stand below one another
    show_title(title);
  } else {
    std::printf("%s", title.c_str());
  }
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const bool row_begins = !one_row && i % columns == 0;
    const bool matrix_begins = row_begins && i > 0 && t.dim() > 2 &&
                               i % (columns * static_cast<std::size_t>(t.size(-2))) == 0;
    std::printf("%s%s %*s", matrix_begins ? "\n" : "", row_begins ? "\n " : "",
                static_cast<int>(width), cells[i].c_str());
  }
  std::printf("\n");
}

inline void show_shape(const std::string& title, const retrograd::Tensor& t) {
  show_title(title);
  std::printf(" %s\n", to_string(t.shape()).c_str());
}

// The largest difference between two tensors of one shape.
inline double difference(const retrograd::Tensor& a, const retrograd::Tensor& b) {
  return retrograd::max(retrograd::abs(a - b)).item<double>();
}
