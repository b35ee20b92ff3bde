// Trains the small net of small.h in a folder, or continues there, for check_kills.py.
//   trainer FOLDER
//   trainer FOLDER calls STEP              prints the system calls of the save after STEP
//   trainer FOLDER kill STEP N torn|whole   is killed at the Nth call of that save
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "train/small.h"

namespace rg = retrograd;
namespace train = retrograd::train;

namespace {

struct Plan {
  std::string command;
  std::int64_t step = -1;
  int nth = 0;
  bool torn = false;
};

void train_in(const std::string& folder, const Plan& plan) {
  test::Small small;
  train::RunOptions options = small.options();
  options.message = {};
  options.log = true;
  std::optional<test::KillingCall> killing;
  train::Run run(folder, options);
  const auto end_save = [&] {
    for (int n = 1; killing && plan.command == "calls" && killing->name_of(n) != nullptr; ++n) {
      std::puts(killing->name_of(n));
    }
    killing.reset();
  };
  for (auto& [x, y] : run.batches()) {
    end_save();
    small.train_on(run, x, y);
    if (run.epoch_ends()) {
      run.metric("accuracy", static_cast<double>(run.epoch()));
    }
    if (run.steps() == plan.step) {
      killing.emplace(plan.nth, plan.torn);
    }
  }
  end_save();
  rg::save(small.net, folder + "/model.safetensors");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) {
    std::fprintf(stderr, "usage: trainer FOLDER [calls STEP | kill STEP N torn|whole]\n");
    return 2;
  }
  rg::set_num_threads(1);
  const std::string folder = argv[1];
  Plan plan;
  if (argc > 3) {
    plan.command = argv[2];
    plan.step = std::atoi(argv[3]);
  }
  if (argc > 5) {
    plan.nth = std::atoi(argv[4]);
    plan.torn = std::string(argv[5]) == "torn";
  }
  train_in(folder, plan);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "trainer: %s\n", error.what());
  return 1;
}
