// JPEG files of kinds that few programs write, by libjpeg itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>

namespace test {

struct JpegFormat {
  unsigned width = 37;
  unsigned height = 29;
  int components = 3;
  J_COLOR_SPACE space = JCS_YCbCr;  // as stored
  int across = 2;                   // samples of the first component for one of the others
  int down = 2;
  bool is_progressive = false;
  bool is_arithmetic = false;
  bool is_interleaved = true;  // in one scan
  unsigned restart = 0;        // blocks between markers
  int quality = 90;
  std::string exif = {};  // from the TIFF header on
};

inline J_COLOR_SPACE given_space(const JpegFormat& format) {
  return format.components == 1   ? JCS_GRAYSCALE
         : format.components == 2 ? JCS_UNKNOWN
         : format.components == 3 ? JCS_RGB
                                  : JCS_CMYK;
}

// A pattern with edges, slopes and noise.
inline JSAMPLE pattern(unsigned x, unsigned y, int c) {
  const unsigned channel = static_cast<unsigned>(c);
  const unsigned noise = (x * 7919U + y * 104729U + channel * 1299709U) % 61U;
  return static_cast<JSAMPLE>(
      (x * (3 + channel) + y * (5 - channel) + noise + ((x / 9 + y / 7) % 2) * 60) % 256);
}

inline void set_scans(jpeg_compress_struct& jpeg, std::vector<jpeg_scan_info>& scans) {
  for (int c = 0; c < jpeg.num_components; ++c) {
    scans.push_back({1, {c, 0, 0, 0}, 0, 63, 0, 0});
  }
  jpeg.scan_info = scans.data();
  jpeg.num_scans = jpeg.num_components;
}

// TIFF data that hold an orientation.
inline std::string exif(int orientation, bool is_big_endian = false) {
  const auto number = [&](unsigned value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) {
      bytes += static_cast<char>(value >> 8 * (is_big_endian ? size - 1 - i : i));
    }
    return bytes;
  };
  return (is_big_endian ? "MM" : "II") + number(42, 2) + number(8, 4) + number(1, 2) +
         number(0x0112, 2) + number(3, 2) + number(1, 4) +
         number(static_cast<unsigned>(orientation), 2) + number(0, 2) + number(0, 4);
}

inline std::string jpeg(const JpegFormat& format) {
  jpeg_compress_struct jpeg = {};
  jpeg_error_mgr errors = {};
  jpeg.err = jpeg_std_error(&errors);  // an error ends the process
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = format.width;
  jpeg.image_height = format.height;
  jpeg.input_components = format.components;
  jpeg.in_color_space = given_space(format);
  jpeg_set_defaults(&jpeg);
  jpeg_set_colorspace(&jpeg, format.components == 2   ? JCS_UNKNOWN
                             : format.components == 1 ? JCS_GRAYSCALE
                                                      : format.space);
  jpeg_set_quality(&jpeg, format.quality, TRUE);
  jpeg.arith_code = static_cast<boolean>(format.is_arithmetic);
  jpeg.restart_interval = format.restart;
  for (int c = 0; c < jpeg.num_components; ++c) {
    const bool is_full = c == 0 || (c == 3 && format.space == JCS_YCCK);
    jpeg.comp_info[c].h_samp_factor = is_full ? format.across : 1;
    jpeg.comp_info[c].v_samp_factor = is_full ? format.down : 1;
  }
  std::vector<jpeg_scan_info> scans;
  if (format.is_progressive) {
    jpeg_simple_progression(&jpeg);
  } else if (!format.is_interleaved) {
    set_scans(jpeg, scans);
  }
  jpeg_start_compress(&jpeg, TRUE);
  if (!format.exif.empty()) {
    const std::string marker = std::string("Exif\0\0", 6) + format.exif;
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(marker.data()),
                      static_cast<unsigned>(marker.size()));
  }
  std::vector<JSAMPLE> row(std::size_t{format.width} * static_cast<std::size_t>(format.components));
  for (unsigned y = 0; y < format.height; ++y) {
    JSAMPLE* to = row.data();
    for (unsigned x = 0; x < format.width; ++x) {
      for (int c = 0; c < format.components; ++c) {
        *to++ = pattern(x, y, c);
      }
    }
    to = row.data();
    jpeg_write_scanlines(&jpeg, &to, 1);
  }
  jpeg_finish_compress(&jpeg);
  std::string file(reinterpret_cast<char*>(bytes), size);
  jpeg_destroy_compress(&jpeg);
  std::free(bytes);
  return file;
}

}  // namespace test
