#include <retrograd/nn/sequential.h>

#include <cstddef>
#include <typeinfo>
#include <utility>

#include <retrograd/nn/activation.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

namespace detail {

struct InOrder {
  // at(i) is module i of `count`; `where` is the line of its call.
  template <class At>
  static Tensor run(const Tensor& x, std::size_t count, const At& at, Where where = {}) {
    Tensor y = x;
    for (std::size_t i = 0; i < count;) {
      if (const std::size_t fused = run_fused(y, i, count, at, where); fused > 0) {
        i += fused;
      } else {
        y = at(i++)(y, where);
      }
    }
    return y;
  }

 private:
  // Runs the modules from `first` on that have one operator, and returns their number; 0 if there
  // is none.
  template <class At>
  static std::size_t run_fused(Tensor& x, std::size_t first, std::size_t count, const At& at,
                               Where where) {
    // Modules of which no hook wants to see the input or the output.
    constexpr std::size_t kMost = 6;
    std::size_t end = first;
    while (end < count && end < first + kMost && !at(end).is_watched()) {
      ++end;
    }
    if (end < first + 2) {
      return 0;
    }
    Module& module = at(first);
    const Module& next = at(first + 1);
    const ModuleFrame frame(module, where);
    const auto is_relu = [&](std::size_t i) {
      const Module& other = at(i);
      return typeid(other) == typeid(ReLU);
    };
    const bool relu = end >= first + 3 && is_relu(first + 2);
    if (end == first + kMost && relu && is_relu(first + 5) && typeid(module) == typeid(Conv2d)) {
      auto& conv = static_cast<Conv2d&>(module);
      if (Tensor y = conv.forward_separable(x, next, at(first + 3), at(first + 4)); y.defined()) {
        x = std::move(y);
        return kMost;
      }
    }
    if (Tensor y = module.forward_normalised(x, next, relu); y.defined()) {
      x = std::move(y);
      return relu ? 3 : 2;
    }
    if (Tensor y = module.forward_fused(x, next); y.defined()) {
      x = std::move(y);
      return 2;
    }
    return 0;
  }
};

}  // namespace detail

std::string Sequential::describe() const {
  return detail::described("Sequential", size());
}

Tensor Sequential::forward(const Tensor& x) {
  return detail::InOrder::run(x, size(), [this](std::size_t i) -> Module& { return (*this)[i]; });
}

std::string NamedSequential::describe() const {
  return detail::described("Sequential", size());
}

Tensor NamedSequential::forward(const Tensor& x) {
  return detail::InOrder::run(x, size(), [this](std::size_t i) -> Module& { return in_order(i); });
}

Tensor run_in_order(const Tensor& x, std::initializer_list<std::reference_wrapper<Module>> modules,
                    Where where) {
  return detail::InOrder::run(
      x, modules.size(), [modules](std::size_t i) -> Module& { return modules.begin()[i]; }, where);
}

}  // namespace retrograd::nn
