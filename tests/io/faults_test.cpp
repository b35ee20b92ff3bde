// Every system call and every allocation of a save fails in turn: the old file stays as it was, or
// the new one is there as a whole, and nothing else is left.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/creation.h>

#include "io/failing_calls.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
using test::TempFolder;

namespace {

rg::StateDict state_of(double value) {
  rg::StateDict state;
  state.insert("weight", rg::full({1000}, value));
  state.insert("columns", rg::view_of(rg::full({4, 3}, value), {3, 4}, {1, 3}, 0));
  return state;
}

const std::vector<std::string_view> kCalls = {"open",  "openat", "fstatat", "fstat",
                                              "flock", "fchmod", "write",   "pwrite",
                                              "fsync", "fcntl",  "close",   "renameat"};

// Whether a save depends on this call. The others belong to sweeps and locks, or come when nothing
// is left to fail.
bool is_needed(std::string_view name, int nth) {
  if (name == "openat") {
    return nth == 2;  // the first is the sweep's
  }
  return name != "fstat" && name != "flock" && (name != "close" || nth == 1);
}

// A folder with a saved file, and the bytes that another save would put in its place.
struct Saved {
  TempFolder folder;
  std::string path = folder.file("model.safetensors");
  std::string old_bytes = saved(1);
  std::string new_bytes = saved(2);

  Saved() { saved(1); }
  std::string saved(double value) const {
    rg::save(state_of(value), path);
    return test::read_file(path);
  }
};

}  // namespace

TEST_CASE("save: any system call may fail, for any reason") {
  int failures = 0;
  for (const std::string_view name : kCalls) {
    for (const int error : {EIO, ENOSPC, EDQUOT, EFBIG, EROFS, EACCES, EMFILE, ENOMEM, ESTALE}) {
      bool happened = true;
      for (int nth = 1; happened; ++nth) {
        const Saved saved;
        const rg::StateDict state = state_of(2);
        std::string message;
        {
          const test::FailingCall failing(name.data(), nth, error);
          message = test::message_of<rg::IoError>([&] { rg::save(state, saved.path); });
          happened = failing.happened();
        }
        CAPTURE(name);
        CAPTURE(nth);
        const bool in_place = !happened || !is_needed(name, nth) || (name == "fsync" && nth == 2);
        CHECK(test::read_file(saved.path) == (in_place ? saved.new_bytes : saved.old_bytes));
        CHECK(saved.folder.count() == 1);
        if (happened && is_needed(name, nth)) {
          test::check_contains(message, "save: '" + saved.path + "': ");
          test::check_contains(message, std::strerror(error));
          test::check_contains(message, "at faults_test.cpp:");
          ++failures;
        } else {
          CHECK(message == "(nothing was thrown)");
        }
      }
    }
  }
  CHECK(failures >= 9 * 14);
}

TEST_CASE("save: interrupted and short writes go on, and a name that is taken is passed over") {
  const struct {
    const char* name;
    int error;
  } cases[] = {{"write", EINTR},         {"write", test::kHalf}, {"pwrite", EINTR},
               {"pwrite", test::kHalf},  {"fsync", EINTR},       {"close", EINTR},
               {"openat", EEXIST},       {"openat", EINTR},      {"flock", EWOULDBLOCK},
               {"fstat", test::kNothing}};
  for (const auto& each : cases) {
    bool happened = true;
    for (int nth = 1; happened; ++nth) {
      const Saved saved;
      const rg::StateDict state = state_of(2);
      {
        const test::FailingCall failing(each.name, nth, each.error);
        rg::save(state, saved.path);
        happened = failing.happened();
      }
      CAPTURE(each.name);
      CHECK(test::read_file(saved.path) == saved.new_bytes);
      CHECK(saved.folder.count() == 1);
    }
  }
}

TEST_CASE("save: a directory that cannot be synced, as on some network file systems") {
  const Saved saved;
  const test::FailingCall failing("fsync", 2, EINVAL);
  rg::save(state_of(2), saved.path);
  CHECK(failing.happened());
  CHECK(test::read_file(saved.path) == saved.new_bytes);
}

