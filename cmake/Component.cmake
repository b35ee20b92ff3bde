# Components: libraries of their own, because they need another one, or to keep the core small.
# The order is that of their dependencies.
set(RETROGRAD_COMPONENTS images models log train onnx mpi)
list(TRANSFORM RETROGRAD_COMPONENTS TOUPPER OUTPUT_VARIABLE component_options)
list(TRANSFORM component_options PREPEND RETROGRAD_WITH_)

# add_component(NAME DESCRIPTION): the library retrograd::NAME of the sources below this folder.
#   LIBRARIES  what it needs beside the core, by CMake's names
#   COMPONENTS components that it links to
#   PC_LIBS    LIBRARIES for the linker of a static program, in the component's .pc file
#   OPTIMISE   the level of its release build
function(add_component name description)
  cmake_parse_arguments(PARSE_ARGV 2 component "" "OPTIMISE" "LIBRARIES;COMPONENTS;PC_LIBS")
  set(target retrograd_${name})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_dir}/retrograd/${name} SYMBOLIC)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} *.h)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  list(TRANSFORM headers PREPEND ${include_dir}/retrograd/${name}/)

  add_library(${target} ${sources})
  add_library(retrograd::${name} ALIAS ${target})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${include_dir} FILES ${headers})
  foreach(other IN LISTS component_COMPONENTS)
    if(NOT TARGET retrograd::${other})
      string(TOUPPER RETROGRAD_WITH_${other} option)
      message(FATAL_ERROR "retrograd::${name} needs retrograd::${other}: give ${option}=ON")
    endif()
  endforeach()
  list(TRANSFORM component_COMPONENTS PREPEND retrograd:: OUTPUT_VARIABLE others)
  target_link_libraries(${target}
    PUBLIC retrograd::retrograd
    PRIVATE ${component_LIBRARIES} ${others} fmt::fmt $<BUILD_INTERFACE:retrograd_warnings>)
  mark_lines(${target})
  # Numbers are the same on every processor, as the core's (CompileFlags.cmake).
  target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:${component_OPTIMISE}>
    -fno-math-errno -fno-trapping-math -ffp-contract=off)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name}
    CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    POSITION_INDEPENDENT_CODE ON INSTALL_RPATH $ORIGIN
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

  # For Install.cmake.
  list(JOIN component_PC_LIBS " " pc_libs)
  list(TRANSFORM component_COMPONENTS REPLACE "(.+)" "retrograd-\\1 = ${PROJECT_VERSION}"
       OUTPUT_VARIABLE pc_requires)
  list(JOIN pc_requires ", " pc_requires)
  set_target_properties(${target} PROPERTIES
    RETROGRAD_DESCRIPTION "${description}" RETROGRAD_NEEDS "${component_COMPONENTS}"
    RETROGRAD_PC_LIBS "${pc_libs} -lfmt" RETROGRAD_PC_REQUIRES "${pc_requires}")
endfunction()
