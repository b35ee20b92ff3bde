#include <new>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <retrograd/images/detail/png.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::detail {

namespace {

void ignore_warning(png_structp, png_const_charp) {}

[[noreturn]] void on_error(png_structp png, const char* message) {
  Png::of(png).stop(message);
}

void release(png_structp, void* memory) {
  ::operator delete(memory);
}

}  // namespace

Png::Png(const FileCall& call, Does does) : LongJump(call), does_(does) {
  run([&] {
    const auto create = does == Does::read ? png_create_read_struct_2 : png_create_write_struct_2;
    png_ = create(PNG_LIBPNG_VER_STRING, this, on_error, ignore_warning, this, allocate, release);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
  });
  if (info_ == nullptr) {
    destroy();
    if (was_refused()) {
      fail();
    }
    call.fail(
        "libpng is of another version than the one that retrograd was compiled with "
        "[library-mismatch]");
  }
}

Png::~Png() {
  destroy();
}

void Png::destroy() noexcept {
  if (does_ == Does::read) {
    png_destroy_read_struct(&png_, &info_, nullptr);
  } else {
    png_destroy_write_struct(&png_, &info_);
  }
}

// Says in our words that pixels are wrong. Other texts of libpng stay as they are, with the name of
// a chunk in quotes.
std::string Png::explained(std::string_view message) const {
  if (message.ends_with("image data") || message.ends_with("compressed data")) {
    return "its pixels are damaged, or not as many as its header says";
  }
  if (message == "bad adaptive filter value") {
    return "a row has an unknown filter";
  }
  constexpr std::size_t type = 4;
  if (message.size() > type && message[type] == ':') {
    return fmt::format("the chunk {}{}", in_quotes(message.substr(0, type)), message.substr(type));
  }
  return std::string(message);
}

void* Png::allocate(png_structp png, std::size_t bytes) noexcept {
  void* memory = ::operator new(bytes, std::nothrow);
  if (memory == nullptr) {
    static_cast<Png*>(png_get_mem_ptr(png))->refuse(bytes);
  }
  return memory;
}

}  // namespace retrograd::detail
