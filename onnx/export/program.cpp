#include <retrograd/onnx/export/program.h>

#include <algorithm>
#include <cstring>
#include <variant>

#include <retrograd/tensor/dispatch.h>

namespace retrograd::onnx::writing {

namespace {

std::string text(const GraphStep& step) {
  return step.op + " (" + to_string(step.where) + ")";
}

bool same_argument(const Argument& a, const Argument& b) {
  if (a.index() != b.index()) {
    return false;
  }
  if (const auto* number = std::get_if<Scalar>(&a)) {
    const auto& other = std::get<Scalar>(b);
    return number->kind() == other.kind() &&
           (number->kind() == Scalar::Kind::floating
                ? number->to<double>() == other.to<double>() ||
                      (number->to<double>() != number->to<double>() &&
                       other.to<double>() != other.to<double>())
                : number->to<std::int64_t>() == other.to<std::int64_t>());
  }
  const auto same = [&]<class T>(const T* value) {
    return value == nullptr || *value == std::get<T>(b);
  };
  return same(std::get_if<std::string>(&a)) && same(std::get_if<std::vector<std::int64_t>>(&a)) &&
         same(std::get_if<std::vector<double>>(&a)) && same(std::get_if<ValueId>(&a)) &&
         same(std::get_if<std::vector<ValueId>>(&a));
}

// Whether two steps may be one operator with other numbers.
bool same_step(const GraphStep& a, const GraphStep& b) {
  if (a.op != b.op || a.path != b.path || a.outputs != b.outputs ||
      a.arguments.size() != b.arguments.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.arguments.size(); ++i) {
    const Argument& x = a.arguments[i];
    const bool is_value = std::holds_alternative<ValueId>(x) ||
                          std::holds_alternative<std::vector<ValueId>>(x) ||
                          std::holds_alternative<std::string>(x);
    if (x.index() != b.arguments[i].index() || (is_value && !same_argument(x, b.arguments[i]))) {
      return false;
    }
  }
  return true;
}

bool same_bytes(const Tensor& a, const Tensor& b) {
  if (a.impl_or_null() == b.impl_or_null()) {
    return true;
  }
  if (!a.defined() || !b.defined() || a.dtype() != b.dtype() || a.shape() != b.shape()) {
    return false;
  }
  const Tensor x = a.contiguous();
  const Tensor y = b.contiguous();
  return for_dtype(a.dtype(), [&]<class T>() {
    return std::memcmp(x.raw<T>(), y.raw<T>(), static_cast<std::size_t>(x.numel()) * sizeof(T)) ==
           0;
  });
}

}  // namespace

Counts fixed(const std::vector<std::int64_t>& values) {
  Counts counts;
  for (const std::int64_t value : values) {
    counts.push_back({value});
  }
  return counts;
}

bool all_fixed(const Counts& counts) {
  return std::all_of(counts.begin(), counts.end(), [](Count count) { return count.is_fixed(); });
}

std::optional<Divergence> Program::divergence() const {
  const Graph& one = graphs_.front();
  for (std::size_t g = 1; g < graphs_.size(); ++g) {
    const Graph& other = graphs_[g];
    const std::size_t steps = std::max(one.steps.size(), other.steps.size());
    for (std::size_t s = 0; s < steps; ++s) {
      if (s >= one.steps.size() || s >= other.steps.size() ||
          !same_step(one.steps[s], other.steps[s])) {
        return Divergence{g, text((s < other.steps.size() ? other : one).steps[s])};
      }
      for (const ValueId id : one.steps[s].outputs) {
        const auto at = static_cast<std::size_t>(id.index);
        if (id.index >= 0 && one.values[at].shape.size() != other.values[at].shape.size()) {
          return Divergence{g, text(one.steps[s])};
        }
      }
    }
    if (one.outputs != other.outputs) {
      return Divergence{g, "the end of the program"};
    }
  }
  return std::nullopt;
}

Count Program::count(const std::vector<std::int64_t>& values) const {
  const auto all = [&](auto&& agrees) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!agrees(i)) {
        return false;
      }
    }
    return true;
  };
  if (all([&](std::size_t i) { return values[i] == values[0]; })) {
    return {values[0]};
  }
  const std::int64_t factor = values[0] / batches_[0];
  return {factor, all([&](std::size_t i) { return values[i] == factor * batches_[i]; })
                      ? Count::Kind::per_sample
                      : Count::Kind::unknown};
}

Counts Program::shape(ValueId id) const {
  const auto at = static_cast<std::size_t>(id.index);
  Counts counts;
  for (std::size_t d = 0; d < first().values.at(at).shape.size(); ++d) {
    std::vector<std::int64_t> values;
    for (const Graph& graph : graphs_) {
      values.push_back(graph.values[at].shape[d]);
    }
    counts.push_back(count(values));
  }
  return counts;
}

std::optional<Tensor> Program::constant(ValueId id) const {
  const auto at = static_cast<std::size_t>(id.index);
  const Tensor& one = first().values.at(at).constant;
  for (const Graph& graph : graphs_) {
    if (!same_bytes(one, graph.values.at(at).constant)) {
      return std::nullopt;
    }
  }
  return one;
}

Counts Program::counts(std::size_t step, std::size_t argument) const {
  std::vector<std::vector<std::int64_t>> values;
  for (const Graph& graph : graphs_) {
    const Argument& given = graph.steps[step].arguments.at(argument);
    if (const auto* number = std::get_if<Scalar>(&given)) {
      values.push_back({number->to<std::int64_t>()});
    } else if (const auto* list = std::get_if<std::vector<std::int64_t>>(&given)) {
      values.push_back(*list);
    }
  }
  Counts counts;
  for (std::size_t i = 0; i < values.at(0).size(); ++i) {
    std::vector<std::int64_t> each;
    for (const auto& list : values) {
      each.push_back(i < list.size() ? list[i] : -1);
    }
    counts.push_back(count(each));
  }
  return counts;
}

bool Program::is_same(std::size_t step, std::size_t argument) const {
  return std::all_of(graphs_.begin(), graphs_.end(), [&](const Graph& graph) {
    return same_argument(graphs_.front().steps[step].arguments.at(argument),
                         graph.steps[step].arguments.at(argument));
  });
}

}  // namespace retrograd::onnx::writing
