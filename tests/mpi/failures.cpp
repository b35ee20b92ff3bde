// What goes wrong on one rank ends all of them, with its name.
#include <chrono>
#include <limits>
#include <stdexcept>
#include <thread>

#include "mpi/cases.h"
#include "mpi/small_models.h"

namespace test {

namespace {

using mpi::Communicator;
using mpi::DataParallel;

int last(const Communicator& world) {
  return world.size() - 1;
}

void other_shape(Communicator& world) {
  nn::Sequential model{nn::Linear(4, world.rank() == last(world) ? 5 : 6)};
  const DataParallel parallel(model, world);
}

void other_name(Communicator& world) {
  nn::Sequential model{nn::Linear(4, 6)};
  if (world.rank() == last(world)) {
    model.push_back(nn::Linear(6, 6));
  }
  const DataParallel parallel(model, world);
}

void not_finite(Communicator& world) {
  Net model;
  DataParallel parallel(model, world, {.check_finite = true, .deterministic = false});
  rg::Batch part = mpi::part_of(batch_of(8), world.rank(), world.size());
  if (world.rank() == last(world)) {
    part.inputs.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  loss_of(model)(part).backward();
}

void diverged(Communicator& world) {
  Net model;
  const DataParallel parallel(model, world);
  if (world.rank() == last(world)) {
    const rg::NoGradGuard unrecorded;
    model.head.weight(0, 0) = 0.125;
  }
  parallel.verify();
}

// One rank makes a step fewer.
void stops_early(Communicator& world) {
  Net model;
  const DataParallel parallel(model, world, {.deterministic = false});
  for (int step = 0; step < 3; ++step) {
    if (step == 2 && world.rank() == last(world)) {
      return;
    }
    loss_of(model)(batch_of(8)).backward();
  }
}

void throws(Communicator& world) {
  Net model;
  DataParallel parallel(model, world);
  for (int step = 0; step < 3; ++step) {
    if (step == 2 && world.rank() == last(world)) {
      throw std::runtime_error("the file of step 2 is missing");
    }
    parallel.backward(batch_of(8), loss_of(model));
  }
}

void other_rows(Communicator& world) {
  Net model;
  DataParallel parallel(model, world);
  parallel.backward(batch_of(world.rank() == last(world) ? 7 : 8), loss_of(model));
}

// One rank is busy with something else for longer than the timeout.
void late(Communicator& world) {
  world.set_timeout(1);
  Net model;
  DataParallel parallel(model, world);
  if (world.rank() == last(world)) {
    std::this_thread::sleep_for(std::chrono::seconds(3));
  }
  parallel.backward(batch_of(8), loss_of(model));
}

}  // namespace

const std::vector<Failure>& failures() {
  static const std::vector<Failure> all{
      {"another shape",
       {"rank {last} has 0.weight float32 [5, 4]", "rank 0 has 0.weight float32 [6, 4]"},
       other_shape},
      {"another name", {"rank {last} has 1.weight float32 [6, 6]"}, other_name},
      {"a NaN", {"the gradient of", "on rank {last} is not finite"}, not_finite},
      {"another value", {"the bits of head.weight on rank {last}"}, diverged},
      {"a rank that stops early", {"the gradients of", "rank {last} has ended"}, stops_early},
      {"a rank that throws", {"the file of step 2 is missing"}, throws},
      {"another number of rows", {"the batch of rank {last} has 7 rows"}, other_rows},
      {"a late rank", {"rank {last} took no part in it"}, late}};
  return all;
}

}  // namespace test
