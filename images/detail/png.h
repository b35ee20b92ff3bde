// libpng, behind calls that end in exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include <png.h>

#include <retrograd/images/detail/long_jump.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// The most rows and columns that are read and written. They bound the memory for a row.
inline constexpr std::uint32_t kMostPngSide = 1'000'000;

// A reader or writer of libpng.
class Png : public LongJump {
 public:
  enum class Does : std::uint8_t { read, write };

  // Throws OutOfMemory. `call` must outlive this.
  Png(const FileCall& call, Does does);
  ~Png();

  png_structp get() const noexcept { return png_; }
  png_infop info() const noexcept { return info_; }
  static Png& of(png_structp png) noexcept { return *static_cast<Png*>(png_get_error_ptr(png)); }

 private:
  std::string explained(std::string_view message) const override;
  static void* allocate(png_structp png, std::size_t bytes) noexcept;
  void destroy() noexcept;

  Does does_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// Takes the next bytes of a file.
using PngTarget = std::function<void(const void* bytes, std::size_t count)>;

// Throws ShapeError or DTypeError for what cannot be written.
void require_png(const FileCall& call, const Tensor& image);
// Writes an image that was checked. Throws what `append` does, or OutOfMemory.
void write_png(const FileCall& call, const Tensor& image, const PngTarget& append);

}  // namespace retrograd::detail
