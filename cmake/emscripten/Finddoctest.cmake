include(${CMAKE_CURRENT_LIST_DIR}/header_target.cmake)
header_target(doctest::doctest doctest)
set(doctest_FOUND ON)
