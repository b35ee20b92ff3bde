/// @file
/// What a model uses and members() does not list: it is not trained, saved or moved with the model.
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

/// Calls the model in its mode, without recording, and returns a line for each module that it calls
/// and for each leaf that requires gradients and that it uses, where they are not below the model
/// by members(): "Linear, called at net.cpp:12". Leaves among the inputs, and those that the model
/// makes in the call, are not asked for. A Trace that is alive does not see the call.
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
