#include <retrograd/ops/loss_classification.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/loss/ctc.h>
#include <retrograd/ops/logical.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/softmax.h>

namespace retrograd {

using kernels::CtcAlignment;

namespace {

using Numbers = std::vector<std::int64_t>;

// The lengths of all samples, each at most `most`.
Numbers lengths_of(const Call& call, const char* name, const Tensor& lengths, const Tensor& x,
                   std::int64_t most) {
  check::dtype(call, name, lengths, int64);
  const std::int64_t samples = x.dim() == 3 ? x.shape()[1] : 1;
  check::require<ShapeError>(
      call, lengths.numel() == samples && lengths.dim() <= 1, {{"log_probs", x}, {name, lengths}},
      "{} must have {} elements, one for each sample [count-mismatch]", name, samples);
  Numbers values = lengths.to_vector<std::int64_t>();
  for (std::size_t n = 0; n < values.size(); ++n) {
    check::require<ValueError>(
        call, values[n] >= 0 && values[n] <= most, {{"log_probs", x}, {name, lengths}},
        "{}[{}] is {}; it must be in [0, {}] [value-out-of-range]", name, n, values[n], most);
  }
  return values;
}

// Throws unless all arguments fit.
CtcAlignment align(const Call& call, const Tensor& x, const Tensor& targets,
                   const Tensor& input_lengths, const Tensor& target_lengths, std::int64_t blank) {
  check::require<ShapeError>(call, x.dim() == 2 || x.dim() == 3, {{"log_probs", x}},
                             "needs log_probs (T, N, C) or (T, C) [rank-unexpected]");
  const std::int64_t classes = x.shape().back();
  check::require<ValueError>(call, blank >= 0 && blank < classes, {{"log_probs", x}},
                             "blank is {}; it must be in [0, {}) [value-out-of-range]", blank,
                             classes);
  check::dtype(call, "targets", targets, int64);
  const std::int64_t samples = x.dim() == 3 ? x.shape()[1] : 1;
  const bool joined = targets.dim() == 1;
  check::require<ShapeError>(
      call, joined || (targets.dim() == 2 && targets.shape()[0] == samples),
      {{"log_probs", x}, {"targets", targets}},
      "targets must be (N, S), or (S) for targets one behind the other [shape-unexpected]");
  lengths_of(call, "input_lengths", input_lengths, x, x.shape()[0]);
  const Numbers lengths =
      lengths_of(call, "target_lengths", target_lengths, x, targets.shape().back());
  const std::int64_t all = std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0});
  const std::int64_t longest =
      lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
  check::require<ShapeError>(
      call, !joined || all == targets.numel(),
      {{"targets", targets}, {"target_lengths", target_lengths}},
      "targets has {} elements but target_lengths add up to {} [count-mismatch]", targets.numel(),
      all);
  const Numbers given = targets.to_vector<std::int64_t>();
  Numbers labels(static_cast<std::size_t>(samples * (2 * longest + 1)), blank);
  std::int64_t first = 0;
  for (std::int64_t n = 0; n < samples; ++n) {
    const std::int64_t length = lengths[static_cast<std::size_t>(n)];
    for (std::int64_t i = 0; i < length; ++i) {
      const std::int64_t label = given[static_cast<std::size_t>(first + i)];
      check::require<ValueError>(call, label != blank, {{"log_probs", x}, {"targets", targets}},
                                 "the target of sample {} holds the blank, {} [value-out-of-range]",
                                 n, blank);
      check::require<IndexError>(call, label >= 0 && label < classes,
                                 {{"log_probs", x}, {"targets", targets}},
                                 "the target of sample {} holds class {} but log_probs has {} "
                                 "classes [class-out-of-range]",
                                 n, label, classes);
      labels[static_cast<std::size_t>(n * (2 * longest + 1) + 2 * i + 1)] = label;
    }
    first += joined ? length : targets.shape()[1];
  }
  return {.labels = reshape(tensor(labels, {.dtype = int64}), {samples, 2 * longest + 1}),
          .input_lengths = kernels::as_contiguous(reshape(input_lengths, {samples})),
          .target_lengths = kernels::as_contiguous(reshape(target_lengths, {samples})),
          .blank = blank};
}

