/// @file
/// Modules that run one after another.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>

#include <retrograd/nn/containers.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Modules that run one after another, named "0", "1", ...
///
/// Use braces: C++ reads `Sequential net(ReLU(), Tanh())` as the declaration of a function.
/// @code
/// nn::Sequential net{nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10)};
/// net(rg::rand({32, 784})).shape();  // [32, 10]
/// @endcode
class RETROGRAD_API Sequential : public ModuleList {
 public:
  /// Makes an empty list.
  Sequential() = default;
  /// Makes a list of the modules, which are moved into it.
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit Sequential(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  /// Runs the modules in order. A Linear, convolution or batch norm and the ReLU after it run as
  /// one operator, unless one of them has hooks. While no gradients are recorded, a convolution and
  /// a batch norm in evaluation mode run as one convolution, which rounds otherwise. A depthwise
  /// and a 1x1 convolution, each with a norm and a ReLU behind it, then run as one operator.
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;
};

/// Modules that run one after another, in the order of their insertion, with names. PyTorch makes
/// them as `Sequential(OrderedDict(...))`.
/// @code
/// nn::NamedSequential net{std::pair{"fc1", nn::Linear(784, 128)}, std::pair{"relu", nn::ReLU()},
///                         std::pair{"fc2", nn::Linear(128, 10)}};
/// net(rg::rand({32, 784})).shape();  // [32, 10]
/// @endcode
class RETROGRAD_API NamedSequential : public ModuleDict {
 public:
  using ModuleDict::ModuleDict;
  /// Runs the modules in order, as Sequential does.
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;
};

/// Returns what a Sequential of these modules would return, with the same operators. It is for
/// modules that are fields with names of their own.
/// @code
/// rg::Tensor forward(const rg::Tensor& x) override {
///   return rg::add_relu(x, nn::run_in_order(x, {conv1, bn1, relu, conv2, bn2}));
/// }
/// @endcode
RETROGRAD_API Tensor run_in_order(const Tensor& x,
                                  std::initializer_list<std::reference_wrapper<Module>> modules,
                                  Where where = {});

}  // namespace retrograd::nn
