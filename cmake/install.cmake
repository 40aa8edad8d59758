# Headers, both libraries, the CMake package and the pkg-config file.
include(CMakePackageConfigHelpers)

if(NOT PROJECT_IS_TOP_LEVEL OR TUTELA_BUILD_PYTHON)
  return()  # the wheel holds the Python module and its workers alone
endif()

set(TUTELA_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tutela)

# Two export files: who links the shared library needs nothing of what it was built from.
install(TARGETS tutela EXPORT tutelaTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS tutela_worker tutela_worker_rare tutela_video_worker tutela_stream
  RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(TARGETS tutela_static EXPORT tutelaStaticTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/tutela DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tutelaTargets NAMESPACE tutela:: DESTINATION ${TUTELA_CMAKE_DIR})
install(EXPORT tutelaStaticTargets NAMESPACE tutela:: DESTINATION ${TUTELA_CMAKE_DIR})

configure_package_config_file(cmake/tutelaConfig.cmake.in tutelaConfig.cmake INSTALL_DESTINATION ${TUTELA_CMAKE_DIR})
write_basic_package_version_file(tutelaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tutelaConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tutelaConfigVersion.cmake
  ${CMAKE_CURRENT_LIST_DIR}/opencv.cmake
  DESTINATION ${TUTELA_CMAKE_DIR})

# The pkg-config file finds the prefix from where it lies, so that an installed tree can be moved.
file(RELATIVE_PATH TUTELA_PREFIX_FROM_PC ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/tutela.pc.in tutela.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tutela.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
