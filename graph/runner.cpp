#include <retrograd/graph/runner.h>

#include <mutex>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/graph/detail/plan.h>
#include <retrograd/ops/internal/constant_weights.h>

namespace retrograd {

struct GraphRunner::Ready {
  Ready(Graph&& given, const Frame& call)
      : graph(std::move(given)), plan(graph, call), weights(constants_of(graph)) {}

  static std::vector<Tensor> constants_of(const Graph& graph) {
    std::vector<Tensor> constants;
    for (const GraphValue& value : graph.values) {
      if (value.constant.defined()) {
        constants.push_back(value.constant);
      }
    }
    return constants;
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
  detail::ConstantWeights weights;
  std::mutex mutex;
  std::vector<std::unique_ptr<detail::GraphSlots>> idle;
};

GraphRunner::GraphRunner(Graph graph, Where where)
    : ready_(std::make_unique<Ready>(std::move(graph), Frame("GraphRunner", where))) {}
GraphRunner::~GraphRunner() = default;
GraphRunner::GraphRunner(GraphRunner&& other) noexcept = default;
GraphRunner& GraphRunner::operator=(GraphRunner&& other) noexcept = default;

const Graph& GraphRunner::graph() const noexcept {
  return ready_->graph;
}

std::vector<Tensor> GraphRunner::run(std::span<const Tensor> given, GraphRunOptions options,
                                     Where where) const {
  const Frame call("GraphRunner::run", where);
  const Autocast off(bfloat16, false);
  detail::check_inputs(ready_->graph, given, call);
  const detail::ConstantWeights::Use use(ready_->weights);
  auto slots = ready_->take();
  std::vector<Tensor> outputs = slots->run(ready_->graph, ready_->plan, given, options, call);
  ready_->give_back(std::move(slots));
  return outputs;
}

}  // namespace retrograd
