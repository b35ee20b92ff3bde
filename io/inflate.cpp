#ifdef RETROGRAD_WITH_ZLIB
#include <retrograd/io/internal/inflate.h>

#include <algorithm>
#include <limits>

#define ZLIB_CONST  // zlib does not write to its input
#include <zlib.h>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

std::uint32_t crc32(std::uint32_t crc, const void* bytes, std::size_t count) noexcept {
  return static_cast<std::uint32_t>(::crc32_z(crc, static_cast<const Bytef*>(bytes), count));
}

struct Inflate::Stream : z_stream_s {};

Inflate::Inflate(const FileCall&, Packing packing) : stream_(std::make_unique<Stream>()) {
  const int bits = packing == Packing::gzip ? 16 + MAX_WBITS : -MAX_WBITS;
  if (::inflateInit2(stream_.get(), bits) != Z_OK) {
    throw OutOfMemory(0);
  }
}

Inflate::~Inflate() {
  ::inflateEnd(stream_.get());
}

Inflated Inflate::run(unsigned char* to, std::size_t room, std::size_t& got) {
  constexpr std::size_t most = std::numeric_limits<uInt>::max();
  stream_->next_in = in.data();
  stream_->avail_in = static_cast<uInt>(std::min(in.size(), most));
  stream_->next_out = to;
  stream_->avail_out = static_cast<uInt>(std::min(room, most));
  const int state = ::inflate(stream_.get(), Z_NO_FLUSH);
  in = in.subspan(static_cast<std::size_t>(stream_->next_in - in.data()));
  got = static_cast<std::size_t>(stream_->next_out - to);
  switch (state) {
    case Z_OK: return Inflated::some;
    case Z_STREAM_END: return Inflated::end;
    case Z_BUF_ERROR: return Inflated::nothing;
    case Z_MEM_ERROR: throw OutOfMemory(0);
    default: return Inflated::damaged;
  }
}

void Inflate::reset() noexcept {
  ::inflateReset(stream_.get());
}

const char* Inflate::message() const noexcept {
  return stream_->msg != nullptr ? stream_->msg : "unknown error";
}

}  // namespace retrograd::detail
#endif
