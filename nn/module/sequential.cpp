#include <retrograd/nn/sequential.h>

#include <cstddef>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

namespace detail {

struct InOrder {
  // at(i) is module i of `count`; `where` is the line of its call.
  template <class At>
  static Tensor run(const Tensor& x, std::size_t count, const At& at, Where where = {}) {
    Tensor y = x;
    for (std::size_t i = 0; i < count; ++i) {
      Module& module = at(i);
      if (i + 1 < count && !module.is_watched() && !at(i + 1).is_watched()) {
        const ModuleFrame frame(module, where);
        if (Tensor both = module.forward_fused(y, at(i + 1)); both.defined()) {
          y = std::move(both);
          ++i;
          continue;
        }
      }
      y = module(y, where);
    }
    return y;
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
