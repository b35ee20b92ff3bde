# For work on retrograd itself; a project that adds it as a folder makes these choices.
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
mark_as_advanced(CCACHE)
if(CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Another checkout of the same sources finds what this one compiled, and so does a build that CTest
  # starts, in another locale; precompiled headers need the other two. What it has not kept is
  # compiled without being preprocessed first. A script, so that the launcher is one word.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${PROJECT_BINARY_DIR}/ccache)
  file(CONFIGURE OUTPUT ${CMAKE_CXX_COMPILER_LAUNCHER} @ONLY CONTENT [[#!/bin/sh
CCACHE_SLOPPINESS="locale,pch_defines,time_macros${CCACHE_SLOPPINESS:+,$CCACHE_SLOPPINESS}"
export CCACHE_SLOPPINESS
CCACHE_DEPEND=true CCACHE_BASEDIR='@PROJECT_SOURCE_DIR@' exec '@CCACHE@' "$@"
]])
  file(CHMOD ${CMAKE_CXX_COMPILER_LAUNCHER} PERMISSIONS
       OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()
