#include <utility>
#include <variant>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/graph.h>
#include <retrograd/graph/registry.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

template <class F>
void for_each_id(const Arguments& arguments, F&& f) {
  for (const Argument& argument : arguments) {
    if (const auto* id = std::get_if<ValueId>(&argument)) {
      f(*id);
    } else if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
      for (const ValueId each : *list) {
        f(each);
      }
    }
  }
}

// The default generator in another state while one lives.
class GeneratorAt {
 public:
  explicit GeneratorAt(const std::optional<Generator::State>& state) : moves_(state.has_value()) {
    if (moves_) {
      before_ = default_generator().state();
      default_generator().set_state(*state);
    }
  }
  ~GeneratorAt() {
    if (moves_) {
      default_generator().set_state(before_);
    }
  }
  GeneratorAt(const GeneratorAt&) = delete;
  GeneratorAt& operator=(const GeneratorAt&) = delete;

 private:
  bool moves_;
  Generator::State before_{};
};

// A run: the tensors that are alive, by the place of their value.
class Run {
 public:
  Run(const Graph& graph, const Frame& call) : graph_(graph), call_(call) {
    tensors_.reserve(graph.values.size());
    for (const GraphValue& value : graph.values) {
      tensors_.push_back(value.constant);
    }
    last_use_.assign(graph.values.size(), 0);
    for (std::size_t s = 0; s < graph.steps.size(); ++s) {
      const auto used = [&](ValueId id) {
        if (id.index >= 0) {
          last_use_[place(id)] = s;
        }
      };
      for_each_id(graph.steps[s].arguments, used);
      for (const ValueId id : graph.steps[s].outputs) {
        used(id);
      }
    }
    for (const ValueId id : graph.outputs) {
      if (id.index >= 0) {
        last_use_[place(id)] = graph.steps.size();
      }
    }
  }

  void set_inputs(const std::vector<Tensor>& inputs) {
    check::require<GraphError>(call_, inputs.size() == graph_.inputs.size(), {},
                               "{} inputs for a graph of {} [graph-changed]", inputs.size(),
                               graph_.inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const GraphValue& value = graph_.values.at(place(graph_.inputs[i]));
      check::require<GraphError>(call_, inputs[i].defined(), {},
                                 "input {} is undefined [undefined-tensor]", i);
      check::require<DTypeError>(call_, inputs[i].dtype() == value.dtype, {{"input", inputs[i]}},
                                 "input {} was {} when it was traced [graph-changed]", i,
                                 value.dtype);
      at(graph_.inputs[i]) = inputs[i];
    }
  }

  void run(std::size_t s, GraphRunOptions options) {
    const GraphStep& step = graph_.steps[s];
    Arguments arguments;
    arguments.reserve(step.arguments.size());
    for (const Argument& argument : step.arguments) {
      arguments.push_back(with_tensors(argument));
    }
    const GradModeGuard recording(grad_enabled() != step.switches_recording);
    const GeneratorAt random(options.fresh_random ? std::nullopt : step.random);
    std::vector<Tensor> outputs = call_operator(step.op, arguments, step.where);
    check::require<GraphError>(call_, outputs.size() == step.outputs.size(), {},
                               "{} ({}) gave {} outputs, not {} [result-mismatch]", step.op,
                               step.where, outputs.size(), step.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (step.outputs[i].index >= 0) {
        at(step.outputs[i]) = std::move(outputs[i]);
      }
    }
    const auto drop = [&](ValueId id) {
      if (id.index >= 0 && last_use_[place(id)] == s) {
        at(id) = {};
      }
    };
    for_each_id(step.arguments, drop);
    for (const ValueId id : step.outputs) {
      drop(id);
    }
  }

  std::vector<Tensor> outputs() {
    std::vector<Tensor> found;
    for (const ValueId id : graph_.outputs) {
      found.push_back(id.index >= 0 ? at(id) : Tensor());
    }
    return found;
  }

 private:
  std::size_t place(ValueId id) const {
    check::require<GraphError>(
        call_, id.index >= 0 && static_cast<std::size_t>(id.index) < graph_.values.size(), {},
        "the graph names value {} of {} [index-out-of-range]", id.index, graph_.values.size());
    return static_cast<std::size_t>(id.index);
  }
  Tensor& at(ValueId id) { return tensors_[place(id)]; }
  Argument with_tensors(const Argument& argument) {
    if (const auto* id = std::get_if<ValueId>(&argument)) {
      return id->index >= 0 ? at(*id) : Tensor();
    }
    if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
      std::vector<Tensor> tensors;
      for (const ValueId each : *list) {
        tensors.push_back(each.index >= 0 ? at(each) : Tensor());
      }
      return tensors;
    }
    return argument;
  }

  const Graph& graph_;
  const Frame& call_;
  std::vector<Tensor> tensors_;
  std::vector<std::size_t> last_use_;  // the step after which a value is not needed
};

}  // namespace

std::vector<Tensor> Graph::run(const std::vector<Tensor>& given, GraphRunOptions options,
                               Where where) const {
  const Frame call("Graph::run", where);
  const Autocast off(bfloat16, false);
  Run run(*this, call);
  run.set_inputs(given);
  for (std::size_t s = 0; s < steps.size(); ++s) {
    run.run(s, options);
  }
  return run.outputs();
}

}  // namespace retrograd
