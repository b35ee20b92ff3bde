#include <retrograd/images/image.h>

#include <retrograd/images/detail/decode.h>
#include <retrograd/images/detail/png_header.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using detail::FileCall;
using detail::Source;

Tensor read(Source& source, const LoadImageOptions& options, const FileCall& call) {
  const std::string_view start = source.peek(detail::kPngSignature.size());
  if (start.starts_with("\xff\xd8\xff")) {
    return detail::finished(detail::decode_jpeg(source, options, call), options);
  }
  if (start.starts_with(detail::kPngSignature)) {
    return detail::finished(detail::decode_png(source, options, call), options);
  }
  call.fail("it is neither a JPEG nor a PNG file [file-unsupported]");
}

}  // namespace

Tensor load_image(const std::string& path, const LoadImageOptions& options, Where where) {
  const FileCall call{"load_image", path, where};
  detail::check_options(call, options);
  Source source(call);
  return read(source, options, call);
}

Tensor decode_image(std::span<const std::uint8_t> bytes, const LoadImageOptions& options,
                    Where where) {
  const FileCall call{"decode_image", detail::kMemory, where};
  detail::check_options(call, options);
  Source source(detail::text_of(bytes));
  return read(source, options, call);
}

Tensor load_jpeg(const std::string& path, const LoadImageOptions& options, Where where) {
  const FileCall call{"load_jpeg", path, where};
  detail::check_options(call, options);
  Source source(call);
  return detail::finished(detail::decode_jpeg(source, options, call), options);
}

Tensor decode_jpeg(std::span<const std::uint8_t> bytes, const LoadImageOptions& options,
                   Where where) {
  const FileCall call{"decode_jpeg", detail::kMemory, where};
  detail::check_options(call, options);
  Source source(detail::text_of(bytes));
  return detail::finished(detail::decode_jpeg(source, options, call), options);
}

namespace detail {

void check_options(const FileCall& call, const LoadImageOptions& options) {
  check::require<ValueError>(call, options.max_pixels >= 1, {},
                             "max_pixels must be at least 1, not {} [value-out-of-range]",
                             options.max_pixels);
  check::require<ValueError>(call, options.min_size[0] >= 0 && options.min_size[1] >= 0, {},
                             "min_size must be at least 0, not ({}, {}) [value-out-of-range]",
                             options.min_size[0], options.min_size[1]);
  check::require<DTypeError>(call, options.dtype == uint8 || is_floating(options.dtype), {},
                             "dtype must be uint8 or floating, not {} [dtype-unexpected]",
                             name(options.dtype));
}

}  // namespace detail

}  // namespace retrograd
