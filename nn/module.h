/// @file
/// The base of all layers and models.
///
/// @code
/// struct Net : nn::Module {
///   nn::Conv2d conv{1, 6, 5};
///   nn::Linear head{864, 10};
///   nn::Members members() override { return {{"conv", conv}, {"head", head}}; }
///   Tensor forward(const Tensor& x) override { return head(flatten(relu(conv(x)), 1)); }
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

/// One thing a module owns, under its name. Refers to the module's own field.
class RETROGRAD_API Member {
 public:
  /// A parameter. An undefined one, such as a bias that is switched off, is passed over. A plain
  /// tensor requires gradients from the first time that the module lists it, as after
  /// register_parameter in PyTorch, unless set_requires_grad(false) or freeze() froze it.
  Member(std::string name, Tensor& parameter) : name_(std::move(name)), tensor_(&parameter) {}
  /// A parameter. An undefined one, such as a bias that is switched off, is passed over. A plain
  /// tensor requires gradients from the first time that the module lists it, as after
  /// register_parameter in PyTorch, unless set_requires_grad(false) or freeze() froze it.
  Member(std::string name, Module& child) : name_(std::move(name)), child_(&child) {}

  /// Its name.
  const std::string& name() const noexcept { return name_; }
  /// The tensor, or null for a module.
  Tensor* tensor() const noexcept { return tensor_; }
  /// The module, or null for a tensor.
  Module* child() const noexcept { return child_; }
  /// Whether it is saved but not trained.
  bool is_buffer() const noexcept { return buffer_; }

 private:
  friend Member buffer(std::string name, Tensor& tensor);

  std::string name_;
  Tensor* tensor_ = nullptr;
  Module* child_ = nullptr;
  bool buffer_ = false;
};

/// What a module owns, by name.
using Members = std::vector<Member>;

/// A tensor that is saved with the module but not trained, such as a running mean, or integers.
RETROGRAD_API Member buffer(std::string name, Tensor& tensor);

/// Options, given as {.name = value}; what is left out keeps its default.
struct LoadOptions {
  bool strict = true;  ///< Throw when a name is missing or unexpected.
};

/// What did not fit when a state dict was loaded.
struct LoadReport {
  std::vector<std::string> missing;     ///< In the module, not in the dict.
  std::vector<std::string> unexpected;  ///< In the dict, not in the module.
};

// GCC warns here where another forward() hides that of one tensor, as in ModuleOf.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// The base of all layers and models.
class RETROGRAD_API Module : public FrameOwner {
 public:
  /// Names and their tensors.
  using NamedTensors = std::vector<std::pair<std::string, Tensor>>;

  /// Constructs it from what the class and its options describe.
  Module() = default;
  virtual ~Module();
  // A copy would share its parameters with the original, so modules are moved.
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  /// Hooks move, too.
  Module(Module&& other) noexcept;
  /// Takes over what the other holds.
  Module& operator=(Module&& other) noexcept;

  /// What the module owns, in a fixed order: all of the functions below derive from it.
  ///
  /// It lists fields and changes nothing, so that observers of a `const` module may call it.
  ///
  /// One tensor, or one module, may have several names, here or in different modules below: tied
  /// weights are handles on one tensor. state_dict() has every name. All other functions take such
  /// a tensor or module once, under its first name.
  virtual Members members() { return {}; }
  /// The computation. Models of other calls derive from ModuleOf, in module_of.h.
  virtual Tensor forward(const Tensor& x);
  /// As shown in summaries: "Linear(120, 84)".
  virtual std::string describe() const { return "Module"; }
  /// How many multiplications, each with an addition, a call does that makes such an output of such
  /// inputs; modules below count for themselves. Shown in summaries.
  virtual std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const;
  /// Runs this module and `next` as one operator, where there is one for both; else it returns an
  /// undefined tensor, and nothing has happened. Sequential asks for it. An override must not
  /// answer for classes derived from its own, whose forward() may be another.
  virtual Tensor forward_fused(const Tensor& x, const Module& next);

