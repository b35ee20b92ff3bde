# The library, its public headers, and what find_package and pkg-config need.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/retrograd)

install(TARGETS retrograd EXPORT retrogradTargets FILE_SET HEADERS FILE_SET optional)
install(EXPORT retrogradTargets NAMESPACE retrograd:: DESTINATION ${package_dir})

if(RETROGRAD_WITH_IMAGES)
  install(TARGETS retrograd_images EXPORT retrogradImages FILE_SET HEADERS)
  install(EXPORT retrogradImages NAMESPACE retrograd:: FILE retrogradImagesTargets.cmake
          DESTINATION ${package_dir})
endif()
if(RETROGRAD_WITH_LOG)
  install(TARGETS retrograd_log EXPORT retrogradLog FILE_SET HEADERS)
  install(EXPORT retrogradLog NAMESPACE retrograd:: FILE retrogradLogTargets.cmake
          DESTINATION ${package_dir})
endif()
if(RETROGRAD_WITH_MODELS)
  install(TARGETS retrograd_models EXPORT retrogradModels FILE_SET HEADERS)
  install(EXPORT retrogradModels NAMESPACE retrograd:: FILE retrogradModelsTargets.cmake
          DESTINATION ${package_dir})
endif()
if(RETROGRAD_WITH_TRAIN)
  install(TARGETS retrograd_train EXPORT retrogradTrain FILE_SET HEADERS)
  install(EXPORT retrogradTrain NAMESPACE retrograd:: FILE retrogradTrainTargets.cmake
          DESTINATION ${package_dir})
endif()
if(RETROGRAD_WITH_ONNX)
  install(TARGETS retrograd_onnx EXPORT retrogradOnnx FILE_SET HEADERS)
  install(EXPORT retrogradOnnx NAMESPACE retrograd:: FILE retrogradOnnxTargets.cmake
          DESTINATION ${package_dir})
endif()

if(RETROGRAD_TOOLS)
  install(TARGETS retrograd_weights RUNTIME)
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
list(JOIN BLAS_LIBRARIES " " pc_libs_private)
string(APPEND pc_libs_private " ${OpenMP_CXX_FLAGS} -lz -lfmt")
if(RETROGRAD_WITH_ONEDNN)
  string(APPEND pc_libs_private " ${oneDNN_LIBRARY}")
endif()
configure_file(cmake/retrograd.pc.in retrograd.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
if(RETROGRAD_WITH_IMAGES)
  set(pc_libs_private ${PNG_LIBRARIES} ${JPEG_LIBRARIES})
  list(JOIN pc_libs_private " " pc_libs_private)
  configure_file(cmake/retrograd-images.pc.in retrograd-images.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-images.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(RETROGRAD_WITH_LOG)
  set(pc_libs_private "-lz -lfmt")
  configure_file(cmake/retrograd-log.pc.in retrograd-log.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-log.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(RETROGRAD_WITH_MODELS)
  set(pc_libs_private -lfmt)
  configure_file(cmake/retrograd-models.pc.in retrograd-models.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-models.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(RETROGRAD_WITH_TRAIN)
  set(pc_libs_private -lfmt)
  configure_file(cmake/retrograd-train.pc.in retrograd-train.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-train.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
if(RETROGRAD_WITH_ONNX)
  set(pc_libs_private -lfmt)
  configure_file(cmake/retrograd-onnx.pc.in retrograd-onnx.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/retrograd-onnx.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()
