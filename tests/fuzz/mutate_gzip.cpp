// Changes what is packed in a gzip file.
#include <zlib.h>

#include "fuzz.h"
#include "mutator.h"

namespace {

std::string packed(std::string& bytes) {
  z_stream stream = {};
  constexpr int gzip = 16 + MAX_WBITS;
  fuzz::require(::deflateInit2(&stream, 1, Z_DEFLATED, gzip, 9, Z_DEFAULT_STRATEGY) == Z_OK,
                "no memory to pack");
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

}  // namespace

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                    unsigned seed) {
  auto [bytes, whole_size] = fuzz::unpacked(fuzz::text_of(data, size));
  if (seed % 4 == 0 || bytes.size() < whole_size) {
    return LLVMFuzzerMutate(data, size, most);
  }
  fuzz::mutate(bytes);
  return fuzz::replace(packed(bytes), data, size, most);
}
