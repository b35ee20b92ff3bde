/// @file
/// Memory that tensors view, with its version counter.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/intrusive.h>
#include <retrograd/tensor/where.h>

namespace retrograd::detail {

// Header and data share one block: the data starts 64 bytes after the header, or right behind it
// when it is no more than one number. Foreign memory has its data elsewhere and a function that
// frees it.
struct Storage {
  std::atomic<std::uint32_t> references{1};
  // Goes up with every write in place, so that a saved value that was overwritten is noticed.
  std::atomic<std::uint32_t> version{0};
  std::byte* data = nullptr;
  std::size_t bytes = 0;
  std::function<void()>* free_foreign = nullptr;
  const char* last_write = nullptr;  // the function that wrote in place last
  Where last_write_at = Where::at("", 0);

  bool shared() const noexcept { return references.load(std::memory_order_acquire) > 1; }
  void wrote(const Frame& call) noexcept {
    version.fetch_add(1, std::memory_order_relaxed);
    last_write = call.name();
    last_write_at = call.where();
    if (call.is_traced()) {
      tell_wrote();
    }
  }
  RETROGRAD_API void tell_wrote() const noexcept;
};
static_assert(sizeof(Storage) <= 56);

RETROGRAD_API IntrusivePtr<Storage> new_storage(std::size_t bytes);
RETROGRAD_API IntrusivePtr<Storage> new_foreign_storage(void* data, std::size_t bytes,
                                                        std::function<void()> free);
RETROGRAD_API void destroy(Storage* storage) noexcept;

inline void retain(Storage* storage) noexcept {
  storage->references.fetch_add(1, std::memory_order_relaxed);
}
inline void release(Storage* storage) noexcept {
  if (drop_reference(storage->references)) {
    destroy(storage);
  }
}

}  // namespace retrograd::detail
