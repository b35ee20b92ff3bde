/// @file
/// Functions that a module calls around its forward() and in backward passes.
/// Module::register_forward_hook() and its relatives add them.
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

/// Function called before forward(). A defined result replaces the first input.
using ForwardPreHook = std::function<Tensor(Module& module, const Tensor& input)>;
/// Function called after forward(). A defined result replaces the first output.
using ForwardHook =
    std::function<Tensor(Module& module, const Tensor& input, const Tensor& output)>;
/// Function called in a backward pass. A defined result replaces the gradient of the first input.
using BackwardHook =
    std::function<Tensor(Module& module, const Tensor& grad_input, const Tensor& grad_output)>;

namespace detail {
using Tensors = std::vector<Tensor>;
// Hooks as they are kept: of all tensors of a call. Of what they return, each defined tensor takes
// the place of the one in its position.
using PreHook = std::function<Tensors(Module&, const Tensors& inputs)>;
using Hook = std::function<Tensors(Module&, const Tensors& inputs, const Tensors& outputs)>;

// A function of these that returns a Result, or nothing.
template <class F, class Result, class... T>
concept HookLike = std::is_invocable_r_v<Result, F&, Module&, const T&...> ||
    (std::is_invocable_v<F&, Module&, const T&...>&&
         std::is_void_v<std::invoke_result_t<F&, Module&, const T&...>>);

// What is no function of single tensors that returns one, but accepted too.
template <class F>
concept PreHookFunction = !std::is_constructible_v<ForwardPreHook, F> &&
                          (HookLike<F, Tensor, Tensor> || HookLike<F, Tensors, Tensors>);
template <class F>
concept HookFunction =
    !std::is_constructible_v<ForwardHook, F> &&
    (HookLike<F, Tensor, Tensor, Tensor> || HookLike<F, Tensors, Tensors, Tensors>);

// The first one, or an undefined tensor.
RETROGRAD_API const Tensor& first_of(const Tensors& tensors);

// A hook as it is kept, made of any that is accepted; T... are one or two times Tensors.
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

/// Handle to a hook, which removes it. The hook stays when the handle is destroyed.
class RETROGRAD_API HookHandle {
 public:
  /// Makes a handle to no hook.
  HookHandle() = default;
  /// Removes the hook. Has no effect if the hook was removed, or the module is gone.
  void remove();

 private:
  friend class Module;
  HookHandle(std::weak_ptr<detail::ModuleHooks> hooks, std::uint64_t id) noexcept
      : hooks_(std::move(hooks)), id_(id) {}

  std::weak_ptr<detail::ModuleHooks> hooks_;
  std::uint64_t id_ = 0;
};

}  // namespace retrograd::nn
