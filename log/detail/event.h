// Events of TensorBoard as bytes of protocol buffers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/log/event_writer.h>

namespace retrograd::logging::detail {

// When something happened.
struct Moment {
  double wall_time = 0;  // seconds since 1970
  std::int64_t step = 0;
};

// Counts of values between neighbouring limits.
struct Histogram {
  double min = 0;
  double max = 0;
  double sum = 0;
  double sum_of_squares = 0;
  std::int64_t count = 0;
  std::int64_t not_finite = 0;       // elements that are in no interval
  std::vector<double> limits = {0};  // upper ends of the intervals
  std::vector<double> counts = {0};
};

// Of the elements of a tensor.
Histogram histogram_of(const Tensor& values);

// A picture in a file's format.
struct Picture {
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t channels = 0;
  std::string png;
};

std::string version_event(Moment moment);
// The start of a resumed run.
std::string start_event(Moment moment);
std::string scalar_event(Moment moment, std::string_view tag, double value);
std::string histogram_event(Moment moment, std::string_view tag, const Histogram& histogram);
std::string image_event(Moment moment, std::string_view tag, const Picture& picture);
std::string text_event(Moment moment, std::string_view tag, std::string_view text);
std::string hparams_event(Moment moment, const HParams& hparams);
std::string graph_event(Moment moment, const Graph& graph);

// A graph as a GraphDef of TensorFlow's.
std::string graph_def(const Graph& graph);

}  // namespace retrograd::logging::detail
