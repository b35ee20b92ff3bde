#include <csetjmp>
#include <cstdio>
#include <new>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include <retrograd/images/detail/png.h>
#include <retrograd/tensor/error.h>

namespace retrograd::detail {

namespace {

void ignore_warning(png_structp, png_const_charp) {}

void release(png_structp, void* memory) {
  ::operator delete(memory);
}

// Says in our words that pixels are wrong. Other texts of libpng stay as they are, with the name of
// a chunk in quotes.
std::string explained(std::string_view message) {
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

}  // namespace

Png::Png(const FileCall& call, Does does) : call_(call), does_(does) {
  const auto create = does == Does::read ? png_create_read_struct_2 : png_create_write_struct_2;
  png_ = create(PNG_LIBPNG_VER_STRING, this, stop, ignore_warning, this, allocate, release);
  info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
  if (info_ == nullptr) {
    destroy();
    if (refused_bytes_ > 0) {
      throw OutOfMemory(refused_bytes_);
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

void Png::stop(png_structp png, const char* message) {
  auto& self = *static_cast<Png*>(png_get_error_ptr(png));
  std::snprintf(self.message_.data(), self.message_.size(), "%s", message);
  png_longjmp(png, 1);
}

void* Png::allocate(png_structp png, std::size_t bytes) noexcept {
  void* memory = ::operator new(bytes, std::nothrow);
  if (memory == nullptr) {
    static_cast<Png*>(png_get_mem_ptr(png))->refused_bytes_ = bytes;
  }
  return memory;
}

bool Png::completes(void (*step)(void*), void* callable) {
  if (setjmp(png_jmpbuf(png_)) != 0) {  // NOLINT(cert-err52-cpp): libpng's way
    return false;
  }
  step(callable);
  return true;
}

void Png::fail() const {
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
  if (refused_bytes_ > 0) {
    throw OutOfMemory(refused_bytes_);
  }
  const std::string_view message = message_.data();
  if (message == kTruncated) {
    call_.fail("{} [file-truncated]", message);
  }
  call_.fail("{} [file-malformed]", explained(message));
}

}  // namespace retrograd::detail
