include(${CMAKE_CURRENT_LIST_DIR}/header_target.cmake)
header_target(xtensor-blas xtensor-blas)
set(xtensor-blas_FOUND ON)
