#include <retrograd/data/cifar10.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include <retrograd/data/detail/byte_source.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

constexpr std::size_t kPixels = std::size_t{3} * 32 * 32;  // the planes of red, green and blue

// The published files of a set: images behind one byte for each label.
struct Format {
  std::vector<unsigned char> classes;  // of each label, in the order of the file
  std::size_t most_records;            // in a file

  std::size_t record() const noexcept { return classes.size() + kPixels; }
};

using Records = std::vector<unsigned char>;

void check_labels(const Format& format, const Records& records, const detail::FileCall& call) {
  for (std::size_t at = 0; at < records.size(); at += format.record()) {
    for (std::size_t label = 0; label < format.classes.size(); ++label) {
      if (records[at + label] >= format.classes[label]) {
        call.fail("image {} has the label {}; labels are 0 to {} [file-malformed]",
                  at / format.record(), records[at + label], format.classes[label] - 1);
      }
    }
  }
}

// All records of a file.
Records read_records(const Format& format, const Frame& load, const std::string& path) {
  const detail::FileCall call{load.name(), path, load.where()};
  const auto source = detail::open_bytes(call);
  const std::size_t most = format.most_records * format.record();
  std::uint64_t size = source->size().value_or(0);
  Records records;
  if (size <= most) {
    records = detail::read_at_most(*source, most);
    unsigned char more = 0;
    size = records.size() + source->read(&more, 1);
  }
  if (size > most) {
    call.fail(
        "it has more than {} images of {} bytes each, which a file of this format holds at most "
        "[file-malformed]",
        format.most_records, format.record());
  }
  if (size == 0 || size % format.record() != 0) {
    call.fail("{} bytes are not a number of images of {} bytes each [file-malformed]", size,
              format.record());
  }
  check_labels(format, records, call);
  return records;
}

// The images, and the labels in the order of the file.
std::vector<Tensor> tensors_of(const Format& format, const std::vector<Records>& files) {
  std::int64_t count = 0;
  for (const Records& records : files) {
    count += static_cast<std::int64_t>(records.size() / format.record());
  }
  std::vector<Tensor> tensors = {empty_tensor({count, 3, 32, 32}, float32)};
  auto* pixel = tensors[0].raw<float>();
  for (std::size_t label = 0; label < format.classes.size(); ++label) {
    tensors.push_back(empty_tensor({count}, int64));
    auto* to = tensors.back().raw<std::int64_t>();
    for (const Records& records : files) {
      for (std::size_t at = 0; at < records.size(); at += format.record()) {
        *to++ = records[at + label];
      }
    }
  }
  for (const Records& records : files) {
    for (std::size_t at = 0; at < records.size(); at += format.record()) {
      const auto* const from = records.data() + at + format.classes.size();
      pixel = std::transform(from, from + kPixels, pixel, [](unsigned char value) {
        return static_cast<float>(value) / 255.0F;
      });
    }
  }
  return tensors;
}

}  // namespace

TensorDataset load_cifar10(const std::string& folder, bool train, Where where) {
  const detail::FileCall call{"load_cifar10", folder, where};
  call.check_path();
  const Format format{{10}, 10'000};
  const std::filesystem::path in(folder);
  std::vector<Records> files;
  if (!train) {
    files.push_back(read_records(format, call, (in / "test_batch.bin").string()));
  }
  for (int batch = 1; train && batch <= 5; ++batch) {
    const std::string path = (in / detail::formatted("data_batch_{}.bin", batch)).string();
    if (detail::is_there(path)) {
      files.push_back(read_records(format, call, path));
    }
  }
  if (files.empty()) {
    call.fail("there is no data_batch_1.bin to data_batch_5.bin in this folder [file-not-found]");
  }
  return TensorDataset(tensors_of(format, files));
}

TensorDataset load_cifar100(const std::string& folder, bool train, Where where) {
  const detail::FileCall call{"load_cifar100", folder, where};
  call.check_path();
  const Format format{{20, 100}, 50'000};
  const std::filesystem::path path =
      std::filesystem::path(folder) / (train ? "train.bin" : "test.bin");
  std::vector<Tensor> tensors = tensors_of(format, {read_records(format, call, path.string())});
  std::swap(tensors[1], tensors[2]);  // the coarse label is first in the file
  return TensorDataset(tensors);
}

}  // namespace retrograd
