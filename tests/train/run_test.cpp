// Runs that end early, by a break, an error or a signal, continue to the bits of one that did not.
#include <filesystem>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/train/run.h>

#include "train/small.h"
#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace train = retrograd::train;
using test::Small;
using test::TempFolder;

namespace {

// Runs in `folder` for at most `steps`, and returns the bytes of the newest checkpoint.
std::string bytes_after(const TempFolder& folder, int steps = std::numeric_limits<int>::max(),
                        train::RunOptions (*change)(train::RunOptions) = nullptr) {
  Small small;
  train::Run run(folder.file("a"), change ? change(small.options()) : small.options());
  for (auto& [x, y] : run.batches()) {
    if (steps-- == 0) {
      break;
    }
    small.train_on(run, x, y);
    if (run.epoch_ends()) {
      run.metric("accuracy", 1.0 / static_cast<double>(2 + run.epoch()));
    }
  }
  CHECK(small.messages.empty());
  return test::read_file(train::newest_checkpoint(folder.file("a")));
}

std::ptrdiff_t files_in(const std::string& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("Run: ends after any step continue to the same bits") {
  const TempFolder whole;
  const std::string expected = bytes_after(whole);
  REQUIRE(expected.size() > 1000);
  for (int steps = 1; steps < 16; ++steps) {
    const TempFolder folder;
    bytes_after(folder, steps);
    CAPTURE(steps);
    CHECK(bytes_after(folder) == expected);
    // The lock, the best, and two checkpoints.
    CHECK(files_in(folder.file("a")) == 4);
    CHECK(test::read_file(folder.file("a/best.safetensors")) ==
          test::read_file(whole.file("a/best.safetensors")));
  }
}

TEST_CASE("Run: many ends, and saves at other times, continue to the same bits") {
  const TempFolder whole;
  const std::string expected = bytes_after(whole);
  const TempFolder folder;
  const auto every_third = [](train::RunOptions options) {
    options.save_steps = 3;
    return options;
  };
  for (int i = 0; i < 12; ++i) {
    bytes_after(folder, 4, every_third);
  }
  CHECK(bytes_after(folder, 100, every_third) == expected);
}

TEST_CASE("Run: says where it is") {
  const TempFolder folder;
  Small small;
  std::vector<std::string> logged;
  train::RunOptions options = small.options();
  options.log_steps = 5;
  options.sinks = {[&](std::int64_t step, std::string_view name, double) {
    logged.push_back(std::to_string(step) + " " + std::string(name));
  }};
  train::Run run(folder.file("a"), options);
  CHECK_FALSE(run.resumed());
  CHECK_FALSE(run.best().has_value());
  std::string ends;
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
    ends += run.epoch_ends() ? '1' : '0';
    if (run.epoch_ends()) {
      run.metric("accuracy", run.epoch() == 1 ? 0.9 : 0.5);
    }
  }
  CHECK(ends == "000010000100001");
  CHECK(run.epoch() == 3);
  CHECK(run.steps() == 15);
  CHECK(run.best() == 0.9);
  CHECK_FALSE(run.epoch_ends());
  CHECK_FALSE(run.stopped());
  CHECK(small.scheduler.last_epoch() == 3);
  CHECK(small.ema.update_count() == 15);
  CHECK(logged == std::vector<std::string>{"5 loss", "5 accuracy", "10 loss", "10 accuracy",
                                           "15 loss", "15 accuracy"});
  const rg::StateDict best = train::load_part(run.best_file(), "model");
  CHECK(best.contains("norm.running_mean"));
  CHECK_THROWS_AS(train::load_part(run.best_file(), "mod"), rg::IndexError);
  CHECK(train::load_part(run.best_file(), "ema").at("updates").item<double>() == 10);
}

TEST_CASE("Run: a folder has each logged value once, also after a kill") {
  const TempFolder folder;
  const auto train_for = [&](int steps) {
    Small small;
    train::RunOptions options = small.options();
    options.log = true;
    options.save_steps = 4;
    train::Run run(folder.file("a"), options);
    for (auto& [x, y] : run.batches()) {
      if (steps-- == 0) {
        break;
      }
      small.train_on(run, x, y);
    }
  };
  train_for(2);  // not saved
  train_for(7);  // saved at 4 and 5, the end of the epoch
  train_for(100);
  std::istringstream lines(test::read_file(folder.file("a/metrics.jsonl")));
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    test::check_contains(line, "\"step\":" + std::to_string(++count));
  }
  CHECK(count == 15);
}

