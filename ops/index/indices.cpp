// How lists of indices are read, and the views that they name.
#include <retrograd/ops/detail/indices.h>

#include <algorithm>

#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd::indexing {

namespace {

// How many dimensions of x the index takes.
std::size_t width(const Frame& call, const Tensor& x, const Index& index) {
  if (index.kind() != Index::Kind::tensor) {
    check::require<ValueError>(call, !index.is_other_function(), {{"input", x}},
                               "of functions, only all is an index [index-invalid]");
    return index.kind() == Index::Kind::others || index.kind() == Index::Kind::added ? 0 : 1;
  }
  const Tensor& at = index.tensor();
  check::defined(call, "an index", at);
  const bool is_mask = at.dtype() == boolean;
  check::require<DTypeError>(call, is_mask || at.dtype() == int64, {{"input", x}, {"index", at}},
                             "indices must be int64 or boolean masks [dtype-unexpected]");
  check::require<ShapeError>(call, !is_mask || at.dim() > 0, {{"input", x}, {"mask", at}},
                             "a mask needs a dimension [rank-unexpected]");
  return is_mask ? at.shape().size() : 1;
}

// Goes through the dimensions of x, an index after the other.
class Reader {
 public:
  Reader(const Frame& call, const Tensor& x) : call_(call), x_(x) {
    result_.part.start.resize(x.shape().size());
  }

  void keep(std::size_t count) {
    for (const std::size_t end = dim_ + count; dim_ < end; ++dim_) {
      add(static_cast<std::int64_t>(dim_), x_.shape()[dim_], 1);
    }
  }
  void keep_rest() { keep(x_.shape().size() - dim_); }
  void add_dimension() {
    add(-1, 1, 1);
    result_.part.is_whole = false;
  }
  void take(std::int64_t number) {
    const std::int64_t size = x_.shape()[dim_];
    check::require<IndexError>(
        call_, number >= -size && number < size, {{"input", x_}},
        "index {} is out of range for dimension {} of length {} [index-out-of-range]", number, dim_,
        size);
    result_.part.start[dim_++] = number < 0 ? number + size : number;
    result_.part.is_whole = false;
  }
  void take(const Slice& slice) {
    check::require<ValueError>(call_, slice.step >= 1, {{"input", x_}},
                               "step {} for dimension {}; at least 1 is needed, and flip() turns a "
                               "dimension round [value-out-of-range]",
                               slice.step, dim_);
    const std::int64_t size = x_.shape()[dim_];
    const auto [start, count] = cut(slice, size);
    add(static_cast<std::int64_t>(dim_), count, count > 1 ? slice.step : 1);
    result_.part.start[dim_++] = start;
    result_.part.is_whole = result_.part.is_whole && count == size;
  }
  void take(const Tensor& index) {
    if (index.dtype() == boolean) {
      take_mask(index);
    } else if (index.dim() == 0) {
      take(index.item<std::int64_t>());
    } else {
      const std::int64_t size = x_.shape()[dim_];
      check::indices(call_, x_, index, static_cast<std::int64_t>(dim_), size, true);
      result_.entries.push_back({not_negative(index, size), size});
      result_.indexed.push_back(static_cast<std::int64_t>(result_.part.shape.size()));
      keep(1);
    }
  }
  Named& result() { return result_; }

 private:
  void add(std::int64_t from, std::int64_t length, std::int64_t step) {
    Part& part = result_.part;
    check::rank(call_, part.shape.size() + 1, x_);
    part.shape.push_back(length);
    part.from.push_back(from);
    part.step.push_back(step);
  }
  void take_mask(const Tensor& mask) {
    for (std::size_t d = 0; d < mask.shape().size(); ++d) {
      check::require<IndexError>(
          call_, mask.shape()[d] == x_.shape()[dim_ + d], {{"input", x_}, {"mask", mask}},
          "the mask's dimension {} has length {}, the input's dimension {} has {} [shapes-differ]",
          d, mask.shape()[d], dim_ + d, x_.shape()[dim_ + d]);
    }
    result_.entries.push_back({kernels::nonzero_positions(mask), mask.numel()});
    for (std::size_t d = 0; d < mask.shape().size(); ++d) {
      result_.indexed.push_back(static_cast<std::int64_t>(result_.part.shape.size()));
      keep(1);
    }
  }

