#include <retrograd/nn/pool.h>

#include <cmath>
#include <sstream>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

namespace {

template <std::size_t N>
std::string name(const char* family) {
  return family + std::to_string(N) + "d";
}

template <std::size_t N>
std::string described(const char* family, const Size<N>& size) {
  return name<N>(family) + "(" + text(size) + ")";
}

template <std::size_t N>
void require_window(const Frame& call, Size<N> kernel_size, OptionalSize<N> stride, Size<N> padding,
                    Size<N> dilation) {
  const Size<N> steps = stride.value_or(kernel_size);
  for (std::size_t d = 0; d < N; ++d) {
    require_positive(call, "kernel_size", kernel_size[d]);
    require_positive(call, "stride", steps[d]);
    require_not_negative(call, "padding", padding[d]);
    require_positive(call, "dilation", dilation[d]);
    if (padding[d] > kernel_size[d] / 2) {
      fail<ValueError>(call, "padding " + std::to_string(padding[d]) +
                                 " is more than half the kernel " + std::to_string(kernel_size[d]));
    }
  }
}

template <std::size_t N>
void require_sizes(const Frame& call, Size<N> output_size) {
  for (const std::int64_t size : output_size) {
    require_not_negative(call, "output_size", size);
  }
}

}  // namespace

template <std::size_t N>
MaxPool<N>::MaxPool(Size<N> kernel_size, MaxPoolOptions<N> options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  const std::string layer = name<N>("MaxPool");
  const Frame call(layer.c_str(), where);
  require_window(call, kernel_size, options.stride, options.padding, options.dilation);
}
template <std::size_t N>
Tensor MaxPool<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return max_pool1d(x, kernel_size_, options_);
  } else if constexpr (N == 2) {
    return max_pool2d(x, kernel_size_, options_);
  } else {
    return max_pool3d(x, kernel_size_, options_);
  }
}
template <std::size_t N>
ValuesAndIndices MaxPool<N>::with_indices(const Tensor& x, Where where) {
  const ModuleFrame frame(*this, where);
  if constexpr (N == 1) {
    return max_pool1d_with_indices(x, kernel_size_, options_);
  } else if constexpr (N == 2) {
    return max_pool2d_with_indices(x, kernel_size_, options_);
  } else {
    return max_pool3d_with_indices(x, kernel_size_, options_);
  }
}
template <std::size_t N>
std::string MaxPool<N>::describe() const {
  return described("MaxPool", kernel_size_);
}

template <std::size_t N>
AvgPool<N>::AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  const std::string layer = name<N>("AvgPool");
  const Frame call(layer.c_str(), where);
  require_window<N>(call, kernel_size, options.stride, options.padding, 1);
  if (options.divisor_override == 0) {
    fail<ValueError>(call, "divisor_override is 0");
  }
}
template <std::size_t N>
Tensor AvgPool<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return avg_pool1d(x, kernel_size_, options_);
  } else if constexpr (N == 2) {
    return avg_pool2d(x, kernel_size_, options_);
  } else {
    return avg_pool3d(x, kernel_size_, options_);
  }
}
template <std::size_t N>
std::string AvgPool<N>::describe() const {
  return described("AvgPool", kernel_size_);
}

template <std::size_t N>
AdaptiveMaxPool<N>::AdaptiveMaxPool(Size<N> output_size, Where where) : output_size_(output_size) {
  const std::string layer = name<N>("AdaptiveMaxPool");
  const Frame call(layer.c_str(), where);
  require_sizes(call, output_size);
}
template <std::size_t N>
Tensor AdaptiveMaxPool<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return adaptive_max_pool1d(x, output_size_);
  } else if constexpr (N == 2) {
    return adaptive_max_pool2d(x, output_size_);
  } else {
    return adaptive_max_pool3d(x, output_size_);
  }
}
template <std::size_t N>
std::string AdaptiveMaxPool<N>::describe() const {
  return described("AdaptiveMaxPool", output_size_);
}

template <std::size_t N>
AdaptiveAvgPool<N>::AdaptiveAvgPool(Size<N> output_size, Where where) : output_size_(output_size) {
  const std::string layer = name<N>("AdaptiveAvgPool");
  const Frame call(layer.c_str(), where);
  require_sizes(call, output_size);
}
template <std::size_t N>
Tensor AdaptiveAvgPool<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return adaptive_avg_pool1d(x, output_size_);
  } else if constexpr (N == 2) {
    return adaptive_avg_pool2d(x, output_size_);
  } else {
    return adaptive_avg_pool3d(x, output_size_);
  }
}
template <std::size_t N>
std::string AdaptiveAvgPool<N>::describe() const {
  return described("AdaptiveAvgPool", output_size_);
}

template <std::size_t N>
LPPool<N>::LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options, Where where)
    : norm_type_(norm_type), kernel_size_(kernel_size), options_(options) {
  const std::string layer = name<N>("LPPool");
  const Frame call(layer.c_str(), where);
  require_window<N>(call, kernel_size, options.stride, 0, 1);
  if (!(norm_type > 0) || !std::isfinite(norm_type)) {
    fail<ValueError>(
        call, "norm_type is " + std::to_string(norm_type) + "; a finite number above 0 is needed");
  }
}
template <std::size_t N>
Tensor LPPool<N>::forward(const Tensor& x) {
  if constexpr (N == 1) {
    return lp_pool1d(x, norm_type_, kernel_size_, options_);
  } else {
    return lp_pool2d(x, norm_type_, kernel_size_, options_);
  }
}
template <std::size_t N>
std::string LPPool<N>::describe() const {
  std::ostringstream out;
  out << name<N>("LPPool") << "(" << norm_type_ << ", " << text(kernel_size_) << ")";
  return out.str();
}

template <std::size_t N>
MaxUnpool<N>::MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride, Size<N> padding, Where where)
    : kernel_size_(kernel_size), stride_(stride), padding_(padding) {
  const std::string layer = name<N>("MaxUnpool");
  const Frame call(layer.c_str(), where);
  require_window<N>(call, kernel_size, stride, padding, 1);
}
template <std::size_t N>
Tensor MaxUnpool<N>::operator()(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size,
                                Where where) {
  const MaxUnpoolOptions<N> options{
      .stride = stride_, .padding = padding_, .output_size = output_size};
  return call(
      {x, indices},
      [&](const Tensor& first) {
        if constexpr (N == 1) {
          return max_unpool1d(first, indices, kernel_size_, options);
        } else if constexpr (N == 2) {
          return max_unpool2d(first, indices, kernel_size_, options);
        } else {
          return max_unpool3d(first, indices, kernel_size_, options);
        }
      },
      where);
}
template <std::size_t N>
std::string MaxUnpool<N>::describe() const {
  return described("MaxUnpool", kernel_size_);
}

template class MaxPool<1>;
template class MaxPool<2>;
template class MaxPool<3>;
template class AvgPool<1>;
template class AvgPool<2>;
template class AvgPool<3>;
template class AdaptiveMaxPool<1>;
template class AdaptiveMaxPool<2>;
template class AdaptiveMaxPool<3>;
template class AdaptiveAvgPool<1>;
template class AdaptiveAvgPool<2>;
template class AdaptiveAvgPool<3>;
template class LPPool<1>;
template class LPPool<2>;
template class MaxUnpool<1>;
template class MaxUnpool<2>;
template class MaxUnpool<3>;

}  // namespace retrograd::nn
