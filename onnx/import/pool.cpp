// Pools.
#include <algorithm>
#include <limits>

#include <retrograd/onnx/import/windows.h>

namespace retrograd::onnx::detail {

namespace {

// Windows along one axis, all of them: slices that are combined, one for each place in the window.
template <class F>
Tensor combine_axis(const Tensor& x, std::int64_t axis, std::int64_t kernel, std::int64_t stride,
                    std::int64_t dilation, F&& combine) {
  const std::int64_t count = (x.size(axis) - (kernel - 1) * dilation - 1) / stride + 1;
  Tensor result;
  for (std::int64_t k = 0; k < kernel; ++k) {
    const std::int64_t start = k * dilation;
    const Tensor part = slice(x, axis, start, start + (count - 1) * stride + 1, stride);
    result = result.defined() ? combine(result, part) : part;
  }
  return result;
}
template <class F>
Tensor combine(Tensor x, const Windows& windows, F&& f) {
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    x = combine_axis(x, static_cast<std::int64_t>(i) + 2, windows.kernel[i], windows.stride[i],
                     windows.dilation[i], f);
  }
  return x;
}
Tensor window_sums(const Tensor& x, const Windows& windows) {
  return combine(x, windows, [](const Tensor& a, const Tensor& b) { return a + b; });
}
Tensor window_maxima(const Tensor& x, const Windows& windows) {
  return combine(x, windows, [](const Tensor& a, const Tensor& b) { return maximum(a, b); });
}

Windows pool_windows(const NodeCall& call) {
  return windows_of(call, call.in(0).shape(), call.integers("kernel_shape"));
}

// Composed pools take a step for each place in the window.
void require_fit(const NodeCall& call, const Windows& windows, const Ints& after) {
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    const std::int64_t length = call.in(0).shape()[i + 2] + windows.before[i] + after[i];
    if (windows.reach(i) > length) {
      call.refuse("a window of {} positions in {} [onnx-input]", windows.reach(i), length);
    }
  }
}

// How many positions the last window reaches past the padding, with ceil_mode.
Ints overhang(const NodeCall& call, const Windows& windows) {
  Ints extra(windows.rank(), 0);
  if (call.integer("ceil_mode", 0) == 0) {
    return extra;
  }
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    const std::int64_t length = call.in(0).shape()[i + 2];
    const std::int64_t padded = length + windows.before[i] + windows.after[i];
    const std::int64_t stride = windows.stride[i];
    std::int64_t count = (padded - windows.reach(i) + stride - 1) / stride + 1;
    if ((count - 1) * stride >= length + windows.before[i]) {
      --count;  // a window that starts in the padding
    }
    extra[i] = std::max<std::int64_t>((count - 1) * stride + windows.reach(i) - padded, 0);
  }
  return extra;
}

Ints sum_of(const Ints& a, const Ints& b) {
  Ints sum(a.size());
  std::ranges::transform(a, b, sum.begin(), std::plus<>());
  return sum;
}

// Whether the library's pools take this padding: equal ends, at most half the kernel.
bool is_direct(const Tensor& x, const Windows& windows) {
  bool fits = is_floating(x.dtype()) && windows.is_symmetric() && windows.rank() <= 3;
  for (std::size_t i = 0; fits && i < windows.rank(); ++i) {
    fits = windows.before[i] >= 0 && windows.before[i] <= windows.kernel[i] / 2;
  }
  return fits;
}

template <std::size_t N>
ValuesAndIndices run_max(const Tensor& x, const Windows& windows, bool ceil_mode, bool indices) {
  const Size<N> kernel = to_size<N>(windows.kernel);
  const MaxPoolOptions<N> options{.stride = to_size<N>(windows.stride),
                                  .padding = to_size<N>(windows.before),
                                  .dilation = to_size<N>(windows.dilation),
                                  .ceil_mode = ceil_mode};
  if constexpr (N == 1) {
    return indices ? max_pool1d_with_indices(x, kernel, options)
                   : ValuesAndIndices{max_pool1d(x, kernel, options), {}};
  } else if constexpr (N == 2) {
    return indices ? max_pool2d_with_indices(x, kernel, options)
                   : ValuesAndIndices{max_pool2d(x, kernel, options), {}};
  } else {
    return indices ? max_pool3d_with_indices(x, kernel, options)
                   : ValuesAndIndices{max_pool3d(x, kernel, options), {}};
  }
}

// Positions in the spatial dimensions become positions in the whole input.
Tensor whole_positions(const NodeCall& call, const Tensor& x, Tensor positions) {
  const std::int64_t plane = product(x.shape(), 2, x.shape().size());
  if (call.integer("storage_order", 0) != 0) {  // the first spatial dimension is the fastest
    Tensor rest = positions;
    Tensor turned;
    std::int64_t step = plane;
    for (std::size_t i = x.shape().size(); i-- > 2;) {
      step /= x.shape()[i];
      const Tensor part = remainder(rest, x.shape()[i]) * step;
      turned = turned.defined() ? turned + part : part;
      rest = floor_divide(rest, x.shape()[i]);
    }
    positions = turned;
  }
  Shape beside = Shape::filled(x.shape().size(), 1);
  beside[0] = x.shape()[0];
  beside[1] = x.shape()[1];
  const Tensor first =
      constant([&] { return reshape(arange(x.shape()[0] * x.shape()[1]) * plane, beside); });
  return positions + first;
}

