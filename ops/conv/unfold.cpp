#include <retrograd/ops/unfold.h>

#include <algorithm>
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/kernels/conv/unfold.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using kernels::UnfoldShape;

// Products of two sizes of a window stay far from overflow.
constexpr std::int64_t kLargestSize = (std::int64_t{1} << 31) - 1;

Tensor fold_columns(const Tensor& columns, const UnfoldShape& shape, Where where);

Tensor unfold_image(const Tensor& x, const UnfoldShape& shape, Where where) {
  return record({.op = "unfold",
                 .where = where,
                 .output = kernels::unfold(x, shape),
                 .inputs = {x},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {fold_columns(b.grad, shape, {})};
                 }});
}

Tensor fold_columns(const Tensor& columns, const UnfoldShape& shape, Where where) {
  return record({.op = "fold",
                 .where = where,
                 .output = kernels::fold(columns, shape),
                 .inputs = {columns},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {unfold_image(b.grad, shape, {})};
                 }});
}

UnfoldShape shape_of(const char* op, const Tensor& x, Size<2> image, Size<2> kernel,
                     const UnfoldOptions& options, Where where) {
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
          op, where,
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
      fail<ShapeError>(op, where,
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
  check::floating("unfold", x, where);
  if (x.dim() != 3 && x.dim() != 4) {
    fail<ShapeError>("unfold", where, "needs an input (N, C, H, W) or (C, H, W)", {{"input", x}});
  }
  const std::size_t rank = x.shape().size();
  const UnfoldShape shape = shape_of("unfold", x, {x.shape()[rank - 2], x.shape()[rank - 1]},
                                     kernel_size, options, where);
  checked_numel("unfold",
                {x.shape()[rank - 3], rank == 4 ? x.shape()[0] : 1, shape.kernel[0],
                 shape.kernel[1], shape.output[0], shape.output[1]},
                x.dtype(), where);
  return rank == 4 ? unfold_image(x, shape, where)
                   : squeeze(unfold_image(unsqueeze(x, 0, where), shape, where), 0, where);
}

Tensor fold(const Tensor& columns, Size<2> output_size, Size<2> kernel_size,
            const UnfoldOptions& options, Where where) {
  check::floating("fold", columns, where);
  if (columns.dim() != 2 && columns.dim() != 3) {
    fail<ShapeError>("fold", where, "needs columns (N, C kh kw, L) or (C kh kw, L)",
                     {{"input", columns}});
  }
  const UnfoldShape shape = shape_of("fold", columns, output_size, kernel_size, options, where);
  const std::size_t rank = columns.shape().size();
  const std::int64_t rows = columns.shape()[rank - 2];
  const std::int64_t length = columns.shape()[rank - 1];
  const std::int64_t taps = shape.kernel[0] * shape.kernel[1];
  if (rows % taps != 0) {
    fail<ShapeError>("fold", where,
                     std::to_string(rows) + " rows are no multiple of the kernel's " +
                         std::to_string(taps) + " elements",
                     {{"input", columns}});
  }
  if (length != shape.output[0] * shape.output[1]) {
    fail<ShapeError>("fold", where,
                     "the image has " + std::to_string(shape.output[0]) + " x " +
                         std::to_string(shape.output[1]) + " windows, not " +
                         std::to_string(length),
                     {{"input", columns}});
  }
  checked_numel("fold",
                {rank == 3 ? columns.shape()[0] : 1, rows / taps, shape.image[0], shape.image[1]},
                columns.dtype(), where);
  return rank == 3 ? fold_columns(columns, shape, where)
                   : squeeze(fold_columns(unsqueeze(columns, 0, where), shape, where), 0, where);
}

}  // namespace retrograd
