// Signals end the loop of a run after a save.
#include <csignal>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include <retrograd/train/run.h>

#include "train/small.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using test::Small;
using test::TempFolder;

namespace {

// Runs in `folder` to the end, and returns the bytes of the newest checkpoint.
std::string bytes_after(const TempFolder& folder) {
  Small small;
  train::Run run(folder.file("a"), small.options());
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
    if (run.epoch_ends()) {
      run.metric("accuracy", 0.5);
    }
  }
  return test::read_file(train::newest_checkpoint(folder.file("a")));
}

}  // namespace

TEST_CASE("Run: signals end the loop after a save, and handlers are there only meanwhile") {
  const auto ignore = [](int) {};
  struct sigaction before = {};
  const auto has = [](int signal, void (*handler)(int)) {
    struct sigaction present = {};
    ::sigaction(signal, nullptr, &present);
    return present.sa_handler == handler;
  };
  ::sigaction(SIGTERM, nullptr, &before);
  std::signal(SIGTERM, ignore);
  std::signal(SIGINT, SIG_IGN);
  const TempFolder whole;
  const std::string expected = bytes_after(whole);
  for (const bool nested : {false, true}) {
    const TempFolder folder;
    Small other;
    Small small;
    {
      train::RunOptions options = small.options();
      options.save_steps = 0;
      train::Run run(folder.file("a"), options);
      CHECK_FALSE(has(SIGTERM, +ignore));
      CHECK(has(SIGINT, SIG_IGN));  // as nohup wants
      int batches = 0;
      for (auto& [x, y] : run.batches()) {
        if (nested) {
          const train::Run inner(folder.file("b"), other.options());
        }
        small.train_on(run, x, y);
        if (run.epoch_ends()) {
          run.metric("accuracy", 0.5);
        }
        if (++batches == 7) {
          std::raise(SIGTERM);
        }
      }
      CHECK(batches == 7);
      CHECK(run.stopped());
    }
    CHECK(has(SIGTERM, +ignore));
    CHECK(bytes_after(folder) == expected);
  }
  {
    const TempFolder folder;
    Small small;
    train::RunOptions options = small.options();
    options.signals = false;
    const train::Run run(folder.file("a"), options);
    CHECK(has(SIGTERM, +ignore));
    options.signals = true;
    CHECK_THROWS_AS(
        [&] {
          const train::Run other(folder.file("b"), options);
          throw std::runtime_error("an error");
        }(),
        std::runtime_error);
    CHECK(has(SIGTERM, +ignore));
    const train::Run other(folder.file("b"), options);
    std::signal(SIGTERM, SIG_DFL);  // one that came later stays
  }
  CHECK(has(SIGTERM, SIG_DFL));
  std::signal(SIGINT, SIG_DFL);
  ::sigaction(SIGTERM, &before, nullptr);
}

TEST_CASE("Run: an end by a signal or stop() loses no gradients that several batches add") {
  // Steps every two batches, and after the last of an epoch: the fifth.
  const auto train = [](const TempFolder& folder, int last, bool by_signal) {
    Small small;
    train::RunOptions options = small.options();
    options.save_steps = 0;
    train::Run run(folder.file("a"), options);
    int batches = 0;
    for (auto& [x, y] : run.batches()) {
      if (run.batch() % 2 == 1) {
        small.optimizer.zero_grad();
      }
      rg::cross_entropy(small.net(x), y).backward();
      if (run.batch() % 2 == 0 || run.epoch_ends()) {
        small.optimizer.step();
        run.step();
      }
      if (++batches == last) {
        by_signal ? static_cast<void>(std::raise(SIGTERM)) : run.stop();
      }
    }
    return test::read_file(train::newest_checkpoint(folder.file("a")));
  };
  const TempFolder whole;
  const std::string expected = train(whole, 0, false);
  for (const bool by_signal : {false, true}) {
    for (int last = 1; last <= 15; ++last) {
      CAPTURE(last);
      const TempFolder folder;
      train(folder, last, by_signal);
      CHECK(train(folder, 0, false) == expected);
    }
  }
}
