#include <retrograd/ops/unfold.h>

#include <algorithm>
#include <string>

#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/conv/unfold.h>

namespace retrograd {

namespace {

using kernels::UnfoldShape;

// Products of two sizes of a window stay far from overflow.
constexpr std::int64_t kLargestSize = (std::int64_t{1} << 31) - 1;

Tensor fold_columns(const Call& call, const Tensor& columns, const UnfoldShape& shape);

Tensor unfold_image(const Call& call, const Tensor& x, const UnfoldShape& shape) {
  return call.record({.output = kernels::unfold(x, shape),
                      .inputs = {x},
                      .backward = [shape](const Backward& b) -> Gradients {
                        const Call folds("fold", {});
                        return {fold_columns(folds, b.grad, shape)};
                      }});
}

Tensor fold_columns(const Call& call, const Tensor& columns, const UnfoldShape& shape) {
  return call.record({.output = kernels::fold(columns, shape),
                      .inputs = {columns},
                      .backward = [shape](const Backward& b) -> Gradients {
                        const Call unfolds("unfold", {});
                        return {unfold_image(unfolds, b.grad, shape)};
                      }});
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
    if (least < 1 || most > kLargestSize || s.image[d] < 0 || s.image[d] > kLargestSize) {
      fail<ValueError>(
          call,
          "image " + std::to_string(s.image[d]) + ", kernel " + std::to_string(s.kernel[d]) +
              ", stride " + std::to_string(s.stride[d]) + ", padding " +
              std::to_string(s.padding[d]) + ", dilation " + std::to_string(s.dilation[d]) +
              " in spatial dimension " + std::to_string(d) +
              "; all must be below 2^31, image and padding at least 0 and the others 1",
          {{"input", x}});
    }
    const std::int64_t span = s.dilation[d] * (s.kernel[d] - 1) + 1;
    const std::int64_t room = s.image[d] + 2 * s.padding[d] - span;
    if (room < 0) {
      fail<ShapeError>(call,
                       "the window spans " + std::to_string(span) + " but the padded image only " +
                           std::to_string(s.image[d] + 2 * s.padding[d]) +
                           " in spatial dimension " + std::to_string(d),
                       {{"input", x}});
    }
    s.output[d] = room / s.stride[d] + 1;
  }
  return s;
}

}  // namespace

Tensor unfold(const Tensor& x, Size<2> kernel_size, const UnfoldOptions& options, Where where) {
  const Call call("unfold", where, x, kernel_size, options);
  check::floating(call, x);
  if (x.dim() != 3 && x.dim() != 4) {
    fail<ShapeError>(call, "needs an input (N, C, H, W) or (C, H, W)", {{"input", x}});
  }
  const std::size_t rank = x.shape().size();
  const UnfoldShape shape =
      shape_of(call, x, {x.shape()[rank - 2], x.shape()[rank - 1]}, kernel_size, options);
  check::numel(call,
               {x.shape()[rank - 3], rank == 4 ? x.shape()[0] : 1, shape.kernel[0], shape.kernel[1],
                shape.output[0], shape.output[1]},
               x.dtype());
  return call.result(rank == 4 ? unfold_image(call, x, shape)
                               : squeeze(unfold_image(call, unsqueeze(x, 0), shape), 0));
}

Tensor fold(const Tensor& columns, Size<2> output_size, Size<2> kernel_size,
            const UnfoldOptions& options, Where where) {
  const Call call("fold", where, columns, output_size, kernel_size, options);
  check::floating(call, columns);
  if (columns.dim() != 2 && columns.dim() != 3) {
    fail<ShapeError>(call, "needs columns (N, C kh kw, L) or (C kh kw, L)", {{"input", columns}});
  }
  const UnfoldShape shape = shape_of(call, columns, output_size, kernel_size, options);
  const std::size_t rank = columns.shape().size();
  const std::int64_t rows = columns.shape()[rank - 2];
  const std::int64_t length = columns.shape()[rank - 1];
  const std::int64_t taps = shape.kernel[0] * shape.kernel[1];
  if (rows % taps != 0) {
    fail<ShapeError>(call,
                     std::to_string(rows) + " rows are no multiple of the kernel's " +
                         std::to_string(taps) + " elements",
                     {{"input", columns}});
  }
  if (length != shape.output[0] * shape.output[1]) {
    fail<ShapeError>(call,
                     "the image has " + std::to_string(shape.output[0]) + " x " +
                         std::to_string(shape.output[1]) + " windows, not " +
                         std::to_string(length),
                     {{"input", columns}});
  }
  check::numel(call,
               {rank == 3 ? columns.shape()[0] : 1, rows / taps, shape.image[0], shape.image[1]},
               columns.dtype());
  return call.result(rank == 3 ? fold_columns(call, columns, shape)
                               : squeeze(fold_columns(call, unsqueeze(columns, 0), shape), 0));
}

}  // namespace retrograd
