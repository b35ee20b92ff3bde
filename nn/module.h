/// @file
/// The base of all layers and models.
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

/// A named tensor or module that a module owns. It refers to the module's own field.
class RETROGRAD_API Member {
 public:
  /// Constructs a parameter. An undefined one, such as a bias that is switched off, is skipped.
  ///
  /// The first time that a module lists a plain tensor, the tensor starts to require gradients, as
  /// after PyTorch's `register_parameter`. Tensors that `set_requires_grad(false)` or `freeze()`
  /// froze stay frozen.
  Member(std::string name, Tensor& parameter) : name_(std::move(name)), tensor_(&parameter) {}
  /// Constructs a child module.
  Member(std::string name, Module& child) : name_(std::move(name)), child_(&child) {}

  /// Returns the name of the member.
  const std::string& name() const noexcept { return name_; }
  /// Returns the tensor, or null for a module.
  Tensor* tensor() const noexcept { return tensor_; }
  /// Returns the module, or null for a tensor.
  Module* child() const noexcept { return child_; }
  /// Returns whether the member is a tensor that is saved but not trained.
  bool is_buffer() const noexcept { return buffer_; }

 private:
  friend Member buffer(std::string name, Tensor& tensor);

  std::string name_;
  Tensor* tensor_ = nullptr;
  Module* child_ = nullptr;
  bool buffer_ = false;
};

/// The members of a module, by name.
using Members = std::vector<Member>;

/// Returns a member that is saved but not trained, such as a running mean or a tensor of integers.
///
/// @code
/// nn::Members members() override { return {{"weight", weight}, nn::buffer("mean", mean)}; }
/// @endcode
RETROGRAD_API Member buffer(std::string name, Tensor& tensor);

/// Options of `Module::load_state_dict()`, given as `{.name = value}`.
struct LoadOptions {
  bool strict = true;  ///< Throws when a name is missing or unexpected, if true.
};

/// The names that did not fit when a state dict was loaded.
struct LoadReport {
  std::vector<std::string> missing;     ///< Names in the module that the dict lacks.
  std::vector<std::string> unexpected;  ///< Names in the dict that the module lacks.
};

// GCC warns here where another forward() hides that of one tensor, as in ModuleOf.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// The base of all layers and models.
///
/// A module lists its tensors and modules in `members()`, and computes in `forward()`:
///
/// @code
/// struct Net : nn::Module {
///   nn::Conv2d conv{1, 6, 5};
///   nn::Linear head{864, 10};
///   nn::Members members() override { return {{"conv", conv}, {"head", head}}; }
///   Tensor forward(const Tensor& x) override { return head(flatten(relu(conv(x)), 1)); }
/// };
/// Net net;
/// Tensor y = net(x);
/// @endcode
///
/// All functions that list, convert, save or load tensors derive from `members()`. They throw
/// DTypeError if a parameter is not floating, and GraphError if it is the result of an operator.
/// The module is unchanged then.
///
/// Hooks run in the order in which they were registered. Errors in them name the line of the call.
/// A hook that is registered while others run is first called the next time. A call may have
/// several inputs or outputs, as in attention, recurrence and losses. A hook of single tensors then
/// gets the first ones. A hook of lists gets all of them in order, also undefined ones:
///
/// @code
/// model.register_forward_hook([](nn::Module&, const std::vector<Tensor>& inputs,
///                                const std::vector<Tensor>& outputs) { ... });
/// @endcode
///
/// Such a hook returns void, or tensors that replace those at the same positions. The list may be
/// shorter, and undefined tensors keep the present ones. A hook of single tensors may return void
/// too.
class RETROGRAD_API Module : public FrameOwner {
 public:
  /// Tensors with their names.
  using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

  /// Constructs a module in training mode, without hooks.
  Module() = default;
  virtual ~Module();
  // A copy would share its parameters with the original, so modules are moved.
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// Moves a module with its mode and hooks.
  Module(Module&& other) noexcept;
  /// Moves the mode and the hooks of another module here.
  Module& operator=(Module&& other) noexcept;

