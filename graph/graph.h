/// @file
/// Graphs: a finished trace as plain data, and its interpreter.
#pragma once

#include <cstdint>
#include <functional>
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
  std::string name;       ///< Name of a parameter or buffer that the trace knows, or empty.
  Shape shape;            ///< Lengths of all dimensions, as traced.
  DType dtype = float32;  ///< Element type, as traced.
  Tensor constant = {};   ///< The program's own tensor, if it was not among the inputs.
};

/// A call.
struct GraphStep {
  std::string op;                     ///< Name in ops/registry.cpp, or of a custom operator.
  std::string path;                   ///< Modules that made the call: `LeNet.fc1`.
  Where where;                        ///< Line that made the call.
  Arguments arguments = {};           ///< Arguments, with a `ValueId` for each tensor.
  std::vector<ValueId> outputs = {};  ///< Values that the call returns.
  /// Whether recording was on here and off at the start of the trace, or the reverse.
  bool switches_recording = false;
  /// State of the default generator before the call drew numbers.
  std::optional<Generator::State> random = {};
};

/// Options of `Graph::run()`.
struct GraphRunOptions {
  bool fresh_random = false;  ///< Draws new random numbers when true, else those of the program.
};

/// A program's operators as plain data, which can be read, changed, written and run.
///
/// @code
/// const Trace trace(model);
/// const Tensor y = model(x);
/// const Graph graph(trace, {x}, {y});
/// const Tensor other = graph.run({x2})[0];
/// @endcode
///
/// Branches and loops are as they were in the program: only tensors depend on the inputs.
struct RETROGRAD_API Graph {
  std::vector<GraphValue> values;  ///< All tensors.
  std::vector<GraphStep> steps;    ///< Calls in the order in which they run.
  std::vector<ValueId> inputs;     ///< Inputs in the order of `run()`.
  std::vector<ValueId> outputs;    ///< Results of `run()`.

  /// Constructs an empty graph.
  Graph() = default;
  /// Constructs the graph that leads from `given` to `computed`.
  /// The steps are the outermost calls of the trace that ops/registry.cpp knows. Other calls are
  /// replaced by the calls that they made. Constants are the program's own tensors.
  /// @throws GraphError if an input is undefined or no step makes an output
  /// @throws GraphError if a call cannot be repeated; the message names its line
  Graph(const Trace& trace, const std::vector<Tensor>& given, const std::vector<Tensor>& computed,
        Where where = {});
  /// Constructs the graph whose steps are the outermost calls that `is_step` chooses among those
  /// with known arguments. It may be run if ops/registry.cpp knows all of them.
  /// @throws GraphError as the other constructor does
  Graph(const Trace& trace, const std::vector<Tensor>& given, const std::vector<Tensor>& computed,
        const std::function<bool(const TraceEntry&)>& is_step, Where where = {});

  /// Runs the steps on other inputs and returns the outputs, recorded if recording is on.
  /// Steps that write in place write to inputs and constants too. Gradients flow to inputs and
  /// constants as in the program. Autocast does not change the steps, which contain its
  /// conversions.
  /// @throws GraphError if the number of inputs differs
  /// @throws DTypeError if the dtype of an input differs
  /// @throws Error if an operator refuses its inputs, with the traced line
  std::vector<Tensor> run(const std::vector<Tensor>& given, GraphRunOptions options = {},
                          Where where = {}) const;
};

/// Prints a line for each step: `%7 = conv2d(%0, %1 conv1.weight, ...)  LeNet.conv1
/// (model.cpp:12)`.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Graph& graph);

}  // namespace retrograd
