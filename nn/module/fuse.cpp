#include <retrograd/nn/fuse.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <span>
#include <unordered_set>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/graph/passes.h>
#include <retrograd/graph/runner.h>
#include <retrograd/nn/internal/evaluating.h>
#include <retrograd/tensor/call_listener.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/unheard.h>

namespace retrograd::nn {

namespace {

// A tensor of the model, and its version when it was traced.
struct Seen {
  Tensor tensor;
  std::uint32_t version;
};

// A graph for inputs of one kind.
struct Traced {
  std::vector<Shape> shapes;
  std::vector<DType> dtypes;
  bool autocast;
  std::vector<Seen> seen;
  GraphRunner runner;

  bool fits(std::span<const Tensor> given) const {
    if (given.size() != shapes.size() || autocast != autocast_enabled()) {
      return false;
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i].dtype() != dtypes[i] || given[i].shape() != shapes[i]) {
        return false;
      }
    }
    return true;
  }
  bool is_current() const {
    return std::all_of(seen.begin(), seen.end(),
                       [](const Seen& one) { return one.tensor.version() == one.version; });
  }
};

std::vector<Seen> constants_of(const Graph& graph) {
  std::vector<Seen> seen;
  for (const GraphValue& value : graph.values) {
    if (value.constant.defined()) {
      seen.push_back({value.constant, value.constant.version()});
    }
  }
  return seen;
}

bool have_same_bits(const Tensor& a, const Tensor& b) {
  const auto bytes = static_cast<std::size_t>(a.numel()) * item_size(a.dtype());
  return a.shape() == b.shape() && a.dtype() == b.dtype() && a.is_contiguous() &&
         b.is_contiguous() && (bytes == 0 || std::memcmp(a.raw_bytes(), b.raw_bytes(), bytes) == 0);
}

// Shares the memory of parameters that were folded to the same values for other inputs.
void share_constants(Graph& graph, const Graph& with) {
  for (GraphValue& value : graph.values) {
    if (!value.constant.defined()) {
      continue;
    }
    for (const GraphValue& other : with.values) {
      if (other.constant.defined() && other.name == value.name &&
          have_same_bits(other.constant, value.constant)) {
        value.constant = other.constant;
        break;
      }
    }
  }
}

// Cuts the constants from the model's gradients: they are values.
void freeze_constants(Graph& graph) {
  for (GraphValue& value : graph.values) {
    if (value.constant.defined()) {
      value.constant = value.constant.detach();
      if (is_floating(value.dtype)) {
        value.constant.set_requires_grad(true).set_requires_grad(false);
      }
    }
  }
}

}  // namespace

struct Fused::State {
  struct Named {
    std::string name;
    Tensor tensor;
    bool is_buffer;
  };

  std::shared_ptr<Module> model;
  FusedFunction function;
  std::mutex mutex;
  std::vector<std::shared_ptr<const Traced>> all;  // the last one used first
  std::shared_ptr<const Traced> last;              // which is kept when a new trace fails
  std::vector<Named> named;

  // The graph for these inputs, traced if there is none.
  std::shared_ptr<const Traced> find(std::span<const Tensor> given, Where where);

 private:
  std::shared_ptr<const Traced> trace(std::span<const Tensor> given, Where where) const;
  std::vector<Named> named_constants(const Graph& graph) const;
};

std::shared_ptr<const Traced> Fused::State::trace(std::span<const Tensor> given,
                                                  Where where) const {
  const retrograd::detail::Unheard unheard;  // a trace around sees the steps of a run alone
  const detail::Evaluating evaluating(*model);
  const EnableGradGuard recording;  // layers choose other operators while none is recorded
  std::vector<Tensor> inputs;
  std::vector<Shape> shapes;
  std::vector<DType> dtypes;
  for (const Tensor& input : given) {
    inputs.push_back(input.detach());  // one that is given twice is two inputs
    shapes.push_back(input.shape());
    dtypes.push_back(input.dtype());
  }
  Graph graph;
  {
    model->named_parameters();  // makes some require gradients, once: no step of the graph
    const Trace trace(*model, where);
    const std::vector<Tensor> outputs = function(inputs);
    graph = Graph(trace, inputs, outputs, where);
  }
  std::vector<Seen> seen = constants_of(graph);
  optimize(graph);
  freeze_constants(graph);
  if (!all.empty()) {
    share_constants(graph, all.front()->runner.graph());
  }
  return std::make_shared<const Traced>(Traced{std::move(shapes), std::move(dtypes),
                                               autocast_enabled(), std::move(seen),
                                               GraphRunner(std::move(graph), where)});
}

