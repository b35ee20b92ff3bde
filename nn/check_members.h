/// @file
/// A check for tensors and modules that a model uses and members() does not list. They would not be
/// trained, saved or moved with the model.
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
// What call() uses; `inputs` are not asked for.
RETROGRAD_API std::vector<std::string> unlisted(Module& model, const std::vector<Tensor>& inputs,
                                                const std::function<void()>& call);
}  // namespace detail

/// Calls the model and returns a line for each module and leaf that it uses without listing it:
/// "Linear, called at net.cpp:12". Leaves count if they require gradients, except inputs and those
/// that the call makes.
///
/// The call runs in the model's mode, without recording, and an active Trace does not see it.
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
