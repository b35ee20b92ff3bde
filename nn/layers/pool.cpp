#include <retrograd/nn/pool.h>

#include <cmath>

#include <retrograd/nn/detail/layer.h>

namespace retrograd::nn {

using namespace detail;

namespace {

constexpr const char* kMaxPool[] = {"MaxPool1d", "MaxPool2d", "MaxPool3d"};
constexpr const char* kAvgPool[] = {"AvgPool1d", "AvgPool2d", "AvgPool3d"};
constexpr const char* kLPPool[] = {"LPPool1d", "LPPool2d"};
constexpr const char* kMaxUnpool[] = {"MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"};
constexpr const char* kAdaptiveMax[] = {"AdaptiveMaxPool1d", "AdaptiveMaxPool2d",
                                        "AdaptiveMaxPool3d"};
constexpr const char* kAdaptiveAvg[] = {"AdaptiveAvgPool1d", "AdaptiveAvgPool2d",
                                        "AdaptiveAvgPool3d"};

template <std::size_t N>
void require_pool(const Frame& call, Size<N> kernel_size, OptionalSize<N> stride, Size<N> padding,
                  Size<N> dilation = 1) {
  require_window(call, kernel_size, stride.value_or(kernel_size), padding, dilation);
  for (std::size_t d = 0; d < N; ++d) {
    check::require<ValueError>(call, padding[d] <= kernel_size[d] / 2, {},
                               "padding {} is more than half the kernel {} [value-out-of-range]",
                               padding[d], kernel_size[d]);
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
    : Stateless(described(kMaxPool[N - 1], kernel_size),
                with(pick<N>(max_pool1d, max_pool2d, max_pool3d), kernel_size, options)),
      kernel_size_(kernel_size),
      options_(options) {
  require_pool(Frame(kMaxPool[N - 1], where), kernel_size, options.stride, options.padding,
               options.dilation);
}
template <std::size_t N>
ValuesAndIndices MaxPool<N>::with_indices(const Tensor& x, Where where) {
  const ModuleFrame frame(*this, where);
  const auto function =
      pick<N>(max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices);
  return function(x, kernel_size_, options_, {});
}
template <std::size_t N>
AvgPool<N>::AvgPool(Size<N> kernel_size, AvgPoolOptions<N> options, Where where)
    : Stateless(described(kAvgPool[N - 1], kernel_size),
                with(pick<N>(avg_pool1d, avg_pool2d, avg_pool3d), kernel_size, options)) {
  const Frame call(kAvgPool[N - 1], where);
  require_pool(call, kernel_size, options.stride, options.padding);
  check::require<ValueError>(call, options.divisor_override != 0, {},
                             "divisor_override is 0 [value-out-of-range]");
}

template <std::size_t N>
AdaptiveMaxPool<N>::AdaptiveMaxPool(Size<N> output_size, Where where)
    : Stateless(described(kAdaptiveMax[N - 1], output_size),
                with(pick<N>(adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d),
                     output_size)) {
  require_sizes(Frame(kAdaptiveMax[N - 1], where), output_size);
}

template <std::size_t N>
AdaptiveAvgPool<N>::AdaptiveAvgPool(Size<N> output_size, Where where)
    : Stateless(described(kAdaptiveAvg[N - 1], output_size),
                with(pick<N>(adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d),
                     output_size)) {
  require_sizes(Frame(kAdaptiveAvg[N - 1], where), output_size);
}

template <std::size_t N>
LPPool<N>::LPPool(double norm_type, Size<N> kernel_size, LPPoolOptions<N> options, Where where)
    : Stateless(described(kLPPool[N - 1], norm_type, kernel_size),
                with(pick<N>(lp_pool1d, lp_pool2d), norm_type, kernel_size, options)) {
  const Frame call(kLPPool[N - 1], where);
  require_pool<N>(call, kernel_size, options.stride, 0);
  require(call, norm_type > 0 && std::isfinite(norm_type), "norm_type", norm_type,
          "a finite number above 0 is needed");
}

template <std::size_t N>
MaxUnpool<N>::MaxUnpool(Size<N> kernel_size, OptionalSize<N> stride, Size<N> padding, Where where)
    : text_(described(kMaxUnpool[N - 1], kernel_size)),
      kernel_size_(kernel_size),
      stride_(stride),
      padding_(padding) {
  require_pool(Frame(kMaxUnpool[N - 1], where), kernel_size, stride, padding);
}
template <std::size_t N>
Tensor MaxUnpool<N>::forward(const Tensor& x, const Tensor& indices, OptionalSize<N> output_size) {
  return pick<N>(max_unpool1d, max_unpool2d, max_unpool3d)(
      x, indices, kernel_size_,
      {.stride = stride_, .padding = padding_, .output_size = output_size}, {});
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
