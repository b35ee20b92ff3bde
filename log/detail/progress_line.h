// The lines of a progress as texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <retrograd/log/progress.h>

namespace retrograd::logging::detail {

struct ProgressState {
  std::string title;
  std::string unit;
  std::int64_t done = 0;
  std::int64_t total = 0;  // 0: unknown
  double seconds = 0;
  NamedValues values = {};
};

// "7 s", "3:05 min" or "1:02:03 h".
std::string duration_text(double seconds);
// The bar and all else in at most `width` columns. What is less important is left out first.
RETROGRAD_API std::string bar_line(const ProgressState& state, std::size_t width);
// "epoch 1/3  4.1 s, 4870 images/s  loss 0.1234"
RETROGRAD_API std::string last_line(const ProgressState& state);

}  // namespace retrograd::logging::detail
