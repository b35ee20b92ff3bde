#include <utility>
#include <variant>

#include <retrograd/graph/detail/plan.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::detail {

namespace {

// Finds the uses of each product.
class Planner {
 public:
  Planner(const Graph& graph, const Frame& call)
      : graph_(graph), call_(call), product_of_(graph.values.size(), -1) {}

  // Uses of what no call makes have no product: they are constants.
  void use(ValueId id, const Slot& slot) {
    if (id.index < 0) {
      return;
    }
    if (const std::ptrdiff_t product = product_of_[place(id)]; product >= 0) {
      uses_[static_cast<std::size_t>(product)].push_back(slot);
    }
  }
  void use_all(const GraphStep& step, std::size_t s) {
    for (std::size_t a = 0; a < step.arguments.size(); ++a) {
      if (const auto* id = std::get_if<ValueId>(&step.arguments[a])) {
        use(*id, {s, a});
      } else if (const auto* list = std::get_if<std::vector<ValueId>>(&step.arguments[a])) {
        for (std::size_t i = 0; i < list->size(); ++i) {
          use((*list)[i], {s, a, static_cast<std::ptrdiff_t>(i)});
        }
      }
    }
  }
  void take(ValueId id) {
    product_of_[place(id)] = static_cast<std::ptrdiff_t>(uses_.size());
    uses_.emplace_back();
  }
  void make(ValueId id) {
    if (id.index >= 0) {
      take(id);
    } else {
      uses_.emplace_back();
    }
  }
  bool is_made(ValueId id) const { return id.index >= 0 && product_of_[place(id)] >= 0; }
  std::size_t products() const { return uses_.size(); }

  void write(GraphPlan& plan) {
    plan.first_use.push_back(0);
    for (const auto& uses : uses_) {
      plan.uses.insert(plan.uses.end(), uses.begin(), uses.end());
      plan.first_use.push_back(plan.uses.size());
    }
  }

 private:
  std::size_t place(ValueId id) const {
    const auto index = static_cast<std::size_t>(id.index);
    check::require<GraphError>(call_, index < graph_.values.size(), {},
                               "the graph names value {} of {} [index-out-of-range]", id.index,
                               graph_.values.size());
    return index;
  }

  const Graph& graph_;
  const Frame& call_;
  std::vector<std::ptrdiff_t> product_of_;  // the last product of each value so far
  std::vector<std::vector<Slot>> uses_;     // by product
};

}  // namespace

GraphPlan::GraphPlan(const Graph& graph, const Frame& call) {
  Planner planner(graph, call);
  for (const ValueId id : graph.inputs) {
    planner.take(id);
  }
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    const GraphStep& step = graph.steps[s];
    operators.push_back(find_operator(step.op));
    planner.use_all(step, s);
    first_product.push_back(planner.products());
    for (const ValueId id : step.outputs) {
      planner.make(id);
    }
  }
  first_product.push_back(planner.products());
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    is_made.push_back(planner.is_made(graph.outputs[i]));
    planner.use(graph.outputs[i], {graph.steps.size(), i});
  }
  planner.write(*this);
}

}  // namespace retrograd::detail
