/// @file
/// Graphs that are ready to run many times.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// A graph whose operators were looked up, with the arguments of its calls laid out once.
///
/// @code
/// const GraphRunner runner(graph);
/// const Tensor y = runner.run({{x}})[0];
/// @endcode
///
/// A run of a small graph costs less than `Graph::run()`, which does this work each time. Kernels
/// of convolutions keep copies of constant weights in their own layout, which a write in place to
/// the weight renews. Writes through `data()` are not seen. Runs that record gradients of a
/// constant keep no copies. Threads may run one runner at once.
///
/// Under `NoGradGuard`, a large batch is run a few samples at a time if no step mixes samples. They
/// stay in the cache, and results are those of `Graph::run()` up to rounding.
class RETROGRAD_API GraphRunner {
 public:
  /// Prepares a graph. Constants are the graph's own tensors.
  /// @throws GraphError if a step or an output names a value that the graph does not have
  explicit GraphRunner(Graph graph, Where where = {});
  ~GraphRunner();
  /// Moves a runner.
  GraphRunner(GraphRunner&& other) noexcept;
  /// Moves a runner.
  GraphRunner& operator=(GraphRunner&& other) noexcept;

  /// Returns the graph.
  const Graph& graph() const noexcept;
  /// Runs the steps, as `Graph::run()` does.
  std::vector<Tensor> run(std::span<const Tensor> given, GraphRunOptions options = {},
                          Where where = {}) const;

 private:
  struct Ready;
  std::unique_ptr<Ready> ready_;
};

}  // namespace retrograd
