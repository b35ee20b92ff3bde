// IDX files in gzip's wrapping.
#include <array>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>
#include <zlib.h>

#include <retrograd/data/idx.h>
#include <retrograd/tensor/random.h>

#include "unit/io_temp_files.h"
#include "unit/peak_rss.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

// One gzip member; with `named`, its header has an extra field, a file name and a comment.
std::string gzip(const std::string& content, bool named = false) {
  z_stream stream = {};
  REQUIRE(::deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string extra = "extra";
  std::string name = "name";
  gz_header header = {};
  header.extra = reinterpret_cast<Bytef*>(extra.data());
  header.extra_len = static_cast<uInt>(extra.size());
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.comment = reinterpret_cast<Bytef*>(name.data());
  if (named) {
    REQUIRE(::deflateSetHeader(&stream, &header) == Z_OK);
  }
  std::string packed(::deflateBound(&stream, content.size()) + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(::deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  return packed;
}

std::string idx_header(std::uint32_t count) {
  std::string header("\0\0\x08\x01", 4);
  for (int shift = 24; shift >= 0; shift -= 8) {
    header += static_cast<char>(count >> shift & 255U);
  }
  return header;
}

// An IDX file of `count` bytes that do not compress.
std::string random_idx(std::uint32_t count) {
  std::string content = idx_header(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    content += static_cast<char>(rg::random_bits({1, 0}, i) & 255U);
  }
  return content;
}

rg::Tensor read(const std::string& content, const std::string& name = "values.gz") {
  const TempFolder folder;
  test::write_file(folder.file(name), content);
  return rg::read_idx(folder.file(name));
}

std::string error(const std::string& content) {
  return test::message_of<rg::IoError>([&] { read(content); });
}

bool holds(const rg::Tensor& tensor, const std::string& file) {
  return std::string(tensor.raw<char>(), static_cast<std::size_t>(tensor.numel())) ==
         file.substr(8);
}

}  // namespace

TEST_CASE("gzip: the content decides whether a file is packed, not its name") {
  const std::string plain = random_idx(1000);
  CHECK(holds(read(plain, "plain.gz"), plain));
  CHECK(holds(read(gzip(plain), "packed.idx"), plain));
  CHECK(holds(read(gzip(plain, true)), plain));
}

TEST_CASE("gzip: larger than the buffers, and compressed well") {
  const std::string noise = random_idx(3'000'000);
  CHECK(holds(read(gzip(noise)), noise));
  const std::string zeros = idx_header(5'000'000) + std::string(5'000'000, '\0');
  CHECK(holds(read(gzip(zeros)), zeros));
}

TEST_CASE("gzip: several members are one file") {
  const std::string plain = random_idx(1000);
  CHECK(holds(read(gzip(plain.substr(0, 300)) + gzip(plain.substr(300))), plain));
  CHECK(holds(read(gzip(plain.substr(0, 3)) + gzip("") + gzip(plain.substr(3)) + gzip("")), plain));
}

TEST_CASE("gzip: cut off anywhere, it is refused") {
  const std::string packed = gzip(random_idx(20'000));
  for (std::size_t size = 0; size < packed.size();
       size += size + 50 < packed.size() && size > 50 ? 512 : 1) {
    INFO(size);
    // Without the two bytes that say gzip, it is no IDX file either.
    test::check_contains(error(packed.substr(0, size)),
                         size < 2 ? "ends within the header" : "the gzip data is truncated");
  }
  for (std::size_t cut = 1; cut <= 8; ++cut) {
    test::check_contains(error(packed.substr(0, packed.size() - cut)), "gzip data is truncated");
  }
}

TEST_CASE("gzip: damage is refused") {
  const std::string packed = gzip(random_idx(2000));
  const auto with = [&](std::size_t at) {
    std::string damaged = packed;
    damaged[at] ^= 0x10;
    return damaged;
  };
  test::check_contains(error(with(packed.size() - 8)), "damaged: incorrect data check");
  test::check_contains(error(with(packed.size() - 4)), "damaged: incorrect length check");
  test::check_contains(error(with(1000)), "read_idx: ");
  test::check_contains(error(with(2)), "damaged: unknown compression method");
  test::check_contains(error(with(3) + "x"), "read_idx: ");
}

TEST_CASE("gzip: nothing may follow the members") {
  const std::string packed = gzip(random_idx(100));
  const std::string follows = "something else follows the gzip data";
  test::check_contains(error(packed + "x"), follows);
  test::check_contains(error(packed + std::string(512, '\0')), follows);
  test::check_contains(error(packed + std::string(200'000, 'x')), follows);
  test::check_contains(error(packed + "\x1f"), "read_idx: ");
  test::check_contains(error(packed + gzip("x")), "takes 100 bytes of values, but there are more");
}

TEST_CASE("gzip: a bomb is unpacked no further than its header declares") {
  const std::string bomb = gzip(idx_header(10) + std::string(50'000'000, '\0'));
  CHECK(bomb.size() < 100'000);
  test::check_contains(error(bomb), "takes 10 bytes of values, but there are more");
}

TEST_CASE("gzip: a header that declares more than there is") {
  test::check_contains(error(gzip(idx_header(0xffffffff) + "abc")),
                       "takes 4294967295 bytes of values, but there are 3");
  const std::string empty = gzip(idx_header(0xffffffff));
  CHECK(test::peak_growth([&] { error(empty); }) < 1'000'000);
  test::check_contains(error(gzip("")), "ends within the header");
}
