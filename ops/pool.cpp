#include <retrograd/ops/pool.h>

#include <algorithm>
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/kernels/pool.h>
#include <retrograd/ops/shape.h>

namespace retrograd {

namespace {

using kernels::PoolShape;

// Products of two sizes of a window stay far from overflow.
constexpr std::int64_t kLargestSize = (std::int64_t{1} << 31) - 1;

// Putting gradients at the winners' places and reading there are each other's backward.
Tensor scatter(const Tensor& grad, const Tensor& indices, const PoolShape& shape);

Tensor gather(const Tensor& x, const Tensor& indices, const PoolShape& shape) {
  return record({.op = "max_pool_gather",
                 .where = {},
                 .output = kernels::max_pool_gather(x, indices, shape),
                 .inputs = {x},
                 .saved = {indices},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {scatter(b.grad, b.saved(0), shape)};
                 }});
}

Tensor scatter(const Tensor& grad, const Tensor& indices, const PoolShape& shape) {
  return record({.op = "max_pool_scatter",
                 .where = {},
                 .output = kernels::max_pool_scatter(grad, indices, shape),
                 .inputs = {grad},
                 .saved = {indices},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {gather(b.grad, b.saved(0), shape)};
                 }});
}

Tensor average(const char* op, const Tensor& x, const PoolShape& shape, Where where);

Tensor spread(const Tensor& grad, const PoolShape& shape) {
  return record({.op = "avg_pool_input_grad",
                 .where = {},
                 .output = kernels::avg_pool_input_grad(grad, shape),
                 .inputs = {grad},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {average("avg_pool2d", b.grad, shape, {})};
                 }});
}

Tensor average(const char* op, const Tensor& x, const PoolShape& shape, Where where) {
  return record(
      {.op = op,
       .where = where,
       .output = kernels::avg_pool(x, shape),
       .inputs = {x},
       .backward = [shape](const Backward& b) -> Gradients { return {spread(b.grad, shape)}; }});
}

struct Window {
  Size<2> kernel;
  Size<2> stride;
  Size<2> padding;
  Size<2> dilation;
  bool ceil_mode;
};

PoolShape shape_of(const char* op, const Tensor& x, const Window& window, Where where) {
  PoolShape s;
  for (std::size_t d = 0; d < 2; ++d) {
    s.input[d] = x.shape()[x.shape().size() - 2 + d];
    s.kernel[d] = window.kernel[d];
    s.stride[d] = window.stride[d];
    s.padding[d] = window.padding[d];
    s.dilation[d] = window.dilation[d];
    const auto [least, most] = std::minmax({s.kernel[d], s.stride[d], s.dilation[d]});
    if (least < 1 || most > kLargestSize || s.padding[d] < 0 || s.padding[d] > s.kernel[d] / 2) {
      fail<ValueError>(
          op, where,
          "kernel " + std::to_string(s.kernel[d]) + ", stride " + std::to_string(s.stride[d]) +
              ", padding " + std::to_string(s.padding[d]) + ", dilation " +
              std::to_string(s.dilation[d]) + " in spatial dimension " + std::to_string(d) +
              "; all but the padding must be at least 1 and below 2^31, and the padding at most "
              "half the kernel",
          {{"input", x}});
    }
    const std::int64_t span = s.dilation[d] * (s.kernel[d] - 1) + 1;
    const std::int64_t room = s.input[d] + 2 * s.padding[d] - span;
    if (room < 0 || s.input[d] == 0) {
      fail<ShapeError>(op, where,
                       "the window spans " + std::to_string(span) + " but the padded input only " +
                           std::to_string(s.input[d] + 2 * s.padding[d]) +
                           " in spatial dimension " + std::to_string(d),
                       {{"input", x}});
    }
    s.output[d] = (room + (window.ceil_mode ? s.stride[d] - 1 : 0)) / s.stride[d] + 1;
    // A window must start inside the input or its left padding.
    if (window.ceil_mode && (s.output[d] - 1) * s.stride[d] >= s.input[d] + s.padding[d]) {
      --s.output[d];
    }
  }
  return s;
}

void check_input(const char* op, const Tensor& x, Where where) {
  check::floating(op, x, where);
  if (x.dim() != 3 && x.dim() != 4) {
    fail<ShapeError>(op, where, "needs an input (N, C, H, W) or (C, H, W)", {{"input", x}});
  }
}

// Calls pool(x of four dimensions) and takes away the batch that was added.
template <class Pool>
Tensor with_batch(const Tensor& x, Where where, Pool&& pool) {
  return x.dim() == 4 ? pool(x) : squeeze(pool(unsqueeze(x, 0, where)), 0, where);
}

}  // namespace

Tensor max_pool2d(const Tensor& input, Size<2> kernel_size, const MaxPool2dOptions& options,
                  Where where) {
  check_input("max_pool2d", input, where);
  const Window window{kernel_size, options.stride.value_or(kernel_size), options.padding,
                      options.dilation, options.ceil_mode};
  const PoolShape shape = shape_of("max_pool2d", input, window, where);
  return with_batch(input, where, [&](const Tensor& x) {
    const kernels::Pooled pooled = kernels::max_pool(x, shape);
    return record({.op = "max_pool2d",
                   .where = where,
                   .output = pooled.values,
                   .inputs = {x},
                   .saved = {pooled.indices},
                   .backward = [shape](const Backward& b) -> Gradients {
                     return {scatter(b.grad, b.saved(0), shape)};
                   }});
  });
}

Tensor avg_pool2d(const Tensor& input, Size<2> kernel_size, const AvgPool2dOptions& options,
                  Where where) {
  check_input("avg_pool2d", input, where);
  const Window window{kernel_size, options.stride.value_or(kernel_size), options.padding, 1,
                      options.ceil_mode};
  PoolShape shape = shape_of("avg_pool2d", input, window, where);
  shape.count_include_pad = options.count_include_pad;
  return with_batch(input, where,
                    [&](const Tensor& x) { return average("avg_pool2d", x, shape, where); });
}

}  // namespace retrograd
