#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/graph/passes.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/internal/fold_norm.h>
#include <retrograd/ops/shape.h>

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

// The batch norm behind a step with channels, and what both make of their parameters.
class Pair {
 public:
  Pair(Graph& graph, GraphStep& step, GraphStep& norm) : graph_(graph), step_(step), norm_(norm) {}

  bool can_fold() const {
    const Tensor weight = constant_argument(graph_, step_, kWeight);
    const ValueId* const bias = argument<ValueId>(step_, kBias);
    const Scalar* const eps = argument<Scalar>(norm_, 7);
    if (!weight.defined() || bias == nullptr || eps == nullptr || !is_constant(step_, kBias) ||
        step_.switches_recording != norm_.switches_recording) {
      return false;
    }
    for (std::size_t i = 1; i <= 4; ++i) {
      if (!is_constant(norm_, i)) {
        return false;
      }
    }
    // The channels are in dimension 1 of (N, C) or (N, C, spatial...).
    const GraphValue& between = graph_.values[place(step_.outputs[0])];
    const bool is_batch = step_.op == "linear"
                              ? between.shape.size() == 2
                              : between.shape.size() == static_cast<std::size_t>(weight.dim());
    const Tensor mean = constant_argument(graph_, norm_, 1);
    return is_batch && mean.defined() && mean.shape() == Shape{between.shape[1]} &&
           between.dtype == weight.dtype();
  }

  // Writes the new parameters, and the outputs of the norm, to the first step.
  void fold() {
    const ValueId weight_id = std::get<ValueId>(step_.arguments[kWeight]);
    const std::string name = graph_.values[place(weight_id)].name;
    const Tensor weight = graph_.values[place(weight_id)].constant;
    const Tensor bias = constant_argument(graph_, step_, kBias);
    const auto [scale, shift] =
        scale_and_shift(constant_argument(graph_, norm_, 1), constant_argument(graph_, norm_, 2),
                        constant_argument(graph_, norm_, 3), constant_argument(graph_, norm_, 4),
                        argument<Scalar>(norm_, 7)->to<double>());
    const Tensor moved = bias.defined() ? bias * scale + shift : shift;
    step_.arguments[kWeight] =
        add_constant(graph_, name, scaled(weight, scale, step_).to(weight.dtype()));
    step_.arguments[kBias] = add_constant(graph_, bias_name(name), moved.to(weight.dtype()));
    if (norm_.op == "batch_norm") {
      step_.outputs = norm_.outputs;
    } else {
      norm_.op = "relu";
      norm_.arguments.resize(1);
    }
  }

 private:
  bool is_constant(const GraphStep& step, std::size_t i) const {
    const ValueId* const id = argument<ValueId>(step, i);
    return id != nullptr && (id->index < 0 || graph_.values[place(*id)].constant.defined());
  }

  Graph& graph_;
  GraphStep& step_;
  GraphStep& norm_;
};

}  // namespace

std::size_t fold_batch_norms(Graph& graph) {
  std::vector<bool> folded(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  const NoGradGuard unrecorded;
  const Autocast off(bfloat16, false);
  const auto makers = find_makers(graph);
  const auto uses = count_uses(graph);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    GraphStep& norm = graph.steps[s];
    const ValueId* const input = norm.op == "batch_norm" || norm.op == "batch_norm_relu"
                                     ? tensor_argument(norm, 0)
                                     : nullptr;
    if (input == nullptr || makers[place(*input)] < 0 || uses[place(*input)] != 1) {
      continue;
    }
    GraphStep& step = graph.steps[static_cast<std::size_t>(makers[place(*input)])];
    Pair pair(graph, step, norm);
    if (has_channels(step) && pair.can_fold()) {
      pair.fold();
      folded[s] = norm.op == "batch_norm";
    }
  }
  return erase_steps(graph, folded);
}

}  // namespace retrograd
