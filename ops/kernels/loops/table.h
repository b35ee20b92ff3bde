// Tables of a kernel in the memory of tensors: counted, and out of memory as tensors are. Internal.
#pragma once

#include <cstddef>
#include <vector>

#include <retrograd/tensor/memory.h>

namespace retrograd::kernels {

template <class T>
struct TableAllocator {
  using value_type = T;

  TableAllocator() = default;
  template <class U>
  TableAllocator(const TableAllocator<U>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t n) { return static_cast<T*>(memory::allocate(n * sizeof(T))); }
  void deallocate(T* block, std::size_t n) noexcept { memory::deallocate(block, n * sizeof(T)); }
  friend bool operator==(const TableAllocator&, const TableAllocator&) noexcept { return true; }
};

template <class T>
using Table = std::vector<T, TableAllocator<T>>;

}  // namespace retrograd::kernels
