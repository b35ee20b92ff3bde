#include <retrograd/nn/sequential.h>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

std::string Sequential::describe() const {
  return detail::described("Sequential", size());
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i < size(); ++i) {
    Module& module = (*this)[i];
    if (i + 1 < size() && !module.is_watched() && !(*this)[i + 1].is_watched()) {
      const ModuleFrame frame(module, {});
      if (Tensor both = module.forward_fused(y, (*this)[i + 1]); both.defined()) {
        y = std::move(both);
        ++i;
        continue;
      }
    }
    y = module(y);
  }
  return y;
}

}  // namespace retrograd::nn
