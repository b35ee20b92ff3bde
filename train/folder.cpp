#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <retrograd/train/detail/folder.h>
#include <retrograd/train/run.h>

namespace retrograd::train {

namespace detail {

namespace fs = std::filesystem;
using retrograd::detail::Descriptor;
using retrograd::detail::FileCall;

namespace {

constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kSuffix = ".safetensors";

// The step in "step-000000000042.safetensors", or -1 for another name.
std::int64_t step_of(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) {
    return -1;
  }
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  std::int64_t step = -1;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  return error == std::errc() && end == name.data() + name.size() ? step : -1;
}

// Makes the entries of a folder durable, where the file system can.
void sync_folder(const fs::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) {
    ::fsync(opened.get());
  }
}

void create(const fs::path& folder, std::error_code& error) {
  if (fs::is_directory(folder, error)) {
    return;
  }
  error.clear();
  const fs::path parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  if (parent != folder) {
    create(parent, error);
  }
  if (!error && fs::create_directory(folder, error)) {
    sync_folder(parent);
  }
}

std::vector<Found> checkpoints_in(const std::string& folder, std::error_code& error) {
  std::vector<Found> found;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (const std::int64_t step = step_of(entry->path().filename().string()); step >= 0) {
      found.push_back({step, entry->path().string()});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const Found& a, const Found& b) { return a.step > b.step; });
  return found;
}

}  // namespace

std::string best_in(const std::string& folder) {
  return (fs::path(folder) / "best.safetensors").string();
}

std::string checkpoint_in(const std::string& folder, std::int64_t step) {
  return (fs::path(folder) / fmt::format("{}{:012}{}", kPrefix, step, kSuffix)).string();
}

std::vector<Found> checkpoints_of(const FileCall& folder) {
  std::error_code error;
  auto found = checkpoints_in(folder.path, error);
  if (error && error != std::errc::no_such_file_or_directory) {
    folder.fail_system("cannot list the folder: {} [file-unreadable]", error.value());
  }
  return found;
}

void remove_old(const std::string& folder, std::int64_t step, std::int64_t keep) {
  std::int64_t kept = 0;
  std::error_code ignored;  // files that stay are removed after the next save
  for (const Found& found : checkpoints_in(folder, ignored)) {
    if (found.step <= step && ++kept > keep) {
      ::unlink(found.path.c_str());
    }
  }
}

FolderLock::FolderLock(const FileCall& folder) {
  folder.check_path();
  if (folder.path.empty()) {
    folder.fail("a run needs the name of a folder [name-invalid]");
  }
  std::error_code error;
  create(fs::path(folder.path), error);
  if (error) {
    folder.fail_system("cannot create the folder: {} [file-unwritable]", error.value());
  }
  const std::string lock = (fs::path(folder.path) / ".lock").string();
  file_ = Descriptor(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!file_.is_open()) {
    folder.fail_system("cannot create a file in the folder: {} [file-unwritable]", errno);
  }
  // Some network file systems have no locks, and say so with other numbers.
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    folder.fail("another run is using this folder [folder-in-use]");
  }
}

}  // namespace detail

std::string newest_checkpoint(const std::string& folder, Where where) {
  const retrograd::detail::FileCall call("newest_checkpoint", folder, where);
  const auto found = detail::checkpoints_of(call);
  return found.empty() ? std::string() : found.front().path;
}

}  // namespace retrograd::train