Outputs max_pool(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Windows windows = pool_windows(call);
  if (is_direct(x, windows)) {
    const bool ceil_mode = call.integer("ceil_mode", 0) != 0;
    const bool indices = call.has_output(1);
    const ValuesAndIndices found = windows.rank() == 1 ? run_max<1>(x, windows, ceil_mode, indices)
                                   : windows.rank() == 2
                                       ? run_max<2>(x, windows, ceil_mode, indices)
                                       : run_max<3>(x, windows, ceil_mode, indices);
    if (!indices) {
      return {found.values};
    }
    return {found.values, whole_positions(call, x, found.indices)};
  }
  if (call.has_output(1)) {
    call.refuse("positions with padding that differs at the ends are not read [onnx-unsupported]");
  }
  const Scalar least = is_floating(x.dtype()) ? Scalar(-std::numeric_limits<double>::infinity())
                       : x.dtype() == DType::uint8
                           ? Scalar(0)
                           : Scalar(std::numeric_limits<std::int64_t>::min());
  const Ints after = sum_of(windows.after, overhang(call, windows));
  require_fit(call, windows, after);
  return {window_maxima(pad_spatial(x, windows.before, after, least), windows)};
}

template <std::size_t N>
Tensor run_average(const Tensor& x, const Windows& windows, bool ceil_mode, bool with_padding) {
  const Size<N> kernel = to_size<N>(windows.kernel);
  const AvgPoolOptions<N> options{.stride = to_size<N>(windows.stride),
                                  .padding = to_size<N>(windows.before),
                                  .ceil_mode = ceil_mode,
                                  .count_include_pad = with_padding};
  if constexpr (N == 1) {
    return avg_pool1d(x, kernel, options);
  } else if constexpr (N == 2) {
    return avg_pool2d(x, kernel, options);
  } else {
    return avg_pool3d(x, kernel, options);
  }
}

Outputs average_pool(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Windows windows = pool_windows(call);
  const bool with_padding = call.integer("count_include_pad", 0) != 0;
  const bool is_dense = std::ranges::all_of(windows.dilation, [](auto d) { return d == 1; });
  if (is_dense && is_direct(x, windows)) {
    const bool ceil_mode = call.integer("ceil_mode", 0) != 0;
    return {windows.rank() == 1   ? run_average<1>(x, windows, ceil_mode, with_padding)
            : windows.rank() == 2 ? run_average<2>(x, windows, ceil_mode, with_padding)
                                  : run_average<3>(x, windows, ceil_mode, with_padding)};
  }
  const Ints extra = overhang(call, windows);
  const Ints after = sum_of(windows.after, extra);
  require_fit(call, windows, after);
  const Tensor sums = window_sums(pad_spatial(x, windows.before, after), windows);
  const Tensor counts = constant([&] {
    Shape shape = x.shape();
    shape[0] = shape[1] = 1;
    const Tensor inside = ones(shape, {.dtype = x.dtype()});
    return window_sums(
        pad_spatial(pad_spatial(inside, windows.before, windows.after, with_padding ? 1 : 0),
                    Ints(windows.rank(), 0), extra),
        windows);
  });
  return {sums / counts};
}

// The p-th root of the sums of the p-th powers.
Outputs lp_pool(NodeCall& call) {
  const Windows windows = pool_windows(call);
  const auto p = static_cast<double>(call.integer("p", 2));
  const Ints after = sum_of(windows.after, overhang(call, windows));
  require_fit(call, windows, after);
  const Tensor x = abs(call.in(0));
  return {
      pow(window_sums(pad_spatial(p == 1 ? x : pow(x, p), windows.before, after), windows), 1 / p)};
}

Dims spatial_dims(const NodeCall& call) {
  Dims dims;
  for (std::int64_t dim = 2; dim < call.in(0).dim(); ++dim) {
    dims.push_back(dim);
  }
  if (dims.empty()) {
    call.refuse("input 0 has no spatial dimension [onnx-input]");
  }
  return dims;
}

Outputs global_average(NodeCall& call) {
  return {mean(call.in(0), spatial_dims(call), true)};
}
Outputs global_max(NodeCall& call) {
  return {amax(call.in(0), spatial_dims(call), true)};
}
Outputs global_lp(NodeCall& call) {
  return {norm(call.in(0), static_cast<double>(call.integer("p", 2)), spatial_dims(call), true)};
}

Outputs max_unpool(NodeCall& call) {
  const Tensor& x = call.in(0);
  const Windows windows = pool_windows(call);
  Shape shape = x.shape();
  for (std::size_t i = 0; i < windows.rank(); ++i) {
    shape[i + 2] = (shape[i + 2] - 1) * windows.stride[i] + windows.reach(i) - windows.before[i] -
                   windows.after[i];
  }
  const Tensor zero =
      constant([&] { return zeros({product(shape, 0, shape.size())}, {.dtype = x.dtype()}); });
  const Tensor y = reshape(index_copy(zero, 0, flatten(call.in(1)), flatten(x)), shape);
  if (!call.has(2)) {
    return {y};
  }
  const Ints wanted = call.ints(2);
  Ints after;
  for (std::size_t i = 2; i < shape.size() && i < wanted.size(); ++i) {
    after.push_back(wanted[i] - shape[i]);
  }
  return {pad_spatial(y, Ints(after.size(), 0), after)};
}

constexpr Importer importers[] = {
    {"AveragePool", average_pool}, {"GlobalAveragePool", global_average},
    {"GlobalLpPool", global_lp},   {"GlobalMaxPool", global_max},
    {"LpPool", lp_pool},           {"MaxPool", max_pool},
    {"MaxUnpool", max_unpool},
};

}  // namespace

std::span<const Importer> pool_importers() {
  return importers;
}

}  // namespace retrograd::onnx::detail