  /// Returns the members of the module, by name and in a fixed order.
  ///
  /// An override lists fields and changes no state, because functions of `const` modules call it.
  ///
  /// A tensor or a module may have several names, here or in different modules below: tied weights
  /// are handles on one tensor. `state_dict()` has every name. All other functions use such a
  /// tensor or module once, under its first name.
  virtual Members members() { return {}; }
  /// Returns the output for the input `x`. Modules with other parameters derive from `ModuleOf`.
  ///
  /// @throws GraphError if the module does not override it.
  virtual Tensor forward(const Tensor& x);
  /// Returns the text that summaries show, such as "Linear(120, 84)".
  virtual std::string describe() const { return "Module"; }
  /// Returns the number of multiply-adds of a call with these shapes, without those of modules
  /// below.
  virtual std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const;
  /// Returns `next(forward(x))`, computed by one operator, or an undefined tensor if there is none.
  ///
  /// `Sequential` calls it. An override must not compute for classes derived from its own, whose
  /// `forward()` may differ.
  virtual Tensor forward_fused(const Tensor& x, const Module& next);

  /// Returns `forward(x)`, with the hooks around it. Errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, Where where = {});

  /// Returns the parameters with qualified names such as "conv1.weight", each tensor once.
  NamedTensors named_parameters(Where where = {}) const;
  /// Returns the buffers with qualified names, each tensor once.
  NamedTensors named_buffers(Where where = {}) const;
  /// Returns the parameters in the order of `members()`, each tensor once.
  std::vector<Tensor> parameters(Where where = {}) const;
  /// Returns this module under "", then all below it, outer before inner, each once.
  std::vector<std::pair<std::string, Module*>> named_modules();
  /// Returns this module under "", then all below it, outer before inner, each once.
  std::vector<std::pair<std::string, const Module*>> named_modules() const;
  /// Returns this module, then all below it, outer before inner, each once.
  std::vector<Module*> modules();
  /// Returns this module, then all below it, outer before inner, each once.
  std::vector<const Module*> modules() const;
  /// Returns the modules among the members, each once, under its first name.
  std::vector<std::pair<std::string, Module*>> named_children();
  /// Returns the modules among the members, each once, under its first name.
  std::vector<std::pair<std::string, const Module*>> named_children() const;
  /// Returns the modules among the members, each once.
  std::vector<Module*> children();
  /// Returns the modules among the members, each once.
  std::vector<const Module*> children() const;
  /// Returns the parameter of a qualified name, such as "layers.0.weight".
  ///
  /// @throws IndexError if there is none. The message lists the names that exist.
  Tensor get_parameter(std::string_view name, Where where = {}) const;
  /// Returns the module of a qualified name, such as "layers.0".
  ///
  /// @throws IndexError if there is none. The message lists the names that exist.
  Module& get_submodule(std::string_view name, Where where = {});
  /// Returns the number of elements of all parameters, each tensor counted once.
  std::int64_t parameter_count(Where where = {}) const;

  /// Calls `f` once for each module below and then for this one, inner before outer. Returns the
  /// module.
  Module& apply(const std::function<void(Module&)>& f);

  /// Returns handles on all parameters and buffers, in the order of `members()`.
  ///
  /// A tensor with several names appears under each of them.
  ///
  /// @code
  /// save(model.state_dict(), "model.safetensors");
  /// @endcode
  StateDict state_dict(Where where = {}) const;
  /// Copies values into the parameters and buffers, converted to their dtypes.
  ///
  /// If one tensor has several names with different values, the last name in the order of
  /// `members()` wins, as in PyTorch. The module is unchanged after an error, OutOfMemory included.
  ///
  /// @code
  /// model.load_state_dict(load("model.safetensors"));
  /// @endcode
  ///
  /// @throws ShapeError if a tensor has another shape than the module's.
  /// @throws GraphError if a tensor of the module was expanded, so that elements share memory.
  /// @throws ValueError if `strict` is true and names are missing or unexpected. The message lists
  ///   them.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {}, Where where = {});

  /// Sets training or evaluation mode here and in all modules below. Returns the module.
  Module& train(bool on = true);
  /// Sets evaluation mode here and in all modules below. Returns the module.
  Module& eval() { return train(false); }
  /// Returns whether the module is in training mode.
  bool is_training() const noexcept { return training_; }

  /// Stops the training of all parameters here and below: they require no gradient, and lose
  /// theirs.
  ///
  /// Optimisers skip such parameters. The mode of `train()` stays.
  void freeze(Where where = {});
  /// Resumes the training of all parameters here and below.
  void unfreeze(Where where = {}) { requires_grad_(true, where); }
  /// Sets whether all parameters here and below require gradients. Present gradients stay.
  Module& requires_grad_(bool on = true, Where where = {});

