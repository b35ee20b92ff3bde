#include <retrograd/tensor/internal/check.h>

#include <charconv>

namespace retrograd::check {

std::string Part::text() const {
  switch (kind_) {
    case Kind::integer: return std::to_string(integer_);
    case Kind::dims: return to_string(*dims_);
    case Kind::text: return text_;
    case Kind::floating: break;
  }
  char buffer[32];  // to_chars gives all digits that matter, whatever the locale
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, floating_).ptr};
}

std::string filled(const char* text, std::initializer_list<Part> values) {
  std::string all = text;
  std::size_t from = 0;
  for (const Part& value : values) {
    const std::string each = value.text();
    from = all.find("{}", from);
    if (from == std::string::npos) {
      break;
    }
    all.replace(from, 2, each);
    from += each.size();
  }
  return all;
}

void defined(const Frame& call, const char* name, const Tensor& x) {
  if (!x.defined()) {
    fail<GraphError>(call, std::string(name) + " is undefined (was it ever assigned?)");
  }
}

void floating(const Frame& call, const Tensor& x, const char* name) {
  defined(call, name, x);
  if (!is_floating(x.dtype())) {
    fail<DTypeError>(call, "needs a floating input (float32, float64 or bfloat16)", {{name, x}});
  }
}

void dtype(const Frame& call, const char* name, const Tensor& x, DType wanted) {
  defined(call, name, x);
  if (x.dtype() != wanted) {
    fail<DTypeError>(call,
                     std::string(name) + " must be " + retrograd::name(wanted) + ", not " +
                         retrograd::name(x.dtype()),
                     {{name, x}});
  }
}

void same_dtype(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b) {
  if (a.dtype() != b.dtype()) {
    fail<DTypeError>(
        call, std::string(name_a) + " and " + name_b + " must have one dtype; convert with to()",
        {{name_a, a}, {name_b, b}});
  }
}

void same_shape(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b) {
  if (a.shape() != b.shape()) {
    fail<ShapeError>(call, std::string(name_a) + " and " + name_b + " must have one shape",
                     {{name_a, a}, {name_b, b}});
  }
}

void rank(const Frame& call, std::size_t rank, const Tensor& x) {
  if (rank > Dims::capacity) {
    fail<ShapeError>(call,
                     "the result would have " + std::to_string(rank) + " dimensions, more than " +
                         std::to_string(Dims::capacity),
                     {{"input", x}});
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
      fail<IndexError>(call,
                       "dimension " + std::to_string(d) + " is named twice in " + to_string(dims),
                       {{"input", x}});
    }
    mask[d] = true;
  }
  return mask;
}

}  // namespace retrograd::check
