/// @file
/// Backward passes over the tape, and printing the tape.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

class Trace;  // autograd/trace.h

/// Options of `grad()`.
struct GradOptions {
  std::vector<Tensor> grad_outputs = {};  ///< Seed for each output; an undefined one means ones.
  /// Keeps saved tensors when true, so that the graph can be used again.
  bool retain_graph = false;
  bool create_graph = false;  ///< Records the backward pass when true; implies `retain_graph`.
  /// Returns an undefined tensor for an unused input when true, instead of an error.
  bool allow_unused = false;
};

/// Adds d(sum(outputs * seeds))/d(leaf) to the gradient of every leaf.
///
/// @code
/// backward({loss1, loss2});
/// backward({y}, {ones_like(y)}, {.retain_graph = true});
/// @endcode
///
/// Each output has a seed of its shape; outputs of one element need none. Gradients are added in
/// separate memory: no other tensor changes.
///
/// An exception of a backward function passes through unchanged. Leaves that were complete by then
/// keep their new gradient, and all others are as before. Saved tensors of operators already passed
/// are freed.
///
/// Several threads may go through one graph at once. The leaves get the sum of all passes. If one
/// pass has freed an operator's saved tensors, another that reaches it throws a GraphError. A pass
/// inside a hook or a backward function needs 64 KiB of stack; with less, a GraphError names the
/// depth.
/// @throws GraphError if an output has no history or lacks a seed, before anything is computed
/// @throws ShapeError if a seed has another shape than its output
/// @throws DTypeError if a seed has another dtype than its output
RETROGRAD_API void backward(const std::vector<Tensor>& outputs,
                            const std::vector<Tensor>& seeds = {}, BackwardOptions options = {},
                            Where where = {});

/// Returns the gradients of the outputs with respect to the inputs, leaves or not. `grad()` of no
/// tensor changes.
/// @code
/// std::vector<Tensor> g = grad({y}, {x}, {.create_graph = true});
/// @endcode
/// @throws GraphError if an input does not require a gradient
/// @throws GraphError if an input does not influence the outputs, unless `allow_unused` is true
RETROGRAD_API std::vector<Tensor> grad(const std::vector<Tensor>& outputs,
                                       const std::vector<Tensor>& inputs,
                                       const GradOptions& options = {}, Where where = {});

/// Runs `callback` at the end of the backward pass that runs in this thread, when the gradients of
/// all leaves are complete. Hooks and backward functions call it.
///
/// Inside nested passes, it is the end of the outermost one. Callbacks run in the order of their
/// registration. An exception of the pass, or of a callback, drops those that have not run.
/// @code
/// weight.register_post_accumulate_grad_hook([](const Tensor& leaf) {
///   queue_callback([leaf] { std::cout << leaf.grad() << "\n"; });
/// });
/// @endcode
/// @throws GraphError if no backward pass runs in this thread
/// @throws ValueError if the function is empty
RETROGRAD_API void queue_callback(std::function<void()> callback, Where where = {});

/// Prints the operators that led to `output` to standard output, oldest first.
/// A line has the number, operator, shape and dtype, inputs, saved tensors and the caller's line.
RETROGRAD_API void print_tape(const Tensor& output);
/// Prints the operators that led to `output` to `out`, oldest first.
RETROGRAD_API void print_tape(const Tensor& output, std::ostream& out);
/// Prints the operators with the trace's names of parameters and paths of modules.
RETROGRAD_API void print_tape(const Tensor& output, const Trace& trace, std::ostream& out);

}  // namespace retrograd
