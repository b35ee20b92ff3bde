/// @file
/// Explanations: the chain rule of a recorded program, written out.
///
/// @code
/// const Explanation e = explain(loss, W1, {.names = {{"W1", W1}, {"x", x}, {"Z1", Z1}}});
/// std::cout << e.text();  // dloss/dW1 = dZ1/dW1 . dloss/dZ1, and the matrices
/// @endcode
///
/// An explanation has every local Jacobian on the way from an input to an output, their product,
/// and the gradient of the tape. Matrices have a row for each element of the input and a column for
/// each element of the output. The chain therefore reads from left to right. Texts count elements
/// from 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/autograd/trace.h>
#include <retrograd/explain/jacobian.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

namespace detail {
struct Program;
}

/// Options of `explain()`.
struct ExplainOptions {
  /// Named tensors, such as `{{"x", x}, {"Z1", Z1}}`.
  /// Named tensors on the way from the input to the output become stations: operators between two
  /// stations are taken together. Without any, each operator is a station.
  ///
  /// Matrices show elements of named tensors by name: x1 is the first element of x. Up to 65,536
  /// elements of float32 and float64 tensors are recognised, in the order of the names. Without a
  /// name, the input is `w` and the output is `loss`.
  std::vector<std::pair<std::string, Tensor>> names = {};
  /// Shown elements of a station, by its name; other rows and columns are left out.
  std::map<std::string, ElementRange> slices = {};
  /// Largest number of elements of a station that is shown without a slice.
  /// Matrices of larger stations show a shape and a structure only.
  std::int64_t most_shown = 16;
  /// Largest number of elements, zeros included, of a Jacobian that is computed.
  /// Larger ones have the columns of a slice, or the first 16. A Jacobian with more columns than
  /// rows counts as square, since each column takes a backward pass over as many elements. More
  /// than 8 million elements other than zero are not computed either.
  std::int64_t most_elements = std::int64_t{1} << 25;
  /// Trace of the program. Its calls become stations, and its names of tensors are used.
  /// `Explanation::play()` needs it.
  const Trace* trace = nullptr;
  /// Name of the tensor that the gradient of a model is by. Without one, it is the first parameter
  /// with a path to the output, or else the first such input.
  std::string by = {};
  /// Whether operators between names are folded, if no named tensor lies between input and output.
  /// Layout operators (`reshape`, `permute`, `expand`...) then belong to the next operator. A call
  /// of the trace that made several operators is one station. Without a trace, a line is, if more
  /// than 32 operators are on the way.
  bool fold = true;
};

/// Options of `Explanation::play()`.
struct PlayOptions {
  std::string title = {};  ///< Heading of the page; the chain rule if empty.
  /// Path of the page without a program, which the preset `wasm` builds. If empty, the environment
  /// variable `RETROGRAD_PLAY` names it, or it is the installed one.
  std::string page = {};
};

/// Kinds of stations.
enum class StationKind : std::uint8_t {
  result,     ///< Result of an operator.
  parameter,  ///< Tensor that has no operator and wants a gradient.
  data        ///< Tensor without a gradient: an image, a target, a buffer or a constant.
};

/// A tensor of an explanation.
struct RETROGRAD_API ExplainedStation {
  std::string name;    ///< Name, given or made.
  Shape shape;         ///< Lengths of all dimensions.
  Tensor value;        ///< Copy of the value; undefined for results of operators without a name.
  Tensor gradient;     ///< Gradient doutput/dstation of the tape, of the station's shape.
  ElementRange shown;  ///< Shown elements; empty if there are too many.
  StationKind kind = StationKind::result;  ///< Kind.
  std::string op = {};                     ///< Operator or call that computed it: `conv2d`.
  std::string module = {};                 ///< Path of the module that called it: `features.0`.
  Where where = Where::at("", 0);          ///< Line of the call.
  /// Index of its inner operators in `Explanation::insides`; -1 if it is a single operator.
  std::ptrdiff_t inside = -1;
  /// Returns the number of elements.
  std::int64_t numel() const;
};

