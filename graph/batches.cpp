#include <retrograd/graph/detail/batches.h>

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>

#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/ops/shape.h>

namespace retrograd::detail {

namespace {

using Names = std::span<const std::string_view>;

bool is_among(Names names, std::string_view op) {
  return std::find(names.begin(), names.end(), op) != names.end();
}

bool is_convolution(std::string_view op) {
  return op.starts_with("conv") || op == "separable_conv2d_relu";
}

// What each element of the first argument becomes.
constexpr std::array<std::string_view, 26> kOfElements = {
    "abs",  "celu",        "clamp",     "contiguous", "elu",        "erf",      "exp",
    "gelu", "hardsigmoid", "hardswish", "hardtanh",   "leaky_relu", "log",      "mish",
    "relu", "relu6",       "selu",      "sigmoid",    "silu",       "softplus", "softsign",
    "sqrt", "square",      "tanh",      "to",         "neg"};
constexpr std::array<std::string_view, 8> kOfTwo = {"add", "add_relu", "div", "maximum",
                                                    "mul", "minimum",  "pow", "sub"};
// Of samples and constant parameters.
constexpr std::array<std::string_view, 3> kLayers = {"interpolate", "linear", "linear_relu"};
constexpr std::array<std::string_view, 2> kNorms = {"batch_norm", "batch_norm_relu"};
constexpr std::array<std::string_view, 4> kReductions = {"amax", "amin", "mean", "sum"};
constexpr std::array<std::string_view, 3> kFromDimension = {"flatten", "log_softmax", "softmax"};
constexpr std::array<std::string_view, 2> kReshapes = {"reshape", "view"};

// Follows samples, which are dimension 0 of a value, through a graph.
class Follower {
 public:
  Follower(Graph& graph, std::int64_t samples)
      : graph_(graph), samples_(samples), has_samples_(graph.values.size(), false) {}

  void take(ValueId id) { has_samples_[place(id)] = true; }
  bool has_samples(ValueId id) const { return id.index >= 0 && has_samples_[place(id)]; }

  // Whether the step treats each sample alone. A reshape then leaves out their number.
  bool pass(GraphStep& step) {
    if (step.random || step.switches_recording || step.outputs.size() != 1 ||
        step.outputs[0].index < 0) {
      return false;
    }
    const Shape& output = shape_of(step.outputs[0]);
    if (output.empty() || output[0] != samples_ || !keeps_samples(step)) {
      return false;
    }
    take(step.outputs[0]);
    return true;
  }

 private:
  const Shape& shape_of(ValueId id) const { return graph_.values[place(id)].shape; }
  std::size_t rank_of(ValueId id) const { return shape_of(id).size(); }

  bool is_constant(ValueId id) const {
    return id.index < 0 || graph_.values[place(id)].constant.defined();
  }
  // Whether arguments from i on have no tensors but constants.
  bool has_constants_from(const GraphStep& step, std::size_t i) const {
    bool all = true;
    const Arguments rest(step.arguments.begin() + static_cast<std::ptrdiff_t>(i),
                         step.arguments.end());
    for_each_id(rest, [&](ValueId id) { all = all && is_constant(id); });
    return all;
  }
  // The dimension that an argument names; -1 where it does not.
  std::int64_t dimension(const GraphStep& step, std::size_t i, std::size_t rank) const {
    const Scalar* const number = argument<Scalar>(step, i);
    const std::int64_t d = number != nullptr ? number->to<std::int64_t>() : -1;
    return number == nullptr ? -1 : d < 0 ? d + static_cast<std::int64_t>(rank) : d;
  }

  // Constants must not have an element for each sample.
  bool takes_operand(const Argument& operand, std::size_t rank) const {
    const auto* const id = std::get_if<ValueId>(&operand);
    if (id == nullptr || id->index < 0) {
      return std::holds_alternative<Scalar>(operand);
    }
    if (has_samples(*id)) {
      return rank_of(*id) == rank;
    }
    return is_constant(*id) && (rank_of(*id) < rank || shape_of(*id)[0] == 1);
  }

  bool keeps_two(const GraphStep& step) const {
    const std::size_t rank = rank_of(step.outputs[0]);
    return step.arguments.size() == 2 && takes_operand(step.arguments[0], rank) &&
           takes_operand(step.arguments[1], rank);
  }

  // conv2d, max_pool2d: their input may have no samples, but be one.
  bool keeps_windows(const GraphStep& step) const {
    const std::size_t at =
        step.op.find("d_relu") != step.op.npos ? step.op.size() - 7 : step.op.size() - 2;
    const auto spatial = static_cast<std::size_t>(step.op[at] - '0');
    return has_constants_from(step, 1) && spatial >= 1 && spatial <= 3 &&
           rank_of(*tensor_argument(step, 0)) == spatial + 2;
  }

  bool keeps_reduction(const GraphStep& step, std::size_t rank) const {
    const auto* const dims = argument<std::vector<std::int64_t>>(step, 1);
    return dims != nullptr && !dims->empty() &&
           std::none_of(dims->begin(), dims->end(), [&](std::int64_t d) {
             return d == 0 || d == -static_cast<std::int64_t>(rank);
           });
  }

  bool keeps_cat(const GraphStep& step) const {
    const auto* const list = argument<std::vector<ValueId>>(step, 0);
    return list != nullptr && !list->empty() &&
           std::all_of(list->begin(), list->end(), [&](ValueId id) { return has_samples(id); }) &&
           dimension(step, 1, rank_of(list->front())) > 0;
  }

