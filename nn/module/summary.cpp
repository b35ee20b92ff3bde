#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

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

// Puts all modules in evaluation mode, so that a trial call leaves no trace in them, and back.
class Evaluating {
 public:
  explicit Evaluating(Module& module) {
    for (const auto& [name, part] : module.named_modules()) {
      modes_.emplace_back(part, part->is_training());
    }
    module.eval();
  }
  ~Evaluating() {
    // Outer ones first: each sets those below, which are then set right.
    for (const auto& [part, training] : modes_) {
      part->train(training);
    }
  }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  std::vector<std::pair<Module*, bool>> modes_;
};

// Those that no module before has listed.
std::int64_t own_parameters(Module& module, std::unordered_set<const void*>& counted) {
  std::int64_t count = 0;
  for (const Member& member : module.members()) {
    if (member.tensor() != nullptr && member.tensor()->defined() && !member.is_buffer() &&
        counted.insert(member.tensor()->impl_or_null()).second) {
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
      const std::string space(widths[c] - row[c].size(), ' ');
      text += (c > 0 ? "  " : "") + (c + numbers < row.size() ? row[c] + space : space + row[c]);
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
  {
    const NoGradGuard unrecorded;
    const Evaluating evaluating(*this);
    run();
  }
  std::vector<std::vector<std::string>> rows{
      {"module", "kind", "output", "parameters", "multiply-adds"}};
  std::int64_t multiply_adds = 0;
  std::unordered_set<const void*> counted;
  for (const auto& [name, module] : named_modules()) {
    const Calls::Seen& seen = calls.by_module[module];
    rows.push_back({name.empty() ? "(model)" : name, module->describe(), seen.output,
                    grouped(own_parameters(*module, counted)), grouped(seen.multiply_adds)});
    multiply_adds += seen.multiply_adds;
  }
  rows.push_back({"total", "", "", grouped(parameter_count()), grouped(multiply_adds)});
  return table(rows, 2);
}

}  // namespace retrograd::nn
