#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <retrograd/images/detail/jpeg.h>

#include <jerror.h>

namespace retrograd::detail {

namespace {

void ignore_output(j_common_ptr /*jpeg*/) {}

// Warnings that leave every pixel as it was stored.
bool is_harmless(int warning) {
  constexpr std::array harmless = {JWRN_ADOBE_XFORM, JWRN_EXTRANEOUS_DATA, JWRN_JFIF_MAJOR,
                                   JWRN_NOT_SEQUENTIAL, JWRN_BOGUS_ICC};
  return std::find(harmless.begin(), harmless.end(), warning) != harmless.end();
}

LongJump::Reason reason_of(int error) {
  switch (error) {
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_IMAGE_TOO_BIG:
    case JERR_NOTIMPL:
    case JERR_SOF_UNSUPPORTED: return LongJump::Reason::unsupported;
    default: return LongJump::Reason::malformed;
  }
}

}  // namespace

Jpeg::Jpeg(const FileCall& call) : LongJump(call) {
  jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  errors_.output_message = ignore_output;
}

void Jpeg::on_error(j_common_ptr jpeg) {
  Jpeg& self = of(jpeg);
  if (jpeg->err->msg_code == JERR_OUT_OF_MEMORY) {
    self.refuse(0);
  }
  std::array<char, JMSG_LENGTH_MAX> message = {};
  jpeg->err->format_message(jpeg, message.data());
  self.stop(message.data(), reason_of(jpeg->err->msg_code));
}

// Libjpeg goes on after a warning, with grey in place of what it could not read.
void Jpeg::on_message(j_common_ptr jpeg, int level) {
  if (level < 0 && !is_harmless(jpeg->err->msg_code)) {
    on_error(jpeg);
  }
}

std::string Jpeg::explained(std::string_view message) const {
  constexpr std::string_view corrupt = "Corrupt JPEG data: ";
  if (message == "Corrupt JPEG data: premature end of data segment") {
    return "its pixels are damaged, or not as many as its header says";
  }
  return message.starts_with(corrupt)
             ? "its pixels are damaged: " + std::string(message.substr(corrupt.size()))
             : std::string(message);
}

JpegReader::JpegReader(const FileCall& call, Source& source) : Jpeg(call), source_(source) {
  jpeg_decompress_struct& jpeg = decompress_.jpeg;
  jpeg.err = &errors_;
  jpeg.client_data = static_cast<Jpeg*>(this);
  run([&] { jpeg_create_decompress(&jpeg); });
  manager_.init_source = ignore;
  manager_.fill_input_buffer = fill;
  manager_.skip_input_data = skip;
  manager_.resync_to_restart = jpeg_resync_to_restart;
  manager_.term_source = ignore;
  jpeg.src = &manager_;
  progress_.progress_monitor = on_progress;
  jpeg.progress = &progress_;
  jpeg_set_marker_processor(&jpeg, JPEG_APP0 + 1, read_app1);
}

::boolean JpegReader::fill(j_decompress_ptr jpeg) {
  JpegReader& self = of(jpeg);
  std::string_view bytes;
  self.guard([&] { bytes = self.source_.next(); });
  if (bytes.empty()) {
    self.stop_truncated();
  }
  self.manager_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes.data());
  self.manager_.bytes_in_buffer = bytes.size();
  return TRUE;
}

void JpegReader::skip(j_decompress_ptr jpeg, long count) {
  jpeg_source_mgr& manager = *jpeg->src;
  auto left = static_cast<std::size_t>(std::max(count, 0L));
  while (left > manager.bytes_in_buffer) {
    left -= manager.bytes_in_buffer;
    fill(jpeg);
  }
  manager.next_input_byte += left;
  manager.bytes_in_buffer -= left;
}

std::size_t JpegReader::next_byte() {
  if (manager_.bytes_in_buffer == 0) {
    fill(&decompress_.jpeg);
  }
  --manager_.bytes_in_buffer;
  return *manager_.next_input_byte++;
}

// Keeps the first EXIF data alone: libjpeg would keep each segment of this kind.
::boolean JpegReader::read_app1(j_decompress_ptr jpeg) {
  JpegReader& self = of(jpeg);
  std::size_t length = self.next_byte() << 8;
  length |= self.next_byte();
  if (length < 2) {
    self.stop("a segment has an invalid length");
  }
  std::size_t left = length - 2;
  constexpr std::string_view name("Exif\0\0", 6);
  bool is_exif = self.exif_.empty() && left > name.size();
  for (std::size_t i = 0; is_exif && i < name.size(); ++i, --left) {
    is_exif = self.next_byte() == static_cast<unsigned char>(name[i]);
  }
  if (is_exif) {
    self.guard([&] { self.exif_.resize(left); });
    for (char& byte : self.exif_) {
      byte = static_cast<char>(self.next_byte());
    }
    left = 0;
  }
  skip(jpeg, static_cast<long>(left));
  return TRUE;
}

// Called before each part that is read ahead of all pixels, which is when there are several scans.
void JpegReader::on_progress(j_common_ptr jpeg) {
  JpegReader& self = of(jpeg);
  self.note_scan();
  constexpr int most = 500;  // each takes time for all pixels, and may have a few bytes
  if (self.decompress_.jpeg.input_scan_number > most) {
    self.stop("it has more than 500 scans", Reason::unsupported);
  }
}

void JpegReader::note_scan() {
  const jpeg_decompress_struct& jpeg = decompress_.jpeg;
  for (int i = 0; i < jpeg.comps_in_scan; ++i) {
    // Of a progressive image, a scan of averages (the coefficient 0).
    if (!jpeg.progressive_mode || jpeg.Ss == 0) {
      components_ |= 1U << jpeg.cur_comp_info[i]->component_index;
    }
  }
}

void JpegReader::require_all_components() noexcept {
  jpeg_decompress_struct& jpeg = decompress_.jpeg;
  if (jpeg_has_multiple_scans(&jpeg) && components_ != (1U << jpeg.num_components) - 1) {
    stop("it has no pixels for one of its components");
  }
}

JpegWriter::JpegWriter(const FileCall& call, OutputFile& file) : Jpeg(call), file_(file) {
  jpeg_compress_struct& jpeg = compress_.jpeg;
  jpeg.err = &errors_;
  jpeg.client_data = static_cast<Jpeg*>(this);
  run([&] { jpeg_create_compress(&jpeg); });
  manager_.init_destination = start;
  manager_.empty_output_buffer = empty;
  manager_.term_destination = finish;
  jpeg.dest = &manager_;
}

void JpegWriter::start(j_compress_ptr jpeg) {
  JpegWriter& self = of(jpeg);
  self.manager_.next_output_byte = self.buffer_.data();
  self.manager_.free_in_buffer = self.buffer_.size();
}

::boolean JpegWriter::empty(j_compress_ptr jpeg) {
  JpegWriter& self = of(jpeg);
  self.guard([&] { self.file_.append(self.buffer_.data(), self.buffer_.size()); });
  start(jpeg);
  return TRUE;
}

void JpegWriter::finish(j_compress_ptr jpeg) {
  JpegWriter& self = of(jpeg);
  const std::size_t count = self.buffer_.size() - self.manager_.free_in_buffer;
  self.guard([&] { self.file_.append(self.buffer_.data(), count); });
}

}  // namespace retrograd::detail
