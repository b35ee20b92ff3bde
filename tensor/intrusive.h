/// @file
/// Shared pointer whose count is stored in the object: one word, one allocation.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace retrograd::detail {

// Removes a reference and returns whether it was the last. No other thread can copy a reference
// that only the caller holds, so the last one needs no locked instruction.
inline bool drop_reference(std::atomic<std::uint32_t>& references) noexcept {
  return references.load(std::memory_order_acquire) == 1 ||
         references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}

// T needs free functions retain(T*) and release(T*) in its namespace; release frees at zero.
template <class T>
class IntrusivePtr {
 public:
  constexpr IntrusivePtr() noexcept = default;
  constexpr IntrusivePtr(std::nullptr_t) noexcept {}  // NOLINT
  explicit IntrusivePtr(T* object) noexcept : object_(object) {
    if (object_ != nullptr) {
      retain(object_);
    }
  }
  IntrusivePtr(const IntrusivePtr& other) noexcept : IntrusivePtr(other.object_) {}
  IntrusivePtr(IntrusivePtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  IntrusivePtr& operator=(IntrusivePtr other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~IntrusivePtr() {
    if (object_ != nullptr) {
      release(object_);
    }
  }

  // Takes over an object whose count already includes this pointer.
  static IntrusivePtr adopt(T* object) noexcept {
    IntrusivePtr result;
    result.object_ = object;
    return result;
  }

  T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const IntrusivePtr& a, const IntrusivePtr& b) noexcept {
    return a.object_ == b.object_;
  }

 private:
  T* object_ = nullptr;
};

}  // namespace retrograd::detail
