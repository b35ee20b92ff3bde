#include <iterator>
#include <utility>
#include <variant>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/detail/plan.h>
#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/graph/graph.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace detail {

namespace {

// The default generator in another state while one lives.
class GeneratorAt {
 public:
  explicit GeneratorAt(const Generator::State& state) : before_(default_generator().state()) {
    default_generator().set_state(state);
  }
  ~GeneratorAt() { default_generator().set_state(before_); }
  GeneratorAt(const GeneratorAt&) = delete;
  GeneratorAt& operator=(const GeneratorAt&) = delete;

 private:
  Generator::State before_;
};

}  // namespace

GraphSlots::GraphSlots(const Graph& graph, const GraphPlan& plan) {
  for (const GraphStep& step : graph.steps) {
    Arguments& arguments = arguments_.emplace_back();
    arguments.reserve(step.arguments.size());
    for (const Argument& argument : step.arguments) {
      arguments.push_back(with_constants(graph, argument));
    }
  }
  for (const ValueId id : graph.outputs) {
    outputs_.push_back(constant_of(graph, id));
  }
  std::vector<std::vector<Tensor*>> dropped(graph.steps.size());
  for (const Slot& slot : plan.uses) {
    uses_.push_back(&at(slot));
    *uses_.back() = {};  // not the constant that a step writes to in place
    if (slot.step < graph.steps.size()) {
      dropped[slot.step].push_back(uses_.back());
    }
  }
  for (const auto& after_step : dropped) {
    first_dropped_.push_back(dropped_.size());
    dropped_.insert(dropped_.end(), after_step.begin(), after_step.end());
  }
  first_dropped_.push_back(dropped_.size());
}

Tensor& GraphSlots::at(const Slot& slot) {
  if (slot.step == arguments_.size()) {
    return outputs_[slot.argument];
  }
  Argument& argument = arguments_[slot.step][slot.argument];
  return slot.item < 0
             ? std::get<Tensor>(argument)
             : std::get<std::vector<Tensor>>(argument)[static_cast<std::size_t>(slot.item)];
}

void GraphSlots::hand_on(const GraphPlan& plan, std::size_t product, Tensor made) {
  const std::size_t first = plan.first_use[product];
  const std::size_t end = plan.first_use[product + 1];
  for (std::size_t u = first; u + 1 < end; ++u) {
    *uses_[u] = made;
  }
  if (first < end) {
    *uses_[end - 1] = std::move(made);
  }
}

void GraphSlots::run_step(const Graph& graph, const GraphPlan& plan, std::size_t s,
                          GraphRunOptions options, const Frame& call) {
  const GraphStep& step = graph.steps[s];
  std::optional<GradModeGuard> recording;
  if (step.switches_recording) {
    recording.emplace(!grad_enabled());
  }
  std::optional<GeneratorAt> random;
  if (step.random && !options.fresh_random) {
    random.emplace(*step.random);
  }
  made_.clear();
  call_found(plan.operators[s], step.op, arguments_[s], made_, step.where);
  const std::size_t first = plan.first_product[s];
  check::require<GraphError>(call, made_.size() == step.outputs.size(), {},
                             "{} ({}) gave {} outputs, not {} [result-mismatch]", step.op,
                             step.where, made_.size(), step.outputs.size());
  for (std::size_t d = first_dropped_[s]; d < first_dropped_[s + 1]; ++d) {
    *dropped_[d] = {};
  }
  for (std::size_t i = 0; i < made_.size(); ++i) {
    hand_on(plan, first + i, std::move(made_[i]));
  }
}

std::vector<Tensor> GraphSlots::run(const Graph& graph, const GraphPlan& plan,
                                    std::span<const Tensor> given, GraphRunOptions options,
                                    const Frame& call) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    hand_on(plan, i, given[i]);
  }
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    run_step(graph, plan, s, options, call);
  }
  made_.clear();
  std::vector<Tensor> found;
  found.reserve(outputs_.size());
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    found.push_back(plan.is_made[i] ? std::move(outputs_[i]) : outputs_[i]);
  }
  return found;
}

void check_inputs(const Graph& graph, std::span<const Tensor> given, const Frame& call) {
  check::require<GraphError>(call, given.size() == graph.inputs.size(), {},
                             "{} inputs for a graph of {} [graph-changed]", given.size(),
                             graph.inputs.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const GraphValue& value = graph.values[static_cast<std::size_t>(graph.inputs[i].index)];
    check::require<GraphError>(call, given[i].defined(), {},
                               "input {} is undefined [undefined-tensor]", i);
    check::require<DTypeError>(call, given[i].dtype() == value.dtype, {{"input", given[i]}},
                               "input {} was {} when it was traced [graph-changed]", i,
                               value.dtype);
  }
}

}  // namespace detail

std::vector<Tensor> Graph::run(const std::vector<Tensor>& given, GraphRunOptions options,
                               Where where) const {
  const Frame call("Graph::run", where);
  const Autocast off(bfloat16, false);
  const detail::GraphPlan plan(*this, call);
  detail::check_inputs(*this, given, call);
  return detail::GraphSlots(*this, plan).run(*this, plan, given, options, call);
}

}  // namespace retrograd
