include(${CMAKE_CURRENT_LIST_DIR}/header_target.cmake)
header_target(nlohmann_json::nlohmann_json nlohmann)
set(nlohmann_json_FOUND ON)
