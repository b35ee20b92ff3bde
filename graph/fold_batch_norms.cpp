#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/graph/passes.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/internal/fold_norm.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

using namespace detail;

namespace {

constexpr std::size_t kWeight = 1;
constexpr std::size_t kBias = 2;

bool is_transposed(const GraphStep& step) {
  return step.op.starts_with("conv_transpose");
}

bool has_channels(const GraphStep& step) {
  constexpr std::array<std::string_view, 7> kOps = {
      "conv1d",           "conv2d",           "conv3d", "conv_transpose1d",
      "conv_transpose2d", "conv_transpose3d", "linear"};
  return std::find(kOps.begin(), kOps.end(), step.op) != kOps.end();
}

// The weight times the scale of its output channels.
Tensor scaled(const Tensor& weight, const Tensor& scale, const GraphStep& step) {
  const Tensor wide = weight.to(float64);
  if (!is_transposed(step)) {
    Shape factors = weight.shape();
    std::fill(factors.begin() + 1, factors.end(), 1);
    return wide * reshape(scale, factors);
  }
  // (C, O / groups, kernel...), where the rows of a group have the channels of that group.
  const Scalar* const groups = argument<Scalar>(step, 6);
  const std::int64_t count = groups != nullptr ? groups->to<std::int64_t>() : 1;
  const Shape& shape = weight.shape();
  Shape split{count, shape[0] / count};
  Shape factors{count, 1};
  for (std::size_t d = 1; d < shape.size(); ++d) {
    split.push_back(shape[d]);
    factors.push_back(d == 1 ? shape[d] : 1);
  }
  return reshape(reshape(wide, split) * reshape(scale, factors), shape);
}

// conv1.bias beside conv1.weight.
std::string bias_name(const std::string& weight) {
  constexpr std::string_view kWeightName = "weight";
  return weight.ends_with(kWeightName)
             ? weight.substr(0, weight.size() - kWeightName.size()) + "bias"
             : std::string();
}

// What a step makes of each channel: scale x + shift, in float64.
struct Affine {
  Tensor scale;
  Tensor shift;
};

bool is_constant(const Graph& graph, const GraphStep& step, std::size_t i) {
  const ValueId* const id = argument<ValueId>(step, i);
  return id != nullptr && (id->index < 0 || graph.values[place(*id)].constant.defined());
}

// A step with channels whose parameters are constants.
class Layer {
 public:
  Layer(Graph& graph, GraphStep& step) : graph_(graph), step_(step) {}

  // The dimension of its output that has the channels: 1 of (N, C) or (N, C, spatial...), and the
  // last one of a linear step. None if it cannot take other parameters.
  std::optional<std::size_t> channels() const {
    const Tensor weight = constant_argument(graph_, step_, kWeight);
    if (!weight.defined() || !is_constant(graph_, step_, kBias)) {
      return std::nullopt;
    }
    const GraphValue& output = graph_.values[place(step_.outputs[0])];
    const std::size_t rank = output.shape.size();
    const bool is_linear = step_.op == "linear";
    const bool is_known = is_linear ? rank >= 1 : rank == static_cast<std::size_t>(weight.dim());
    return is_known && output.dtype == weight.dtype() ? std::optional(is_linear ? rank - 1 : 1)
                                                      : std::nullopt;
  }

  void change(const Affine& affine) {
    const ValueId weight_id = std::get<ValueId>(step_.arguments[kWeight]);
    const std::string name = graph_.values[place(weight_id)].name;
    const Tensor weight = graph_.values[place(weight_id)].constant;
    const Tensor bias = constant_argument(graph_, step_, kBias);
    const Tensor moved = bias.defined() ? bias * affine.scale + affine.shift : affine.shift;
    step_.arguments[kWeight] =
        add_constant(graph_, name, scaled(weight, affine.scale, step_).to(weight.dtype()));
    step_.arguments[kBias] = add_constant(graph_, bias_name(name), moved.to(weight.dtype()));
  }

