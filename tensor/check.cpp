#include <retrograd/tensor/internal/check.h>

#include <retrograd/tensor/internal/current_operator.h>

namespace retrograd::check {

void defined(const char* op, const char* name, const Tensor& x, Where where) {
  detail::begin_operator(op, where);
  if (!x.defined()) {
    fail<GraphError>(op, where, std::string(name) + " is undefined (was it ever assigned?)");
  }
}

void floating(const char* op, const Tensor& x, Where where) {
  defined(op, "input", x, where);
  if (!is_floating(x.dtype())) {
    fail<DTypeError>(op, where, "needs a floating input (float32, float64 or bfloat16)",
                     {{"input", x}});
  }
}

void dtype(const char* op, const char* name, const Tensor& x, DType wanted, Where where) {
  defined(op, name, x, where);
  if (x.dtype() != wanted) {
    fail<DTypeError>(op, where,
                     std::string(name) + " must be " + retrograd::name(wanted) + ", not " +
                         retrograd::name(x.dtype()),
                     {{name, x}});
  }
}

void same_dtype(const char* op, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b, Where where) {
  if (a.dtype() != b.dtype()) {
    fail<DTypeError>(
        op, where,
        std::string(name_a) + " and " + name_b + " must have one dtype; convert with to()",
        {{name_a, a}, {name_b, b}});
  }
}

void same_shape(const char* op, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b, Where where) {
  if (a.shape() != b.shape()) {
    fail<ShapeError>(op, where, std::string(name_a) + " and " + name_b + " must have one shape",
                     {{name_a, a}, {name_b, b}});
  }
}

void rank(const char* op, std::size_t rank, const Tensor& x, Where where) {
  if (rank > Dims::capacity) {
    fail<ShapeError>(op, where,
                     "the result would have " + std::to_string(rank) + " dimensions, more than " +
                         std::to_string(Dims::capacity),
                     {{"input", x}});
  }
}

std::size_t dim(const char* op, const Tensor& x, std::int64_t dim, Where where) {
  return static_cast<std::size_t>(normalize_dim(op, x, dim, x.dim(), where));
}

detail::DimMask dims(const char* op, const Tensor& x, const Dims& dims, Where where) {
  detail::DimMask mask{};
  if (dims.empty()) {
    mask.fill(true);
    return mask;
  }
  for (const std::int64_t given : dims) {
    const std::size_t d = dim(op, x, given, where);
    if (mask[d] && x.dim() > 0) {
      fail<IndexError>(op, where,
                       "dimension " + std::to_string(d) + " is named twice in " + to_string(dims),
                       {{"input", x}});
    }
    mask[d] = true;
  }
  return mask;
}

}  // namespace retrograd::check
