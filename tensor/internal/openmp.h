// oneDNN and OpenBLAS ask OpenMP how many threads to use. A build without OpenMP has neither.
// Internal.
#pragma once

#ifdef RETROGRAD_WITH_OPENMP
#include <omp.h>
#else
inline int omp_get_max_threads() noexcept {
  return 1;
}
inline void omp_set_num_threads(int) noexcept {}
inline int omp_in_parallel() noexcept {
  return 0;
}
#endif

namespace retrograd::detail {

// In this scope they use this thread alone: the library cuts the work into pieces itself.
class OneOpenMpThread {
 public:
  OneOpenMpThread() : previous_(omp_get_max_threads()) {
    if (previous_ != 1) {
      omp_set_num_threads(1);
    }
  }
  ~OneOpenMpThread() {
    if (previous_ != 1) {
      omp_set_num_threads(previous_);
    }
  }
  OneOpenMpThread(const OneOpenMpThread&) = delete;
  OneOpenMpThread& operator=(const OneOpenMpThread&) = delete;

 private:
  int previous_;
};

}  // namespace retrograd::detail
