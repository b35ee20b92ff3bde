#include <retrograd/nn/shape.h>

#include <algorithm>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/shape.h>

namespace retrograd::nn {

using namespace detail;

namespace {

void require_window(const Frame& call, Size<2> kernel_size, const UnfoldOptions& options) {
  for (std::size_t d = 0; d < 2; ++d) {
    require_positive(call, "kernel_size", kernel_size[d]);
    require_positive(call, "dilation", options.dilation[d]);
    require_not_negative(call, "padding", options.padding[d]);
    require_positive(call, "stride", options.stride[d]);
  }
}

}  // namespace

Tensor Flatten::forward(const Tensor& x) {
  return flatten(x, start_, end_);
}
std::string Flatten::describe() const {
  return "Flatten(" + std::to_string(start_) + ", " + std::to_string(end_) + ")";
}

Unflatten::Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where)
    : dim_(dim), sizes_(unflattened_size) {
  const bool in_range =
      std::all_of(sizes_.begin(), sizes_.end(), [](std::int64_t size) { return size >= -1; });
  if (sizes_.empty() || !in_range || std::count(sizes_.begin(), sizes_.end(), -1) > 1) {
    fail<ValueError>(Frame("Unflatten", where),
                     "unflattened_size is " + to_string(sizes_) +
                         "; sizes of at least 0 are needed, one of which may be -1");
  }
}
Tensor Unflatten::forward(const Tensor& x) {
  return unflatten(x, dim_, sizes_);
}
std::string Unflatten::describe() const {
  return "Unflatten(" + std::to_string(dim_) + ", " + to_string(sizes_) + ")";
}

Unfold::Unfold(Size<2> kernel_size, UnfoldOptions options, Where where)
    : kernel_size_(kernel_size), options_(options) {
  require_window(Frame("Unfold", where), kernel_size, options);
}
Tensor Unfold::forward(const Tensor& x) {
  return unfold(x, kernel_size_, options_);
}
std::string Unfold::describe() const {
  return "Unfold(" + text(kernel_size_) + ")";
}

Fold::Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options, Where where)
    : output_size_(output_size), kernel_size_(kernel_size), options_(options) {
  const Frame call("Fold", where);
  require_window(call, kernel_size, options);
  for (const std::int64_t size : output_size) {
    require_positive(call, "output_size", size);
  }
}
Tensor Fold::forward(const Tensor& x) {
  return fold(x, output_size_, kernel_size_, options_);
}
std::string Fold::describe() const {
  return "Fold(" + text(output_size_) + ", " + text(kernel_size_) + ")";
}

}  // namespace retrograd::nn
