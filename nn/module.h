// The base of all layers and models.
//
//   struct Net : nn::Module {
//     nn::Conv2d conv{1, 6, 5};
//     nn::Linear head{864, 10};
//     nn::Members members() override { return {{"conv", conv}, {"head", head}}; }
//     Tensor forward(const Tensor& x) override { return head(flatten(relu(conv(x)), 1)); }
//   };
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

class Module;

// One thing a module owns, under its name. Refers to the module's own field.
class RETROGRAD_API Member {
 public:
  // A parameter, which is trained. An undefined one (a layer without bias) is passed over.
  Member(std::string name, Tensor& parameter) : name_(std::move(name)), tensor_(&parameter) {}
  Member(std::string name, Module& child) : name_(std::move(name)), child_(&child) {}

  const std::string& name() const noexcept { return name_; }
  Tensor* tensor() const noexcept { return tensor_; }
  Module* child() const noexcept { return child_; }
  bool is_buffer() const noexcept { return buffer_; }

 private:
  friend Member buffer(std::string name, Tensor& tensor);

  std::string name_;
  Tensor* tensor_ = nullptr;
  Module* child_ = nullptr;
  bool buffer_ = false;
};

using Members = std::vector<Member>;

// A tensor that is saved with the module but not trained, such as a running mean.
RETROGRAD_API Member buffer(std::string name, Tensor& tensor);

struct LoadOptions {
  bool strict = true;  // throw when a name is missing or unexpected
};

// What did not fit when a state dict was loaded.
struct LoadReport {
  std::vector<std::string> missing;     // in the module, not in the dict
  std::vector<std::string> unexpected;  // in the dict, not in the module
};

class RETROGRAD_API Module {
 public:
  using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

  Module() = default;
  virtual ~Module();
  // A copy would share its parameters with the original, so modules are moved.
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;

  // What the module owns, each once, in a fixed order: all of the functions below derive from it.
  virtual Members members() { return {}; }
  // The computation. Models of several inputs have functions of their own instead.
  virtual Tensor forward(const Tensor& x);
  // As shown in summaries: "Linear(120, 84)".
  virtual std::string describe() const { return "Module"; }

  // Runs forward(); errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, Where where = {});

  // Parameters with qualified names such as "conv1.weight".
  NamedTensors named_parameters();
  NamedTensors named_buffers();
  std::vector<Tensor> parameters();
  // The module itself under "", then all below it, outer before inner.
  std::vector<std::pair<std::string, Module*>> named_modules();
  std::int64_t parameter_count();  // elements of all parameters

  // Handles on all parameters and buffers, in the order of members().
  StateDict state_dict();
  // Copies values in, converted to the module's dtypes. Throws ShapeError for a name whose shape
  // differs and, when strict, ValueError for missing or unexpected names; all of them are listed,
  // and nothing is changed then.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {}, Where where = {});

  // Sets the mode of this module and all below it; touches nothing else.
  void train(bool on = true);
  void eval() { train(false); }
  bool is_training() const noexcept { return training_; }

  void zero_grad();
  // Converts floating parameters and buffers. They become new tensors: make the optimiser
  // afterwards.
  void to(DType dtype, Where where = {});

  // A table of all modules: name, kind, output shape for an input of this shape, parameters.
  std::string summary(const Shape& input, Where where = {});

 private:
  bool training_ = true;
};

}  // namespace retrograd::nn
