// Runs of several ranks: rank 0 alone writes, and any number of ranks continues to the same bits.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <retrograd/mpi/in_process.h>

#include "mpi/run_training.h"
#include "unit/io_temp_files.h"

using test::RunTraining;
using test::mpi::Communicator;

namespace {

void require_no_errors(const std::vector<std::string>& errors) {
  for (const std::string& error : errors) {
    REQUIRE(error == "");
  }
}

struct Ended {
  std::vector<double> values;
  std::vector<std::string> logged;
  std::int64_t steps = 0;
  bool resumed = false;
};

// The end of a run of so many ranks. All have one state, and rank 0 alone logs.
Ended train_in(const std::string& folder, int ranks, std::int64_t last = -1) {
  std::vector<Ended> ended(static_cast<std::size_t>(ranks));
  require_no_errors(test::mpi::run_in_process(
      ranks,
      [&](Communicator& world) {
        RunTraining training(world);
        training.train_in(folder, last);
        Ended& mine = ended[static_cast<std::size_t>(world.rank())];
        for (const auto& [name, tensor] : training.state()) {
          for (const double value : tensor.to(test::rg::float64).to_vector<double>()) {
            mine.values.push_back(value);
          }
        }
        mine.logged = training.logged;
        mine.steps = training.steps;
        mine.resumed = training.resumed;
      },
      60));
  for (std::size_t r = 1; r < ended.size(); ++r) {
    CHECK(ended[r].values == ended[0].values);
    CHECK(ended[r].steps == ended[0].steps);
    CHECK(ended[r].resumed == ended[0].resumed);
    CHECK(ended[r].logged.empty());
  }
  return ended[0];
}

std::size_t event_files(const std::string& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    count += entry.path().filename().string().find("tfevents") != std::string::npos ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("a run of several ranks ends with the bits of one") {
  const test::TempFolder folder;
  const Ended alone = train_in(folder.file("1"), 1);
  CHECK(alone.steps == 20);
  CHECK(alone.logged.size() == 24);
  for (const int ranks : {2, 4}) {
    const std::string mine = folder.file(std::to_string(ranks));
    const Ended all = train_in(mine, ranks);
    CHECK(all.values == alone.values);
    CHECK(all.logged == alone.logged);
    CHECK(event_files(mine) == 1);
  }
}

TEST_CASE("a run that was stopped continues with another number of ranks") {
  const test::TempFolder folder;
  const Ended alone = train_in(folder.file("whole"), 1);
  for (const auto& [before, after] : {std::pair{1, 4}, {2, 1}, {2, 4}, {4, 2}}) {
    CAPTURE(before);
    CAPTURE(after);
    const std::string mine = folder.file(std::to_string(before) + std::to_string(after));
    CHECK(train_in(mine, before, 7).steps == 7);  // rank `before` - 1 stops all, within an epoch
    const Ended all = train_in(mine, after);
    CHECK(all.resumed);
    CHECK(all.values == alone.values);
    CHECK(event_files(mine) == 2);
  }
}

TEST_CASE("an error of rank 0's folder ends all ranks") {
  const test::TempFolder folder;
  const std::string file = folder.file("a file");
  test::rg::save(test::rg::StateDict(), file + ".safetensors");
  const auto errors = test::mpi::run_in_process(
      2, [&](Communicator& world) { RunTraining(world).train_in(file + ".safetensors"); }, 30);
  CHECK(errors[0].find("a file") != std::string::npos);
  CHECK(errors[1].find("rank 0 failed") != std::string::npos);
}

TEST_CASE("ranks with other options of a run are refused") {
  const test::TempFolder folder;
  const auto errors = test::mpi::run_in_process(
      2,
      [&](Communicator& world) {
        RunTraining training(world);
        test::train::RunOptions options = training.options();
        options.configuration = {{"augmentation", world.rank() == 0 ? "flips" : "none"}};
        const test::train::Run run(folder.file("a"), options);
        world.barrier();
      },
      30);
  CHECK(errors[1].find("[run-mismatch]") != std::string::npos);
  CHECK(errors[1].find("process 0") != std::string::npos);
}
