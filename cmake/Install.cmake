# The library, its public headers, and what find_package and pkg-config need.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/retrograd)

install(TARGETS retrograd EXPORT retrogradTargets FILE_SET HEADERS FILE_SET optional)
install(EXPORT retrogradTargets NAMESPACE retrograd:: DESTINATION ${package_dir})

set(component_needs "")
foreach(component IN LISTS RETROGRAD_COMPONENTS)
  if(TARGET retrograd_${component})
    install(TARGETS retrograd_${component} EXPORT retrograd_${component} FILE_SET HEADERS)
    install(EXPORT retrograd_${component} NAMESPACE retrograd::
            FILE retrograd_${component}Targets.cmake DESTINATION ${package_dir})
    get_target_property(needs retrograd_${component} RETROGRAD_NEEDS)
    string(APPEND component_needs "set(retrograd_${component}_needs ${needs})\n")
  endif()
endforeach()

if(RETROGRAD_TOOLS)
  get_property(tools GLOBAL PROPERTY RETROGRAD_TOOL_TARGETS)
  install(TARGETS ${tools} RUNTIME)
endif()

configure_package_config_file(cmake/retrogradConfig.cmake.in retrogradConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(retrogradConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrogradConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/retrogradConfigVersion.cmake cmake/FindoneDNN.cmake
        DESTINATION ${package_dir})

# The prefix is found from where the file is, so that an installation can be moved.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
           OUTPUT_VARIABLE pc_to_prefix)
set(pc_libs_private -lfmt)
if(RETROGRAD_WITH_BLAS)
  list(JOIN BLAS_LIBRARIES " " pc_blas)
  string(APPEND pc_libs_private " ${pc_blas}")
endif()
if(RETROGRAD_WITH_OPENMP)
  string(APPEND pc_libs_private " ${OpenMP_CXX_FLAGS}")
endif()
if(RETROGRAD_WITH_ZLIB)
  string(APPEND pc_libs_private " -lz")
endif()
if(RETROGRAD_WITH_ONEDNN)
  string(APPEND pc_libs_private " ${oneDNN_LIBRARY}")
endif()
configure_file(cmake/retrograd.pc.in retrograd.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
foreach(component IN LISTS RETROGRAD_COMPONENTS)
  if(TARGET retrograd_${component})
    get_target_property(pc_description retrograd_${component} RETROGRAD_DESCRIPTION)
    get_target_property(pc_libs_private retrograd_${component} RETROGRAD_PC_LIBS)
    get_target_property(pc_requires retrograd_${component} RETROGRAD_PC_REQUIRES)
    configure_file(cmake/retrograd-component.pc.in retrograd-${component}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-${component}.pc
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  endif()
endforeach()