  const Frame& call_;
  const Tensor& x_;
  std::size_t dim_ = 0;  // of x, the next one
  Named result_;
};

// The part of x as a plain view.
Tensor shown(const Tensor& x, const Part& part) {
  Strides strides;
  std::int64_t offset = x.impl().offset;
  for (std::size_t d = 0; d < part.start.size(); ++d) {
    offset += part.start[d] * x.strides()[d];
  }
  for (std::size_t d = 0; d < part.from.size(); ++d) {
    const std::int64_t from = part.from[d];
    strides.push_back(from < 0 ? 1 : x.strides()[static_cast<std::size_t>(from)] * part.step[d]);
  }
  return detail::view_within(x, part.shape, strides, offset);
}

// Zeros of the given shape, with x in the part.
Tensor part_into_zeros(const Tensor& x, const Part& part, const Shape& shape) {
  const Call call("index_into_zeros", {});
  const Tensor out = zeros(shape, {.dtype = x.dtype()});
  kernels::copy(shown(out, part), x);
  return with_rule(call, x, out,
                   [part](const Tensor& g) { return view_of_part(Call("index", {}), g, part); });
}

}  // namespace

Cut cut(const Slice& slice, std::int64_t size) noexcept {
  const auto bound = [size](std::int64_t given) {
    return std::clamp<std::int64_t>(given < 0 ? given + size : given, 0, size);
  };
  const std::int64_t start = bound(slice.start.value_or(0));
  const std::int64_t length = std::max<std::int64_t>(bound(slice.stop.value_or(size)) - start, 0);
  return {start, length / slice.step + (length % slice.step != 0 ? 1 : 0)};
}

Tensor not_negative(const Tensor& index, std::int64_t size) {
  const bool has_negative = index.numel() > 0 && kernels::index_range(index).first < 0;
  return has_negative ? where(index < 0, index + size, index) : index;
}

Tensor without_front(const Tensor& value, std::size_t rank) {
  if (!value.defined() || value.shape().size() <= rank) {
    return value;
  }
  Shape shape = value.shape();
  while (shape.size() > rank && shape[0] == 1) {
    shape.erase(0);
  }
  return shape.size() < value.shape().size() ? view(value, shape) : value;
}

Named named(const Frame& call, const Tensor& x, const Indices& indices) {
  check::defined(call, "input", x);
  check::require<ValueError>(call, !indices.empty(), {{"input", x}},
                             "needs at least one index [count-mismatch]");
  std::size_t taken = 0;
  std::size_t ellipses = 0;
  for (const Index& index : indices) {
    taken += width(call, x, index);
    ellipses += index.kind() == Index::Kind::others ? 1 : 0;
  }
  check::require<IndexError>(call, taken <= x.shape().size(), {{"input", x}},
                             "more indices than the input has dimensions [index-incomplete]");
  check::require<IndexError>(call, ellipses <= 1, {{"input", x}},
                             "{} ellipses; there can be one only [index-invalid]", ellipses);
  Reader reader(call, x);
  for (const Index& index : indices) {
    switch (index.kind()) {
      case Index::Kind::all: reader.keep(1); break;
      case Index::Kind::others: reader.keep(x.shape().size() - taken); break;
      case Index::Kind::added: reader.add_dimension(); break;
      case Index::Kind::number: reader.take(index.number()); break;
      case Index::Kind::slice: reader.take(index.slice()); break;
      case Index::Kind::tensor: reader.take(index.tensor()); break;
    }
  }
  reader.keep_rest();
  return std::move(reader.result());
}

Tensor view_of_part(const Call& call, const Tensor& x, const Part& part) {
  const Tensor show = shown(x, part);
  Tensor view = tracked_view(x, show.shape(), show.strides(), show.impl().offset);
  return with_backward(call, x, std::move(view), {}, [part, full = x.shape()](const Backward& b) {
    if (Tensor* sum = detail::waiting_gradient(b, 0)) {
      kernels::binary_in_place(kernels::Binary::add, shown(*sum, part), b.grad);
      return Tensor();
    }
    return part_into_zeros(b.grad, part, full);
  });
}

Tensor put_part(const Tensor& x, const Part& part, const Tensor& values) {
  const Call call("index_put", {});
  const Tensor out = kernels::contiguous_copy(x);
  kernels::copy(shown(out, part), values);
  return with_rules(
      call, x, values, out, {},
      [part](const Backward& b) {
        const Tensor zero = expand(zeros({}, {.dtype = b.grad.dtype()}), part.shape);
        return put_part(b.grad, part, zero);
      },
      [part](const Backward& b) { return view_of_part(Call("index", {}), b.grad, part); });
}

}  // namespace retrograd::indexing
