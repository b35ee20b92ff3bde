#include <retrograd/data/tensor_dataset.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <initializer_list>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

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

// Row 0 as a tensor of its own.
Tensor only_row(const Tensor& rows) {
  const Shape shape(std::span(rows.shape().begin(), rows.shape().size()).subspan(1));
  const Strides strides(std::span(rows.strides().begin(), rows.strides().size()).subspan(1));
  return view_of(rows, shape, strides, 0);
}

std::vector<Tensor> checked(const Frame& call, std::initializer_list<const char*> names,
                            std::span<const Tensor> tensors) {
  check::require<ValueError>(call, !tensors.empty(), {}, "needs a tensor [count-mismatch]");
  std::vector<Tensor> all;
  for (const Tensor& tensor : tensors) {
    const char* const name = all.size() < names.size() ? names.begin()[all.size()] : "tensor";
    check::require<ShapeError>(call, tensor.dim() > 0, {{name, tensor}},
                               "the first dimension must count the samples [rank-unexpected]");
    all.push_back(tensor.detach().contiguous());
    check::require<ShapeError>(call, tensor.shape()[0] == tensors[0].shape()[0],
                               {{"first", tensors[0]}, {name, tensor}},
                               "all tensors need as many samples [batch-sizes-differ]");
  }
  return all;
}

void require_index(const Frame& call, std::int64_t index, std::int64_t size) {
  check::require<IndexError>(call, index >= 0 && index < size, {},
                             "sample {} of {} [index-out-of-range]", index, size);
}

}  // namespace

TensorDataset::TensorDataset(const Tensor& images, const Tensor& labels, Where where)
    : tensors_(checked(Frame("TensorDataset", where), {"images", "labels"},
                       std::array{images, labels})) {}

TensorDataset::TensorDataset(const std::vector<Tensor>& tensors, Where where)
    : tensors_(checked(Frame("TensorDataset", where), {}, tensors)) {}

const Tensor& TensorDataset::labels() const noexcept {
  static const Tensor none;
  return tensors_.size() > 1 ? tensors_[1] : none;
}

Sample TensorDataset::get(std::int64_t index) const {
  require_index(Frame("TensorDataset::get", {}), index, size());
  Sample sample;
  for (const Tensor& tensor : tensors_) {
    sample.push_back(only_row(take_rows(tensor, {&index, 1})));
  }
  return sample;
}

std::optional<Batch> TensorDataset::get_batch(std::span<const std::int64_t> indices) const {
  return get(indices);
}

Batch TensorDataset::get(std::span<const std::int64_t> indices, Where where) const {
  const Frame call("TensorDataset::get", where);
  for (const std::int64_t index : indices) {
    require_index(call, index, size());
  }
  Batch batch;
  batch.inputs = take_rows(tensors_[0], indices);
  if (tensors_.size() > 1) {
    batch.targets = take_rows(tensors_[1], indices);
  }
  for (std::size_t i = 2; i < tensors_.size(); ++i) {
    batch.rest.push_back(take_rows(tensors_[i], indices));
  }
  return batch;
}

TensorDataset TensorDataset::slice(std::int64_t begin, std::int64_t end, Where where) const {
  const Frame call("TensorDataset::slice", where);
  check::require<IndexError>(call, begin >= 0 && begin <= end && end <= size(), {},
                             "samples {} to {} of {} [index-out-of-range]", begin, end, size());
  TensorDataset part = *this;
  for (Tensor& tensor : part.tensors_) {
    tensor = slice_rows(tensor, begin, end);
  }
  return part;
}

}  // namespace retrograd
