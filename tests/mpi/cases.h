// Checks that ranks make together, as threads of the tests or as processes of MPI. They throw what
// they find.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/mpi/communicator.h>

namespace test {

using Case = std::function<void(retrograd::mpi::Communicator&)>;

// Cases that pass with 1, 2 and 4 ranks.
const std::vector<std::pair<std::string, Case>>& cases();

// Of training_cases.cpp.
void after_error(retrograd::mpi::Communicator& world);
void after_exceptions(retrograd::mpi::Communicator& world);
void constant_buffers(retrograd::mpi::Communicator& world);
// Of random_cases.cpp.
void random_rows(retrograd::mpi::Communicator& world);
void random_without_rows(retrograd::mpi::Communicator& world);
void dropped_gradient(retrograd::mpi::Communicator& world);
// Of sync_cases.cpp.
void sync_norm(retrograd::mpi::Communicator& world);
void sync_norm_dtypes(retrograd::mpi::Communicator& world);
void sync_data_parallel(retrograd::mpi::Communicator& world);
void sync_refused(retrograd::mpi::Communicator& world);
// Of loader_cases.cpp.
void loader(retrograd::mpi::Communicator& world);
void loader_batches(retrograd::mpi::Communicator& world);

// Cases in which every rank ends with an error that has these texts; for 2 ranks or more.
struct Failure {
  std::string name;
  std::vector<std::string> texts;
  Case run;
};
const std::vector<Failure>& failures();

void require(bool holds, const std::string& what);

}  // namespace test
