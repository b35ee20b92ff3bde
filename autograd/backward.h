/// @file
/// Running the tape backward, and printing it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct GradOptions {
  std::vector<Tensor> grad_outputs = {};  ///< One seed an output; an undefined one means ones.
  bool retain_graph = false;  ///< Keep saved tensors, so that the graph can be used again.
  bool create_graph = false;  ///< Record the backward pass; implies retain_graph.
  bool allow_unused = false;  ///< Give an undefined tensor for inputs that do not matter.
};

/// Accumulates d(sum of outputs . seeds)/d(leaf) into every leaf's grad(). One seed for each
/// output, of its shape; outputs of one element need none. Throws GraphError or ShapeError before
/// anything is computed. When a backward function throws, the exception passes through unchanged;
/// leaves that were complete by then keep what they got, all others are as before, and the tensors
/// saved by operators already passed are gone. Gradients are added up in memory of their own: no
/// other tensor changes.
///
/// Several threads may go through one graph at once. The leaves get the sum of all passes; where a
/// pass frees saved tensors, another one that comes to the same operator gets a GraphError. A pass
/// inside a hook or a backward function of another is refused with a GraphError that names the
/// depth when less than 64 KiB of the thread's stack are left.
RETROGRAD_API void backward(const std::vector<Tensor>& outputs,
                            const std::vector<Tensor>& seeds = {}, BackwardOptions options = {},
                            Where where = {});

/// The gradients of the outputs with respect to the inputs, leaves or not; no grad() changes.
/// Throws GraphError for an input that the outputs do not depend on.
RETROGRAD_API std::vector<Tensor> grad(const std::vector<Tensor>& outputs,
                                       const std::vector<Tensor>& inputs,
                                       const GradOptions& options = {}, Where where = {});

/// Lists what led to `output`, oldest first: number, operator, shape and dtype, inputs, saved
/// tensors, the caller's line.
/// To standard output.
RETROGRAD_API void print_tape(const Tensor& output);
/// Lists what led to `output`, oldest first: number, operator, shape and dtype, inputs, saved
/// tensors, the caller's line.
RETROGRAD_API void print_tape(const Tensor& output, std::ostream& out);

}  // namespace retrograd