 private:
  Graph& graph_;
  GraphStep& step_;
};

std::optional<Affine> affine_of_norm(const Graph& graph, const GraphStep& norm,
                                     const GraphValue& input, std::size_t channels) {
  const Scalar* const eps = argument<Scalar>(norm, 7);
  const Tensor mean = constant_argument(graph, norm, 1);
  bool all = eps != nullptr && mean.defined() && channels == 1;
  for (std::size_t i = 1; i <= 4; ++i) {
    all = all && is_constant(graph, norm, i);
  }
  if (!all || mean.shape() != Shape{input.shape[1]}) {
    return std::nullopt;
  }
  auto [scale, shift] =
      scale_and_shift(mean, constant_argument(graph, norm, 2), constant_argument(graph, norm, 3),
                      constant_argument(graph, norm, 4), eps->to<double>());
  return Affine{std::move(scale), std::move(shift)};
}

// The constant operand as (C) in float64; undefined if elements of a channel have different ones.
Tensor constant_of_channels(const Graph& graph, const GraphStep& step, std::size_t i,
                            const GraphValue& input, std::size_t channels) {
  const std::int64_t count = input.shape[channels];
  if (const Scalar* const number = argument<Scalar>(step, i)) {
    return full({count}, number->to<double>(), {.dtype = float64});
  }
  const Tensor operand = constant_argument(graph, step, i);
  const std::size_t rank = input.shape.size();
  if (!operand.defined() || operand.dtype() != input.dtype || operand.shape().size() > rank) {
    return {};
  }
  const std::size_t missing = rank - operand.shape().size();
  for (std::size_t d = missing; d < rank; ++d) {
    const std::int64_t length = operand.shape()[d - missing];
    if (length != 1 && (d != channels || length != count)) {
      return {};
    }
  }
  return expand(flatten(operand.to(float64)), {count}).clone();
}

std::optional<Affine> affine_of_arithmetic(const Graph& graph, const GraphStep& step,
                                           const GraphValue& input, std::size_t channels) {
  const bool is_first =
      tensor_argument(step, 0) != nullptr && !constant_argument(graph, step, 0).defined();
  const Tensor operand = constant_of_channels(graph, step, is_first ? 1 : 0, input, channels);
  const GraphValue& output = graph.values[place(step.outputs[0])];
  if (!operand.defined() || output.shape != input.shape || output.dtype != input.dtype) {
    return std::nullopt;
  }
  if (step.op == "add") {
    return Affine{ones_like(operand), operand};
  }
  if (step.op == "sub") {
    return is_first ? Affine{ones_like(operand), -1.0 * operand}
                    : Affine{-1.0 * ones_like(operand), operand};
  }
  if (step.op == "mul") {
    return Affine{operand, zeros_like(operand)};
  }
  if (step.op == "div" && is_first) {
    return Affine{1.0 / operand, zeros_like(operand)};
  }
  return std::nullopt;
}

// The input of a step that has one value among its first two arguments, the others constants.
const ValueId* only_input(const Graph& graph, const GraphStep& step) {
  const ValueId* found = nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    const ValueId* const id = tensor_argument(step, i);
    if (id != nullptr && !graph.values[place(*id)].constant.defined()) {
      if (found != nullptr) {
        return nullptr;
      }
      found = id;
    }
  }
  return found;
}

// Takes each step that affine_of() knows into the layer before, if no other step uses its output.
template <class F>
std::size_t fold_into_layers(Graph& graph, const F& affine_of) {
  std::vector<bool> folded(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  const NoGradGuard unrecorded;
  const Autocast off(bfloat16, false);
  auto makers = find_makers(graph);
  const auto uses = count_uses(graph);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    GraphStep& next = graph.steps[s];
    const ValueId* const input = only_input(graph, next);
    if (input == nullptr || makers[place(*input)] < 0 || uses[place(*input)] != 1) {
      continue;
    }
    GraphStep& step = graph.steps[static_cast<std::size_t>(makers[place(*input)])];
    Layer layer(graph, step);
    const auto channels = has_channels(step) ? layer.channels() : std::nullopt;
    if (!channels || step.switches_recording != next.switches_recording) {
      continue;
    }
    const auto affine = affine_of(next, graph.values[place(*input)], *channels);
    if (!affine) {
      continue;
    }
    layer.change(*affine);
    if (next.op == "batch_norm_relu") {
      next.op = "relu";
      next.arguments.resize(1);
    } else {
      step.outputs = next.outputs;
      makers[place(next.outputs[0])] = &step - graph.steps.data();
      folded[s] = true;
    }
  }
  return erase_steps(graph, folded);
}

}  // namespace

std::size_t fold_batch_norms(Graph& graph) {
  return fold_into_layers(
      graph,
      [&](const GraphStep& step, const GraphValue& input,
          std::size_t channels) -> std::optional<Affine> {
        const bool is_norm = step.op == "batch_norm" || step.op == "batch_norm_relu";
        return is_norm ? affine_of_norm(graph, step, input, channels) : std::nullopt;
      });
}

std::size_t fold_arithmetic(Graph& graph) {
  return fold_into_layers(
      graph, [&](const GraphStep& step, const GraphValue& input, std::size_t channels) {
        return affine_of_arithmetic(graph, step, input, channels);
      });
}

}  // namespace retrograd
