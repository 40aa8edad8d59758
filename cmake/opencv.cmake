# tutela::opencv: OpenCV's core and imgproc. Debian's packages of these two modules bring neither a CMake package nor a
# pkg-config file, and the one that does depends on 190 more. Installed with the package, for those who link statically.
find_path(TUTELA_OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4)
find_library(TUTELA_OPENCV_CORE opencv_core)
find_library(TUTELA_OPENCV_IMGPROC opencv_imgproc)
mark_as_advanced(TUTELA_OPENCV_INCLUDE_DIR TUTELA_OPENCV_CORE TUTELA_OPENCV_IMGPROC)
if(TUTELA_OPENCV_INCLUDE_DIR AND TUTELA_OPENCV_CORE AND TUTELA_OPENCV_IMGPROC AND NOT TARGET tutela::opencv)
  add_library(tutela::opencv INTERFACE IMPORTED)
  set_target_properties(tutela::opencv PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${TUTELA_OPENCV_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${TUTELA_OPENCV_IMGPROC};${TUTELA_OPENCV_CORE}")
endif()
