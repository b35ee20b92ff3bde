#include <retrograd/tensor/internal/check.h>

#include <fmt/args.h>

#include <retrograd/tensor/internal/format.h>

namespace retrograd::check {

std::string filled(std::string_view text, std::initializer_list<Part> values) {
  fmt::dynamic_format_arg_store<fmt::format_context> all;
  for (const Part& value : values) {
    value.visit([&](const auto& each) { all.push_back(each); });
  }
  return retrograd::detail::formatted_of(text, all);
}

void defined(const Frame& call, const char* name, const Tensor& x) {
  if (!x.defined()) {
    refuse<GraphError>(call, {}, "{} is undefined (was it ever assigned?) [undefined-tensor]",
                       name);
  }
}

void floating(const Frame& call, const Tensor& x, const char* name) {
  defined(call, name, x);
  if (!is_floating(x.dtype())) {
    refuse<DTypeError>(call, {{name, x}},
                       "needs a floating input (float32, float64 or bfloat16); write 1.0 or give "
                       ".dtype, or convert with to() [not-floating]");
  }
}

void dtype(const Frame& call, const char* name, const Tensor& x, DType wanted) {
  defined(call, name, x);
  if (x.dtype() != wanted) {
    refuse<DTypeError>(call, {{name, x}}, "{} must be {}, not {} [dtype-unexpected]", name, wanted,
                       x.dtype());
  }
}

void same_dtype(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b) {
  if (a.dtype() != b.dtype()) {
    refuse<DTypeError>(call, {{name_a, a}, {name_b, b}},
                       "{} and {} must have one dtype; convert with to() [dtypes-differ]", name_a,
                       name_b);
  }
}

void same_shape(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b) {
  if (a.shape() != b.shape()) {
    refuse<ShapeError>(call, {{name_a, a}, {name_b, b}},
                       "{} and {} must have one shape [shapes-differ]", name_a, name_b);
  }
}

void rank(const Frame& call, std::size_t rank, const Tensor& x) {
  if (rank > Dims::capacity) {
    refuse<ShapeError>(call, {{"input", x}},
                       "the result would have {} dimensions, more than {} [too-many-dims]", rank,
                       Dims::capacity);
  }
}

std::size_t dim(const Frame& call, const Tensor& x, std::int64_t dim) {
  return dim_of(call, x, dim, x.dim());
}

std::size_t dim_of(const Frame& call, const Tensor& x, std::int64_t dim, std::int64_t rank) {
  return static_cast<std::size_t>(normalize_dim(call.name(), x, dim, rank, call.where()));
}

std::int64_t numel(const Frame& call, const Shape& shape, DType dtype) {
  return checked_numel(call.name(), shape, dtype, call.where());
}

detail::DimMask dims(const Frame& call, const Tensor& x, const Dims& dims) {
  detail::DimMask mask{};
  if (dims.empty()) {
    mask.fill(true);
    return mask;
  }
  for (const std::int64_t given : dims) {
    const std::size_t d = dim(call, x, given);
    if (mask[d] && x.dim() > 0) {
      refuse<IndexError>(call, {{"input", x}}, "dimension {} is named twice in {} [dim-repeated]",
                         d, dims);
    }
    mask[d] = true;
  }
  return mask;
}

}  // namespace retrograd::check
