/// @file
/// Named tensors in a fixed order: the state of modules and optimisers, and the content of files.
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
/// @code
/// StateDict state = model.state_dict();
/// for (const auto& [name, tensor] : state) { ... }
/// @endcode
class RETROGRAD_API StateDict {
 public:
  /// Name and its tensor.
  using Entry = std::pair<std::string, Tensor>;

  /// Constructs an empty list.
  StateDict() = default;

  /// Appends an entry.
  /// @throws ValueError if the name exists already or the tensor is undefined
  void insert(std::string name, Tensor tensor, Where where = {});
  /// Returns the tensor of this name, or null.
  const Tensor* find(std::string_view name) const;
  /// Returns the tensor of this name.
  /// @throws IndexError if there is no such name
  const Tensor& at(std::string_view name, Where where = {}) const;
  /// Returns whether there is a tensor of this name.
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// Returns the number of entries.
  std::size_t size() const noexcept { return entries_.size(); }
  /// Returns whether there are no entries.
  bool empty() const noexcept { return entries_.empty(); }
  /// Returns the position of the first entry.
  auto begin() const noexcept { return entries_.begin(); }
  /// Returns the position behind the last entry.
  auto end() const noexcept { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace retrograd
