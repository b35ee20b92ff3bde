#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include <retrograd/io/detail/pt.h>
#include <retrograd/io/pt.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace detail {

namespace {

// The first of the five pickles of an old file is this number.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);

std::string_view after_frame(std::string_view bytes) {
  const bool has_frame = bytes.size() > 11 && bytes[2] == '\x95';
  return bytes.substr(std::min<std::size_t>(bytes.size(), has_frame ? 11 : 2));
}

}  // namespace

bool begins_as_legacy_pt(std::string_view bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == '\x80' && after_frame(bytes).starts_with("\x8a\x0a") &&
         after_frame(bytes).substr(2).starts_with(kMagic);
}

PtFile::PtFile(const FileCall& call, InputFile& file) : call_(call), file_(file) {
  std::array<char, 32> first = {};
  const std::size_t count = file.read_some(first.data(), first.size());
  const std::string_view bytes(first.data(), count);
  if (begins_as_zip(bytes)) {
    open_archive();
  } else if (begins_as_legacy_pt(bytes)) {
    open_legacy();
  } else {
    call.fail(
        "not a file that torch.save wrote: it begins as neither of its formats "
        "[file-malformed]");
  }
}

void PtFile::open_archive() {
  archive_ = std::make_unique<ZipFile>(call_, file_);
  const auto& entries = archive_->entries();
  constexpr std::string_view name = "/data.pkl";
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const ZipEntry& each) {
    return each.name.ends_with(name) && each.name.find('/') == each.name.size() - name.size();
  });
  if (found == entries.end()) {
    call_.fail("a zip archive without a data.pkl, which torch.save writes [file-malformed]");
  }
  for (const ZipEntry& each : entries) {
    if (each.is_deflated) {
      call_.fail("its entry {} is packed, but torch.save packs none [file-unsupported]",
                 in_quotes(each.name));
    }
  }
  if (found->size > kMostPickleBytes) {
    call_.fail("its data.pkl of {} bytes is longer than the 100,000,000 allowed [file-malformed]",
               found->size);
  }
  bytes_.resize(static_cast<std::size_t>(found->size));
  ZipEntryReader(call_, file_, *found).read(bytes_.data(), bytes_.size());
  const PickleSource source{bytes_, bytes_.size(), std::string(found->name), 0};
  // A value, because no more bytes are available than there are.
  pickle_ = *run_pickle(call_, source);
  list_storages();
  const std::string folder(found->name.substr(0, found->name.size() - name.size()));
  if (const ZipEntry* order = archive_->find(folder + "/byteorder"); order != nullptr) {
    std::array<char, 3> first = {};
    ZipEntryReader(call_, file_, *order)
        .read(first.data(),
              static_cast<std::size_t>(std::min<std::uint64_t>(order->size, first.size())));
    is_big_endian_ = std::string_view(first.data(), first.size()) == "big";
  }
  find_entries(folder + "/data/");
}

void PtFile::find_entries(const std::string& folder) {
  for (auto& each : storages_) {
    Storage& storage = each.second;
    storage.entry = archive_->find(folder + std::string(each.first));
    if (storage.entry == nullptr) {
      call_.fail("it has no storage {} [file-truncated]", in_quotes(each.first));
    }
    const PyStorage& described = *storage.described;
    if (storage.entry->size / item_size(described.stored) !=
        static_cast<std::uint64_t>(described.numel)) {
      call_.fail("its storage {} has {} bytes, but should have {} elements [file-malformed]",
                 in_quotes(each.first), storage.entry->size, described.numel);
    }
  }
}

// Five pickles: a magic number, a version, facts about the system, the objects, and the keys of
// the storages, whose values follow.
void PtFile::open_legacy() {
  std::string bytes;
  std::uint64_t offset = 0;
  for (int i = 0; i < 3; ++i) {
    const Pickle pickle = run(bytes, offset);
    offset += pickle.size;
    if (i == 1 && (pickle.root.kind != PyKind::integer || pickle.root.integer != 1001)) {
      call_.fail("it has a version other than 1001 of its format [file-unsupported]");
    }
  }
  pickle_ = run(bytes_, offset);
  offset += pickle_.size;
  list_storages();
  const Pickle keys = run(bytes, offset);
  offset += keys.size;
  find_values(keys, offset);
}

