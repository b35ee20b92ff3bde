/// @file
/// Modules with any signature.
///
/// @code
/// struct Net : nn::ModuleOf<rg::Tensor(const rg::Tensor& image, const rg::Tensor& question)> {
///   nn::Linear left{784, 32}, right{20, 32};
///   nn::Members members() override { return {{"left", left}, {"right", right}}; }
///   rg::Tensor forward(const rg::Tensor& image, const rg::Tensor& question) override {
///     return left(image) * right(question);
///   }
/// };
///
/// Net net;
/// const rg::Tensor y = net(rg::rand({8, 784}), rg::rand({8, 20}));
/// @endcode
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/nn/tensors_in.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::nn {

template <class Signature>
class ModuleOf;

// clang warns here that its forward() hides that of one tensor.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverloaded-virtual"

/// The base of modules whose forward() has the signature `R(A...)`.
///
/// A call deduces no types, so arguments may be written in braces. Hooks see the tensors in all
/// arguments and in the result (tensors_in.h). A call with hooks copies the arguments, so that
/// hooks can replace tensors in them.
///
/// A forward() of one `const Tensor&` returns a Tensor, because it is that of Module. With another
/// result, it takes the tensor by value: `ModuleOf<std::pair<Tensor, Tensor>(Tensor)>`.
template <class R, class... A>
class RETROGRAD_API ModuleOf<R(A...)> : public Module {
  static_assert(!std::is_reference_v<R>, "forward() gives a value, not a reference");
  static_assert(
      !std::is_same_v<std::tuple<A...>, std::tuple<const Tensor&>> || std::is_same_v<R, Tensor>,
      "forward(const Tensor&) gives a Tensor; take the tensor by value: ModuleOf<R(Tensor)>");

 public:
  /// Computes the result.
  virtual R forward(A... arguments) = 0;

  /// Runs forward(); errors and tapes name the line of this call. Classes whose last arguments have
  /// defaults define an operator() that calls this one.
  R operator()(A... arguments, Where where = {}) {
    const ModuleFrame frame(*this, where);
    if (!is_watched()) [[likely]] {
      return forward(static_cast<A&&>(arguments)...);
    }
    std::tuple<detail::Kept<A>...> kept(static_cast<A&&>(arguments)...);
    const auto run = [&] {
      return std::apply([&](auto&... each) -> R { return forward(static_cast<A&&>(each)...); },
                        kept);
    };
    if constexpr (std::is_void_v<R>) {
      run_watched(detail::tensors_in(kept), [&] {
        run();
        return std::vector<Tensor*>();
      });
    } else {
      std::optional<R> result;
      run_watched(detail::tensors_in(kept),
                  [&] { return detail::tensors_in(result.emplace(run())); });
      return *std::move(result);
    }
  }

  /// Returns the table of Module::summary() for this call.
  std::string summary_for(A... arguments, Where where = {}) {
    return summary_of([&] { (*this)(static_cast<A&&>(arguments)...); }, where);
  }
};

#pragma GCC diagnostic pop

}  // namespace retrograd::nn
