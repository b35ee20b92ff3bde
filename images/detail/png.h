// libpng, behind calls that end in exceptions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>

#include <png.h>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

// The most rows and columns that are read and written. They bound the memory for a row.
inline constexpr std::uint32_t kMostPngSide = 1'000'000;

inline constexpr const char* kTruncated = "it is truncated";  // for Png::stop()

// A reader or writer of libpng. An error leaves libpng by longjmp, which must not skip a
// destructor: a step of run() and a callback own no memory or file when an error is raised, and the
// exception of a callback is kept in here until run() throws it.
class Png {
 public:
  enum class Does { read, write };

  // Throws OutOfMemory. `call` must outlive this.
  Png(const FileCall& call, Does does);
  Png(const Png&) = delete;
  Png& operator=(const Png&) = delete;
  ~Png();

  png_structp get() const noexcept { return png_; }
  png_infop info() const noexcept { return info_; }

  // Calls step(), which calls libpng. Throws IoError for its errors, OutOfMemory, or what a
  // callback kept.
  template <class F>
  void run(F step) {
    if (!completes([](void* callable) { (*static_cast<F*>(callable))(); }, &step)) {
      fail();
    }
  }

  // --- for callbacks, and within run() ---
  // Calls f(). Leaves libpng when it throws.
  template <class F>
  static void guard(png_structp png, F f) {
    if (!keeps(png, f)) {
      png_longjmp(png, 1);
    }
  }
  // Leaves libpng with an error of our own.
  [[noreturn]] static void stop(png_structp png, const char* message);

 private:
  template <class F>
  static bool keeps(png_structp png, F& f) noexcept {
    try {
      f();
      return true;
    } catch (...) {
      static_cast<Png*>(png_get_error_ptr(png))->thrown_ = std::current_exception();
      return false;
    }
  }
  static void* allocate(png_structp png, std::size_t bytes) noexcept;
  void destroy() noexcept;
  bool completes(void (*step)(void*), void* callable);
  [[noreturn]] void fail() const;

  const FileCall& call_;
  Does does_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::exception_ptr thrown_;           // by a callback
  std::size_t refused_bytes_ = 0;       // that there was no memory for
  std::array<char, 200> message_ = {};  // of libpng, or our own
};

}  // namespace retrograd::detail
