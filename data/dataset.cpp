#include <retrograd/data/dataset.h>

#include <cstddef>
#include <cstring>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

Tensor samples(const Frame& call, const Tensor& tensor, const char* name) {
  check::require<ShapeError>(call, tensor.dim() > 0, {{name, tensor}},
                             "the first dimension must count the samples [rank-unexpected]");
  return tensor.detach().contiguous();
}

std::byte* first_byte(const Tensor& tensor) {
  const auto offset = static_cast<std::size_t>(tensor.impl().offset);
  return tensor.impl().storage->data + offset * item_size(tensor.dtype());
}

Tensor take_rows(const Tensor& from, std::span<const std::int64_t> indices) {
  Shape shape = from.shape();
  shape[0] = static_cast<std::int64_t>(indices.size());
  Tensor result = empty_tensor(shape, from.dtype());
  if (result.numel() == 0) {
    return result;
  }
  const std::size_t row =
      static_cast<std::size_t>(from.numel() / from.shape()[0]) * item_size(from.dtype());
  const auto* source = first_byte(from);
  auto* to = first_byte(result);
  for (const std::int64_t index : indices) {
    std::memcpy(to, source + static_cast<std::size_t>(index) * row, row);
    to += row;
  }
  return result;
}

Tensor slice_rows(const Tensor& from, std::int64_t begin, std::int64_t end) {
  Shape shape = from.shape();
  shape[0] = end - begin;
  return view_of(from, shape, from.strides(), from.impl().offset + begin * from.strides()[0]);
}

}  // namespace

Dataset::Dataset(const Tensor& images, const Tensor& labels, Where where)
    : images_(samples(Frame("Dataset", where), images, "images")),
      labels_(samples(Frame("Dataset", where), labels, "labels")) {
  const Frame call("Dataset", where);
  check::require<ShapeError>(call, images.shape()[0] == labels.shape()[0],
                             {{"images", images}, {"labels", labels}},
                             "as many labels as images are needed [batch-sizes-differ]");
}

Batch Dataset::get(std::span<const std::int64_t> indices, Where where) const {
  const Frame call("Dataset::get", where);
  for (const std::int64_t index : indices) {
    check::require<IndexError>(call, index >= 0 && index < size(), {},
                               "sample {} of {} [index-out-of-range]", index, size());
  }
  return {take_rows(images_, indices), take_rows(labels_, indices)};
}

Dataset Dataset::slice(std::int64_t begin, std::int64_t end, Where where) const {
  const Frame call("Dataset::slice", where);
  check::require<IndexError>(call, begin >= 0 && begin <= end && end <= size(), {},
                             "samples {} to {} of {} [index-out-of-range]", begin, end, size());
  return {slice_rows(images_, begin, end), slice_rows(labels_, begin, end)};
}

}  // namespace retrograd
