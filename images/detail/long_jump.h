// C libraries whose errors leave them by longjmp, behind calls that end in exceptions.
#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

// A longjmp must not skip a destructor: a step of run() and a callback own no memory or file when
// an error is raised, and the exception of a callback is kept in here until run() throws it.
class LongJump {
 public:
  enum class Reason : std::uint8_t { malformed, truncated, unsupported, out_of_memory };

  LongJump(const LongJump&) = delete;
  LongJump& operator=(const LongJump&) = delete;

  // Calls step(), which calls the library. Throws IoError for its errors, OutOfMemory, or what a
  // callback kept.
  template <class F>
  void run(F step) {
    if (!completes([](void* callable) { (*static_cast<F*>(callable))(); }, &step)) {
      fail();
    }
  }

  // --- for callbacks, and within run() ---
  // Calls f(). Leaves the library when it throws.
  template <class F>
  void guard(F f) {
    if (!keeps(f)) {
      std::longjmp(jump_, 1);
    }
  }
  // Leaves the library with an error. At most 200 characters of the message are kept.
  [[noreturn]] void stop(const char* message, Reason reason = Reason::malformed) noexcept;
  [[noreturn]] void stop_truncated() noexcept { stop("it is truncated", Reason::truncated); }

 protected:
  // `call` must outlive this.
  explicit LongJump(const FileCall& call) noexcept : call_(call) {}
  ~LongJump() = default;

  // There was no memory for these bytes, 0 if unknown.
  void refuse(std::size_t bytes) noexcept;
  bool was_refused() const noexcept { return reason_ == Reason::out_of_memory; }
  // Throws what stop(), guard() or refuse() left here.
  [[noreturn]] void fail() const;
  const FileCall& call() const noexcept { return call_; }

 private:
  template <class F>
  bool keeps(F& f) noexcept {
    try {
      f();
      return true;
    } catch (...) {
      thrown_ = std::current_exception();
      return false;
    }
  }
  // Says in our words what the library's message means.
  virtual std::string explained(std::string_view message) const = 0;
  bool completes(void (*step)(void*), void* callable);

  const FileCall& call_;
  std::jmp_buf jump_ = {};
  std::exception_ptr thrown_;  // by a callback
  Reason reason_ = Reason::malformed;
  std::size_t refused_bytes_ = 0;
  std::array<char, 201> message_ = {};
};

}  // namespace retrograd::detail
