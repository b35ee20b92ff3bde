/// @file
/// Passes: functions that change a graph so that it computes the same values with fewer steps.
///
/// Constants are taken as they are when the pass runs. A pass leaves graphs alone in which a step
/// writes in place, differentiates, or is a custom operator: it cannot know which values change.
/// Only `drop_dead_steps()` changes these graphs, too.
#pragma once

#include <cstddef>

#include <retrograd/graph/graph.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Removes steps on which no output depends, and unused constants. It returns the number of removed
/// steps. Steps that write in place, differentiate, or are custom operators are kept.
RETROGRAD_API std::size_t drop_dead_steps(Graph& graph);

/// Removes steps that return their input: reshapes to the same shape, conversions to the same
/// dtype, `contiguous` of contiguous tensors, and dropout in evaluation mode. It returns the number
/// of removed steps.
RETROGRAD_API std::size_t drop_noops(Graph& graph);

/// Runs the steps whose inputs are all constants, and makes their outputs constants. It returns the
/// number of removed steps. Steps that draw random numbers are kept, and those whose results share
/// memory with an output of the graph, to which callers may write.
RETROGRAD_API std::size_t fold_constants(Graph& graph);

/// Multiplies each batch norm in evaluation mode into the weight and the bias of the convolution,
/// transposed convolution or linear step before it. It returns the number of removed steps.
///
/// The step before must have constant parameters, and no other step may use its output. The new
/// parameters are computed in float64 and rounded once.
RETROGRAD_API std::size_t fold_batch_norms(Graph& graph);

/// Multiplies factors, and adds summands, into the weight and the bias of the step before.
/// It returns the number of removed steps.
///
/// They are constants: one for all elements, or one for each channel. The steps before are those of
/// fold_batch_norms(), under its conditions.
RETROGRAD_API std::size_t fold_arithmetic(Graph& graph);

/// Replaces `clamp(x + 3, 0, 6) / 6` by `hardsigmoid(x)`, and its product with `x` by
/// `hardswish(x)`. It returns the number of removed steps. Where `x` is minus infinity, the product
/// is NaN and `hardswish(x)` is zero.
RETROGRAD_API std::size_t fuse_activations(Graph& graph);

/// Merges each ReLU into the convolution, linear step, batch norm or addition before it, if no
/// other step uses that step's output. It returns the number of removed steps.
RETROGRAD_API std::size_t fuse_relus(Graph& graph);

/// Merges each depthwise `conv2d_relu` with the `conv2d_relu` by constant 1x1 filters behind it, if
/// no other step uses its output, into `separable_conv2d_relu`. It returns the number of removed
/// steps.
RETROGRAD_API std::size_t fuse_separable_convs(Graph& graph);

/// Runs all passes above.
RETROGRAD_API void optimize(Graph& graph);

}  // namespace retrograd
