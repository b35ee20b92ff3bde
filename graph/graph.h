/// @file
/// A finished trace as plain data, and the one interpreter of it.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/autograd/trace.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// A tensor of a graph: an input, the result of a step, or a constant.
struct GraphValue {
  std::string name;       ///< Of a parameter or buffer, where the trace knows it.
  Shape shape;            ///< Lengths of all dimensions. As it was traced.
  DType dtype = float32;  ///< Element type.
  Tensor constant = {};   ///< What the program used without being given it: its own tensor.
};

/// A call.
struct GraphStep {
  std::string op;            ///< The name in ops/registry.cpp, or that of one's own operator.
  std::string path;          ///< The modules that made it: "LeNet.fc1".
  Where where;               ///< The user's line. The line that made it.
  Arguments arguments = {};  ///< Tensors are ValueId.
  std::vector<ValueId> outputs = {};  ///< What it returns.
  /// Recording was on when the trace's beginning had it off, or off.
  bool switches_recording = false;
  std::optional<Generator::State> random = {};  ///< Of the default generator, where it drew.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct GraphRunOptions {
  bool fresh_random = false;  ///< Draw other random numbers, not those that the program drew.
};

/// What a program computed, to be computed again: with other inputs, in another place. Only what
/// the inputs decide by numbers changes; branches and loops are as they were. Plain data: read it,
/// change it, write it.
struct RETROGRAD_API Graph {
  std::vector<GraphValue> values;  ///< The values.
  std::vector<GraphStep> steps;    ///< In the order in which they run.
  std::vector<ValueId> inputs;     ///< In the order of run()'s.
  std::vector<ValueId> outputs;    ///< What run() returns.

  /// Constructs it from what the class and its options describe.
  Graph() = default;
  /// The calls that a trace saw outermost: of each that ops/registry.cpp knows one step, else what
  /// it is made of. Constants are the program's own tensors. Throws GraphError for an undefined
  /// input, for an output that no step makes, and naming the line for what cannot be made again.
  Graph(const Trace& trace, const std::vector<Tensor>& given, const std::vector<Tensor>& computed,
        Where where = {});

  /// The outputs for other inputs, recorded where recording is on. Steps that write in place do so
  /// again, to inputs and constants too. Gradients flow to inputs and constants as in the program.
  /// Autocast does nothing: what it cast is in the steps. Throws GraphError for another number of
  /// inputs, DTypeError for another dtype, and what operators throw, with the traced line.
  std::vector<Tensor> run(const std::vector<Tensor>& given, GraphRunOptions options = {},
                          Where where = {}) const;
};

/// One line a step: "`%7` = conv2d(%0, `%1` conv1.weight, ...)  LeNet.conv1 (model.cpp:12)".
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Graph& graph);

}  // namespace retrograd
