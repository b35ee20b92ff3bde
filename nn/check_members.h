/// @file
/// A check for modules and tensors that a model uses and `members()` omits.
///
/// Such modules and tensors are not trained, saved or converted with the model.
#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/nn/tensors_in.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

namespace detail {
// Lines for the modules and leaves that call() uses, except `inputs`.
RETROGRAD_API std::vector<std::string> unlisted(Module& model, const std::vector<Tensor>& inputs,
                                                const std::function<void()>& call);
}  // namespace detail

/// Calls a model, and returns a line for each module and tensor that it uses and `members()` omits.
///
/// The lines name called modules, as in "Linear, called at net.cpp:12", and leaves that require
/// gradients. Leaves among the inputs, and leaves that the model creates in the call, are not
/// reported. The model runs in its present mode and without recording. A `Trace` that is active
/// does not contain the call.
///
/// @code
/// CHECK(nn::check_members(model, image, question).empty());
/// @endcode
template <class M, class... A>
requires std::is_base_of_v<Module, M> std::vector<std::string> check_members(M& model,
                                                                             const A&... inputs) {
  std::vector<Tensor> given;
  const auto add = [&](auto copy) {
    detail::visit_tensors(copy, [&](const Tensor& tensor) { given.push_back(tensor); });
  };
  (add(inputs), ...);
  return detail::unlisted(model, given, [&] { model(inputs...); });
}

}  // namespace retrograd::nn
