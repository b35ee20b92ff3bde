#include <retrograd/io/npy.h>

#include <algorithm>
#include <array>
#include <string>

#include <retrograd/io/detail/npy.h>
#include <retrograd/io/internal/row_major.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace detail {

namespace {

constexpr std::size_t kMostHeader = 100'000;

std::string read_header_text(const FileCall& call, std::string_view what, const ReadBytes& read,
                             std::uint64_t available, std::uint64_t& before) {
  std::array<unsigned char, 12> start = {};
  if (available < 10) {
    call.fail("{} has {} bytes, too few for a header of NumPy's [file-truncated]", what, available);
  }
  read(start.data(), 8);
  if (!std::equal(kNpyMagic.begin(), kNpyMagic.end(), start.begin(),
                  [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; })) {
    call.fail("{} does not begin as an array of NumPy's [file-malformed]", what);
  }
  const unsigned version = start[6];
  if (version < 1 || version > 3 || start[7] != 0) {
    call.fail("{} has version {}.{} of the format; 1.0, 2.0 and 3.0 are read [file-unsupported]",
              what, version, unsigned{start[7]});
  }
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  before = 8 + length_bytes;
  if (available < before) {
    call.fail("{} has {} bytes, too few for a header of NumPy's [file-truncated]", what, available);
  }
  read(start.data() + 8, length_bytes);
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i > 0; --i) {
    length = length << 8 | start[7 + i];
  }
  if (length > available - before) {
    call.fail("the header of {}, of {} bytes, is longer than the {} that follow [file-truncated]",
              what, length, available - before);
  }
  if (length > kMostHeader) {
    call.fail("the header of {}, of {} bytes, is longer than the 100,000 allowed [file-malformed]",
              what, length);
  }
  before += length;
  std::string text(length, '\0');
  read(text.data(), text.size());
  return text;
}

// Throws for a product that overflows, also beside a size of 0.
std::uint64_t checked_bytes(const FileCall& call, std::string_view what, const NpyHeader& header) {
  const std::size_t item = item_size(header.stored);
  const auto largest = static_cast<std::int64_t>(retrograd::item_size(dtype_of(header.stored)));
  std::int64_t bytes = std::max(largest, static_cast<std::int64_t>(item));
  const std::int64_t unit = bytes;
  bool is_empty = false;
  for (const std::int64_t size : header.shape) {
    is_empty = is_empty || size == 0;
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes)) {
      call.fail("{} of shape {} is larger than memory can address [too-many-elements]", what,
                header.shape);
    }
  }
  return is_empty ? 0 : static_cast<std::uint64_t>(bytes / unit) * item;
}

}  // namespace

Tensor read_npy(const FileCall& call, std::string_view what, const ReadBytes& read,
                std::uint64_t available) {
  std::uint64_t before = 0;
  const std::string text = read_header_text(call, what, read, available, before);
  const NpyHeader header = parse_npy_header(text, what, call);
  const std::uint64_t bytes = checked_bytes(call, what, header);
  if (bytes > available - before) {
    call.fail("{} of shape {} takes {} bytes, but only {} follow its header [file-truncated]", what,
              header.shape, bytes, available - before);
  }
  if (bytes < available - before) {
    call.fail("{} of shape {} takes {} bytes, but {} follow its header [file-malformed]", what,
              header.shape, bytes, available - before);
  }
  // In Fortran order, the reversed shape is row-major.
  Shape in_file = header.shape;
  if (header.is_column_major) {
    std::reverse(in_file.begin(), in_file.end());
  }
  Tensor tensor = empty_tensor(in_file, dtype_of(header.stored));
  if (!read_values(read, header.stored, header.is_big_endian, tensor.raw_bytes(),
                   static_cast<std::size_t>(tensor.numel()))) {
    call.fail("{} is of booleans and has a byte that is neither 0 nor 1 [file-malformed]", what);
  }
  if (header.is_column_major) {
    Strides strides = tensor.strides();
    std::reverse(strides.begin(), strides.end());
    tensor = view_of(tensor, header.shape, strides, 0);
  }
  return tensor;
}

}  // namespace detail

Tensor load_npy(const std::string& path, Where where) {
  const detail::FileCall call{"load_npy", path, where};
  detail::InputFile file(call);
  const auto read = [&](void* to, std::size_t count) { file.read(to, count); };
  return detail::read_npy(call, "the array", read, file.size());
}

void save_npy(const Tensor& tensor, const std::string& path, Where where) {
  const detail::FileCall call{"save_npy", path, where};
  check::defined(call, "tensor", tensor);
  const std::string header = detail::npy_header(call, tensor);
  detail::OutputFile file(call);
  file.append(header.data(), header.size());
  detail::append_row_major(
      tensor, [&](const void* bytes, std::size_t count) { file.append(bytes, count); });
  file.commit();
}

}  // namespace retrograd
