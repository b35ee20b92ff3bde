// Every system call of a save fails in turn: the run goes on, its end has the same bits, and a run
// that ends right after the failure continues from the last good checkpoint.
#include <cerrno>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include <retrograd/train/run.h>

#include "io/failing_calls.h"
#include "train/small.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using test::Small;
using test::TempFolder;

namespace {

constexpr int kFailing = 3;  // the step whose save fails

struct Ended {
  std::string bytes;     // of the last checkpoint
  std::string messages;  // of all runs
  bool happened = false;
};

// A run in which the `nth` call of `name` fails in a save, and which ends after `steps`.
template <class Step>
void run_once(const TempFolder& folder, Ended& ended, Step step) {
  Small small;
  train::Run run(folder.file("a"), small.options());
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
    if (run.epoch_ends()) {
      run.metric("accuracy", 0.5);
    }
    if (!step(run)) {
      break;
    }
  }
  ended.messages += small.messages;
}

Ended with_failure(const char* name, int nth, int error, bool ends_then) {
  const TempFolder folder;
  Ended ended;
  run_once(folder, ended, [](train::Run& run) { return run.steps() < kFailing - 1; });
  {
    std::optional<test::FailingCall> failing;
    run_once(folder, ended, [&](train::Run& run) {
      if (run.steps() == kFailing) {
        failing.emplace(name, nth, error);
      } else if (failing) {
        ended.happened = ended.happened || failing->happened();
        failing.reset();
      }
      return !ends_then || run.steps() <= kFailing;
    });
  }
  run_once(folder, ended, [](train::Run&) { return true; });
  ended.bytes = test::read_file(train::newest_checkpoint(folder.file("a")));
  return ended;
}

}  // namespace

TEST_CASE("Run: any system call of a save may fail, and the disk may be full") {
  const std::string expected = with_failure("nonesuch", 1, 0, false).bytes;
  REQUIRE(expected.size() > 1000);
  int failures = 0;
  int told = 0;
  for (const char* name : {"open", "openat", "fstatat", "fstat", "flock", "fchmod", "write",
                           "pwrite", "fsync", "fcntl", "close", "renameat", "unlink"}) {
    for (const int error : {EIO, ENOSPC}) {
      bool happened = true;
      for (int nth = 1; happened; ++nth) {
        const Ended goes_on = with_failure(name, nth, error, false);
        const Ended ends = with_failure(name, nth, error, true);
        CAPTURE(name);
        CAPTURE(nth);
        CHECK(goes_on.bytes == expected);
        CHECK(ends.bytes == expected);
        happened = goes_on.happened;
        failures += happened ? 1 : 0;
        told +=
            goes_on.messages.find("the run goes on without this save: Run::batches (save): ") == 0
                ? 1
                : 0;
        CHECK(goes_on.messages.find("skipped") == std::string::npos);
      }
    }
  }
  CHECK(failures > 40);
  CHECK(told > 20);
}

TEST_CASE("Run: a disk that stays full ends the run with an error after its last step") {
  const TempFolder folder;
  Small small;
  Ended ended;
  run_once(folder, ended, [](train::Run& run) { return run.steps() < 4; });
  const std::string good = train::newest_checkpoint(folder.file("a"));
  {
    train::Run run(folder.file("a"), small.options());
    const test::FailingCall full("write", test::kEvery, ENOSPC);
    int steps = 0;
    const auto train_to_the_end = [&] {
      for (auto& [x, y] : run.batches()) {
        small.train_on(run, x, y);
        ++steps;
      }
    };
    test::check_contains(test::message_of<rg::IoError>(train_to_the_end),
                         "No space left on device");
    CHECK(steps == 12);
    test::check_contains(small.messages,
                         "the run goes on without this save: Run::batches (save): '");
  }
  CHECK(train::newest_checkpoint(folder.file("a")) == good);
  Small again;
  CHECK(train::Run(folder.file("a"), again.options()).steps() == 3);
}

TEST_CASE("Run: a checkpoint that cannot be read is skipped") {
  const TempFolder folder;
  Ended ended;
  run_once(folder, ended, [](train::Run& run) { return run.steps() < 4; });
  bool happened = true;
  for (int nth = 1; happened; ++nth) {
    Small small;
    const test::FailingCall failing("read", nth, EIO);
    const train::Run run(folder.file("a"), small.options());
    happened = failing.happened();
    CHECK(run.steps() == (happened ? 2 : 3));
    CHECK(small.messages.empty() == !happened);
  }
}
