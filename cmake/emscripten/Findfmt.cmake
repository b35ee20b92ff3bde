include(${CMAKE_CURRENT_LIST_DIR}/header_target.cmake)
header_target(fmt::fmt fmt FMT_HEADER_ONLY)
set(fmt_FOUND ON)
