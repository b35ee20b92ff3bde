// rnn_tanh, rnn_relu, gru and lstm, declared in ops/recurrence.h.
#include <utility>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/internal/sequence.h>
#include <retrograd/ops/recurrence.h>

namespace retrograd {

using namespace recurrence;

namespace {

using kernels::Recurrence;
using kernels::RecurrenceGeometry;
using kernels::RecurrentWeights;
using Tensors = std::vector<Tensor>;

std::vector<RecurrentWeights> weights_of(const Tensors& all) {
  std::vector<RecurrentWeights> found;
  for (std::size_t i = 0; kParameters + 4 * i < all.size(); ++i) {
    found.push_back(recurrence::weights_of(all, i));
  }
  return found;
}

// Gradients that can be differentiated: those of the twin.
Gradients composed_backward(const RecurrenceGeometry& geometry, const Backward& b,
                            std::size_t count) {
  Tensors inner(count);
  Tensors wanted;
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < count; ++i) {
    const Tensor given = b.saved(i);
    if (!given.defined()) {
      continue;
    }
    // A node of its own: one tensor may be several inputs, and an input be made from another.
    inner[i] = view(given, given.shape());
    if (b.needs(i)) {
      if (!inner[i].requires_grad()) {
        inner[i].set_requires_grad();  // it was frozen since
      }
      wanted.push_back(inner[i]);
      positions.push_back(i);
    }
  }
  const Tensors found =
      grad({composed(geometry, inner)}, wanted, {.grad_outputs = {b.grad}, .create_graph = true});
  Tensors all(count);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    all[positions[i]] = found[i];
  }
  return Gradients(std::move(all));
}

Gradients fused_backward(const RecurrenceGeometry& geometry, const Backward& b, std::size_t count) {
  Tensors all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back(b.saved(i));
  }
  kernels::RecurrentValues values{b.saved(count), {}};
  kernels::RecurrentWanted wanted{b.needs(kX), b.needs(kH), b.needs(kC), {}};
  for (std::size_t i = 0; kParameters + 4 * i < count; ++i) {
    const std::size_t trace = count + 1 + 3 * i;
    values.traces.push_back({b.saved(trace), b.saved(trace + 1), b.saved(trace + 2)});
    const std::size_t first = kParameters + 4 * i;
    wanted.weights.push_back(
        {b.needs(first), b.needs(first + 1), b.needs(first + 2), b.needs(first + 3)});
  }
  kernels::RecurrentGradients found = kernels::recurrence_backward(
      geometry, b.grad, all[kX], all[kH], all[kC], weights_of(all), values, wanted);
  Tensors gradients{std::move(found.x), std::move(found.h), std::move(found.c)};
  for (RecurrentWeights& own : found.weights) {
    gradients.insert(gradients.end(), {std::move(own.w_ih), std::move(own.w_hh),
                                       std::move(own.b_ih), std::move(own.b_hh)});
  }
  return Gradients(std::move(gradients));
}

// The kernel's result on the tape: (outputs, last h, last c) in one tensor.
Tensor fused(const Call& call, const RecurrenceGeometry& geometry, const Tensors& all) {
  bool keeps = false;
  for (const Tensor& input : all) {
    keeps = keeps || (input.defined() && input.requires_grad());
  }
  kernels::RecurrentValues values = kernels::recurrence(geometry, all[kX], all[kH], all[kC],
                                                        weights_of(all), keeps && grad_enabled());
  Tensors saved = all;
  saved.push_back(values.packed);
  for (kernels::RecurrentTrace& trace : values.traces) {
    saved.insert(saved.end(),
                 {std::move(trace.gates), std::move(trace.cells), std::move(trace.joined)});
  }
  return call.record({.output = values.packed,
                      .inputs = all,
                      .saved = saved,
                      .backward = [geometry, count = all.size()](const Backward& b) -> Gradients {
                        return b.recorded() ? composed_backward(geometry, b, count)
                                            : fused_backward(geometry, b, count);
                      }});
}

void check_state(const Call& call, const RecurrenceGeometry& geometry, const Tensor& x,
                 const char* name, const Tensor& state) {
  if (!state.defined()) {
    return;
  }
  const Shape expected{geometry.directions, geometry.batch, geometry.hidden};
  check::same_dtype(call, "input", x, name, state);
  check::require<ShapeError>(call, state.shape() == expected, {{"input", x}, {name, state}},
                             "{} must have shape {} [shape-unexpected]", name, expected);
}

void check_weights(const Call& call, const RecurrenceGeometry& geometry, const Tensor& x,
                   const RecurrentWeights& own) {
  const std::int64_t rows = geometry.gates() * geometry.hidden;
  check::defined(call, "w_ih", own.w_ih);
  check::defined(call, "w_hh", own.w_hh);
  check::same_dtype(call, "input", x, "w_ih", own.w_ih);
  check::same_dtype(call, "input", x, "w_hh", own.w_hh);
  check::require<ShapeError>(call,
                             own.w_hh.shape() == Shape{rows, geometry.hidden} &&
                                 own.w_ih.shape() == Shape{rows, geometry.features},
                             {{"input", x}, {"w_ih", own.w_ih}, {"w_hh", own.w_hh}},
                             "the weights must be ({} H, I) and ({} H, H) [shape-unexpected]",
                             geometry.gates(), geometry.gates());
  for (const Tensor* bias : {&own.b_ih, &own.b_hh}) {
    const char* const name = bias == &own.b_ih ? "b_ih" : "b_hh";
    if (bias->defined()) {
      check::same_dtype(call, "input", x, name, *bias);
      check::require<ShapeError>(call, bias->shape() == Shape{rows},
                                 {{"w_hh", own.w_hh}, {name, *bias}},
                                 "{} must have {} elements [shape-unexpected]", name, rows);
    }
  }
}

