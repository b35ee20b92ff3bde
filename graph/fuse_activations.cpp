// Activations that a program wrote as several steps.
#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/graph/detail/rewrite.h>
#include <retrograd/graph/passes.h>

namespace retrograd {

using namespace detail;

namespace {

// Reads backwards through a graph.
class Reader {
 public:
  explicit Reader(const Graph& graph) : graph_(graph), makers_(find_makers(graph)) {}

  const GraphValue& value(ValueId id) const { return graph_.values[place(id)]; }

  // The step that makes the value; null for inputs and constants.
  const GraphStep* maker(ValueId id) const {
    const std::ptrdiff_t at = id.index < 0 ? -1 : makers_[place(id)];
    return at < 0 ? nullptr : &graph_.steps[static_cast<std::size_t>(at)];
  }

  // Whether argument i is this number, or a constant of one element that holds it.
  bool is_number(const GraphStep& step, std::size_t i, double number) const {
    const Scalar* const scalar = argument<Scalar>(step, i);
    const Tensor constant = constant_argument(graph_, step, i);
    double found = 0;
    if (scalar != nullptr) {
      found = scalar->to<double>();
    } else if (constant.defined() && constant.numel() == 1 && is_floating(constant.dtype())) {
      found = constant.item<double>();
    } else {
      return false;
    }
    const bool wide = value(step.outputs[0]).dtype == float64;
    return wide ? found == number : static_cast<float>(found) == static_cast<float>(number);
  }

  // The other operand of a step of that name and number; none if it has another shape or dtype
  // than the result.
  const ValueId* operand(const GraphStep& step, std::string_view op, double number) const {
    if (step.op != op) {
      return nullptr;
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const ValueId* const x = tensor_argument(step, i);
      const bool is_commutative = op == "add" || op == "mul";
      if (x != nullptr && (i == 0 || is_commutative) && is_number(step, 1 - i, number)) {
        return is_like(*x, step.outputs[0]) ? x : nullptr;
      }
    }
    return nullptr;
  }

  // x if the step is x / 6.
  const ValueId* sixth(const GraphStep& step) const {
    const ValueId* const divided = operand(step, "div", 6);
    return divided != nullptr ? divided : operand(step, "mul", 1.0 / 6);
  }

  // x if the value is clamp(x + 3, 0, 6).
  const ValueId* clamped(ValueId id) const {
    const GraphStep* const clamp = maker(id);
    const bool is_clamp =
        clamp != nullptr &&
        (clamp->op == "relu6" || ((clamp->op == "clamp" || clamp->op == "hardtanh") &&
                                  is_number(*clamp, 1, 0) && is_number(*clamp, 2, 6)));
    const ValueId* const shifted = is_clamp ? tensor_argument(*clamp, 0) : nullptr;
    const GraphStep* const add = shifted != nullptr ? maker(*shifted) : nullptr;
    return add != nullptr ? operand(*add, "add", 3) : nullptr;
  }

  // x if the value is hardsigmoid(x).
  const ValueId* gate(ValueId id) const {
    const GraphStep* const step = maker(id);
    if (step == nullptr) {
      return nullptr;
    }
    const ValueId* const six_times = sixth(*step);
    return step->op == "hardsigmoid" ? tensor_argument(*step, 0)
           : six_times != nullptr    ? clamped(*six_times)
                                     : nullptr;
  }

  // x if the step multiplies x by the value that `gate_of` finds to be a function of x.
  const ValueId* gated(const GraphStep& step,
                       const ValueId* (Reader::*gate_of)(ValueId) const) const {
    const ValueId* const a = step.op == "mul" ? tensor_argument(step, 0) : nullptr;
    const ValueId* const b = tensor_argument(step, 1);
    if (a == nullptr || b == nullptr || !is_like(*a, *b)) {
      return nullptr;
    }
    for (const auto& [x, other] : {std::pair(a, b), std::pair(b, a)}) {
      const ValueId* const found = (this->*gate_of)(*other);
      if (found != nullptr && *found == *x) {
        return x;
      }
    }
    return nullptr;
  }

  // x if the step gives hardswish(x).
  const ValueId* hardswish(const GraphStep& step) const {
    if (const ValueId* const x = gated(step, &Reader::gate)) {
      return x;
    }
    const ValueId* const six_times = sixth(step);
    const GraphStep* const product = six_times != nullptr ? maker(*six_times) : nullptr;
    return product != nullptr ? gated(*product, &Reader::clamped) : nullptr;
  }

  // x if the step gives hardsigmoid(x).
  const ValueId* hardsigmoid(const GraphStep& step) const {
    const ValueId* const six_times = sixth(step);
    return six_times != nullptr ? clamped(*six_times) : nullptr;
  }

 private:
  bool is_like(ValueId a, ValueId b) const {
    return value(a).shape == value(b).shape && value(a).dtype == value(b).dtype &&
           is_floating(value(a).dtype);
  }

  const Graph& graph_;
  std::vector<std::ptrdiff_t> makers_;
};

}  // namespace

std::size_t fuse_activations(Graph& graph) {
  const std::size_t before = graph.steps.size();
  if (has_effects(graph) || std::any_of(graph.steps.begin(), graph.steps.end(),
                                        [](const auto& s) { return s.switches_recording; })) {
    return 0;
  }
  const Reader reader(graph);
  for (GraphStep& step : graph.steps) {
    const ValueId* const product = reader.hardswish(step);
    const ValueId* const x = product != nullptr ? product : reader.hardsigmoid(step);
    if (x != nullptr) {
      step.arguments = Arguments{*x};
      step.op = product != nullptr ? "hardswish" : "hardsigmoid";
    }
  }
  drop_dead_steps(graph);
  return before - graph.steps.size();
}

}  // namespace retrograd
