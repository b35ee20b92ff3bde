# All of them are private: no public header reaches one. Only those with code to link are left to
# the users of a static library, by retrogradConfig.cmake.in and retrograd.pc.in.
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
include(RequireCblas)
target_link_libraries(retrograd PRIVATE OpenMP::OpenMP_CXX BLAS::BLAS ZLIB::ZLIB fmt::fmt)
if(RETROGRAD_WITH_ONEDNN)
  find_package(oneDNN REQUIRED)
  target_link_libraries(retrograd PRIVATE oneDNN::oneDNN)
  # Only the sources that ask for it see the definition: a build without oneDNN compiles the others
  # alike, and finds them in ccache.
  set(onednn_sources ${sources})
  list(FILTER onednn_sources INCLUDE REGEX "^ops/kernels/onednn/")
  set_property(SOURCE ${onednn_sources} APPEND PROPERTY COMPILE_DEFINITIONS RETROGRAD_WITH_ONEDNN)
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
target_compile_definitions(retrograd PRIVATE HAVE_CBLAS=1)  # or xtensor-blas uses loops of its own