  /// Runs forward(); errors and tapes name the line of this call.
  Tensor operator()(const Tensor& x, Where where = {});

  /// Parameters with qualified names such as "conv1.weight", each tensor once. Throws DTypeError
  /// for a parameter that is not floating and GraphError for the result of an operator, as do all
  /// functions below that derive from members(); nothing is changed then.
  NamedTensors named_parameters(Where where = {}) const;
  /// Buffers with qualified names.
  NamedTensors named_buffers(Where where = {}) const;
  /// All parameters, in the order of members().
  std::vector<Tensor> parameters(Where where = {}) const;
  /// The module itself under "", then all below it, outer before inner, each once.
  std::vector<std::pair<std::string, Module*>> named_modules();
  /// The module itself under "", then all below it, outer before inner, each once.
  std::vector<std::pair<std::string, const Module*>> named_modules() const;
  /// The module itself, then all below it.
  std::vector<Module*> modules();
  /// The module itself under "", then all below it, outer before inner, each once.
  std::vector<const Module*> modules() const;
  /// The modules right below, each once, under its own name.
  std::vector<std::pair<std::string, Module*>> named_children();
  /// The modules right below, each once, under its own name.
  std::vector<std::pair<std::string, const Module*>> named_children() const;
  /// The modules right below.
  std::vector<Module*> children();
  /// The modules right below, each once, under its own name.
  std::vector<const Module*> children() const;
  /// The one of a qualified name, such as "layers.0.weight" or "layers.0". Throw IndexError, which
  /// lists the names there are.
  Tensor get_parameter(std::string_view name, Where where = {}) const;
  /// The module of a qualified name, such as "layers.0".
  Module& get_submodule(std::string_view name, Where where = {});
  /// Elements of all parameters, each once.
  std::int64_t parameter_count(Where where = {}) const;

  /// Calls f once for each module below and then for this one, inner before outer.
  Module& apply(const std::function<void(Module&)>& f);

  /// Handles on all parameters and buffers, in the order of members(). A tensor with several names
  /// is there under each of them.
  StateDict state_dict(Where where = {}) const;
  /// Copies values in, converted to the module's dtypes. Where the names of one tensor come with
  /// different values, the last name in the order of members() wins, as in PyTorch. Throws
  /// ShapeError for a name whose shape differs, GraphError for a tensor that was expanded and, when
  /// strict, ValueError for missing or unexpected names, all of which are listed. When anything is
  /// thrown, OutOfMemory included, nothing has been changed.
  LoadReport load_state_dict(const StateDict& state, LoadOptions options = {}, Where where = {});

  /// Sets the mode of this module and all below it; touches nothing else.
  Module& train(bool on = true);
  /// train(false).
  Module& eval() { return train(false); }
  /// The mode that train() and eval() set.
  bool is_training() const noexcept { return training_; }

  /// Stops the training of all parameters here and below, whose gradients are dropped, so that an
  /// optimiser passes them over; and starts it again. The mode of train() is another matter.
  void freeze(Where where = {});
  /// Undoes freeze().
  void unfreeze(Where where = {}) { requires_grad_(true, where); }
  /// Whether all parameters here and below require gradients; those they have stay.
  Module& requires_grad_(bool on = true, Where where = {});

  /// Drops the gradients of all parameters.
  void zero_grad(Where where = {});
  /// Converts floating parameters and buffers. They become new tensors: make the optimiser
  /// afterwards. A tensor with several names becomes one new tensor. When anything is thrown,
  /// nothing has been changed.
  Module& to(DType dtype, Where where = {});

