#include <retrograd/data/cifar10.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include <retrograd/data/detail/byte_source.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

constexpr std::size_t kPixels = std::size_t{3} * 32 * 32;  // the planes of red, green and blue
constexpr std::size_t kRecord = 1 + kPixels;               // after a byte with the label
constexpr std::size_t kMostRecords = 10'000;               // in a file, as in the published ones

// All records of a file.
std::vector<unsigned char> read_records(const Frame& load, const std::string& path) {
  const detail::FileCall call{load.name(), path, load.where()};
  const auto source = detail::open_bytes(call);
  constexpr std::size_t most = kMostRecords * kRecord;
  std::uint64_t size = source->size().value_or(0);
  std::vector<unsigned char> records;
  if (size <= most) {
    records = detail::read_at_most(*source, most);
    unsigned char more = 0;
    size = records.size() + source->read(&more, 1);
  }
  if (size > most) {
    call.fail(
        "it has more than {} images of {} bytes each, which a file of this format holds at most "
        "[file-malformed]",
        kMostRecords, kRecord);
  }
  if (size == 0 || size % kRecord != 0) {
    call.fail("{} bytes are not a number of images of {} bytes each [file-malformed]", size,
              kRecord);
  }
  for (std::size_t at = 0; at < records.size(); at += kRecord) {
    if (records[at] > 9) {
      call.fail("image {} has the label {}; labels are 0 to 9 [file-malformed]", at / kRecord,
                records[at]);
    }
  }
  return records;
}

}  // namespace

TensorDataset load_cifar10(const std::string& folder, bool train, Where where) {
  const detail::FileCall call{"load_cifar10", folder, where};
  call.check_path();
  const std::filesystem::path in(folder);
  std::vector<std::vector<unsigned char>> files;
  if (!train) {
    files.push_back(read_records(call, (in / "test_batch.bin").string()));
  }
  for (int batch = 1; train && batch <= 5; ++batch) {
    const std::string path = (in / detail::formatted("data_batch_{}.bin", batch)).string();
    if (detail::is_there(path)) {
      files.push_back(read_records(call, path));
    }
  }
  if (files.empty()) {
    call.fail("there is no data_batch_1.bin to data_batch_5.bin in this folder [file-not-found]");
  }

  std::int64_t count = 0;
  for (const auto& records : files) {
    count += static_cast<std::int64_t>(records.size() / kRecord);
  }
  const Tensor images = empty_tensor({count, 3, 32, 32}, float32);
  const Tensor labels = empty_tensor({count}, int64);
  auto* pixel = images.raw<float>();
  auto* label = labels.raw<std::int64_t>();
  for (const auto& records : files) {
    for (auto record = records.begin(); record != records.end(); record += kRecord) {
      *label++ = *record;
      pixel = std::transform(record + 1, record + kRecord, pixel, [](unsigned char value) {
        return static_cast<float>(value) / 255.0F;
      });
    }
  }
  return {images, labels};
}

}  // namespace retrograd
