// Values that share memory, so that a write to one of them changes another. Internal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/graph/graph.h>

namespace retrograd::onnx::writing {

class Sharing {
 public:
  explicit Sharing(const Graph& graph);

  // Whether step s writes to its first argument.
  bool is_write(std::size_t s) const;
  // Whether a value that shares memory with the one that step s writes to is used after it.
  bool is_seen_later(std::size_t s) const;
  // Whether the step writes to a constant.
  bool changes_constant(std::size_t s) const;

 private:
  std::int64_t first_of(std::int64_t value) const;
  std::int64_t written(std::size_t s) const;

  const Graph& graph_;
  std::vector<std::int64_t> base_;  // what a value is a view of; itself for others
};

}  // namespace retrograd::onnx::writing
