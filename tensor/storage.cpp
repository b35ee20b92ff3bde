#include <retrograd/tensor/storage.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <new>

#include <retrograd/tensor/call_listener.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/memory.h>

namespace retrograd::detail {

namespace {
constexpr std::size_t kHeader = 64;

// One number fits behind the header, into the same cache line.
std::size_t header_of(std::size_t bytes) {
  return bytes <= kHeader - sizeof(Storage) ? sizeof(Storage) : kHeader;
}
}  // namespace

void Storage::tell_wrote() const noexcept {
  if (CallListener* const listener = thread_calls.listener) {
    listener->wrote(*this);
  }
}

IntrusivePtr<Storage> new_storage(std::size_t bytes) {
  if (bytes > std::numeric_limits<std::size_t>::max() - kHeader) {
    throw OutOfMemory(bytes);
  }
  const std::size_t header = header_of(bytes);
  auto* block = static_cast<std::byte*>(memory::allocate(header + bytes));
  auto* storage = new (block) Storage;
  storage->data = block + header;
  storage->bytes = bytes;
  return IntrusivePtr<Storage>::adopt(storage);
}

IntrusivePtr<Storage> new_foreign_storage(void* data, std::size_t bytes,
                                          std::function<void()> free) {
  auto owner = std::make_unique<std::function<void()>>(std::move(free));
  auto* storage = new (memory::allocate(kHeader)) Storage;
  storage->data = static_cast<std::byte*>(data);
  storage->bytes = bytes;
  storage->free_foreign = owner.release();
  return IntrusivePtr<Storage>::adopt(storage);
}

void destroy(Storage* storage) noexcept {
  std::size_t block = header_of(storage->bytes) + storage->bytes;
  if (const std::unique_ptr<std::function<void()>> free{storage->free_foreign}) {
    block = kHeader;
    if (*free) {
      (*free)();
    }
  }
  storage->~Storage();
  memory::deallocate(storage, block);
}

}  // namespace retrograd::detail