// Reads as much of the file as the pickle there needs, which only running it tells.
Pickle PtFile::run(std::string& bytes, std::uint64_t offset) const {
  const std::uint64_t available = file_.size() - offset;
  const std::uint64_t most = std::min(available, kMostPickleBytes);
  std::uint64_t count = std::uint64_t{16} << 10;
  while (true) {
    count = std::min(count, most);
    bytes = std::string();  // free before more is taken
    bytes.resize(static_cast<std::size_t>(count));
    file_.seek(offset);
    file_.read(bytes.data(), bytes.size());
    auto pickle = run_pickle(call_, {bytes, available, "the file", offset});
    if (pickle) {
      return std::move(*pickle);
    }
    count *= 4;
  }
}

void PtFile::find_values(const Pickle& keys, std::uint64_t offset) {
  if (keys.root.kind != PyKind::sequence || keys.items(keys.root).size() != storages_.size()) {
    call_.fail("its list of storages does not fit its tensors [file-malformed]");
  }
  for (const PyValue& key : keys.items(keys.root)) {
    const auto found = key.kind == PyKind::text ? storages_.find(keys.text(key)) : storages_.end();
    if (found == storages_.end() || found->second.offset != 0) {
      call_.fail("its list of storages does not fit its tensors [file-malformed]");
    }
    const PyStorage& described = *found->second.described;
    std::int64_t numel = 0;
    file_.seek(offset);
    if (file_.size() - offset < sizeof numel) {
      call_.fail("it ends before its storage {} [file-truncated]", in_quotes(found->first));
    }
    file_.read(&numel, sizeof numel);
    offset += sizeof numel;
    if (numel != described.numel) {
      call_.fail("its storage {} has {} elements, but should have {} [file-malformed]",
                 in_quotes(found->first), numel, described.numel);
    }
    const std::uint64_t size = static_cast<std::uint64_t>(numel) * item_size(described.stored);
    if (size > file_.size() - offset) {
      call_.fail("it ends within its storage {} [file-truncated]", in_quotes(found->first));
    }
    found->second.offset = offset;
    offset += size;
  }
  if (offset != file_.size()) {
    call_.fail("it has {} bytes after its last storage [file-malformed]", file_.size() - offset);
  }
}

void PtFile::list_storages() {
  for (const PyStorage& each : pickle_.storages) {
    const auto known = storages_.emplace(each.key, Storage{.described = &each}).first;
    const PyStorage& other = *known->second.described;
    if (other.stored != each.stored || other.numel != each.numel) {
      call_.fail("it describes its storage {} in two ways [file-malformed]", in_quotes(each.key));
    }
  }
}

// The storage as a row of its values, read when it is first needed.
const Tensor& PtFile::values_of(Storage& storage) {
  if (storage.values.defined()) {
    return storage.values;
  }
  const PyStorage& described = *storage.described;
  Tensor values = empty_tensor({described.numel}, dtype_of(described.stored));
  const auto read_into = [&](const ReadBytes& read) {
    return read_values(read, described.stored, is_big_endian_, values.raw_bytes(),
                       static_cast<std::size_t>(described.numel));
  };
  bool holds = true;
  if (storage.entry != nullptr) {
    ZipEntryReader reader(call_, file_, *storage.entry);
    holds = read_into([&](void* to, std::size_t count) { reader.read(to, count); });
  } else {
    file_.seek(storage.offset);
    holds = read_into([&](void* to, std::size_t count) { file_.read(to, count); });
  }
  if (!holds) {
    call_.fail("its storage {} is bool and has a byte that is neither 0 nor 1 [file-malformed]",
               in_quotes(described.key));
  }
  return storage.values = std::move(values);
}

StateDict PtFile::tensors() {
  StateDict state;
  for (auto& [name, index] : name_values(call_, pickle_).tensors) {
    const PyTensor& tensor = pickle_.tensors[index];
    const PyStorage& described = pickle_.storages[tensor.storage];
    if (state.contains(name)) {
      call_.fail("two of its tensors have the name {} [file-malformed]", in_quotes(name));
    }
    const Tensor& values = values_of(storages_.at(described.key));
    state.insert(std::move(name),
                 view_of(values, tensor.shape, tensor.strides, tensor.offset + described.view));
  }
  return state;
}

}  // namespace detail

StateDict load_pt(const std::string& path, Where where) {
  const detail::FileCall call{"load_pt", path, where};
  detail::InputFile file(call);
  return detail::PtFile(call, file).tensors();
}

}  // namespace retrograd
