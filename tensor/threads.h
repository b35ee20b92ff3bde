/// @file
/// Number of threads of large operators, and results that do not depend on it.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/where.h>

namespace retrograd {

/// Largest number of threads.
inline constexpr int kMostThreads = 1024;

/// Sets the number of threads for the whole program; 1 turns parallel loops off.
///
/// At the start it is `OMP_NUM_THREADS` where that is set. Else it is the number of processors that
/// the program may run on, and at most the quota of its control group, rounded up. A child made by
/// `fork()` keeps the number, and makes threads of its own.
/// @throws ValueError if `count` is below 1 or above `kMostThreads`
RETROGRAD_API void set_num_threads(int count, Where where = {});
/// Returns the number of threads.
RETROGRAD_API int get_num_threads() noexcept;

/// Sets whether all results of the program have the same bits for any number of threads, whatever
/// BLAS does.
///
/// Without it they have, too, where BLAS computes in one thread. Small products of matrices go to
/// BLAS then, and an OpenBLAS with threads of its own divides them itself. The environment variable
/// `RETROGRAD_DETERMINISTIC=1` sets it at the start. docs/determinism.md tells what holds where,
/// and what it costs.
/// @code rg::set_deterministic(true); @endcode
RETROGRAD_API void set_deterministic(bool deterministic) noexcept;
/// Returns whether all results have the same bits for any number of threads.
RETROGRAD_API bool is_deterministic() noexcept;

/// Guard under which the results of the program have the same bits for any number of threads, until
/// the end of the scope.
/// @code const rg::DeterministicGuard guard; @endcode
class RETROGRAD_API DeterministicGuard {
 public:
  /// Calls `set_deterministic(true)`.
  DeterministicGuard() noexcept;
  /// Sets what was set before.
  ~DeterministicGuard();
  DeterministicGuard(const DeterministicGuard&) = delete;
  DeterministicGuard& operator=(const DeterministicGuard&) = delete;

 private:
  bool previous_;
};

}  // namespace retrograd
