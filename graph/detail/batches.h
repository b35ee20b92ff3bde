// Graphs that run a few samples of a batch at a time, so that what one step hands on is still in
// the cache when the next one reads it. Internal.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <retrograd/graph/graph.h>

namespace retrograd::detail {

// Samples that are run together: fewer than the graph's inputs have.
struct Batches {
  Graph graph;  // for any number of samples
  std::int64_t samples;
  std::int64_t together;
};

// None where a step mixes samples or has a form that is not known, and where one step's inputs and
// outputs fit in the cache for the whole batch. It depends on the graph alone.
std::optional<Batches> batches_of(const Graph& graph);

// Gathers the outputs of batches.
class Gathered {
 public:
  explicit Gathered(std::int64_t samples) : samples_(samples) {}
  // Outputs of the next samples.
  void add(const std::vector<Tensor>& outputs);
  std::vector<Tensor> take() { return std::move(whole_); }

 private:
  std::int64_t samples_;
  std::int64_t done_ = 0;
  std::vector<Tensor> whole_;
};

}  // namespace retrograd::detail
