// PNG files, byte by byte.
#pragma once

#include <cstdint>
#include <string>

#include <doctest/doctest.h>
#include <zlib.h>

#include <retrograd/images/png.h>

#include "unit/io_temp_files.h"

namespace test {

inline std::string big_endian(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(number >> shift & 255U);
  }
  return bytes;
}

inline std::string chunk(const std::string& type, const std::string& data) {
  const std::string checked = type + data;
  const auto crc =
      ::crc32(0, reinterpret_cast<const Bytef*>(checked.data()), static_cast<uInt>(checked.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + checked +
         big_endian(static_cast<std::uint32_t>(crc));
}

inline std::string packed(const std::string& bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string out(size, '\0');
  REQUIRE(::compress(reinterpret_cast<Bytef*>(out.data()), &size,
                     reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) == Z_OK);
  out.resize(size);
  return out;
}

inline const std::string kSignature = "\x89PNG\r\n\x1a\n";

struct Format {
  std::uint32_t width, height;
  int depth, colour;
  int interlace = 0;
};

inline std::string header(const Format& format) {
  return chunk("IHDR",
               big_endian(format.width) + big_endian(format.height) +
                   std::string{static_cast<char>(format.depth), static_cast<char>(format.colour), 0,
                               0, static_cast<char>(format.interlace)});
}

// A file whose rows, each after its filter's number, are these bytes.
inline std::string png(const Format& format, const std::string& lines,
                       const std::string& before = {}) {
  return kSignature + header(format) + before + chunk("IDAT", packed(lines)) + chunk("IEND", "");
}

inline retrograd::Tensor read(const std::string& bytes) {
  const TempFolder folder;
  write_file(folder.file("a.png"), bytes);
  return retrograd::load_png(folder.file("a.png"));
}

inline std::string refusal(const std::string& bytes) {
  return message_of<retrograd::IoError>([&] { read(bytes); });
}

}  // namespace test
