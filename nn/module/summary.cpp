#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/trace.h>
#include <retrograd/graph/receptive_field.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/internal/evaluating.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;
using retrograd::detail::joined;

namespace {

// What is seen of the calls: the first output of each module, and the work of all its calls.
class Calls : public CallObserver {
 public:
  struct Seen {
    std::string output;
    std::int64_t multiply_adds = 0;
  };

  void called(Module& module, const std::vector<Tensor>& inputs, const Tensor& output) override {
    if (!output.defined()) {
      return;
    }
    std::vector<Shape> shapes;
    shapes.reserve(inputs.size());
    for (const Tensor& input : inputs) {
      shapes.push_back(input.defined() ? input.shape() : Shape{});
    }
    Seen& seen = by_module[&module];
    if (seen.output.empty()) {
      seen.output = to_string(output.shape());
    }
    seen.multiply_adds += module.multiply_adds(shapes, output.shape());
  }

  std::unordered_map<Module*, Seen> by_module;
};

// Elements of the parameters that no module before has listed.
struct OwnParameters {
  std::int64_t all = 0;
  std::int64_t frozen = 0;
};
OwnParameters own_parameters(Module& module, std::unordered_set<const void*>& counted) {
  OwnParameters count;
  for (const Member& member : module.members()) {
    if (member.tensor() != nullptr && member.tensor()->defined() && !member.is_buffer() &&
        counted.insert(member.tensor()->impl_or_null()).second) {
      count.all += member.tensor()->numel();
      count.frozen += member.tensor()->requires_grad() ? 0 : member.tensor()->numel();
    }
  }
  return count;
}

// The frozen parameters by their names, or "layer.*" for a module that has no others.
std::string frozen_names(const Module& model) {
  const Module::NamedTensors parameters = model.named_parameters();
  const auto all_frozen = [&](std::string_view prefix) {
    return std::none_of(parameters.begin(), parameters.end(), [&](const auto& each) {
      return each.first.starts_with(prefix) && each.second.requires_grad();
    });
  };
  if (all_frozen("")) {
    return "all parameters";
  }
  std::vector<std::string> names;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.requires_grad()) {
      continue;
    }
    std::size_t end = name.find('.');
    while (end != std::string::npos && !all_frozen(std::string_view(name).substr(0, end + 1))) {
      end = name.find('.', end + 1);
    }
    std::string shown = end == std::string::npos ? name : formatted("{}.*", name.substr(0, end));
    if (std::find(names.begin(), names.end(), shown) == names.end()) {
      names.push_back(std::move(shown));
    }
  }
  return joined(names, ", ");
}

// How much of the input the last operator of each module sees, by the module's path: "5", "5x3".
// None where the trace is no graph.
std::unordered_map<std::string, std::string> fields_by_path(const Trace& trace) {
  std::unordered_map<std::string, std::string> found;
  try {
    const Graph graph(trace, {}, {});
    const auto fields = receptive_fields(graph);
    for (const GraphStep& step : graph.steps) {
      std::string text;
      if (!step.outputs.empty() && step.outputs.front().index >= 0) {
        const auto& of = fields[static_cast<std::size_t>(step.outputs.front().index)];
        std::vector<std::int64_t> sizes;
        for (const ReceptiveField& each : of.value_or(ReceptiveFields())) {
          sizes.push_back(each.size);
        }
        if (!sizes.empty() &&
            std::count(sizes.begin(), sizes.end(), sizes.front()) == std::ssize(sizes)) {
          sizes.resize(1);
        }
        text = joined(sizes, "x");
      }
      // "Net.block.conv" is the path of three modules.
      const std::size_t begin = std::min(step.path.find('.'), step.path.size());
      for (std::size_t end = step.path.size();; end = step.path.rfind('.', end - 1)) {
        found[step.path.substr(std::min(begin + 1, end), end - std::min(begin + 1, end))] = text;
        if (end <= begin) {
          break;
        }
      }
    }
  } catch (const GraphError&) {  // what the model does cannot be made again
  }
  return found;
}

// 61706 as "61,706".
std::string grouped(std::int64_t number) {
  std::string text = formatted("{}", number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

// Columns of text, the last `numbers` of them flush right.
std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t numbers) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      const char* const between = c > 0 ? "  " : "";
      if (c + numbers < row.size()) {
        text += formatted("{}{:<{}}", between, row[c], widths[c]);
      } else {
        text += formatted("{}{:>{}}", between, row[c], widths[c]);
      }
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string Module::summary(const Shape& input, Where where) {
  const Frame call("summary", where);
  const auto tensors = parameters();
  const DType dtype = tensors.empty() ? float32 : tensors.front().dtype();
  return summary_for(zeros(input, {.dtype = dtype}));
}

std::string Module::summary_for(const Tensor& input, Where where) {
  return summary_of([&] { (*this)(input); }, where);
}

std::string Module::summary_of(const std::function<void()>& run, Where where) {
  const Frame call("summary", where);
  Calls calls;
  std::unordered_map<std::string, std::string> fields;
  {
    const NoGradGuard unrecorded;
    const detail::Evaluating evaluating(*this);
    if (retrograd::detail::thread_calls.listener != nullptr) {  // one trace at a time
      run();
    } else {
      const Trace trace;
      run();
      fields = fields_by_path(trace);
    }
  }
  std::vector<std::vector<std::string>> rows{
      {"module", "kind", "output", "receptive field", "parameters", "frozen", "multiply-adds"}};
  std::int64_t frozen = 0;
  std::int64_t multiply_adds = 0;
  std::unordered_set<const void*> counted;
  for (const auto& [name, module] : named_modules()) {
    const Calls::Seen& seen = calls.by_module[module];
    const OwnParameters own = own_parameters(*module, counted);
    const std::string kind = module->describe();
    rows.push_back({name.empty() ? "(model)" : name,
                    kind == "Module" ? module->name_in(nullptr) : kind, seen.output, fields[name],
                    grouped(own.all), grouped(own.frozen), grouped(seen.multiply_adds)});
    frozen += own.frozen;
    multiply_adds += seen.multiply_adds;
  }
  rows.push_back(
      {"total", "", "", "", grouped(parameter_count()), grouped(frozen), grouped(multiply_adds)});
  const bool has_fields =
      std::any_of(rows.begin() + 1, rows.end(), [](const auto& row) { return !row[3].empty(); });
  for (auto& row : rows) {
    if (frozen == 0) {
      row.erase(row.begin() + 5);
    }
    if (!has_fields) {
      row.erase(row.begin() + 3);
    }
  }
  std::string text = table(rows, rows.front().size() - 3);
  if (frozen > 0) {
    text += formatted("frozen: {}; unfreeze() trains them\n", frozen_names(*this));
  }
  return text;
}

}  // namespace retrograd::nn
