/// @file
/// Modules one after another.
#pragma once

#include <concepts>
#include <string>
#include <utility>

#include <retrograd/nn/containers.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Sequential net{Linear(784, 128), ReLU(), Linear(128, 10)}; the parts are named "0", "1", ...
/// Braces, because C++ takes Sequential net(ReLU(), Tanh()) for the declaration of a function.
class RETROGRAD_API Sequential : public ModuleList {
 public:
  /// Constructs it from what the class and its options describe.
  Sequential() = default;
  /// Constructs it from what the class and its options describe.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit Sequential(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// A Linear, convolution or batch norm and the ReLU after it run as one operator, unless hooks
  /// watch either.
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "Sequential(" + std::to_string(size()) + ")"; }
};

}  // namespace retrograd::nn