  /// Clears the gradients of all parameters.
  void zero_grad(Where where = {});
  /// Converts floating parameters and buffers to `dtype`. Returns the module.
  ///
  /// They become new tensors, so construct the optimiser afterwards. A tensor with several names
  /// becomes one new tensor. The module is unchanged after an error.
  ///
  /// @throws DTypeError if `dtype` is not floating.
  Module& to(DType dtype, Where where = {});

  /// Registers a function that runs before `forward()`, and may replace the first input.
  ///
  /// @throws ValueError if `hook` is empty.
  HookHandle register_forward_pre_hook(ForwardPreHook hook, Where where = {});
  /// Registers a function of single tensors or lists, with or without a result, to run before
  /// `forward()`.
  template <detail::PreHookFunction F>
  HookHandle register_forward_pre_hook(F hook) {
    return add_pre_hook(detail::as_hook<detail::PreHook, detail::Tensors>(std::move(hook)));
  }
  /// Registers a function that runs after `forward()`, and may replace the first output.
  ///
  /// @code
  /// nn::HookHandle handle = model.register_forward_hook(
  ///     [](nn::Module&, const Tensor&, const Tensor& y) { std::cout << y; });
  /// handle.remove();
  /// @endcode
  ///
  /// @throws ValueError if `hook` is empty.
  HookHandle register_forward_hook(ForwardHook hook, Where where = {});
  /// Registers a function of single tensors or lists, with or without a result, to run after
  /// `forward()`.
  template <detail::HookFunction F>
  HookHandle register_forward_hook(F hook) {
    return add_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }
  /// Registers a function that runs in backward passes through later calls of this module.
  ///
  /// It runs once the gradients of the inputs are known, if the pass reaches an output of a
  /// recorded call. The gradients are those of this use of the inputs alone. A gradient is
  /// undefined if its input requires none or the pass does not reach it. The hook must then return
  /// no gradient for it. If `forward()` writes to an input in place, the hook does not run.
  ///
  /// @throws ValueError if `hook` is empty.
  HookHandle register_full_backward_hook(BackwardHook hook, Where where = {});
  /// Registers a function of single tensors or lists, with or without a result, for backward
  /// passes.
  ///
  /// It runs as a `BackwardHook` does.
  template <detail::HookFunction F>
  HookHandle register_full_backward_hook(F hook) {
    return add_backward_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }
  /// Returns whether a hook is registered at this module.
  bool has_hooks() const noexcept;

  /// Returns a table of all modules for a call in evaluation mode with zeros of shape `input`.
  ///
  /// The zeros have the dtype of the parameters. Columns are name, kind, output shape, parameters
  /// and multiply-adds. Frozen parameters have a column if there are some. Receptive fields have
  /// one if there are windows: the number of input positions on which an output depends. A
  /// parameter with several names is counted in the first module that lists it.
  ///
  /// @code
  /// std::cout << model.summary({1, 1, 28, 28});
  /// @endcode
  std::string summary(const Shape& input, Where where = {});
  /// Returns the table of `summary()` for a call with this input.
  std::string summary_for(const Tensor& input, Where where = {});

 protected:
  /// Runs `compute` on the first input as `operator()` runs `forward()`, with hooks around it.
  ///
  /// It serves modules with other functions than `forward(x)` that do not derive from `ModuleOf`.
  Tensor call(const std::vector<Tensor>& inputs,
              const std::function<Tensor(const Tensor& first)>& compute, Where where);
  /// Reports the inputs and the output of a call to summaries, for modules with other functions.
  void report_call(const std::vector<Tensor>& inputs, const Tensor& output);

 private:
  template <class Signature>
  friend class ModuleOf;
  friend class Sequential;

  friend RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Module& module);

  std::string name_in(const FrameOwner* around) const final;
  // For members(), by observers.
  Module& self() const noexcept { return const_cast<Module&>(*this); }
  // Whether hooks run, or calls are observed; in debug builds so is the first call.
  bool is_watched() const noexcept;
  // Runs hooks before and after compute(), which returns the addresses of the outputs. Replacements
  // by hooks are written to the inputs and outputs.
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

/// Prints the module and all below it, as PyTorch does:
/// @code
/// Net(
///   (conv): Conv2d(1, 6, 5x5)
///   (head): Linear(864, 10)
/// )
/// @endcode
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Module& module);

}  // namespace retrograd::nn
