/// @file
/// The base of all layers and models.
///
/// @code
/// struct Net : nn::Module {
///   nn::Conv2d conv{1, 6, 5};
///   nn::Linear head{864, 10};
///   nn::Members members() override { return {{"conv", conv}, {"head", head}}; }
///   rg::Tensor forward(const rg::Tensor& x) override {
///     return head(rg::flatten(rg::max_pool2d(rg::relu(conv(x)), 2), 1));
///   }
/// };
/// @endcode
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/nn/hooks.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/state_dict.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

class Module;
namespace detail {
struct InOrder;
class Evaluating;
}  // namespace detail

/// One tensor or module that a module owns, under its name. It refers to the module's field.
class RETROGRAD_API Member {
 public:
  /// Makes the entry of a parameter. An undefined tensor, such as a bias that is switched off, is
  /// skipped. A plain tensor requires gradients from the first time that the module lists it, as
  /// after register_parameter in PyTorch. set_requires_grad(false) or freeze() freezes it.
  Member(std::string name, Tensor& parameter) : name_(std::move(name)), tensor_(&parameter) {}
  /// Makes the entry of a module.
  Member(std::string name, Module& child) : name_(std::move(name)), child_(&child) {}

  /// Returns the name.
  const std::string& name() const noexcept { return name_; }
  /// Returns the tensor, or null for a module.
  Tensor* tensor() const noexcept { return tensor_; }
  /// Returns the module, or null for a tensor.
  Module* child() const noexcept { return child_; }
  /// Returns true if the tensor is saved but not trained.
  bool is_buffer() const noexcept { return buffer_; }

 private:
  friend Member buffer(std::string name, Tensor& tensor);

  std::string name_;
  Tensor* tensor_ = nullptr;
  Module* child_ = nullptr;
  bool buffer_ = false;
};

/// The tensors and modules that a module owns, by name.
using Members = std::vector<Member>;

/// Returns the entry of a tensor that is saved but not trained, such as a running mean, or
/// integers.
/// @code nn::Members members() override { return {nn::buffer("calls", calls)}; } @endcode
RETROGRAD_API Member buffer(std::string name, Tensor& tensor);

/// Options of Module::load_state_dict().
struct LoadOptions {
  bool strict = true;  ///< Whether a missing or unexpected name is an error.
};

/// Names that did not fit when a state dict was loaded.
struct LoadReport {
  std::vector<std::string> missing;     ///< Names in the module, but not in the dict.
  std::vector<std::string> unexpected;  ///< Names in the dict, but not in the module.
};

// GCC warns here where another forward() hides that of one tensor, as in ModuleOf.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// The base of all layers and models.
class RETROGRAD_API Module : public FrameOwner {
 public:
  /// Tensors with their names.
  using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

  /// Makes a module in training mode.
  Module() = default;
  virtual ~Module();
  // A copy would share its parameters with the original, so modules are moved.
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// Moves a module, with its hooks.
  Module(Module&& other) noexcept;
  /// Moves a module, with its hooks.
  Module& operator=(Module&& other) noexcept;

  /// Returns the tensors and modules that the module owns, in a fixed order. All functions below
  /// derive from it. It lists fields and changes no state, so observers of a `const` module may
  /// call it.
  ///
  /// One tensor or module may have several names, here or in different modules below: tied weights
  /// are handles to one tensor. state_dict() has every name. All other functions take such a tensor
  /// or module once, under its first name.
  virtual Members members() { return {}; }
  /// Computes the result. Models with another signature derive from ModuleOf, in module_of.h.
  /// @throws GraphError if the module does not override it.
  virtual Tensor forward(const Tensor& x);
  /// Returns the text that summaries show: "Linear(120, 84)".
  virtual std::string describe() const { return "Module"; }
  /// Returns the number of multiplications, each with an addition, of a call with these shapes.
  /// Modules below count for themselves. Summaries show it.
  virtual std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const;

  /// Runs this module and `next` as one operator if there is one for both, and otherwise returns an
  /// undefined tensor without any effect. Sequential calls it. An override must reject classes
  /// derived from its own, whose forward() may differ.
  virtual Tensor forward_fused(const Tensor& x, const Module& next);
  /// Runs this module, the batch norm `norm` and, if `relu`, relu() as one operator. Returns an
  /// undefined tensor without any effect where there is no such operator. Sequential calls it.
  /// An override must reject classes derived from its own.
  virtual Tensor forward_normalised(const Tensor& x, const Module& norm, bool relu);

  /// Runs forward(); errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, Where where = {});

