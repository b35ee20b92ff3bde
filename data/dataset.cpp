#include <retrograd/data/dataset.h>

#include <retrograd/tensor/internal/check.h>

namespace retrograd {

Dataset::~Dataset() = default;

std::string Dataset::describe(std::int64_t /*index*/) const {
  return {};
}

std::optional<Batch> Dataset::get_batch(std::span<const std::int64_t> /*indices*/) const {
  return {};
}

void SharedDataset::check(Where where) const {
  check::require<ValueError>({"SharedDataset", where}, dataset_ != nullptr, {},
                             "the pointer is null [argument-missing]");
}

}  // namespace retrograd