// The twin: the forward variables' logarithms, one time after the other. x is (N, T, C).
Tensor composed(const Tensor& x, const CtcAlignment& alignment) {
  const Tensor& labels = alignment.labels;
  const std::int64_t samples = labels.shape()[0];
  const std::int64_t count = labels.shape()[1];
  const std::int64_t times = x.shape()[1];
  const PadOptions never{.value = -INFINITY};
  const Tensor two_before = slice(pad(labels, {2, 0}, {.value = alignment.blank}), 1, 0, count);
  const Tensor skips = logical_and(labels != alignment.blank, labels != two_before);
  const Tensor emitted = gather(x, 2, expand(unsqueeze(labels, 1), {samples, times, count}));
  const Tensor lengths = unsqueeze(alignment.input_lengths, 1);
  // Before the first time, all paths are on the first blank.
  Tensor alpha =
      where(arange(count) == 0, zeros({samples, count}, {.dtype = x.dtype()}), -INFINITY);
  for (std::int64_t t = 0; t < times; ++t) {
    const Tensor padded = pad(alpha, {2, 0}, never);
    const Tensor from_two_before = where(skips, slice(padded, 1, 0, count), -INFINITY);
    const Tensor ways = stack({alpha, slice(padded, 1, 1, count + 1), from_two_before});
    alpha = where(lengths > t, logsumexp(ways, {0}) + select(emitted, 1, t), alpha);
  }
  const Tensor last = unsqueeze(alignment.target_lengths * 2, 1);
  return -logsumexp(gather(pad(alpha, {1, 0}, never), 1, cat({last, last + 1}, 1)), {1});
}

// The losses of the samples; x is (T, N, C).
Tensor fused(const Call& call, const Tensor& x, const CtcAlignment& alignment) {
  const kernels::CtcLosses found = kernels::ctc_loss(x, alignment);
  return with_backward(
      call, x, found.losses,
      {x, found.alpha, alignment.labels, alignment.input_lengths, alignment.target_lengths},
      [blank = alignment.blank](const Backward& b) {
        const CtcAlignment with{b.saved(2), b.saved(3), b.saved(4), blank};
        const Tensor given = b.saved(0);
        if (!b.recorded() || given.shape()[0] == 0) {
          return kernels::ctc_loss_grad(b.grad, given, b.saved(1), with);
        }
        // A node of its own: hooks on x see the gradient once.
        Tensor inner = transpose(given, 0, 1);
        if (!inner.requires_grad()) {
          inner.set_requires_grad();  // x was frozen since
        }
        const std::vector<Tensor> gradients = grad(
            {composed(inner, with)}, {inner}, {.grad_outputs = {b.grad}, .create_graph = true});
        return transpose(gradients[0], 0, 1);
      });
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, const CTCLossOptions& options, Where where) {
  const Call call("ctc_loss", where, Cast::wide, log_probs, targets, input_lengths, target_lengths,
                  options);
  const auto [x, labels, times, lengths] = call.inputs({{"log_probs", log_probs, floating},
                                                        {"targets", targets},
                                                        {"input_lengths", input_lengths},
                                                        {"target_lengths", target_lengths}});
  const CtcAlignment alignment = align(call, x, labels, times, lengths, options.blank);
  const bool batched = x.dim() == 3;
  Tensor losses = fused(call, batched ? x : unsqueeze(x, 1), alignment);
  if (options.zero_infinity) {
    losses = retrograd::where(losses == INFINITY, 0, losses);
  }
  if (options.reduction == Reduction::mean) {
    losses = losses / maximum(alignment.target_lengths, 1);
  }
  return loss::reduced(call, batched ? losses : squeeze(losses, 0), options.reduction);
}

}  // namespace retrograd
