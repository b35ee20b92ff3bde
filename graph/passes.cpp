#include <retrograd/graph/passes.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/graph/registry.h>

namespace retrograd {

using namespace detail;

std::size_t drop_dead_steps(Graph& graph) {
  std::vector<bool> live(graph.values.size(), false);
  std::vector<bool> dead(graph.steps.size(), false);
  const auto use = [&](ValueId id) {
    if (id.index >= 0) {
      live[place(id)] = true;
    }
  };
  std::for_each(graph.outputs.begin(), graph.outputs.end(), use);
  for (std::size_t s = graph.steps.size(); s-- > 0;) {
    const GraphStep& step = graph.steps[s];
    dead[s] = !has_effect(step) &&
              std::none_of(step.outputs.begin(), step.outputs.end(),
                           [&](ValueId id) { return id.index >= 0 && live[place(id)]; });
    if (!dead[s]) {
      for_each_id(step.arguments, use);
    }
  }
  for (std::size_t v = 0; v < live.size(); ++v) {
    if (!live[v]) {
      graph.values[v].constant = {};
    }
  }
  return erase_steps(graph, dead);
}

namespace {

bool is_false(const GraphStep& step, std::size_t i) {
  const Scalar* const flag = argument<Scalar>(step, i);
  return flag != nullptr && !flag->to<bool>();
}

// Whether the step gives its first argument's values if shape and dtype are its argument's, too.
bool keeps_values(const GraphStep& step) {
  constexpr std::array<std::string_view, 12> kOps = {
      "broadcast_to", "expand",  "flatten", "module_input", "module_output", "narrow",
      "reshape",      "squeeze", "sum_to",  "to",           "unflatten",     "view"};
  const std::string_view op = step.op;
  return std::find(kOps.begin(), kOps.end(), op) != kOps.end() ||
         (op.find("dropout") != op.npos && is_false(step, 2)) ||
         (op == "stochastic_depth" && is_false(step, 3));
}

bool returns_input(const Graph& graph, const GraphStep& step) {
  const ValueId* const from = tensor_argument(step, 0);
  if (from == nullptr || step.outputs.size() != 1 || step.outputs[0].index < 0) {
    return false;
  }
  const GraphValue& before = graph.values[place(*from)];
  const GraphValue& after = graph.values[place(step.outputs[0])];
  if (step.op == "contiguous" && std::find(graph.outputs.begin(), graph.outputs.end(),
                                           step.outputs[0]) != graph.outputs.end()) {
    return false;  // the caller may want it so for inputs of other strides
  }
  return *from == step.outputs[0] ||
         (keeps_values(step) && before.shape == after.shape && before.dtype == after.dtype);
}

}  // namespace

std::size_t drop_noops(Graph& graph) {
  std::vector<bool> dropped(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    dropped[s] = returns_input(graph, graph.steps[s]);
  }
  bool may_have_strides = false;
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    if (dropped[s]) {
      may_have_strides = may_have_strides || graph.steps[s].op == "contiguous";
      replace_value(graph, graph.steps[s].outputs[0], *tensor_argument(graph.steps[s], 0));
    }
  }
  for (GraphStep& step : graph.steps) {
    if (may_have_strides && step.op == "view") {
      step.op = "reshape";  // which also takes inputs of other strides
    }
  }
  return erase_steps(graph, dropped);
}

namespace {

// Whether the step always gives the same for the same arguments.
bool is_function(const GraphStep& step) {
  return !step.random && !step.op.starts_with("rand") && !step.op.starts_with("empty");
}

// Whether all values among the arguments are constants.
bool is_constant(const Graph& graph, const GraphStep& step) {
  bool all = true;
  for_each_id(step.arguments,
              [&](ValueId id) { all = all && (id.index < 0 || constant_of(graph, id).defined()); });
  return all;
}

// Runs the step if it can be run alone, and makes its results constants.
bool fold_step(Graph& graph, const GraphStep& step) {
  if (!is_function(step) || !is_constant(graph, step)) {
    return false;
  }
  Arguments arguments;
  for (const Argument& each : step.arguments) {
    arguments.push_back(with_constants(graph, each));
  }
  std::vector<Tensor> outputs;
  try {
    outputs = call_operator(step.op, arguments, step.where);
  } catch (const Error&) {
    return false;  // a run of the graph reports it
  }
  for (std::size_t i = 0; i < step.outputs.size() && i < outputs.size(); ++i) {
    if (step.outputs[i].index >= 0) {
      graph.values[place(step.outputs[i])].constant = outputs[i];
    }
  }
  if (step.op == "to" && step.outputs[0].index >= 0) {  // a weight under Autocast
    graph.values[place(step.outputs[0])].name = graph.values[place(*tensor_argument(step, 0))].name;
  }
  return true;
}

}  // namespace

