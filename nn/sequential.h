/// @file
/// Modules that run one after another.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <retrograd/nn/containers.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// A list of modules that run one after another, named "0", "1", ...
///
/// @code
/// nn::Sequential net{nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10)};
/// Tensor y = net(x);
/// @endcode
///
/// Use braces, because C++ parses `Sequential net(ReLU(), Tanh())` as the declaration of a
/// function.
class RETROGRAD_API Sequential : public ModuleList {
 public:
  /// Constructs an empty list, whose output is its input.
  Sequential() = default;
  /// Constructs a list of modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit Sequential(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// Returns the output of the last module, each of which gets the output of the one before.
  ///
  /// A linear layer, convolution or batch norm and the ReLU after it run as one operator, unless
  /// hooks are registered at either.
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;
};

}  // namespace retrograd::nn
