# Headers, both libraries, the CMake package and the pkg-config file.
include(CMakePackageConfigHelpers)

if(NOT PROJECT_IS_TOP_LEVEL OR TUTELA_BUILD_PYTHON)
  return()  # the wheel holds the Python module alone
endif()

install(TARGETS tutela tutela_static tutela_flags EXPORT tutelaTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/tutela DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT tutelaTargets NAMESPACE tutela:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tutela)

configure_package_config_file(cmake/tutelaConfig.cmake.in tutelaConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tutela)
write_basic_package_version_file(tutelaConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tutelaConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/tutelaConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tutela)

configure_file(cmake/tutela.pc.in tutela.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/tutela.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
