# Finds a BLAS with the C interface, without which xtensor-blas falls back to slow loops.
find_package(BLAS REQUIRED)
include(CheckCXXSourceCompiles)
include(CheckCXXSourceRuns)
include(CMakePushCheckState)

cmake_push_check_state(RESET)
set(CMAKE_REQUIRED_LIBRARIES BLAS::BLAS)
check_cxx_source_compiles("
  extern \"C\" float cblas_sdot(int, const float*, int, const float*, int);
  extern \"C\" void cblas_sgemm(...);
  int main() { return cblas_sdot(0, 0, 0, 0, 0) != 0 || &cblas_sgemm == nullptr; }"
  RETROGRAD_BLAS_HAS_CBLAS)
if(NOT RETROGRAD_BLAS_HAS_CBLAS)
  message(FATAL_ERROR "${BLAS_LIBRARIES} lacks the C interface to BLAS (cblas_sgemm). "
                      "OpenBLAS has it: package libopenblas-openmp-dev on Debian.")
endif()
if(NOT CMAKE_CROSSCOMPILING)
  check_cxx_source_runs("
    extern \"C\" int openblas_get_parallel();
    int main() { return openblas_get_parallel() == 1 ? 0 : 1; }"
    RETROGRAD_OPENBLAS_HAS_OWN_THREADS)
  if(RETROGRAD_OPENBLAS_HAS_OWN_THREADS)
    message(WARNING "This OpenBLAS runs a pool of threads of its own, which competes with OpenMP's. "
                    "Prefer its OpenMP build: package libopenblas-openmp-dev on Debian.")
  endif()
endif()
cmake_pop_check_state()
