// Named tensors in a fixed order: what modules and optimisers hand out, and files hold.
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

class RETROGRAD_API StateDict {
 public:
  using Entry = std::pair<std::string, Tensor>;

  StateDict() = default;

  // Appends an entry. Throws ValueError for a name that is there already, or an undefined tensor.
  void insert(std::string name, Tensor tensor, Where where = {});
  // Null when there is no such name.
  const Tensor* find(std::string_view name) const;
  // Throws IndexError when there is no such name.
  const Tensor& at(std::string_view name, Where where = {}) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

 private:
  std::vector<Entry> entries_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace retrograd