  /// Returns the parameters with qualified names such as "conv1.weight", each tensor once.
  ///
  /// It throws these errors, and changes no state then. So do all functions below that derive from
  /// members().
  /// @throws DTypeError if a parameter is not floating.
  /// @throws GraphError if a parameter is the result of an operator.
  NamedTensors named_parameters(Where where = {}) const;
  /// Returns the buffers with qualified names, each tensor once.
  NamedTensors named_buffers(Where where = {}) const;
  /// Returns all parameters, in the order of members(), each tensor once.
  /// @code rg::optim::SGD optimizer(model.parameters(), {.lr = 0.1}); @endcode
  std::vector<Tensor> parameters(Where where = {}) const;
  /// Returns the module itself under "", then all modules below it, outer before inner, each once.
  std::vector<std::pair<std::string, Module*>> named_modules();
  /// Returns the module itself under "", then all modules below it, outer before inner, each once.
  std::vector<std::pair<std::string, const Module*>> named_modules() const;
  /// Returns the module itself, then all modules below it, outer before inner, each once.
  std::vector<Module*> modules();
  /// Returns the module itself, then all modules below it, outer before inner, each once.
  std::vector<const Module*> modules() const;
  /// Returns the modules directly below, each once, under its name.
  std::vector<std::pair<std::string, Module*>> named_children();
  /// Returns the modules directly below, each once, under its name.
  std::vector<std::pair<std::string, const Module*>> named_children() const;
  /// Returns the modules directly below, each once.
  std::vector<Module*> children();
  /// Returns the modules directly below, each once.
  std::vector<const Module*> children() const;
  /// Returns the parameter of a qualified name, such as "layers.0.weight".
  /// @throws IndexError if there is none; the message lists the names.
  Tensor get_parameter(std::string_view name, Where where = {}) const;
  /// Returns the module of a qualified name, such as "layers.0".
  /// @throws IndexError if there is none; the message lists the names.
  Module& get_submodule(std::string_view name, Where where = {});
  /// Returns the number of elements of all parameters, each counted once.
  std::int64_t parameter_count(Where where = {}) const;

  /// Calls `f` once for each module below and then for this one, inner before outer.
  Module& apply(const std::function<void(Module&)>& f);

  /// Returns handles to all parameters and buffers, in the order of members(). A tensor with
  /// several names is listed under each of them.
  /// @code rg::save(model.state_dict(), "model.safetensors"); @endcode
  StateDict state_dict(Where where = {}) const;

  /// Copies values into the module, converted to its dtypes. Where the names of one tensor have
  /// different values, the last name in the order of members() wins, as in PyTorch. An error,
  /// OutOfMemory included, leaves the module unchanged.
  /// @code model.load_state_dict(rg::load("model.safetensors")); @endcode
  /// @throws ShapeError if a shape differs.
  /// @throws GraphError if a tensor of the module was expanded.
  /// @throws ValueError if `strict` and a name is missing or unexpected; the message lists all of
  /// them.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {}, Where where = {});

  /// Sets the mode of this module and of all modules below. It changes no other state.
  /// @throws GraphError for training mode, if a module is for inference only; no mode changes then.
  Module& train(bool on = true);
  /// Sets evaluation mode, as train(false).
  Module& eval() { return train(false); }
  /// Returns true in training mode.
  bool is_training() const noexcept { return training_; }

  /// Stops the training of all parameters here and below. Their gradients are dropped, so an
  /// optimiser skips them. The mode of train() is independent of it.
  void freeze(Where where = {});
  /// Resumes the training of all parameters here and below.
  void unfreeze(Where where = {}) { requires_grad_(true, where); }
  /// Sets whether all parameters here and below require gradients. Existing gradients stay.
  Module& requires_grad_(bool on = true, Where where = {});

  /// Drops the gradients of all parameters.
  void zero_grad(Where where = {});

  /// Converts floating parameters and buffers to a dtype. They become new tensors, so make the
  /// optimiser afterwards. A tensor with several names becomes one new tensor. An error leaves the
  /// module unchanged.
  /// @code model.to(rg::float64); @endcode
  /// @throws DTypeError if `dtype` is not floating.
  Module& to(DType dtype, Where where = {});

  /// Adds a hook that runs before forward(), and returns its handle. It sees the first input, and a
  /// defined result replaces that input.
  ///
  /// Hooks of all kinds run in the order of their registration, and errors in them name the line of
  /// the call. A hook that is added while they run is first called the next time.
  /// @throws ValueError if `hook` is empty.
  HookHandle register_forward_pre_hook(ForwardPreHook hook, Where where = {});

  /// Adds a hook that runs before forward(), and returns its handle. It sees one input, or all
  /// inputs as a list, undefined ones too.
  ///
  /// The hook may return `void`, or tensors that replace those in the same positions. The list may
  /// be shorter, and undefined tensors replace no input.
  template <detail::PreHookFunction F>
  HookHandle register_forward_pre_hook(F hook) {
    return add_pre_hook(detail::as_hook<detail::PreHook, detail::Tensors>(std::move(hook)));
  }