  /// Hooks run in the order in which they were registered; errors in them name the line of the
  /// call. One that is added while they run is first called the next time. Where a call takes
  /// several tensors or gives several, as in attention, recurrence and losses, a hook of single
  /// tensors sees the first ones. One of lists sees all of them, in order, undefined ones too:
  /// @code
  /// model.register_forward_hook([](nn::Module&, const std::vector<Tensor>& inputs,
  ///                                const std::vector<Tensor>& outputs) { ... });
  /// @endcode
  /// Such a hook returns nothing, or tensors that replace those in the same positions; the list may
  /// be shorter, and undefined tensors replace nothing. One of single tensors may return nothing,
  /// too.
  ///
  /// Before forward().
  HookHandle register_forward_pre_hook(ForwardPreHook hook, Where where = {});
  /// Hooks run in the order in which they were registered; errors in them name the line of the
  /// call. One that is added while they run is first called the next time. Where a call takes
  /// several tensors or gives several, as in attention, recurrence and losses, a hook of single
  /// tensors sees the first ones. One of lists sees all of them, in order, undefined ones too:
  /// @code
  /// model.register_forward_hook([](nn::Module&, const std::vector<Tensor>& inputs,
  ///                                const std::vector<Tensor>& outputs) { ... });
  /// @endcode
  /// Such a hook returns nothing, or tensors that replace those in the same positions; the list may
  /// be shorter, and undefined tensors replace nothing. One of single tensors may return nothing,
  /// too.
  ///
  /// Before forward().
  template <detail::PreHookFunction F>
  HookHandle register_forward_pre_hook(F hook) {
    return add_pre_hook(detail::as_hook<detail::PreHook, detail::Tensors>(std::move(hook)));
  }
  /// After forward().
  HookHandle register_forward_hook(ForwardHook hook, Where where = {});
  /// After forward().
  template <detail::HookFunction F>
  HookHandle register_forward_hook(F hook) {
    return add_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }
  /// In the backward pass of a recorded call that was made with such a hook in place, as soon as
  /// the gradients of the inputs are known, if the pass comes by an output. The gradients are those
  /// of this use of the inputs alone. They are undefined where an input requires none, or the pass
  /// does not come by it; then the hook must return nothing for it. A forward() that writes to an
  /// input in place passes the hook by.
  HookHandle register_full_backward_hook(BackwardHook hook, Where where = {});
  /// In the backward pass of a recorded call that was made with such a hook in place, as soon as
  /// the gradients of the inputs are known, if the pass comes by an output. The gradients are those
  /// of this use of the inputs alone. They are undefined where an input requires none, or the pass
  /// does not come by it; then the hook must return nothing for it. A forward() that writes to an
  /// input in place passes the hook by.
  template <detail::HookFunction F>
  HookHandle register_full_backward_hook(F hook) {
    return add_backward_hook(
        detail::as_hook<detail::Hook, detail::Tensors, detail::Tensors>(std::move(hook)));
  }
  /// Whether a hook is registered here.
  bool has_hooks() const noexcept;

  /// A table of all modules: name, kind, output shape, parameters, and multiplications with an
  /// addition, for a call in evaluation mode with zeros of this shape, of the parameters' dtype. A
  /// parameter with several names is counted in the first module that lists it. Has a column of
  /// frozen parameters where there are some, and one of the receptive fields where there are
  /// windows: how many positions of the input the outputs see (graph/receptive_field.h).
  std::string summary(const Shape& input, Where where = {});
  /// The same for a call with this input.
  std::string summary_for(const Tensor& input, Where where = {});

 protected:
  /// For modules with functions of their own, which ModuleOf makes unnecessary: does for
  /// compute(the first input), which gives the first output, what operator() does for forward(x).
  Tensor call(const std::vector<Tensor>& inputs,
              const std::function<Tensor(const Tensor& first)>& compute, Where where);
  /// For summaries: a module with functions of its own says here what they took and made.
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

/// The module and all below it, as PyTorch prints them:
/// @code
/// Net(
///   (conv): Conv2d(1, 6, 5x5)
///   (head): Linear(864, 10)
/// )
/// @endcode
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Module& module);

}  // namespace retrograd::nn
