#include <retrograd/ops/unfold.h>

#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/conv/unfold.h>

namespace retrograd {

namespace {

using convolving::kLargestSize;
using kernels::UnfoldShape;

// The windows of images as columns, or the sums of columns as images: each other's backward.
Tensor unfolded(const Call& call, bool back, const Tensor& x, const UnfoldShape& shape) {
  return with_rule(call, x, back ? kernels::fold(x, shape) : kernels::unfold(x, shape),
                   [back, shape](const Tensor& g) {
                     return unfolded(Call(back ? "unfold" : "fold", {}), !back, g, shape);
                   });
}

UnfoldShape shape_of(const Frame& call, const Tensor& x, Size<2> image, Size<2> kernel,
                     const UnfoldOptions& options) {
  UnfoldShape s;
  for (std::size_t d = 0; d < 2; ++d) {
    s.image[d] = image[d];
    s.kernel[d] = kernel[d];
    s.stride[d] = options.stride[d];
    s.padding[d] = options.padding[d];
    s.dilation[d] = options.dilation[d];
    const auto [least, most] =
        std::minmax({s.kernel[d], s.stride[d], s.dilation[d], s.padding[d] + 1});
    check::require<ValueError>(
        call, least >= 1 && std::max(most, s.image[d]) <= kLargestSize && s.image[d] >= 0,
        {{"input", x}},
        "image {}, kernel {}, stride {}, padding {}, dilation {} in spatial dimension {}; all must "
        "be below 2^31, image and padding at least 0 and the others 1 [value-out-of-range]",
        s.image[d], s.kernel[d], s.stride[d], s.padding[d], s.dilation[d], d);
    const std::int64_t span = s.dilation[d] * (s.kernel[d] - 1) + 1;
    const std::int64_t padded = s.image[d] + 2 * s.padding[d];
    check::require<ShapeError>(
        call, span <= padded, {{"input", x}},
        "the window spans {} but the padded image only {} in spatial dimension {} [output-empty]",
        span, padded, d);
    s.output[d] = (padded - span) / s.stride[d] + 1;
  }
  return s;
}

}  // namespace

Tensor unfold(const Tensor& x, Size<2> kernel_size, const UnfoldOptions& options, Where where) {
  const Call call("unfold", where, x, kernel_size, options);
  check::floating(call, x);
  check::require<ShapeError>(call, x.dim() == 3 || x.dim() == 4, {{"input", x}},
                             "needs an input (N, C, H, W) or (C, H, W) [rank-unexpected]");
  const UnfoldShape shape = shape_of(call, x, {x.size(-2), x.size(-1)}, kernel_size, options);
  const bool batched = x.dim() == 4;
  check::numel(call,
               {x.size(-3), batched ? x.shape()[0] : 1, shape.kernel[0], shape.kernel[1],
                shape.output[0], shape.output[1]},
               x.dtype());
  return call.result(batched ? unfolded(call, false, x, shape)
                             : squeeze(unfolded(call, false, unsqueeze(x, 0), shape), 0));
}

Tensor fold(const Tensor& columns, Size<2> output_size, Size<2> kernel_size,
            const UnfoldOptions& options, Where where) {
  const Call call("fold", where, columns, output_size, kernel_size, options);
  check::floating(call, columns);
  check::require<ShapeError>(call, columns.dim() == 2 || columns.dim() == 3, {{"input", columns}},
                             "needs columns (N, C kh kw, L) or (C kh kw, L) [rank-unexpected]");
  const UnfoldShape shape = shape_of(call, columns, output_size, kernel_size, options);
  const bool batched = columns.dim() == 3;
  const std::int64_t rows = columns.size(-2);
  const std::int64_t length = columns.size(-1);
  const std::int64_t taps = shape.kernel[0] * shape.kernel[1];
  check::require<ShapeError>(call, rows % taps == 0, {{"input", columns}},
                             "{} rows are no multiple of the kernel's {} elements [groups-uneven]",
                             rows, taps);
  check::require<ShapeError>(call, length == shape.output[0] * shape.output[1],
                             {{"input", columns}},
                             "the image has {} x {} windows, not {} [size-unexpected]",
                             shape.output[0], shape.output[1], length);
  check::numel(call,
               {batched ? columns.shape()[0] : 1, rows / taps, shape.image[0], shape.image[1]},
               columns.dtype());
  return call.result(batched ? unfolded(call, true, columns, shape)
                             : squeeze(unfolded(call, true, unsqueeze(columns, 0), shape), 0));
}

}  // namespace retrograd
