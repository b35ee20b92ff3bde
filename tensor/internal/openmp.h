// oneDNN and OpenBLAS ask OpenMP how many threads to use. Internal.
#pragma once

#include <omp.h>

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