std::vector<Fused::State::Named> Fused::State::named_constants(const Graph& graph) const {
  std::unordered_set<std::string> buffers;
  for (const auto& [name, buffer] : model->named_buffers()) {
    buffers.insert(name);
  }
  std::vector<Named> found;
  std::unordered_set<std::string> taken;
  for (const GraphValue& value : graph.values) {
    if (!value.constant.defined() || value.name.empty()) {
      continue;
    }
    std::string name = value.name;  // a weight may be folded with more than one norm
    for (int again = 2; !taken.insert(name).second; ++again) {
      name = retrograd::detail::formatted("{}_{}", value.name, again);
    }
    found.push_back({std::move(name), value.constant,
                     buffers.contains(value.name) || !is_floating(value.dtype)});
  }
  return found;
}

std::shared_ptr<const Traced> Fused::State::find(std::span<const Tensor> given, Where where) {
  constexpr std::size_t kMost = 16;
  const std::scoped_lock lock(mutex);
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& traced) { return traced->fits(given); });
  if (found != all.end() && (*found)->is_current()) {
    std::rotate(all.begin(), found, found + 1);
    return last = all.front();
  }
  if (found != all.end()) {
    all.clear();  // the others have the old parameters, too
  }
  auto made = trace(given, where);
  std::vector<Named> constants = named_constants(made->runner.graph());
  all.insert(all.begin(), made);
  named = std::move(constants);
  last = made;
  all.resize(std::min(all.size(), kMost));
  return made;
}

Fused::Fused(std::shared_ptr<Module> model, FusedFunction function,
             const std::vector<Tensor>& example, Where where)
    : state_(std::make_unique<State>()) {
  state_->model = std::move(model);
  state_->function = std::move(function);
  eval();
  const Frame call("fuse", where);
  run(example, call);
}
Fused::~Fused() = default;
Fused::Fused(Fused&& other) noexcept = default;
Fused& Fused::operator=(Fused&& other) noexcept = default;

Members Fused::members() {
  Members all;
  for (State::Named& each : state_->named) {
    all.push_back(each.is_buffer ? buffer(each.name, each.tensor) : Member(each.name, each.tensor));
  }
  return all;
}

std::vector<Tensor> Fused::run(std::span<const Tensor> given, const Frame& call) const {
  for (std::size_t i = 0; i < given.size(); ++i) {
    check::require<GraphError>(call, given[i].defined(), {},
                               "input {} is undefined [undefined-tensor]", i);
  }
  const auto traced = state_->find(given, call.where());
  return traced->runner.run(given, {.fresh_random = true});
}

std::vector<Tensor> Fused::forward(const std::vector<Tensor>& inputs) {
  return run(inputs, Frame("Fused", {}));
}

Tensor Fused::forward(const Tensor& x) {
  const Frame call("Fused", {});
  std::vector<Tensor> outputs = run({&x, 1}, call);
  check::require<GraphError>(call, outputs.size() == 1, {},
                             "the model has {} outputs; give a list of inputs to get all "
                             "[result-mismatch]",
                             outputs.size());
  return std::move(outputs.front());
}

Graph Fused::graph() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->last->runner.graph();
}

void Fused::require_trainable(const Frame& call) const {
  check::refuse<GraphError>(call, {},
                            "a fused model is for inference: its batch norms are part of other "
                            "weights; train the model that was fused [inference-only]");
}

}  // namespace retrograd::nn