/// Operators of a station that is folded: a composite operator or a line.
struct RETROGRAD_API ExplainedInside {
  std::size_t station = 0;  ///< Index of the folded station.
  /// Stations that it starts from, then its operators, oldest first; the last is the station.
  std::vector<ExplainedStation> stations;
  /// Steps between `stations`, by their indices here.
  std::vector<JacobianStep> steps;
  /// Returns the name of a step's matrix.
  std::string derivative(const JacobianStep& step) const;
  /// Returns why an entry of a step's matrix is what it is.
  /// @throws IndexError if the row or column is out of range
  CellReason why(const JacobianStep& step, std::int64_t row, std::int64_t column,
                 Where where = {}) const;
};

/// Stations [first, last) that belong together.
struct StationGroup {
  /// Kinds of groups.
  enum class Kind : std::uint8_t {
    module,  ///< Module of the trace.
    repeat   ///< Equal parts one after the other, such as the cells of an RNN.
  };
  Kind kind = Kind::module;        ///< Kind.
  std::string name;                ///< Path of the module, or of the repeated one, or operators.
  Where where = Where::at("", 0);  ///< Line of the call.
  std::size_t first = 0;           ///< First station.
  std::size_t last = 0;            ///< Station behind the last.
  std::size_t repeats = 1;     ///< Number of equal parts of `(last - first) / repeats` stations.
  std::ptrdiff_t parent = -1;  ///< Index of the group around it; -1 for none.
};

/// A line of the chain rule as a recurrence: `dL/dh1 = dh2/dh1 . dL/dh2`.
struct RecurrenceLine {
  std::size_t station = 0;         ///< Station of the gradient.
  std::vector<std::size_t> steps;  ///< Steps that leave it; the line is the sum over them.
  /// Number of stations of the line: one in each of several equal parts, or 1. They are `station`,
  /// `station + stride`, `station + 2 stride` and so on.
  std::size_t repeats = 1;
  std::size_t stride = 0;  ///< Distance between those stations.
};

/// The chain rule from an input to an output.
struct RETROGRAD_API Explanation {
  /// Stations, oldest first, from the input to the output.
  std::vector<ExplainedStation> stations;
  std::vector<JacobianStep> steps;  ///< Steps, in the order of `to`, then of `from`.
  /// Other tensors that stations are computed from: parameters, named data, and with a trace all
  /// arguments of its calls.
  std::vector<ExplainedStation> inputs;
  /// Steps from `inputs` to stations, with `from_input`. Steps of data have no entries.
  std::vector<JacobianStep> feeds;
  std::vector<ExplainedInside> insides;  ///< Folded stations from the inside.
  std::vector<StationGroup> groups;      ///< Groups of stations, outer ones first.
  /// Steps of each path from the input to the output, for the first 64 paths.
  std::vector<std::vector<std::size_t>> paths;
  bool all_paths = true;  ///< Whether `paths` has all paths.
  /// Gradients of all stations by those behind them, from the output backward.
  std::vector<RecurrenceLine> recurrence;
  /// Sum over all paths of the product of their matrices: float64 (elements of the input, 1).
  /// It is undefined if a matrix was not computed.
  Tensor product;
  /// Largest difference between `product` and `stations[0].gradient`.
  /// It is NaN if only one of them is NaN, or if `product` is undefined.
  double difference = 0;

  /// Returns the station or input that a step starts from.
  const ExplainedStation& source(const JacobianStep& step) const;
  /// Returns the name of a step's matrix: `dZ1/dW1`.
  std::string derivative(const JacobianStep& step) const;
  /// Returns why an entry of a step's matrix is what it is.
  /// @throws IndexError if the row or column is out of range
  CellReason why(const JacobianStep& step, std::int64_t row, std::int64_t column,
                 Where where = {}) const;
  /// Returns the chain rule: dloss/dW1 = dZ1/dW1 . dloss/dZ1. Several paths are a sum, and more
  /// than 8 paths, or 64 factors, are lines of a recurrence.
  std::string formula() const;
  /// Returns the shapes of the matrices: `3x1 = 3x5 . 5x1`.
  std::string shapes() const;
  /// Returns the explanation for a terminal.
  std::string text() const;
  /// Returns a LaTeX document that uses only amsmath, with `?` for letters beyond ASCII.
  std::string latex() const;
  /// Returns a page that needs no other file.
  ///
  /// `training` has explanations of the same program after steps of training. The page plays them:
  /// its loss, values, gradients and matrices change from step to step.
  /// @throws ValueError if an explanation has other stations or matrices
  std::string html(const std::vector<Explanation>& training = {}, Where where = {}) const;
  /// Returns a graph for Graphviz.
  std::string dot() const;

