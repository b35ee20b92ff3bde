#include <retrograd/nn/sequential.h>

namespace retrograd::nn {

Module& Sequential::operator[](std::size_t i) const {
  if (i >= modules_.size()) {
    throw IndexError("Sequential: index " + std::to_string(i) + " of " +
                     std::to_string(modules_.size()) + " modules");
  }
  return *modules_[i];
}

Members Sequential::members() {
  Members all;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    all.emplace_back(std::to_string(i), *modules_[i]);
  }
  return all;
}

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (const auto& module : modules_) {
    y = (*module)(y, CallSite::current());
  }
  return y;
}

}  // namespace retrograd::nn
