/// @file
/// Named tensors in a fixed order: what modules and optimisers hand out, and files hold.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Named tensors in a fixed order.
class RETROGRAD_API StateDict {
 public:
  /// A name and its tensor.
  using Entry = std::pair<std::string, Tensor>;

  /// Constructs it from what the class and its options describe.
  StateDict() = default;

  /// Appends an entry. Throws ValueError for a name that is there already, or an undefined tensor.
  void insert(std::string name, Tensor tensor, Where where = {});
  /// Null when there is no such name.
  const Tensor* find(std::string_view name) const;
  /// Throws IndexError when there is no such name.
  const Tensor& at(std::string_view name, Where where = {}) const;
  /// Whether there is one of this name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// How many there are; of a tensor, the length of one dimension.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Whether there are none.
  bool empty() const noexcept { return entries_.empty(); }
  /// The first.
  auto begin() const noexcept { return entries_.begin(); }
  /// Behind the last.
  auto end() const noexcept { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace retrograd
