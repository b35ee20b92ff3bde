#include <retrograd/images/detail/folder_files.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include <retrograd/tensor/internal/printable.h>

namespace retrograd::detail {

namespace {

struct Entries {
  std::vector<std::string> folders;  // names, sorted
  std::vector<std::string> files;
};

[[noreturn]] void fail_to_list(const std::string& folder, int error, const FileCall& call) {
  const std::string reason = std::generic_category().message(error);
  if (error == ENOENT || error == ENOTDIR) {
    call.fail("cannot list the folder {}: {} [file-not-found]", in_quotes(folder), reason);
  }
  call.fail("cannot list the folder {}: {} [file-unreadable]", in_quotes(folder), reason);
}

// What leads nowhere, or is neither a folder nor a link to one, counts as a file.
Entries entries_of(const std::string& folder, const FileCall& call) {
  Entries entries;
  std::error_code error;
  std::filesystem::directory_iterator next(folder, error);
  for (; !error && next != std::filesystem::directory_iterator(); next.increment(error)) {
    std::error_code unknown;
    auto& list = next->is_directory(unknown) ? entries.folders : entries.files;
    list.push_back(next->path().filename().string());
  }
  if (error) {
    fail_to_list(folder, error.value(), call);
  }
  std::sort(entries.folders.begin(), entries.folders.end());
  std::sort(entries.files.begin(), entries.files.end());
  return entries;
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder.ends_with('/') ? folder + name : folder + '/' + name;
}

bool ends_with_one(std::string name, const std::vector<std::string>& extensions) {
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](const std::string& end) { return name.ends_with(end); });
}

struct Folder {
  std::string path;
  std::size_t parent;  // in the list; its own place for the first
  dev_t device;
  ino_t number;
};

// Adds a folder, unless a link leads back to one above it.
void add(std::vector<Folder>& folders, const std::string& path, std::size_t parent,
         const FileCall& call) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    fail_to_list(path, errno, call);
  }
  for (std::size_t above = parent; above < folders.size(); above = folders[above].parent) {
    if (folders[above].device == status.st_dev && folders[above].number == status.st_ino) {
      call.fail("the link {} leads back to a folder above it [folder-circular]", in_quotes(path));
    }
    if (folders[above].parent == above) {
      break;
    }
  }
  folders.push_back({path, parent, status.st_dev, status.st_ino});
}

}  // namespace

std::vector<std::string> folders_in(const std::string& folder, const FileCall& call) {
  return entries_of(folder, call).folders;
}

std::vector<std::string> files_below(const std::string& folder,
                                     const std::vector<std::string>& extensions, std::size_t most,
                                     const FileCall& call) {
  std::vector<Folder> folders;
  std::vector<std::pair<std::string, std::vector<std::string>>> found;  // files of each folder
  std::size_t count = 0;
  add(folders, folder, 0, call);
  for (std::size_t i = 0; i < folders.size(); ++i) {
    Entries entries = entries_of(folders[i].path, call);
    for (const std::string& name : entries.folders) {
      add(folders, joined(folders[i].path, name), i, call);
    }
    std::erase_if(entries.files,
                  [&](const std::string& name) { return !ends_with_one(name, extensions); });
    count += entries.files.size();
    if (count > most) {
      call.fail("there are more files than max_files allows [files-too-many]");
    }
    found.emplace_back(folders[i].path, std::move(entries.files));
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  paths.reserve(count);
  for (const auto& [path, names] : found) {
    for (const std::string& name : names) {
      paths.push_back(joined(path, name));
    }
  }
  return paths;
}

}  // namespace retrograd::detail
