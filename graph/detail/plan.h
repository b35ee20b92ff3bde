// How a graph runs: its operators by address, and where each tensor goes. Internal.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include <retrograd/graph/detail/functions.h>
#include <retrograd/graph/graph.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

// An argument of a step, or an element of a list; behind the last step, an output of the graph.
struct Slot {
  std::size_t step;
  std::size_t argument;
  std::ptrdiff_t item = -1;  // in a list
};

// A tensor goes from the call that makes it to all its uses, and each use drops it: so a value is
// freed at its last use. Inputs come first, then the outputs of each step.
struct GraphPlan {
  GraphPlan(const Graph& graph, const Frame& call);

  std::vector<FoundOperator> operators;    // by step
  std::vector<Slot> uses;                  // of one product after another
  std::vector<std::size_t> first_use;      // by product, and behind the last
  std::vector<std::size_t> first_product;  // by step, and behind the last
  std::vector<bool> is_made;               // by output of the graph; others are constants
};

// The arguments of all steps while one run uses them.
class GraphSlots {
 public:
  GraphSlots(const Graph& graph, const GraphPlan& plan);
  GraphSlots(const GraphSlots&) = delete;
  GraphSlots& operator=(const GraphSlots&) = delete;

  // After an exception, the slots must not be used again.
  std::vector<Tensor> run(const Graph& graph, const GraphPlan& plan, std::span<const Tensor> given,
                          GraphRunOptions options, const Frame& call);

 private:
  Tensor& at(const Slot& slot);
  void hand_on(const GraphPlan& plan, std::size_t product, Tensor made);
  void run_step(const Graph& graph, const GraphPlan& plan, std::size_t s, GraphRunOptions options,
                const Frame& call);

  std::vector<Arguments> arguments_;  // by step
  std::vector<Tensor> outputs_;       // of the graph
  std::vector<Tensor*> uses_;         // those of the plan
  std::vector<Tensor*> dropped_;      // after one step after another
  std::vector<std::size_t> first_dropped_;
  std::vector<Tensor> made_;
};

// Throws unless the inputs are those of the graph in number and dtype.
void check_inputs(const Graph& graph, std::span<const Tensor> given, const Frame& call);

}  // namespace retrograd::detail