  /// Adds a hook that runs after forward(), and returns its handle. It sees the first input and
  /// output, and a defined result replaces that output.
  /// @throws ValueError if `hook` is empty.
  HookHandle register_forward_hook(ForwardHook hook, Where where = {});

  /// Adds a hook that runs after forward(), and returns its handle. It sees one input and output,
  /// or all of them as lists, undefined ones too.
  ///
  /// The hook may return `void`, or tensors that replace the outputs in the same positions.
  /// @code
  /// model.register_forward_hook([](nn::Module&, const std::vector<rg::Tensor>& inputs,
  ///                                const std::vector<rg::Tensor>& outputs) {
  ///   std::cout << inputs.size() << " in, " << outputs.size() << " out\n";
  /// });
  /// @endcode
  template <detail::HookFunction F>
  HookHandle register_forward_hook(F hook) {
    return add_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }

  /// Adds a hook that runs in the backward pass of a call, and returns its handle. It sees the
  /// gradients of the first input and output, and a defined result replaces that of the input.
  ///
  /// The hook applies to calls that are recorded after its registration. It runs as soon as the
  /// gradients of the inputs are known, if the pass reaches an output. The gradients are only those
  /// of this use of the inputs. One is undefined if its input requires no gradient, or the pass
  /// does not reach it; then the hook must not replace it. A forward() that writes to an input in
  /// place skips the hook.
  /// @throws ValueError if `hook` is empty.
  HookHandle register_full_backward_hook(BackwardHook hook, Where where = {});

  /// Adds a hook that runs in the backward pass of a call, and returns its handle. It sees the
  /// gradients of one input and output, or of all of them as lists.
  ///
  /// The hook may return `void`, or tensors that replace the gradients of inputs in the same
  /// positions. It runs as the hook of a single gradient does.
  template <detail::HookFunction F>
  HookHandle register_full_backward_hook(F hook) {
    return add_backward_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }
  /// Returns true if a hook is registered here.
  bool has_hooks() const noexcept;

  /// Returns a table of all modules for a call in evaluation mode with zeros of shape `input`, in
  /// the parameters' dtype. It has the name, kind, output shape, parameters, and multiplications
  /// with an addition of each module.
  ///
  /// A parameter with several names is counted in the first module that lists it. There are columns
  /// for frozen parameters, whose names are below the table, and for receptive fields
  /// (graph/receptive_field.h) if the model has windows.
  /// @code std::cout << model.summary({1, 1, 28, 28}); @endcode
  std::string summary(const Shape& input, Where where = {});
  /// Returns the table of summary() for a call with this input.
  std::string summary_for(const Tensor& input, Where where = {});

 protected:
  /// Runs `compute(first input)`, which returns the first output, with hooks and line as operator()
  /// runs forward(). It is for modules with functions of their own, which ModuleOf makes
  /// unnecessary.
  Tensor call(const std::vector<Tensor>& inputs,
              const std::function<Tensor(const Tensor& first)>& compute, Where where);
  /// Reports the inputs and the output of a function of the module's own to summaries.
  void report_call(const std::vector<Tensor>& inputs, const Tensor& output);

 private:
  template <class Signature>
  friend class ModuleOf;
  friend struct detail::InOrder;
  friend class detail::Evaluating;

  friend RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Module& module);

  std::string name_in(const FrameOwner* around) const final;
  // Throws GraphError if the module has no training mode.
  virtual void require_trainable(const Frame& call) const;
  // For members(), by observers.
  Module& self() const noexcept { return const_cast<Module&>(*this); }
  // Whether hooks run, or calls are observed; in debug builds so is the first call.
  bool is_watched() const noexcept;
  // Runs hooks before and after compute(), which says where the outputs are. What hooks return is
  // written to the inputs and outputs.
  void run_watched(const std::vector<Tensor*>& inputs,
                   const std::function<std::vector<Tensor*>()>& compute);
  // A table of what run() computes in evaluation mode.
  std::string summary_of(const std::function<void()>& run, Where where);
  HookHandle add_pre_hook(detail::PreHook hook);
  HookHandle add_hook(detail::Hook hook);
  HookHandle add_backward_hook(detail::Hook hook);
  std::shared_ptr<detail::ModuleHooks> own_hooks();
  void drop_hooks() noexcept;

  bool training_ = true;
  bool was_called_ = false;                     // in debug builds
  std::shared_ptr<detail::ModuleHooks> hooks_;  // null without
};

#pragma GCC diagnostic pop

/// Prints the module and all modules below it, as PyTorch does:
/// @code
/// Net(
///   (conv): Conv2d(1, 6, 5x5)
///   (head): Linear(864, 10)
/// )
/// @endcode
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Module& module);

}  // namespace retrograd::nn
