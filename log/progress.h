/// @file
/// Progress of a loop on a terminal. Link `retrograd::log`.
///
/// @code
/// logging::Progress progress("epoch 1/3", data.size());
/// for (auto& [images, labels] : loader) {
///   ...
///   progress.advance(images.size(0), {{"loss", loss}});
/// }
/// progress.finish({{"loss", mean_loss}, {"test accuracy", accuracy}});
/// @endcode
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>

namespace retrograd::logging {

/// Numbers with their names, such as `{{"loss", 0.25}}`.
using NamedValues = std::vector<std::pair<std::string, double>>;

/// Options of Progress.
struct ProgressOptions {
  std::string unit = "images";  ///< Name of the things that are counted.
  std::FILE* file = stdout;     ///< Stream that shows the progress.
};

/// Progress of a loop: a bar with rate, values and the time left, and one line at its end.
///
/// The bar is drawn at most 10 times a second, as wide as the terminal at that moment. It uses no
/// colours. Where the stream is not a terminal, or `TERM` is `dumb` or empty, only the line at the
/// end is written, without control characters. Errors of the stream are ignored.
class RETROGRAD_API Progress {
 public:
  /// Starts the clock. A `total` of 0 is an unknown number.
  Progress(std::string title, std::int64_t total, ProgressOptions options = {});
  /// Writes the last line, unless `finish()` did. The line says how far the loop came.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Counts `count` more, and shows the values beside the bar.
  void advance(std::int64_t count = 1, NamedValues values = {});
  /// Replaces the bar by a line with the time, the rate, and these values. Time counts up to the
  /// last `advance()`: a test behind the loop does not change the rate. Later calls are ignored.
  void finish(const NamedValues& values = {});

 private:
  void write(const std::string& text);

  std::string title_;
  std::int64_t total_;
  ProgressOptions options_;
  bool terminal_;
  bool finished_ = false;
  std::int64_t done_ = 0;
  double seconds_ = 0;  // at the last advance()
  double drawn_ = -1;   // likewise, when the bar was drawn
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace retrograd::logging
