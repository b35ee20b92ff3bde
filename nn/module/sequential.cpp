#include <retrograd/nn/sequential.h>

#include <typeinfo>

#include <retrograd/nn/activation.h>
#include <retrograd/nn/conv.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/norm.h>

namespace retrograd::nn {

namespace {

// Module and ReLU in one, where `module` is one of the listed classes. A class derived from them
// may compute something else.
template <class... Layers>
bool forward_relu(Module& module, const Tensor& x, Tensor& y) {
  return ((typeid(module) == typeid(Layers) &&
           (y = static_cast<Layers&>(module).forward_relu(x), true)) ||
          ...);
}

// Whether somebody sees what `module` gives.
bool is_seen(const Module& module) {
  return module.has_hooks() || CallObserver::current() != nullptr;
}

}  // namespace

Tensor Sequential::forward(const Tensor& x) {
  Tensor y = x;
  for (std::size_t i = 0; i < size(); ++i) {
    Module& module = (*this)[i];
    const Module* const next = i + 1 < size() ? &(*this)[i + 1] : nullptr;
    if (next != nullptr && typeid(*next) == typeid(ReLU) && !is_seen(module) &&
        !is_seen(*next) &&
        forward_relu<Linear, Conv1d, Conv2d, Conv3d, BatchNorm1d, BatchNorm2d, BatchNorm3d>(module,
                                                                                            y, y)) {
      ++i;
    } else {
      y = module(y);
    }
  }
  return y;
}

}  // namespace retrograd::nn
