#include <algorithm>
#include <unordered_map>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

namespace {

thread_local CallObserver* innermost = nullptr;

class OutputShapes : public CallObserver {
 public:
  void called(Module& module, const Tensor& output) override {
    if (output.defined()) {
      shapes.emplace(&module, to_string(output.shape()));
    }
  }
  std::unordered_map<Module*, std::string> shapes;
};

std::int64_t own_parameters(Module& module) {
  std::int64_t count = 0;
  for (const Member& member : module.members()) {
    if (member.tensor() != nullptr && member.tensor()->defined() && !member.is_buffer()) {
      count += member.tensor()->numel();
    }
  }
  return count;
}

// 61706 as "61,706".
std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t c = 0; c + 1 < row.size(); ++c) {
      text += row[c] + std::string(widths[c] - row[c].size() + 2, ' ');
    }
    text += std::string(widths.back() - row.back().size(), ' ') + row.back() + "\n";
  }
  return text;
}

}  // namespace

CallObserver::CallObserver() noexcept : previous_(innermost) {
  innermost = this;
}
CallObserver::~CallObserver() {
  innermost = previous_;
}
CallObserver* CallObserver::current() noexcept {
  return innermost;
}

std::string Module::summary(const Shape& input, Where where) {
  const auto tensors = parameters();
  const DType dtype = tensors.empty() ? float32 : tensors.front().dtype();
  OutputShapes outputs;
  {
    const NoGradGuard unrecorded;
    (*this)(zeros(input, {.dtype = dtype}, where), where);
  }
  std::vector<std::vector<std::string>> rows{{"module", "kind", "output", "parameters"}};
  for (const auto& [name, module] : named_modules()) {
    rows.push_back({name.empty() ? "(model)" : name, module->describe(), outputs.shapes[module],
                    grouped(own_parameters(*module))});
  }
  rows.push_back({"total", "", "", grouped(parameter_count())});
  return table(rows);
}

}  // namespace retrograd::nn
