#include <retrograd/graph/runner.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/graph/detail/batches.h>
#include <retrograd/graph/detail/plan.h>
#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/ops/internal/constant_weights.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/call_listener.h>

namespace retrograd {

namespace {

// A graph and its plan, with slots for each run at a time.
struct Prepared {
  Prepared(Graph&& given, const Frame& call) : graph(std::move(given)), plan(graph, call) {}

  std::vector<Tensor> run(std::span<const Tensor> given, GraphRunOptions options,
                          const Frame& call) {
    auto slots = take();
    std::vector<Tensor> outputs = slots->run(graph, plan, given, options, call);
    give_back(std::move(slots));
    return outputs;
  }

  // Slots that no run uses, made where there are none.
  std::unique_ptr<detail::GraphSlots> take() {
    {
      const std::scoped_lock lock(mutex);
      if (!idle.empty()) {
        auto slots = std::move(idle.back());
        idle.pop_back();
        return slots;
      }
    }
    return std::make_unique<detail::GraphSlots>(graph, plan);
  }
  void give_back(std::unique_ptr<detail::GraphSlots> slots) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(slots));
  }

  Graph graph;
  detail::GraphPlan plan;
  std::mutex mutex;
  std::vector<std::unique_ptr<detail::GraphSlots>> idle;
};

std::vector<Tensor> constants_of(const Graph& graph) {
  std::vector<Tensor> constants;
  for (const GraphValue& value : graph.values) {
    if (value.constant.defined()) {
      constants.push_back(value.constant);
    }
  }
  return constants;
}

}  // namespace

struct GraphRunner::Ready {
  Ready(Graph&& given, const Frame& call)
      : whole(std::move(given), call), weights(constants_of(whole.graph)) {
    if (auto batches = detail::batches_of(whole.graph)) {
      samples = batches->samples;
      together = batches->together;
      part.emplace(std::move(batches->graph), call);
    }
  }

  // Whether a part of the samples may run after another: the inputs are as traced, and no tape or
  // trace would see the parts.
  bool may_part(std::span<const Tensor> given) const {
    if (!part || grad_enabled() || detail::thread_calls.listener != nullptr) {
      return false;
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i].shape() != whole.graph.values[detail::place(whole.graph.inputs[i])].shape) {
        return false;
      }
    }
    return true;
  }

  std::vector<Tensor> run_parts(std::span<const Tensor> given, GraphRunOptions options,
                                const Frame& call) {
    detail::Gathered gathered(samples);
    std::vector<Tensor> inputs(given.size());
    for (std::int64_t first = 0; first < samples; first += together) {
      const std::int64_t count = std::min(together, samples - first);
      for (std::size_t i = 0; i < given.size(); ++i) {
        inputs[i] = narrow(given[i], 0, first, count);
      }
      gathered.add(part->run(inputs, options, call));
    }
    return gathered.take();
  }

  // Whether kernels may keep layouts of the constants: in training, each step would make them anew.
  bool keeps_layouts() const {
    const std::vector<GraphValue>& values = whole.graph.values;
    return !grad_enabled() ||
           std::none_of(values.begin(), values.end(), [](const GraphValue& each) {
             return each.constant.defined() && each.constant.requires_grad();
           });
  }

  Prepared whole;
  detail::ConstantWeights weights;
  std::optional<Prepared> part;
  std::int64_t samples = 0;
  std::int64_t together = 0;
};

GraphRunner::GraphRunner(Graph graph, Where where)
    : ready_(std::make_unique<Ready>(std::move(graph), Frame("GraphRunner", where))) {}
GraphRunner::~GraphRunner() = default;
GraphRunner::GraphRunner(GraphRunner&& other) noexcept = default;
GraphRunner& GraphRunner::operator=(GraphRunner&& other) noexcept = default;

const Graph& GraphRunner::graph() const noexcept {
  return ready_->whole.graph;
}

std::vector<Tensor> GraphRunner::run(std::span<const Tensor> given, GraphRunOptions options,
                                     Where where) const {
  const Frame call("GraphRunner::run", where);
  const Autocast off(bfloat16, false);
  detail::check_inputs(ready_->whole.graph, given, call);
  std::optional<detail::ConstantWeights::Use> use;
  if (ready_->keeps_layouts()) {
    use.emplace(ready_->weights);
  }
  return ready_->may_part(given) ? ready_->run_parts(given, options, call)
                                 : ready_->whole.run(given, options, call);
}

}  // namespace retrograd
