#include <retrograd/data/cifar10.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <retrograd/data/detail/byte_source.h>

namespace retrograd {

namespace {

constexpr const char* kOp = "load_cifar10";
constexpr std::size_t kPixels = std::size_t{3} * 32 * 32;  // the planes of red, green and blue
constexpr std::size_t kRecord = 1 + kPixels;               // after a byte with the label

// Appends all records of a file.
void append_records(const std::string& path, std::vector<unsigned char>& records, Where where) {
  const detail::ReadCall call{kOp, path, where};
  const auto source = detail::open_bytes(call);
  const std::size_t before = records.size();
  std::size_t got = 0;
  do {
    constexpr std::size_t step = 1000 * kRecord;
    const std::size_t at = records.size();
    records.resize(at + step);
    got = source->read(records.data() + at, step);
    records.resize(at + got);
  } while (got > 0);
  const std::size_t size = records.size() - before;
  if (size == 0 || size % kRecord != 0) {
    call.fail(std::to_string(size) + " bytes are not a number of images of " +
              std::to_string(kRecord) + " bytes each");
  }
  for (std::size_t at = before; at < records.size(); at += kRecord) {
    if (records[at] > 9) {
      call.fail("image " + std::to_string((at - before) / kRecord) + " has the label " +
                std::to_string(records[at]) + "; labels are 0 to 9");
    }
  }
}

}  // namespace

Dataset load_cifar10(const std::string& folder, bool train, Where where) {
  const std::filesystem::path in(folder);
  std::vector<unsigned char> records;
  for (int batch = 1; train && batch <= 5; ++batch) {
    const std::filesystem::path path = in / ("data_batch_" + std::to_string(batch) + ".bin");
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
      append_records(path.string(), records, where);
    }
  }
  if (!train) {
    append_records((in / "test_batch.bin").string(), records, where);
  } else if (records.empty()) {
    fail<IoError>(kOp, where,
                  "there is no data_batch_1.bin to data_batch_5.bin in '" + folder + "'");
  }

  const auto count = static_cast<std::int64_t>(records.size() / kRecord);
  const Tensor images = empty_tensor({count, 3, 32, 32}, float32, where);
  const Tensor labels = empty_tensor({count}, int64, where);
  auto* pixel = images.raw<float>();
  auto* label = labels.raw<std::int64_t>();
  for (auto record = records.begin(); record != records.end(); record += kRecord) {
    *label++ = *record;
    pixel = std::transform(record + 1, record + kRecord, pixel,
                           [](unsigned char value) { return static_cast<float>(value) / 255.0F; });
  }
  return {images, labels, where};
}

}  // namespace retrograd
