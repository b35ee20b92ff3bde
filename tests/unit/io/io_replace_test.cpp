// A saved file replaces the old one as a whole, or leaves it as it was.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
using rg::detail::FileCall;
using rg::detail::OutputFile;
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
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit = {bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &old_limit_); }

 private:
  rlimit old_limit_{};
};

bool holds_back(int signal) {
  sigset_t mask;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

bool is_pending(int signal) {
  sigset_t pending;
  ::sigpending(&pending);
  return sigismember(&pending, signal) == 1;
}

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
  test::check_contains(save_error(state, folder.file(".")), "does not name a file");
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

TEST_CASE("save: the signal of a file size limit is left as it was") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  const FileSizeLimit guard(100);
  test::check_contains(save_error(state_of(1000, 1), path), "File too large");
  CHECK_FALSE(holds_back(SIGXFSZ));
  CHECK_FALSE(is_pending(SIGXFSZ));

  // One that a program holds back itself stays pending.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::raise(SIGXFSZ);
  test::check_contains(save_error(state_of(1000, 1), path), "File too large");
  CHECK(holds_back(SIGXFSZ));
  CHECK(is_pending(SIGXFSZ));
  int taken = 0;
  ::sigwait(&signals, &taken);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  CHECK(folder.count() == 0);
}

TEST_CASE("save: a symbolic link stays, and what it leads to is replaced") {
  const TempFolder folder;
  const TempFolder other;
  test::write_file(other.file("target"), "old");
  std::filesystem::create_symlink(other.file("target"), folder.file("first"));
  std::filesystem::create_symlink("first", folder.file("second"));
  rg::save(state_of(1, 1), folder.file("second"));
  CHECK(std::filesystem::is_symlink(folder.file("first")));
  CHECK(std::filesystem::is_symlink(folder.file("second")));
  CHECK(rg::load(other.file("target")).size() == 1);
  CHECK(folder.count() == 2);
  CHECK(other.count() == 1);
}

TEST_CASE("save: links that lead nowhere, and paths with a NUL, are refused") {
  const TempFolder folder;
  const auto state = state_of(1, 1);
  std::filesystem::create_symlink("absent", folder.file("dangling"));
  std::filesystem::create_symlink("loop", folder.file("loop"));
  std::filesystem::create_symlink(folder.path(), folder.file("folder"));
  test::check_contains(save_error(state, folder.file("dangling")),
                       "dangling': it is a symbolic link that leads nowhere: No such file");
  test::check_contains(save_error(state, folder.file("loop")),
                       "loop': it is a symbolic link that leads nowhere: Too many levels");
  test::check_contains(save_error(state, folder.file("folder")), "it is not a regular file");
  const std::string path = folder.file(std::string("a\0b", 3));
  const std::string fragment = "a\\x00b': a path cannot hold a NUL byte";
  test::check_contains(save_error(state, path), fragment);
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load(path); }), fragment);
  test::check_contains(test::message_of<rg::IoError>([&] { rg::load_metadata(path); }), fragment);
  CHECK(folder.count() == 3);
}

TEST_CASE("save: temporary files of writers that are gone are removed, others stay") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  // As a killed writer leaves it: the name that a save gives its file, and no lock.
  std::string name;
  {
    const FileCall call{"save", path, {}};
    const OutputFile file(call);
    name = std::filesystem::directory_iterator(folder.path())->path().string();
    rg::save(state_of(1, 1), folder.file("other.safetensors"));
    CHECK(std::filesystem::exists(name));  // its writer lives
  }
  CHECK_FALSE(std::filesystem::exists(name));
  test::write_file(name, "what was written of it");
  ::chmod(name.c_str(), 0444);
  test::write_file(folder.file(".retrograd-notes.tmp"), "a file of the user's");
  std::filesystem::create_directory(name.substr(0, name.size() - 5) + "x.tmp");
  rg::save(state_of(1, 2), path);
  CHECK_FALSE(std::filesystem::exists(name));
  CHECK(folder.count() == 4);
}

TEST_CASE("save: threads that save to one name do not disturb each other") {
  const TempFolder folder;
  const std::string path = folder.file("model.safetensors");
  std::atomic<int> saved = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto state = state_of(1000, t);
      for (int i = 0; i < 25; ++i) {
        rg::save(state, path);
        ++saved;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(saved == 100);
  CHECK(rg::load(path).size() == 1);
  CHECK(folder.count() == 1);
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
