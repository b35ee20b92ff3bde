// The constants of a file that are trained.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include <retrograd/onnx/detail/program.h>

namespace retrograd::onnx::detail {

namespace {

// Operators with weights, and the positions of these among the inputs.
const std::map<std::string_view, std::vector<std::size_t>>& weighted() {
  static const std::map<std::string_view, std::vector<std::size_t>> all{
      {"Conv", {1, 2}},
      {"ConvTranspose", {1, 2}},
      {"Gemm", {0, 1, 2}},
      {"MatMul", {0, 1}},
      {"BatchNormalization", {1, 2}},
      {"LayerNormalization", {1, 2}},
      {"PRelu", {1}},
      {"RNN", {1, 2, 3}},
      {"GRU", {1, 2, 3}},
      {"LSTM", {1, 2, 3}},
  };
  return all;
}

// Operators that only move elements, or name them anew.
bool only_moves(const Node& node) {
  constexpr std::string_view names[] = {"Identity",  "Reshape", "Unsqueeze",
                                        "Transpose", "Squeeze", "Flatten"};
  return node.domain.empty() && std::ranges::find(names, node.op_type) != std::end(names) &&
         !node.inputs.empty();
}

class Finder {
 public:
  explicit Finder(const Program& program) : program_(program) {
    for (const Step& step : program.steps) {
      for (const std::string& output : step.node.outputs) {
        makers_[output] = &step.node;
      }
    }
  }

  Roles find() {
    for (const Step& step : program_.steps) {
      const Node& node = step.node;
      if (!node.domain.empty()) {
        continue;
      }
      if (const auto found = weighted().find(node.op_type); found != weighted().end()) {
        for (const std::size_t position : found->second) {
          add(node, position, roles_.parameters);
        }
      }
      if (node.op_type == "BatchNormalization") {
        add(node, 3, roles_.buffers);
        add(node, 4, roles_.buffers);
      }
      if ((node.op_type == "Add" || node.op_type == "Mul") && node.inputs.size() == 2) {
        add_operand(node, 0);
        add_operand(node, 1);
      }
    }
    std::erase_if(roles_.buffers, [&](const std::string& name) {
      return std::ranges::find(roles_.parameters, name) != roles_.parameters.end();
    });
    return std::move(roles_);
  }

 private:
  // The value whose elements these are.
  const std::string& source(const std::string& name) const {
    const std::string* at = &name;
    for (auto maker = makers_.find(*at); maker != makers_.end() && only_moves(*maker->second);
         maker = makers_.find(*at)) {
      at = &maker->second->inputs[0];
    }
    return *at;
  }
  const Constant* constant(const std::string& name) const {
    const auto found = program_.constants.find(name);
    const bool is_float =
        found != program_.constants.end() && is_floating(found->second.value.dtype());
    return is_float ? &found->second : nullptr;
  }
  void add(const Node& node, std::size_t position, std::vector<std::string>& list) {
    if (position >= node.inputs.size()) {
      return;
    }
    const std::string& name = source(node.inputs[position]);
    if (constant(name) != nullptr && std::ranges::find(list, name) == list.end()) {
      list.push_back(name);
    }
  }
  // A bias or a scale after an operator with weights.
  void add_operand(const Node& node, std::size_t position) {
    const Constant* const operand = constant(source(node.inputs[position]));
    if (operand == nullptr || operand->value.numel() <= 1) {
      return;
    }
    const auto maker = makers_.find(source(node.inputs[1 - position]));
    if (maker != makers_.end() && maker->second->domain.empty() &&
        weighted().contains(maker->second->op_type)) {
      add(node, position, roles_.parameters);
    }
  }

  const Program& program_;
  std::unordered_map<std::string, const Node*> makers_;
  Roles roles_;
};

}  // namespace

Roles find_roles(const Program& program) {
  return Finder(program).find();
}

}  // namespace retrograd::onnx::detail
