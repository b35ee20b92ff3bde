// libjpeg-turbo, behind calls that end in exceptions.
#pragma once

#include <cstddef>
#include <cstdio>  // jpeglib.h needs it
#include <string>

#include <jpeglib.h>

#include <retrograd/images/detail/long_jump.h>
#include <retrograd/images/detail/source.h>

namespace retrograd::detail {

// Errors of a reader or writer. Memory is libjpeg's own, by malloc.
class Jpeg : public LongJump {
 public:
  template <class Struct>
  static Jpeg& of(Struct* jpeg) noexcept {
    return *static_cast<Jpeg*>(jpeg->client_data);
  }

 protected:
  explicit Jpeg(const FileCall& call);
  ~Jpeg() = default;

  jpeg_error_mgr errors_ = {};

 private:
  static void on_error(j_common_ptr jpeg);
  static void on_message(j_common_ptr jpeg, int level);
  std::string explained(std::string_view message) const override;
};

// Reads from a source, which must outlive this, as must `call`.
class JpegReader : public Jpeg {
 public:
  JpegReader(const FileCall& call, Source& source);

  jpeg_decompress_struct& get() noexcept { return decompress_.jpeg; }
  // EXIF data, from its TIFF header on. Empty where there are none.
  std::string_view exif() const noexcept { return exif_; }
  // Within run(), when all scans were read: libjpeg leaves components grey that were in none.
  void require_all_components() noexcept;

 private:
  struct Decompress {
    jpeg_decompress_struct jpeg = {};
    ~Decompress() { jpeg_destroy_decompress(&jpeg); }
  };
  template <class Struct>
  static JpegReader& of(Struct* jpeg) noexcept {
    return static_cast<JpegReader&>(Jpeg::of(jpeg));
  }
  static void ignore(j_decompress_ptr /*jpeg*/) {}
  static ::boolean fill(j_decompress_ptr jpeg);
  static void skip(j_decompress_ptr jpeg, long count);
  static ::boolean read_app1(j_decompress_ptr jpeg);
  static void on_progress(j_common_ptr jpeg);
  std::size_t next_byte();
  void note_scan();

  Source& source_;
  jpeg_source_mgr manager_ = {};
  jpeg_progress_mgr progress_ = {};
  std::string exif_;
  unsigned components_ = 0;  // a bit for each that was in a scan
  Decompress decompress_;    // freed first
};

// Writes to a file, which must outlive this, as must `call`.
class JpegWriter : public Jpeg {
 public:
  JpegWriter(const FileCall& call, OutputFile& file);

  jpeg_compress_struct& get() noexcept { return compress_.jpeg; }

 private:
  struct Compress {
    jpeg_compress_struct jpeg = {};
    ~Compress() { jpeg_destroy_compress(&jpeg); }
  };
  static JpegWriter& of(j_compress_ptr jpeg) noexcept {
    return static_cast<JpegWriter&>(Jpeg::of(jpeg));
  }
  static void start(j_compress_ptr jpeg);
  static ::boolean empty(j_compress_ptr jpeg);
  static void finish(j_compress_ptr jpeg);

  OutputFile& file_;
  jpeg_destination_mgr manager_ = {};
  std::array<JOCTET, 16384> buffer_;
  Compress compress_;  // freed first
};

}  // namespace retrograd::detail
