// .pt files: what is in them, and under which names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <retrograd/io/detail/pickle.h>
#include <retrograd/io/detail/zip.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/io/load.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::detail {

// Whether a file that begins so is of the format that PyTorch wrote before version 1.6.
bool begins_as_legacy_pt(std::string_view bytes) noexcept;

// The tensors and the texts of a pickle by name.
struct PtNames {
  std::vector<std::pair<std::string, std::uint32_t>> tensors;  // indices of Pickle::tensors
  Metadata texts;
};
PtNames name_values(const FileCall& call, const Pickle& pickle);

// A file of either format. Throws IoError.
class PtFile {
 public:
  PtFile(const FileCall& call, InputFile& file);

  StateDict tensors();
  Metadata texts() const { return name_values(call_, pickle_).texts; }

 private:
  struct Storage {
    const PyStorage* described;
    std::uint64_t offset = 0;         // in an old file
    const ZipEntry* entry = nullptr;  // in an archive
    Tensor values = {};
  };

  void open_archive();
  void open_legacy();
  Pickle run(std::string& bytes, std::uint64_t offset) const;
  void list_storages();
  void find_entries(const std::string& folder);
  void find_values(const Pickle& keys, std::uint64_t offset);
  const Tensor& values_of(Storage& storage);

  const FileCall& call_;
  InputFile& file_;
  std::unique_ptr<ZipFile> archive_;  // null for an old file
  bool is_big_endian_ = false;
  std::string bytes_;  // of the pickle, which views them
  Pickle pickle_;
  std::unordered_map<std::string_view, Storage> storages_;
};

}  // namespace retrograd::detail
