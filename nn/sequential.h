// Modules one after another.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

// Sequential net{Linear(784, 128), ReLU(), Linear(128, 10)}; the parts are named "0", "1", ...
// Braces, because C++ takes Sequential net(ReLU(), Tanh()) for the declaration of a function.
class RETROGRAD_API Sequential : public Module {
 public:
  Sequential() = default;
  template <class... M>
  requires(sizeof...(M) > 0 &&
           (std::derived_from<M, Module> && ...)) explicit Sequential(M... modules) {
    (push_back(std::move(modules)), ...);
  }

  // Appends a module and gives it back where it is kept.
  template <std::derived_from<Module> M>
  M& push_back(M module) {
    auto owned = std::make_unique<M>(std::move(module));
    M& kept = *owned;
    modules_.push_back(std::move(owned));
    return kept;
  }

  std::size_t size() const noexcept { return modules_.size(); }
  // Throws IndexError.
  Module& operator[](std::size_t i) const;

  Members members() override;
  Tensor forward(const Tensor& x) override;
  std::string describe() const override { return "Sequential(" + std::to_string(size()) + ")"; }

 private:
  std::vector<std::unique_ptr<Module>> modules_;
};

}  // namespace retrograd::nn
