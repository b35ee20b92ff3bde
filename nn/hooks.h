/// @file
/// Functions that a module calls around its `forward()` and in backward passes.
///
/// `Module::register_forward_hook()` and similar functions register them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

class Module;
namespace detail {
class ModuleHooks;
}

/// A function that runs before `forward()`.
///
/// It returns a replacement of the first input, or an undefined tensor to keep the input.
using ForwardPreHook = std::function<Tensor(Module& module, const Tensor& input)>;
/// A function that runs after `forward()`.
///
/// It returns a replacement of the first output, or an undefined tensor to keep the output.
using ForwardHook =
    std::function<Tensor(Module& module, const Tensor& input, const Tensor& output)>;
/// A function that runs in a backward pass through a call of the module.
///
/// It returns a replacement of the gradient of the first input, or an undefined tensor to keep the
/// gradient.
using BackwardHook =
    std::function<Tensor(Module& module, const Tensor& grad_input, const Tensor& grad_output)>;

namespace detail {
using Tensors = std::vector<Tensor>;
// Hooks as they are stored: functions of all tensors of a call. Each defined tensor that they
// return replaces the one at its position.
using PreHook = std::function<Tensors(Module&, const Tensors& inputs)>;
using Hook = std::function<Tensors(Module&, const Tensors& inputs, const Tensors& outputs)>;

// A function of these that returns a Result or void.
template <class F, class Result, class... T>
concept HookLike = std::is_invocable_r_v<Result, F&, Module&, const T&...> ||
    (std::is_invocable_v<F&, Module&, const T&...>&&
         std::is_void_v<std::invoke_result_t<F&, Module&, const T&...>>);

// A function of tensors or lists that is not convertible to a ForwardPreHook or ForwardHook.
template <class F>
concept PreHookFunction = !std::is_constructible_v<ForwardPreHook, F> &&
                          (HookLike<F, Tensor, Tensor> || HookLike<F, Tensors, Tensors>);
template <class F>
concept HookFunction =
    !std::is_constructible_v<ForwardHook, F> &&
    (HookLike<F, Tensor, Tensor, Tensor> || HookLike<F, Tensors, Tensors, Tensors>);

// The first one, or an undefined tensor.
RETROGRAD_API const Tensor& first_of(const Tensors& tensors);

// Converts an accepted function to a hook as it is stored; T... are one or two Tensors.
template <class Kept, class... T, class F>
Kept as_hook(F hook) {
  return [hook = std::move(hook)](Module& module, const T&... all) mutable -> Tensors {
    if constexpr (std::is_invocable_r_v<Tensors, F&, Module&, const T&...>) {
      return hook(module, all...);
    } else if constexpr (std::is_invocable_v<F&, Module&, const T&...>) {
      return hook(module, all...), Tensors();
    } else if constexpr (std::is_invocable_r_v<Tensor, F&, Module&, decltype(first_of(all))...>) {
      return {hook(module, first_of(all)...)};
    } else {
      return hook(module, first_of(all)...), Tensors();
    }
  };
}
}  // namespace detail

/// A handle that removes a hook. The hook stays registered when the handle is destroyed.
class RETROGRAD_API HookHandle {
 public:
  /// Constructs a handle of no hook.
  HookHandle() = default;
  /// Removes the hook. Has no effect if the hook was removed before, or the module no longer
  /// exists.
  void remove();

 private:
  friend class Module;
  HookHandle(std::weak_ptr<detail::ModuleHooks> hooks, std::uint64_t id) noexcept
      : hooks_(std::move(hooks)), id_(id) {}

  std::weak_ptr<detail::ModuleHooks> hooks_;
  std::uint64_t id_ = 0;
};

}  // namespace retrograd::nn
