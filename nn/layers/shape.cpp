#include <retrograd/nn/shape.h>

#include <algorithm>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/shape.h>

namespace retrograd::nn {

using namespace detail;

Flatten::Flatten(std::int64_t start_dim, std::int64_t end_dim)
    : Stateless(described("Flatten", start_dim, end_dim), with(flatten, start_dim, end_dim)) {}

Unflatten::Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where)
    : Stateless(described("Unflatten", dim, unflattened_size),
                with(unflatten, dim, unflattened_size)) {
  const bool in_range = std::all_of(unflattened_size.begin(), unflattened_size.end(),
                                    [](std::int64_t size) { return size >= -1; });
  require(Frame("Unflatten", where),
          !unflattened_size.empty() && in_range &&
              std::count(unflattened_size.begin(), unflattened_size.end(), -1) <= 1,
          "unflattened_size", unflattened_size,
          "sizes of at least 0 are needed, one of which may be -1");
}

Unfold::Unfold(Size<2> kernel_size, UnfoldOptions options, Where where)
    : Stateless(described("Unfold", kernel_size), with(unfold, kernel_size, options)) {
  require_window(Frame("Unfold", where), kernel_size, options.stride, options.padding,
                 options.dilation);
}

Fold::Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options, Where where)
    : Stateless(described("Fold", output_size, kernel_size),
                with(fold, output_size, kernel_size, options)) {
  const Frame call("Fold", where);
  require_window(call, kernel_size, options.stride, options.padding, options.dilation);
  for (const std::int64_t size : output_size) {
    require_positive(call, "output_size", size);
  }
}

}  // namespace retrograd::nn