TEST_CASE("Run: a finished run has no batches, and continues for more epochs") {
  const TempFolder folder;
  bytes_after(folder);
  // As if it had been killed before its last save removed the oldest checkpoint.
  const std::string left_over = folder.file("a/step-000000000013.safetensors");
  std::filesystem::copy_file(train::newest_checkpoint(folder.file("a")), left_over);
  Small small;
  train::RunOptions options = small.options();
  {
    train::Run run(folder.file("a"), options);
    CHECK(run.resumed());
    CHECK(run.best() == 0.5);
    CHECK(std::filesystem::exists(left_over));
    CHECK(run.batches().begin() == run.batches().end());
    CHECK_FALSE(std::filesystem::exists(left_over));
  }
  options.epochs = 5;
  train::Run run(folder.file("a"), options);
  int batches = 0;
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
    ++batches;
  }
  CHECK(batches == 10);
}

TEST_CASE("Run: a scheduler may step in each step, and one of plateaus after each epoch") {
  const TempFolder folder;
  Small small;
  rg::optim::lr_scheduler::ReduceLROnPlateau plateau(small.optimizer,
                                                     {.factor = 0.5, .patience = 0});
  train::RunOptions options = small.options();
  options.schedule = train::Schedule::per_step;
  options.plateau = &plateau;
  CHECK_THROWS_AS(train::Run(folder.file("a"), options), rg::ValueError);  // of which metric?
  options.metric = "loss";
  options.better = rg::optim::lr_scheduler::Better::min;
  train::Run run(folder.file("a"), options);
  for (auto& [x, y] : run.batches()) {
    small.train_on(run, x, y);
    if (run.epoch_ends()) {
      run.metric("loss", 1);
    }
  }
  CHECK(small.scheduler.last_epoch() == 15);
  CHECK(plateau.last_epoch() == 3);

  train::Run again(folder.file("b"), options);
  const auto forgets_the_metric = [&] {
    for (auto& [x, y] : again.batches()) {
      small.train_on(again, x, y);
    }
  };
  test::check_contains(test::message_of<rg::ValueError>(forgets_the_metric),
                       "the .plateau needs the metric 'loss' before an epoch ends");
}

TEST_CASE("Run: a metric after the loop saves the best") {
  const TempFolder folder;
  bytes_after(folder, 3);
  Small small;
  train::Run run(folder.file("a"), small.options());
  run.metric("accuracy", 0.7);
  run.metric("accuracy", std::numeric_limits<double>::quiet_NaN());
  CHECK(run.best() == 0.7);
  CHECK(train::load_part(run.best_file(), "ema").at("updates").item<double>() == 3);
}

TEST_CASE("Run: further states are saved") {
  const TempFolder folder;
  rg::Generator noise(7);
  const auto draws = [&](int steps) {
    Small small;
    train::RunOptions options = small.options();
    options.states = {train::state_of("noise", noise)};
    train::Run run(folder.file("a"), options);
    for (auto& [x, y] : run.batches()) {
      if (steps-- == 0) {
        break;
      }
      noise.take(2);
      small.train_on(run, x, y);
    }
  };
  draws(3);
  noise.manual_seed(0);
  draws(2);
  CHECK(noise.state() == rg::Generator::State{7, 10});
}

TEST_CASE("Run: a folder is used by one run at a time") {
  const TempFolder folder;
  Small small;
  const train::Run run(folder.file("a/b"), small.options());
  test::check_contains(test::message_of<rg::IoError>(
                           [&] { const train::Run other(folder.file("a/b"), small.options()); }),
                       "another run is using this folder");
  test::write_file(folder.file("file"), "");
  test::check_contains(test::message_of<rg::IoError>(
                           [&] { const train::Run other(folder.file("file"), small.options()); }),
                       "Run: '" + folder.file("file") + "': cannot create");
  CHECK_THROWS_AS(train::Run("", small.options()), rg::IoError);
}
