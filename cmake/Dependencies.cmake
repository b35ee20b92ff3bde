# All of them are private: no public header reaches one. Only those with code to link are left to
# the users of a static library, by retrogradConfig.cmake.in and retrograd.pc.in.
#
# Only the sources that ask for an optional library see its definition: a build without one compiles
# the others alike, and finds them in ccache.
function(uses_library name pattern)
  set(users ${sources})
  list(FILTER users INCLUDE REGEX ${pattern})
  set_property(SOURCE ${users} APPEND PROPERTY COMPILE_DEFINITIONS RETROGRAD_WITH_${name})
endfunction()

find_package(fmt REQUIRED)
target_link_libraries(retrograd PRIVATE fmt::fmt)
if(RETROGRAD_WITH_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  target_link_libraries(retrograd PRIVATE OpenMP::OpenMP_CXX)
  uses_library(OPENMP "^tensor/pieces\\.cpp|^ops/kernels/(onednn/|linalg/gemm\\.cpp)")
elseif(RETROGRAD_WITH_ONEDNN OR RETROGRAD_WITH_BLAS)
  message(FATAL_ERROR "oneDNN and BLAS would start threads inside the library's own, which "
                      "RETROGRAD_WITH_OPENMP prevents: set RETROGRAD_WITH_ONEDNN and "
                      "RETROGRAD_WITH_BLAS to OFF, too.")
else()
  target_compile_options(retrograd PRIVATE -fopenmp-simd)  # loops that are marked as vector code
endif()
if(RETROGRAD_WITH_BLAS)
  include(RequireCblas)
  target_link_libraries(retrograd PRIVATE BLAS::BLAS)
  uses_library(BLAS "^ops/kernels/linalg/gemm\\.cpp")
endif()
if(RETROGRAD_WITH_ZLIB)
  find_package(ZLIB REQUIRED)
  target_link_libraries(retrograd PRIVATE ZLIB::ZLIB)
  uses_library(ZLIB "^io/inflate")
endif()
if(RETROGRAD_WITH_ONEDNN)
  find_package(oneDNN REQUIRED)
  target_link_libraries(retrograd PRIVATE oneDNN::oneDNN)
  uses_library(ONEDNN "^ops/kernels/onednn/")
endif()

if(RETROGRAD_WITH_LOG)
  find_package(ZLIB REQUIRED)
endif()
if(RETROGRAD_WITH_IMAGES)
  find_package(JPEG REQUIRED)
  find_package(PNG REQUIRED)
endif()
if(RETROGRAD_WITH_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()
if(RETROGRAD_WITH_ONNX OR RETROGRAD_WITH_LOG)
  find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp)
  mark_as_advanced(PROTOZERO_INCLUDE_DIR)
  if(NOT PROTOZERO_INCLUDE_DIR)
    message(FATAL_ERROR "protozero/pbf_reader.hpp was not found: package libprotozero-dev on "
                        "Debian. Elsewhere, PROTOZERO_INCLUDE_DIR says where it is.")
  endif()
endif()

# Headers alone. xtensor-blas would bring LAPACK along, of which nothing is used.
find_package(nlohmann_json REQUIRED)
find_package(xtensor REQUIRED)
find_package(xtensor-blas REQUIRED)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
mark_as_advanced(RANDOM123_INCLUDE_DIR)
if(NOT RANDOM123_INCLUDE_DIR)
  message(FATAL_ERROR "Random123/philox.h was not found: package librandom123-dev on Debian. "
                      "Elsewhere, RANDOM123_INCLUDE_DIR says where it is.")
endif()
target_link_libraries(retrograd
  PRIVATE $<BUILD_INTERFACE:xtensor> $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)
target_include_directories(retrograd SYSTEM PRIVATE
  $<TARGET_PROPERTY:xtensor-blas,INTERFACE_INCLUDE_DIRECTORIES> ${RANDOM123_INCLUDE_DIR})
# Or xtensor-blas uses loops of its own.
set(xtensor_blas $<IF:$<BOOL:${RETROGRAD_WITH_BLAS}>,HAVE_CBLAS=1,XTENSOR_USE_FLENS_BLAS>)
target_compile_definitions(retrograd PRIVATE ${xtensor_blas})