  /// Program that led to the output, if there was a trace.
  std::shared_ptr<const detail::Program> program;
  /// Returns a page on which every number of a leaf can be changed.
  /// The page holds the program and the library itself as WebAssembly, and needs no other file.
  /// @throws GraphError if there was no trace, or the trace has no `Graph`
  /// @throws IoError if the page without a program is not found
  std::string play(const PlayOptions& options = {}, Where where = {}) const;
};

/// Returns the chain rule of the gradient of `output`, which has one element, by `input`.
/// A step takes one backward pass for each element of its `to`. Explain before `backward()` or
/// after `backward({.retain_graph = true})`, because the tape must not be freed.
///
/// The tape is unchanged afterwards. Meanwhile, no other thread may go backward through it. With
/// names, each pass runs a second time, with saved values replaced by distinct ones. That run finds
/// the positions of named elements in a matrix. Hooks run once, on the tape's gradients; the
/// matrices are computed without hooks.
/// @throws ShapeError if the output has several elements
/// @throws GraphError if a tensor has no gradient, no path leads from `input` to `output`, or the
/// tape was freed
/// @throws ValueError if a name is empty, used twice or of an undefined tensor
/// @throws ValueError if a slice is of no station or out of range
RETROGRAD_API Explanation explain(const Tensor& output, const Tensor& input,
                                  const ExplainOptions& options = {}, Where where = {});

namespace detail {

// Explains the gradient of `output` for a model that ran under `trace`.
RETROGRAD_API Explanation
explain_trace(const Trace& trace, const Tensor& output, const std::vector<Tensor>& inputs,
              const std::vector<std::pair<std::string, Tensor>>& parameters,
              const ExplainOptions& options, Where where);
[[noreturn]] RETROGRAD_API void refuse_inputs(std::size_t count, Where where);

template <class Model, class Loss>
Tensor run_model(Model& model, const std::vector<Tensor>& inputs, Loss&& loss, Where where) {
  if constexpr (requires { loss(model(inputs[0], where)); }) {
    if (inputs.size() == 1) {
      return loss(model(inputs[0], where));
    }
  }
  if constexpr (requires { loss(model(inputs[0], inputs[1], where)); }) {
    if (inputs.size() == 2) {
      return loss(model(inputs[0], inputs[1], where));
    }
  }
  if constexpr (requires { loss(model(inputs[0], inputs[1], inputs[2], where)); }) {
    if (inputs.size() == 3) {
      return loss(model(inputs[0], inputs[1], inputs[2], where));
    }
  }
  if constexpr (requires { loss(model(inputs[0], inputs[1], inputs[2], inputs[3], where)); }) {
    if (inputs.size() == 4) {
      return loss(model(inputs[0], inputs[1], inputs[2], inputs[3], where));
    }
  }
  refuse_inputs(inputs.size(), where);
}

}  // namespace detail

/// Runs `loss(model(inputs))` under a trace and explains it.
///
/// @code
/// const Explanation e = explain(model, {image}, [&](const Tensor& scores) {
///   return cross_entropy(scores, target);
/// });
/// @endcode
///
/// Calls of the model are stations with the paths of their modules. Parameters, buffers and inputs
/// have names: those of `options.names`, or else the model's, and `input`, or `input1`, `input2`.
/// The model runs in its mode, once, with at most four inputs.
/// @throws ValueError if `options.by` names no tensor of the tape, or the model does not take as
/// many inputs
template <class Model, class Loss>
requires requires(Model& model) {
  model.named_parameters();
  model.named_buffers();
}
Explanation explain(Model& model, const std::vector<Tensor>& inputs, Loss&& loss,
                    const ExplainOptions& options = {}, Where where = {}) {
  const Frame call("explain", where);
  const Trace trace(model, where);
  const Tensor output = detail::run_model(model, inputs, loss, where);
  return detail::explain_trace(trace, output, inputs, model.named_parameters(), options, where);
}

/// Returns the operators that led to `output` as a graph for Graphviz.
/// It shows shapes, lines, and leaves with the given names.
RETROGRAD_API std::string to_dot(const Tensor& output,
                                 const std::vector<std::pair<std::string, Tensor>>& names = {});
/// Returns the graph with the trace's names of parameters and paths of modules.
RETROGRAD_API std::string to_dot(const Tensor& output, const Trace& trace);

}  // namespace retrograd
