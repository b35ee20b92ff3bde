include(${CMAKE_CURRENT_LIST_DIR}/header_target.cmake)
header_target(xtensor xtensor)
set(xtensor_FOUND ON)
