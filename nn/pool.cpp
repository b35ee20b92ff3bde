#include <retrograd/nn/pool.h>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

namespace {

using namespace detail;

void require_window(const char* layer, Size<2> kernel_size, Size<2> stride, Size<2> padding,
                    Size<2> dilation, Where where) {
  for (std::size_t d = 0; d < 2; ++d) {
    require_positive(layer, "kernel_size", kernel_size[d], where);
    require_positive(layer, "stride", stride[d], where);
    require_not_negative(layer, "padding", padding[d], where);
    require_positive(layer, "dilation", dilation[d], where);
    if (padding[d] > kernel_size[d] / 2) {
      fail<ValueError>(layer, where,
                       "padding " + std::to_string(padding[d]) + " is more than half the kernel " +
                           std::to_string(kernel_size[d]));
    }
  }
}

}  // namespace

MaxPool2d::MaxPool2d(Size<2> kernel_size, MaxPool2dOptions options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  require_window("MaxPool2d", kernel_size, options.stride.value_or(kernel_size), options.padding,
                 options.dilation, where);
}
Tensor MaxPool2d::forward(const Tensor& x) {
  return max_pool2d(x, kernel_size_, options_, CallSite::current());
}
std::string MaxPool2d::describe() const {
  return "MaxPool2d(" + text(kernel_size_) + ")";
}

AvgPool2d::AvgPool2d(Size<2> kernel_size, AvgPool2dOptions options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  require_window("AvgPool2d", kernel_size, options.stride.value_or(kernel_size), options.padding, 1,
                 where);
}
Tensor AvgPool2d::forward(const Tensor& x) {
  return avg_pool2d(x, kernel_size_, options_, CallSite::current());
}
std::string AvgPool2d::describe() const {
  return "AvgPool2d(" + text(kernel_size_) + ")";
}

}  // namespace retrograd::nn
