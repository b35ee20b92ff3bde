// The run of a file's nodes by the library's operators. Internal.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/onnx/detail/importers.h>
#include <retrograd/onnx/detail/program.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/unheard.h>

namespace retrograd::onnx::detail {

// A node in messages and traces: "Network.conv1".
class NodeName final : public FrameOwner {
 public:
  explicit NodeName(const Node& node);
  std::string name_in(const FrameOwner* around) const override;

 private:
  std::string name_;
};

// Calls are neither told to a listener nor recorded while one lives: their results are constants.
struct Untraced {
  retrograd::detail::Unheard unheard;
  NoGradGuard no_grad;
};

// Values by name; a graph in a node sees those around it.
class Scope {
 public:
  explicit Scope(const Scope* outer = nullptr) : outer_(outer) {}
  const Value* find(const std::string& name) const;
  void set(const std::string& name, Value value) { values_[name] = std::move(value); }
  void drop(const std::string& name) { values_.erase(name); }

 private:
  const Scope* outer_;
  std::unordered_map<std::string, Value> values_;
};

struct TranslationOptions {
  bool training = false;
  bool norms_train = false;         // batch norms use the batch's statistics
  DType floating = DType::float32;  // of what is FLOAT in the file
};

class Translation {
 public:
  explicit Translation(TranslationOptions options) : options_(options) {}

  const TranslationOptions& options() const { return options_; }
  // Runs nodes in order. `last_use` has the values to drop after each node, or is empty.
  void run(const std::vector<Step>& steps, const std::deque<NodeName>& names,
           const std::vector<std::vector<std::string>>& last_use, Scope& scope);
  // Runs the graph of a node, with values for its inputs.
  std::vector<Value> run(const GraphProto& graph, std::int64_t opset, std::vector<Value> given,
                         const Scope& outer);

  // A constant of the file in the working dtype.
  Value constant(const Constant& constant) const;
  DType dtype_of(DataType type) const;

  // Whether another call of the same shapes would do the same.
  bool is_reusable() const { return is_reusable_; }
  void read_data() { is_reusable_ = false; }

 private:
  void run(const Node& node, std::int64_t opset, Scope& scope);

  TranslationOptions options_;
  bool is_reusable_ = true;
};

// A node with its inputs, as importers see it.
class NodeCall {
 public:
  NodeCall(Translation& translation, const Node& node, std::int64_t opset, Scope& scope);

  Translation& translation() const { return translation_; }
  const Scope& scope() const { return scope_; }
  const Node& node() const { return node_; }
  std::int64_t opset() const { return opset_; }
  bool is_training() const { return translation_.options().training; }

  std::size_t input_count() const { return inputs_.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }
  bool has_output(std::size_t i) const {
    return i < node_.outputs.size() && !node_.outputs[i].empty();
  }
  bool has(std::size_t i) const { return i < inputs_.size() && inputs_[i].tensor.defined(); }
  // An input that must be there.
  const Tensor& in(std::size_t i) const;
  // An input, or an undefined tensor.
  Tensor optional(std::size_t i) const { return has(i) ? inputs_[i].tensor : Tensor(); }
  const Value& value(std::size_t i) const { return inputs_[i]; }
  bool is_known(std::size_t i) const { return has(i) && inputs_[i].is_known; }
  bool all_known() const;

  // The numbers of an input. If it depends on data, the translation holds for this call alone.
  std::vector<std::int64_t> ints(std::size_t i) const;
  std::vector<double> numbers(std::size_t i) const;
  std::int64_t one_int(std::size_t i) const;
  double one_number(std::size_t i) const;

  bool has_attribute(std::string_view name) const { return find_attribute(node_, name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, const std::string& otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<double> floats(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  const GraphProto& graph(std::string_view name) const;
  // Axes of an input or, in older versions, of the attribute.
  std::optional<std::vector<std::int64_t>> axes(std::size_t input) const;
  // The axis from 0 on.
  std::int64_t axis(std::int64_t axis, std::int64_t rank) const;

  // Throws ValueError that names the node.
  template <class... Values>
  [[noreturn]] void refuse(check::Text<sizeof...(Values)> text, const Values&... values) const {
    check::refuse<ValueError>(frame_, {}, text, values...);
  }

 private:
  Translation& translation_;
  const Node& node_;
  std::int64_t opset_;
  Scope& scope_;
  std::vector<Value> inputs_;
  Frame frame_;
};

// Values from shapes and constants.
Value known(const std::vector<std::int64_t>& values);
Value known(Tensor tensor);

}  // namespace retrograd::onnx::detail