// The sizes of a call whose inputs are cast; throws if one does not fit.
RecurrenceGeometry geometry_of(const Call& call, Recurrence kind, const Tensors& all,
                               const RecurrenceOptions& options) {
  const Tensor& x = all[kX];
  check::floating(call, x);
  check::require<ShapeError>(call, x.dim() == 3 && x.shape()[0] != 0, {{"input", x}},
                             "needs an input (T, N, I) of at least one step [shape-unexpected]");
  const Tensor& w_hh = all[kParameters + 1];
  check::defined(call, "w_hh", w_hh);
  check::require<ShapeError>(call, w_hh.dim() == 2, {{"w_hh", w_hh}},
                             "needs a weight ({} H, H) [rank-unexpected]", gates_of(kind));
  const RecurrenceGeometry geometry{
      .kind = kind,
      .steps = x.shape()[0],
      .batch = x.shape()[1],
      .features = x.shape()[2],
      .hidden = w_hh.shape()[1],
      .directions = options.direction == Direction::bidirectional ? 2 : 1,
      .reversed = options.direction == Direction::reverse};
  for (const RecurrentWeights& own : weights_of(all)) {
    check_weights(call, geometry, x, own);
  }
  check_state(call, geometry, x, "h", all[kH]);
  check_state(call, geometry, x, "c", all[kC]);
  return geometry;
}

// The inputs of a call, as Autocast wants them.
Tensors inputs_of(const Call& call, const Tensor& input, const Tensor& h, const Tensor& c,
                  const Tensors& params, const RecurrenceOptions& options) {
  check::defined(call, "input", input);
  const std::size_t directions = options.direction == Direction::bidirectional ? 2 : 1;
  const bool has_biases = params.size() == 4 * directions;
  check::require<ShapeError>(call, has_biases || params.size() == 2 * directions,
                             {{"input", input}},
                             "needs {} parameters, or {} without biases, not {} [count-mismatch]",
                             4 * directions, 2 * directions, params.size());
  Tensors all{input, h, c};
  for (std::size_t i = 0; i < directions; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      all.push_back(has_biases ? params[4 * i + k] : k < 2 ? params[2 * i + k] : Tensor());
    }
  }
  return call.inputs(all);
}

// `count` parts of a result, from element `first` on.
Tensor part(const Tensor& packed, std::int64_t first, const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    count *= size;
  }
  return view(narrow(packed, 0, first, count), shape);
}

// The results in the order in which they are packed.
LSTMSequence sequence(const Call& call, Recurrence kind, const Tensors& all,
                      const RecurrenceOptions& options) {
  const RecurrenceGeometry geometry = geometry_of(call, kind, all, options);
  const Tensor packed = fused(call, geometry, all);
  const Shape states{geometry.directions, geometry.batch, geometry.hidden};
  const std::int64_t outputs = geometry.outputs();
  return {.output = part(packed, 0,
                         {geometry.steps, geometry.batch, geometry.directions * geometry.hidden}),
          .h = part(packed, outputs, states),
          .c = geometry.has_cells() ? part(packed, outputs + geometry.states(), states) : Tensor()};
}

RecurrentOutput one_state(const Call& call, Recurrence kind, const Tensor& input, const Tensor& hx,
                          const Tensors& params, const RecurrenceOptions& options) {
  const Tensors all = inputs_of(call, input, hx, {}, params, options);
  const LSTMSequence found = sequence(call, kind, all, options);
  return call.result(RecurrentOutput{.output = found.output, .hidden = found.h});
}

}  // namespace

RecurrentOutput rnn_tanh(const Tensor& input, const Tensor& hx, const std::vector<Tensor>& params,
                         const RecurrenceOptions& options, Where where) {
  const Call call("rnn_tanh", where, Cast::downcast, input, hx, params, options);
  return one_state(call, Recurrence::rnn_tanh, input, hx, params, options);
}

RecurrentOutput rnn_relu(const Tensor& input, const Tensor& hx, const std::vector<Tensor>& params,
                         const RecurrenceOptions& options, Where where) {
  const Call call("rnn_relu", where, Cast::downcast, input, hx, params, options);
  return one_state(call, Recurrence::rnn_relu, input, hx, params, options);
}

RecurrentOutput gru(const Tensor& input, const Tensor& hx, const std::vector<Tensor>& params,
                    const RecurrenceOptions& options, Where where) {
  const Call call("gru", where, Cast::downcast, input, hx, params, options);
  return one_state(call, Recurrence::gru, input, hx, params, options);
}

LSTMSequence lstm(const Tensor& input, const LSTMState& hx, const std::vector<Tensor>& params,
                  const RecurrenceOptions& options, Where where) {
  const Call call("lstm", where, Cast::downcast, input, hx, params, options);
  const Tensors all = inputs_of(call, input, hx.h, hx.c, params, options);
  return call.result(sequence(call, Recurrence::lstm, all, options));
}

}  // namespace retrograd
