// A program traced with batches of several sizes. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/graph/graph.h>

namespace retrograd::onnx::writing {

// What cannot be written, thrown within export alone and told with the line of its step.
struct Refused {
  std::string why;
};

// An integer of the program: the same for all batches, or a multiple of the batch's size.
struct Count {
  enum class Kind : std::uint8_t { fixed, per_sample, unknown };

  std::int64_t value = 0;  // of the first trace, or the factor
  Kind kind = Kind::fixed;

  bool is_fixed() const noexcept { return kind == Kind::fixed; }
  bool is_per_sample() const noexcept { return kind == Kind::per_sample; }
  friend bool operator==(const Count&, const Count&) = default;
};
using Counts = std::vector<Count>;

Counts fixed(const std::vector<std::int64_t>& values);
bool all_fixed(const Counts& counts);

// Where a trace first differs from the first one.
struct Divergence {
  std::size_t trace = 0;
  std::string step;  // with its line
};

// Traces of one program. They have the same steps and values.
class Program {
 public:
  // One graph and size for each trace.
  Program(std::vector<Graph> graphs, std::vector<std::int64_t> batches)
      : graphs_(std::move(graphs)), batches_(std::move(batches)) {}

  const Graph& first() const noexcept { return graphs_.front(); }
  std::int64_t batch(std::size_t trace) const { return batches_[trace]; }
  // Empty if all traces have the same steps.
  std::optional<Divergence> divergence() const;

  Counts shape(ValueId id) const;
  // The value's tensor if it is the same in all traces; undefined if it is no constant.
  // Nothing if it is another tensor in each trace.
  std::optional<Tensor> constant(ValueId id) const;
  // An argument that is a number or a list of numbers: integers that may depend on the batch.
  Counts counts(std::size_t step, std::size_t argument) const;
  // Whether an argument is the same in all traces.
  bool is_same(std::size_t step, std::size_t argument) const;

 private:
  Count count(const std::vector<std::int64_t>& values) const;

  std::vector<Graph> graphs_;
  std::vector<std::int64_t> batches_;
};

}  // namespace retrograd::onnx::writing
