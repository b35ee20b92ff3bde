#include "program.h"

#include <algorithm>
#include <cmath>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/error.h>

namespace retrograd::touch {

namespace {

bool is_real(DType dtype) {
  return dtype == float32 || dtype == float64 || dtype == bfloat16;
}

Tensor element_of(const Tensor& x, std::int64_t index) {
  return reshape(slice(reshape(x, {x.numel()}), 0, index, index + 1), {});
}

// The graph for inputs of float64.
Graph in_float64(Graph graph) {
  for (GraphValue& value : graph.values) {
    value.dtype = is_real(value.dtype) ? float64 : value.dtype;
  }
  return graph;
}

}  // namespace

void Program::add_value(DType dtype, const Shape& shape) {
  graph_.values.push_back({.name = {}, .shape = shape, .dtype = dtype});
}

void Program::make_leaf(const double* numbers, bool is_trained) {
  const ValueId id{static_cast<std::int64_t>(graph_.values.size()) - 1};
  std::int64_t count = 1;
  for (const std::int64_t length : graph_.values.back().shape) {
    count *= length;
  }
  leaves_.push_back({id, std::vector<double>(numbers, numbers + count), is_trained});
  graph_.inputs.push_back(id);
}

void Program::add_argument(Argument argument) {
  graph_.steps.back().arguments.push_back(std::move(argument));
}

void Program::add_made(ValueId id) {
  graph_.steps.back().outputs.push_back(id);
  if (id.index >= 0) {
    graph_.outputs.push_back(id);
  }
}

void Program::end(ValueId loss) {
  loss_ = loss;
  // A value that several steps write to is an output once.
  std::vector<ValueId> outputs;
  for (const ValueId id : graph_.outputs) {
    const bool is_leaf =
        std::find(graph_.inputs.begin(), graph_.inputs.end(), id) != graph_.inputs.end();
    if (!is_leaf && std::find(outputs.begin(), outputs.end(), id) == outputs.end()) {
      outputs.push_back(id);
    }
  }
  graph_.outputs = std::move(outputs);
}

Program::Leaf& Program::leaf(ValueId id) {
  const auto found =
      std::find_if(leaves_.begin(), leaves_.end(), [&](const Leaf& each) { return each.id == id; });
  if (found == leaves_.end()) {
    throw ValueError("touch: this value is no leaf");
  }
  return *found;
}

double& Program::element(ValueId id, std::int64_t index) {
  return leaf(id).numbers.at(static_cast<std::size_t>(index));
}

std::vector<Tensor> Program::given(bool recorded, DType real) const {
  std::vector<Tensor> all;
  for (const Leaf& each : leaves_) {
    const GraphValue& value = graph_.values[at(each.id)];
    const bool converts = is_real(value.dtype);
    const DType dtype = converts && real == float64 ? float64 : value.dtype;
    all.push_back(reshape(tensor(each.numbers, {.dtype = dtype}), value.shape).detach());
    if (recorded && converts) {
      all.back().set_requires_grad();
    }
  }
  return all;
}

void Program::update() {
  const std::vector<Tensor> inputs = given(true, float32);
  const std::vector<Tensor> made = graph_.run(inputs);
  values_.assign(graph_.values.size(), Tensor());
  gradients_.assign(graph_.values.size(), Tensor());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    values_[at(graph_.inputs[i])] = inputs[i];
  }
  for (std::size_t i = 0; i < made.size(); ++i) {
    values_[at(graph_.outputs[i])] = made[i];
  }
  std::vector<Tensor> wanted;
  std::vector<std::size_t> ids;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].defined() && values_[i].requires_grad()) {
      wanted.push_back(values_[i]);
      ids.push_back(i);
    }
  }
  const auto found = grad({value(loss_)}, wanted, {.retain_graph = true, .allow_unused = true});
  for (std::size_t i = 0; i < found.size(); ++i) {
    gradients_[ids[i]] = found[i];
  }
}

double Program::loss() const {
  const NoGradGuard unrecorded;
  const auto made = graph_.run(given(false, float32));
  const auto last = std::find(graph_.outputs.begin(), graph_.outputs.end(), loss_);
  return made.at(static_cast<std::size_t>(last - graph_.outputs.begin()))
      .to(float64)
      .item<double>();
}

double Program::curvature(ValueId id, std::int64_t index) {
  const Tensor& x = value(id);
  const auto first = grad({value(loss_)}, {x}, {.create_graph = true, .allow_unused = true});
  if (!first[0].defined() || !first[0].requires_grad()) {
    return 0;
  }
  const auto second =
      grad({element_of(first[0], index)}, {x}, {.retain_graph = true, .allow_unused = true});
  return second[0].defined() ? element_of(second[0], index).to(float64).item<double>() : 0;
}

void Program::descend(double learning_rate) {
  for (Leaf& each : leaves_) {
    const Tensor& slope = gradient(each.id);
    if (!each.is_trained || !slope.defined()) {
      continue;
    }
    const auto slopes = slope.to(float64).to_vector<double>();
    for (std::size_t i = 0; i < slopes.size(); ++i) {
      each.numbers[i] -= learning_rate * slopes[i];
    }
  }
  update();
}

double Program::check_gradients(std::int64_t most) const {
  constexpr double kStep = 1e-6;
  Program exact = *this;
  exact.graph_ = in_float64(graph_);
  const auto run = [&](const std::vector<Tensor>& inputs) {
    const auto made = exact.graph_.run(inputs);
    const auto last = std::find(graph_.outputs.begin(), graph_.outputs.end(), loss_);
    return made.at(static_cast<std::size_t>(last - graph_.outputs.begin())).to(float64);
  };
  const std::vector<Tensor> inputs = exact.given(true, float64);
  std::vector<Tensor> wanted;
  std::vector<Leaf*> leaves;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].requires_grad()) {
      wanted.push_back(inputs[i]);
      leaves.push_back(&exact.leaves_[i]);
    }
  }
  const auto slopes = grad({run(inputs)}, wanted, {.allow_unused = true});
  const NoGradGuard unrecorded;
  double worst = 0;
  double largest = 1e-12;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!slopes[i].defined()) {
      continue;
    }
    const auto expected = slopes[i].to_vector<double>();
    std::vector<double>& numbers = leaves[i]->numbers;
    const std::size_t every =
        1 + (numbers.size() - 1) / static_cast<std::size_t>(std::max<std::int64_t>(most, 1));
    for (std::size_t e = 0; e < numbers.size(); e += every) {
      const double before = numbers[e];
      numbers[e] = before + kStep;
      const double above = run(exact.given(false, float64)).item<double>();
      numbers[e] = before - kStep;
      const double below = run(exact.given(false, float64)).item<double>();
      numbers[e] = before;
      worst = std::max(worst, std::abs((above - below) / (2 * kStep) - expected[e]));
      largest = std::max(largest, std::abs(expected[e]));
    }
  }
  return worst / largest;
}

Explanation Program::explanation(ValueId input) const {
  ExplainOptions options;
  for (const auto& [name, id] : names_) {
    options.names.emplace_back(name, value(id));
  }
  return explain(value(loss_), value(input), options);
}

}  // namespace retrograd::touch
