// A saved file replaces the old one as a whole, or leaves it as it was.
#include <csignal>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

rg::StateDict state_of(std::int64_t count, double value) {
  rg::StateDict state;
  state.insert("a", rg::full({count}, value));
  return state;
}

std::string save_error(const rg::StateDict& state, const std::string& path) {
  return test::message_of<rg::IoError>([&] { rg::save(state, path); });
}

// Files cannot grow beyond `bytes` while this lives: the next write is short, the one after fails.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_limit_{};
};

}  // namespace

TEST_CASE("save: replaces a file, also the one a state dict came from") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  rg::save(state_of(10, 1), path);
  rg::save(state_of(20, 2), path);
  const rg::StateDict loaded = rg::load(path);
  CHECK(loaded.at("a").to_vector<float>() == std::vector<float>(20, 2));
  rg::save(loaded, path);
  CHECK(rg::load(path).at("a").to_vector<float>() == std::vector<float>(20, 2));
  CHECK(folder.count() == 1);
}

TEST_CASE("save: a write that fails leaves the old file and nothing else") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  rg::save(state_of(100, 1), path);
  const std::string old = test::read_file(path);
  for (const rlim_t limit : {0UL, 5UL, 8UL, 100UL, 1000UL, 39'000UL}) {
    const FileSizeLimit guard(limit);
    const std::string message = save_error(state_of(10'000, 2), path);
    test::check_contains(message, "save: '" + path + "': cannot write it: File too large");
    test::check_contains(message, "at io_replace_test.cpp:");
  }
  CHECK(test::read_file(path) == old);
  CHECK(folder.count() == 1);
}

TEST_CASE("save: places that cannot be written to") {
  const TempFolder folder;
  const auto state = state_of(1, 1);
  test::check_contains(save_error(state, folder.file("absent/model.safetensors")),
                       "cannot open its directory: No such file or directory");
  test::write_file(folder.file("file"), "text");
  test::check_contains(save_error(state, folder.file("file/model.safetensors")),
                       "cannot open its directory: Not a directory");
  test::check_contains(save_error(state, ""), "does not name a file");
  test::check_contains(save_error(state, folder.path() + "/"), "does not name a file");
  test::check_contains(save_error(state, folder.path()), "it is not a regular file");
  test::check_contains(save_error(state, folder.file("..")), "does not name a file");
  test::check_contains(save_error(state, folder.file(std::string(300, 'n'))),
                       "cannot replace it: File name too long");
  const std::string pipe = folder.file("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  test::check_contains(save_error(state, pipe), "it is not a regular file");
  CHECK(folder.count() == 2);
}

TEST_CASE("save: keeps the permissions of the file it replaces, and the umask for a new one") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  const auto mode = [&] {
    struct stat status = {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777U;
  };
  const mode_t old_mask = ::umask(022);
  rg::save(state_of(1, 1), path);
  CHECK(mode() == 0644U);
  ::chmod(path.c_str(), 0600);
  rg::save(state_of(1, 2), path);
  CHECK(mode() == 0600U);
  ::umask(old_mask);
}

TEST_CASE("save: a symbolic link is replaced, and what it named stays") {
  const TempFolder folder;
  const std::string target = folder.file("target");
  const std::string link = folder.file("link");
  test::write_file(target, "old");
  std::filesystem::create_symlink(target, link);
  rg::save(state_of(1, 1), link);
  CHECK(test::read_file(target) == "old");
  CHECK_FALSE(std::filesystem::is_symlink(link));
  CHECK(rg::load(link).size() == 1);
}

TEST_CASE("save: a name relative to the working directory") {
  const TempFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  rg::save(state_of(3, 1), "model.safetensors");
  const auto size = rg::load("model.safetensors").size();
  std::filesystem::current_path(before);
  CHECK(size == 1);
  CHECK(folder.count() == 1);
}