  bool keeps_reshape(GraphStep& step) const {
    const Shape& to = shape_of(step.outputs[0]);
    const auto size = std::accumulate(to.begin() + 1, to.end(), std::int64_t{1}, std::multiplies());
    if (shape_of(*tensor_argument(step, 0))[0] != samples_ || size == 0 ||
        argument<std::vector<std::int64_t>>(step, 1) == nullptr) {
      return false;
    }
    std::vector<std::int64_t> sizes(to.begin(), to.end());
    sizes[0] = -1;
    step.arguments[1] = std::move(sizes);
    return true;
  }

  bool keeps_samples(GraphStep& step) {
    const std::string_view op = step.op;
    if (op == "cat") {
      return keeps_cat(step);
    }
    if (is_among(kOfTwo, op)) {
      return keeps_two(step);
    }
    const ValueId* const x = tensor_argument(step, 0);
    if (x == nullptr || !has_samples(*x)) {
      return false;
    }
    const std::size_t rank = rank_of(*x);
    if (is_among(kOfElements, op)) {
      return has_constants_from(step, 1);
    }
    if (is_among(kLayers, op)) {
      return rank >= 2 && has_constants_from(step, 1);
    }
    if (is_among(kNorms, op)) {
      const Scalar* const training = argument<Scalar>(step, 5);
      return rank >= 2 && has_constants_from(step, 1) && training != nullptr &&
             !training->to<bool>();
    }
    if (op == "matmul") {
      const ValueId* const right = tensor_argument(step, 1);
      return rank >= 2 && right != nullptr && is_constant(*right) && rank_of(*right) <= 2;
    }
    if (is_convolution(op) || op.starts_with("max_pool") || op.starts_with("avg_pool") ||
        op.starts_with("adaptive_")) {
      return keeps_windows(step);
    }
    if (is_among(kReductions, op)) {
      return keeps_reduction(step, rank);
    }
    if (is_among(kFromDimension, op)) {
      return dimension(step, 1, rank) > 0;
    }
    return is_among(kReshapes, op) && keeps_reshape(step);
  }

  Graph& graph_;
  std::int64_t samples_;
  std::vector<bool> has_samples_;  // by value
};

// Bytes that a step reads and writes of one sample, without parameters.
std::int64_t bytes_of(const Graph& graph, const GraphStep& step, const Follower& follower) {
  std::int64_t sum = 0;
  const auto add = [&](ValueId id) {
    if (follower.has_samples(id)) {
      const GraphValue& value = graph.values[place(id)];
      sum += std::accumulate(value.shape.begin() + 1, value.shape.end(),
                             static_cast<std::int64_t>(item_size(value.dtype)), std::multiplies());
    }
  };
  for_each_id(step.arguments, add);
  std::for_each(step.outputs.begin(), step.outputs.end(), add);
  return sum;
}

// The number of samples of all inputs; 0 where they differ.
std::int64_t samples_of(const Graph& graph) {
  std::int64_t samples = 0;
  for (const ValueId id : graph.inputs) {
    const Shape& shape = graph.values[place(id)].shape;
    if (shape.empty() || (samples != 0 && shape[0] != samples)) {
      return 0;
    }
    samples = shape[0];
  }
  return samples;
}

// Whether each output is the result of another step.
bool makes_outputs(const Graph& graph) {
  const auto makers = find_makers(graph);
  return std::all_of(graph.outputs.begin(), graph.outputs.end(), [&](ValueId id) {
    return id.index >= 0 && makers[place(id)] >= 0 &&
           std::count(graph.outputs.begin(), graph.outputs.end(), id) == 1;
  });
}

}  // namespace

std::optional<Batches> batches_of(const Graph& given) {
  constexpr std::int64_t kCache = std::int64_t{3} << 19;  // bytes
  // Convolutions compute while they wait for memory. Measured: rounds pay where at least one in so
  // many bytes is of other steps.
  constexpr std::int64_t kOneIn = 8;
  // Samples of a round: some kernels share them, and no parts of them, between threads.
  constexpr std::int64_t kLeast = 2;
  const std::int64_t samples = samples_of(given);
  if (samples < 2 || given.outputs.empty() || !makes_outputs(given) || has_effects(given)) {
    return std::nullopt;
  }
  Batches batches{given, samples, samples};
  Follower follower(batches.graph, samples);
  for (const ValueId id : given.inputs) {
    follower.take(id);
  }
  std::int64_t most = 1;
  std::int64_t all = 0;
  std::int64_t convolved = 0;
  for (GraphStep& step : batches.graph.steps) {
    if (!follower.pass(step)) {
      return std::nullopt;
    }
    const std::int64_t bytes = bytes_of(given, step, follower);
    most = std::max(most, bytes);
    all += bytes;
    convolved += is_convolution(step.op) ? bytes : 0;
  }
  if (most * samples <= 2 * kCache || all - convolved < all / kOneIn) {
    return std::nullopt;
  }
  const std::int64_t cached = std::max<std::int64_t>(kCache / most, 1);
  const std::int64_t rounds = std::min((samples - 1) / cached + 1, samples / kLeast);
  if (rounds < 2) {
    return std::nullopt;
  }
  batches.together = (samples - 1) / rounds + 1;
  return batches;
}

void Gathered::add(const std::vector<Tensor>& outputs) {
  const bool is_first = whole_.empty();
  std::int64_t count = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& part = outputs[i];
    count = part.shape()[0];
    if (is_first) {
      Shape shape = part.shape();
      shape[0] = samples_;
      Strides strides = part.strides();
      strides[0] = part.numel() / count;
      const bool keeps_order = part.impl().dense && (count == 1 || strides == part.strides());
      whole_.push_back(keeps_order ? empty_strided(shape, strides, part.dtype())
                                   : empty_tensor(shape, part.dtype()));
    }
    narrow(whole_[i], 0, done_, count).copy_(part);
  }
  done_ += count;
}

}  // namespace retrograd::detail