TEST_CASE("save: a device that takes nothing, and names that are all taken") {
  const Saved saved;
  const rg::StateDict state = state_of(2);
  const auto message = [&](const char* name, int nth, int error) {
    const test::FailingCall failing(name, nth, error);
    return test::message_of<rg::IoError>([&] { rg::save(state, saved.path); });
  };
  for (const char* name : {"write", "pwrite"}) {
    test::check_contains(message(name, 1, test::kNothing), std::strerror(ENOSPC));
  }
  test::check_contains(message("flock", test::kEvery, EWOULDBLOCK),
                       "cannot create a temporary file beside it: File exists");
  CHECK(test::read_file(saved.path) == saved.old_bytes);
  CHECK(saved.folder.count() == 1);
}

TEST_CASE("save: a temporary file that was left stays where it cannot be told that it was") {
  const Saved saved;
  std::string left;
  {
    const rg::detail::FileCall call{"save", saved.path, {}};
    const rg::detail::OutputFile file(call);
    for (const auto& entry : std::filesystem::directory_iterator(saved.folder.path())) {
      left = entry.path() == saved.path ? left : entry.path().string();
    }
  }
  const std::string near = left + ".bak";
  test::write_file(near, "a file of the user's");
  const struct {
    const char* name;
    int nth, error;
    bool stays;
  } cases[] = {{"openat", 1, EMFILE, true},             // the directory
               {"openat", 2, EACCES, false},            // the file, which can be opened to read
               {"openat", test::kEvery, EMFILE, true},  // no save either
               {"fstat", 1, EIO, true},
               {"flock", 1, ENOLCK, true},
               {"fstatat", 2, ENOENT, true},           // it has its final name now
               {"fstatat", 2, test::kNothing, true}};  // another file has this name
  for (const auto& each : cases) {
    test::write_file(left, "what was written of it");
    const rg::StateDict state = state_of(2);
    {
      const test::FailingCall failing(each.name, each.nth, each.error);
      test::message_of<rg::IoError>([&] { rg::save(state, saved.path); });
    }
    CAPTURE(each.name);
    CAPTURE(each.nth);
    CHECK(std::filesystem::exists(left) == each.stays);
    rg::save(state, saved.path);
    CHECK_FALSE(std::filesystem::exists(left));
  }
  CHECK(std::filesystem::exists(near));
  if (::geteuid() == 0) {  // or no file can be given to another user
    test::write_file(left, "another user's");
    REQUIRE(::chown(left.c_str(), 1, 1) == 0);
    rg::save(state_of(2), saved.path);
    CHECK(std::filesystem::exists(left));
  }
}

TEST_CASE("save: any allocation may fail") {
  bool happened = true;
  int points = 0;
  for (int nth = 1; happened; ++nth) {
    const Saved saved;
    const rg::StateDict state = state_of(2);
    bool thrown = false;
    {
      const test::FailingAllocation failing(nth);
      try {
        rg::save(state, saved.path);
      } catch (const std::bad_alloc&) {
        thrown = true;
      }
      happened = failing.happened();
    }
    CAPTURE(nth);
    CHECK(thrown == happened);
    CHECK(test::read_file(saved.path) == (happened ? saved.old_bytes : saved.new_bytes));
    CHECK(saved.folder.count() == 1);
    points = nth;
  }
  CHECK(points > 10);
}

TEST_CASE("load: a call that fails is an error that names the file, and short reads go on") {
  const Saved saved;
  for (const char* name : {"open", "fstat", "read"}) {
    bool happened = true;
    for (int nth = 1; happened; ++nth) {
      std::string message;
      {
        const test::FailingCall failing(name, nth, EIO);
        message = test::message_of<rg::IoError>([&] { rg::load(saved.path); });
        happened = failing.happened();
      }
      CAPTURE(name);
      CHECK((message == "(nothing was thrown)") == !happened);
      if (happened) {
        test::check_contains(message, "load: '" + saved.path + "': cannot ");
        test::check_contains(message, std::strerror(EIO));
      }
    }
  }
  for (const int error : {EINTR, test::kHalf}) {
    bool happened = true;
    for (int nth = 1; happened; ++nth) {
      const test::FailingCall failing("read", nth, error);
      CHECK(rg::load(saved.path).size() == 2);
      happened = failing.happened();
    }
  }
}
