// Steps after a caught error, and buffers.
#include <limits>
#include <string>

#include "mpi/cases.h"
#include "mpi/small_models.h"

namespace test {

using mpi::Communicator;
using mpi::DataParallel;

// The first pass fails on all ranks, and the program goes on.
void after_error(Communicator& world) {
  for (const bool deterministic : {false, true}) {
    Net model;
    DataParallel parallel(
        model, world, {.bucket_bytes = 200, .check_finite = true, .deterministic = deterministic});
    rg::Batch bad = batch_of(8);
    bad.inputs.fill_(std::numeric_limits<double>::quiet_NaN());
    std::string error;
    try {
      parallel.backward(bad, loss_of(model));
    } catch (const rg::ValueError& caught) {
      error = caught.what();
    }
    require(error.find("[not-finite]") != std::string::npos, "a NaN is no error: " + error);
    for (int step = 0; step < 3; ++step) {
      Net whole;
      loss_of(whole)(batch_of(8)).backward();
      model.zero_grad();
      parallel.backward(batch_of(8), loss_of(model));
      require_close(model, whole, 1e-12);
    }
  }
}

}  // namespace test
