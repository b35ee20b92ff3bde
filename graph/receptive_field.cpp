#include <retrograd/graph/receptive_field.h>

#include <algorithm>
#include <string_view>
#include <variant>

#include <retrograd/graph/detail/functions.h>

namespace retrograd {

namespace {

using Sizes = std::vector<std::int64_t>;

// The sizes of a window that moves over the last dimensions.
struct Window {
  Sizes kernel;
  Sizes stride;
  Sizes dilation;
};

template <class T>
const T* argument(const GraphStep& step, std::size_t i) {
  return i < step.arguments.size() ? std::get_if<T>(&step.arguments[i]) : nullptr;
}

// Argument i, or `otherwise`.
Sizes sizes(const GraphStep& step, std::size_t i, const Sizes& otherwise) {
  const Sizes* const given = argument<Sizes>(step, i);
  return given != nullptr ? *given : otherwise;
}

std::optional<Window> window_of(const Graph& graph, const GraphStep& step) {
  const std::string_view op = step.op;
  const bool is_separable = op == "separable_conv2d_relu";
  if (op.starts_with("conv1d") || op.starts_with("conv2d") || op.starts_with("conv3d") ||
      is_separable) {
    const ValueId* const weight = argument<ValueId>(step, 1);
    if (weight == nullptr || weight->index < 0) {
      return {};
    }
    const Shape& shape = graph.values[static_cast<std::size_t>(weight->index)].shape;
    const Sizes kernel(shape.begin() + 2, shape.end());
    const Sizes ones(kernel.size(), 1);
    const std::size_t at = is_separable ? 5 : 3;  // behind two filters and two biases
    return Window{kernel, sizes(step, at, ones), sizes(step, at + 2, ones)};
  }
  const bool is_max = op.starts_with("max_pool");
  if (is_max || op.starts_with("avg_pool") || op.starts_with("lp_pool")) {
    const std::size_t at = op.starts_with("lp_pool") ? 2 : 1;
    const Sizes kernel = sizes(step, at, {});
    const Sizes ones(kernel.size(), 1);
    return Window{kernel, sizes(step, at + 1, kernel), is_max ? sizes(step, at + 3, ones) : ones};
  }
  return {};
}

using Found = std::optional<ReceptiveFields>;

Found widened(const Found& before, const Window& window) {
  if (!before || (!before->empty() && before->size() != window.kernel.size())) {
    return {};
  }
  ReceptiveFields fields = *before;
  fields.resize(window.kernel.size());
  for (std::size_t d = 0; d < fields.size(); ++d) {
    fields[d].size += (window.kernel[d] - 1) * window.dilation[d] * fields[d].step;
    fields[d].step *= window.stride[d];
  }
  return fields;
}

Found widest(const Found& a, const Found& b) {
  if (!a || !b || a->empty()) {
    return a ? b : a;
  }
  if (b->empty()) {
    return a;
  }
  if (a->size() != b->size()) {
    return {};
  }
  ReceptiveFields fields = *a;
  for (std::size_t d = 0; d < fields.size(); ++d) {
    if ((*b)[d].step != fields[d].step) {
      return {};
    }
    fields[d].size = std::max(fields[d].size, (*b)[d].size);
  }
  return fields;
}

}  // namespace

std::vector<std::optional<ReceptiveFields>> receptive_fields(const Graph& graph) {
  std::vector<Found> all(graph.values.size(), ReceptiveFields());
  const auto of = [&](ValueId id) {
    return id.index < 0 ? Found(ReceptiveFields()) : all[static_cast<std::size_t>(id.index)];
  };
  for (const GraphStep& step : graph.steps) {
    Found found;
    const ValueId* const first = argument<ValueId>(step, 0);
    if (const std::optional<Window> window = window_of(graph, step); window && first != nullptr) {
      found = widened(of(*first), *window);
    } else if (const auto known = detail::overloads(step.op);
               !known.empty() && known.front().is_pointwise) {
      found = ReceptiveFields();
      for (const Argument& argument : step.arguments) {
        if (const auto* id = std::get_if<ValueId>(&argument)) {
          found = widest(found, of(*id));
        } else if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
          for (const ValueId each : *list) {
            found = widest(found, of(each));
          }
        }
      }
    }
    for (const ValueId output : step.outputs) {
      if (output.index >= 0) {
        all[static_cast<std::size_t>(output.index)] = found;
      }
    }
  }
  return all;
}

}  // namespace retrograd
