// What indices name in a tensor: first a part of it that a view shows, then what tensors of indices
// name in that part. Internal.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/indices.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::indexing {

// Which elements of a tensor a view shows.
struct Part {
  Dims start;  // the first index, of each dimension of the tensor
  // Of each dimension of the view: its length, the tensor's dimension, -1 for a new one, and the
  // step along it.
  Shape shape;
  Dims from;
  Dims step;
  bool is_whole = true;  // the tensor itself
};

// A tensor of indices, not negative, along a dimension of the part, or several that are joined.
struct Entry {
  Tensor index;
  std::int64_t size;  // of the dimensions
};

struct Named {
  Part part;
  std::vector<Entry> entries;
  Dims indexed;  // the dimensions of the part that the entries stand for
};

// Checks the indices of x.
Named named(const Frame& call, const Tensor& x, const Indices& indices);

// What a slice names of a dimension, as Python cuts bounds: from the end when negative, then into
// [0, size].
struct Cut {
  std::int64_t start;
  std::int64_t count;
};
Cut cut(const Slice& slice, std::int64_t size) noexcept;

// Indices that count from the end as such that do not; itself where there are none.
Tensor not_negative(const Tensor& index, std::int64_t size);

// A value without dimensions of length 1 in front, where it has more than `rank`: so that it can be
// assigned as in PyTorch.
Tensor without_front(const Tensor& value, std::size_t rank);

// The part as a view, recorded as the call.
Tensor view_of_part(const Call& call, const Tensor& x, const Part& part);
// A copy of x with the part replaced by `values`, which have its shape.
Tensor put_part(const Tensor& x, const Part& part, const Tensor& values);

}  // namespace retrograd::indexing
