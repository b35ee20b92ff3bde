# Compiles to WebAssembly with Debian's package emscripten. Headers come from /usr/include by links
# to their folders alone, as the folder itself holds those of another C library.
set(RETROGRAD_HOST_INCLUDE /usr/include CACHE PATH "Where headers without code are found")
set(EMSCRIPTEN_TOOLCHAIN /usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake CACHE FILEPATH
    "Emscripten's own toolchain file")
mark_as_advanced(RETROGRAD_HOST_INCLUDE EMSCRIPTEN_TOOLCHAIN)

# Exceptions are the machine's own. In front of libc++'s headers come those of include/, which add
# what its version 13 lacks.
set(CMAKE_CXX_FLAGS_INIT "-fwasm-exceptions -msimd128 -isystem ${CMAKE_CURRENT_LIST_DIR}/emscripten/include")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-sALLOW_MEMORY_GROWTH=1")
# Emscripten's scripts need packages that only Debian's own Node finds without being told.
set(CMAKE_CXX_LINKER_LAUNCHER ${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs)
# With fetch(), Node would not read a module from a file.
find_program(RETROGRAD_NODE NAMES nodejs node)
mark_as_advanced(RETROGRAD_NODE)
set(CMAKE_CROSSCOMPILING_EMULATOR ${RETROGRAD_NODE} --no-experimental-fetch)
include(${EMSCRIPTEN_TOOLCHAIN})

set(RETROGRAD_HEADERS ${CMAKE_BINARY_DIR}/host_include)
file(MAKE_DIRECTORY ${RETROGRAD_HEADERS})
foreach(library IN ITEMS doctest fmt nlohmann xflens xtensor xtensor-blas xtl)
  if(EXISTS ${RETROGRAD_HOST_INCLUDE}/${library})
    file(CREATE_LINK ${RETROGRAD_HOST_INCLUDE}/${library} ${RETROGRAD_HEADERS}/${library} SYMBOLIC)
  endif()
endforeach()
# Random123 refuses processors that it does not know; its list has one without special code, riscv.
file(CONFIGURE OUTPUT ${RETROGRAD_HEADERS}/Random123/philox.h @ONLY CONTENT [[#pragma once
#define __riscv 1
#include "@RETROGRAD_HOST_INCLUDE@/Random123/philox.h"
#undef __riscv
]])
set(RANDOM123_INCLUDE_DIR ${RETROGRAD_HEADERS} CACHE PATH "Where Random123/philox.h is")
# Modules that make targets of these headers, and doctest's own.
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/emscripten /usr/lib/cmake/doctest)