std::size_t fold_constants(Graph& graph) {
  std::vector<bool> folded(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  const NoGradGuard unrecorded;
  const Autocast off(bfloat16, false);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    folded[s] = fold_step(graph, graph.steps[s]);
  }
  // Callers may write to outputs: each run makes their memory anew, which views of it share.
  std::vector<Tensor> outputs;
  for (const ValueId id : graph.outputs) {
    outputs.push_back(constant_of(graph, id));
  }
  const auto is_written = [&](ValueId made) {
    const Tensor constant = constant_of(graph, made);
    return constant.defined() && std::any_of(outputs.begin(), outputs.end(), [&](const Tensor& y) {
             return y.defined() && y.shares_memory_with(constant);
           });
  };
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    const std::vector<ValueId>& made = graph.steps[s].outputs;
    if (folded[s] && std::any_of(made.begin(), made.end(), is_written)) {
      folded[s] = false;
      for (const ValueId id : made) {
        if (id.index >= 0) {
          graph.values[place(id)].constant = {};
        }
      }
    }
  }
  return erase_steps(graph, folded);
}

namespace {

// The step that makes the value, if nothing else uses it; null where it is none.
GraphStep* maker_of_only_use(Graph& graph, const std::vector<std::ptrdiff_t>& makers,
                             const std::vector<std::size_t>& uses, const ValueId* id) {
  if (id == nullptr || id->index < 0 || makers[place(*id)] < 0 || uses[place(*id)] != 1) {
    return nullptr;
  }
  return &graph.steps[static_cast<std::size_t>(makers[place(*id)])];
}

}  // namespace

std::size_t fuse_relus(Graph& graph) {
  constexpr std::array<std::string_view, 6> kOps = {"add",    "batch_norm", "conv1d",
                                                    "conv2d", "conv3d",     "linear"};
  std::vector<bool> fused(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  const auto makers = find_makers(graph);
  const auto uses = count_uses(graph);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    GraphStep& relu = graph.steps[s];
    const ValueId* const input = relu.op == "relu" ? tensor_argument(relu, 0) : nullptr;
    GraphStep* const maker = maker_of_only_use(graph, makers, uses, input);
    if (maker == nullptr) {
      continue;
    }
    GraphStep& step = *maker;
    const ValueId* const a = tensor_argument(step, 0);
    const bool is_fusible = std::find(kOps.begin(), kOps.end(), step.op) != kOps.end() &&
                            (step.op != "add" || tensor_argument(step, 1) != nullptr);
    if (!is_fusible || a == nullptr || step.switches_recording != relu.switches_recording ||
        !is_floating(graph.values[place(*a)].dtype) ||
        graph.values[place(*a)].dtype != graph.values[place(*input)].dtype) {
      continue;
    }
    step.op += "_relu";
    step.outputs = relu.outputs;
    fused[s] = true;
  }
  return erase_steps(graph, fused);
}

namespace {

using Sizes = std::vector<std::int64_t>;

// Whether the step has a filter for each channel, of constant parameters.
bool is_depthwise(const Graph& graph, const GraphStep& step) {
  const Tensor weight = constant_argument(graph, step, 1);
  const Scalar* const groups = argument<Scalar>(step, 6);
  return step.op == "conv2d_relu" && weight.defined() && groups != nullptr && weight.dim() == 4 &&
         weight.shape()[1] == 1 && groups->to<std::int64_t>() == weight.shape()[0] &&
         graph.values[place(*tensor_argument(step, 0))].shape.size() == 4;
}

// Whether the step mixes the channels of each pixel.
bool is_pointwise_conv(const Graph& graph, const GraphStep& step) {
  const Tensor weight = constant_argument(graph, step, 1);
  const auto* const stride = argument<Sizes>(step, 3);
  const auto* const padding = argument<Sizes>(step, 4);
  const Scalar* const groups = argument<Scalar>(step, 6);
  return step.op == "conv2d_relu" && weight.defined() && weight.dim() == 4 &&
         weight.shape()[2] == 1 && weight.shape()[3] == 1 && stride != nullptr &&
         *stride == Sizes{1, 1} && padding != nullptr && *padding == Sizes{0, 0} &&
         groups != nullptr && groups->to<std::int64_t>() == 1;
}

}  // namespace

std::size_t fuse_separable_convs(Graph& graph) {
  std::vector<bool> fused(graph.steps.size(), false);
  if (has_effects(graph)) {
    return 0;
  }
  const auto makers = find_makers(graph);
  const auto uses = count_uses(graph);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    GraphStep& last = graph.steps[s];
    GraphStep* const maker = maker_of_only_use(graph, makers, uses, tensor_argument(last, 0));
    if (maker == nullptr || !is_depthwise(graph, *maker) || !is_pointwise_conv(graph, last) ||
        maker->switches_recording != last.switches_recording) {
      continue;
    }
    GraphStep& first = *maker;
    const Arguments& a = first.arguments;
    const Arguments& b = last.arguments;
    first.arguments = {a[0], a[1], b[1], a[2], b[2], a[3], a[4], a[5], Scalar(1)};
    first.op = "separable_conv2d_relu";
    first.outputs = last.outputs;
    fused[s] = true;
  }
  return erase_steps(graph, fused);
}

void optimize(Graph& graph) {
  drop_noops(graph);
  fold_constants(graph);
  fuse_activations(graph);
  fold_arithmetic(graph);
  fold_batch_norms(graph);
  fold_arithmetic(graph);  // of what is behind a norm
  fuse_relus(graph);
  fuse_separable_convs(graph);
  drop_dead_steps(graph);
}

}  // namespace retrograd
