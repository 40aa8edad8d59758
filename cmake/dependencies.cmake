# The libraries that Tutela stands on; why each was chosen is in src/README.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GIF 5.1 REQUIRED)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
# The rarer pictures. libheif brings libde265 and dav1d along; Tutela calls these itself, in one thread.
pkg_check_modules(tiff REQUIRED IMPORTED_TARGET libtiff-4>=4.5)
pkg_check_modules(heif REQUIRED IMPORTED_TARGET libheif>=1.15)
pkg_check_modules(de265 REQUIRED IMPORTED_TARGET libde265)
pkg_check_modules(dav1d REQUIRED IMPORTED_TARGET dav1d)
pkg_check_modules(jxl REQUIRED IMPORTED_TARGET libjxl>=0.7)
set(TUTELA_STILLS PkgConfig::tiff PkgConfig::heif PkgConfig::de265 PkgConfig::dav1d PkgConfig::jxl)

# Videos. Only the headers are used for building; the libraries are loaded when a video is met (media/ffmpeg_calls.hpp).
pkg_check_modules(ffmpeg REQUIRED libavformat>=59 libavcodec>=59 libavutil>=57)

pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)  # of the worker program alone
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
# Lists of others: XML and data bases.
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat>=2.4)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.36)
# Signatures of lists, and lists encrypted at rest.
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
set(TUTELA_LISTS PkgConfig::expat PkgConfig::sqlite3 PkgConfig::sodium)
include(${CMAKE_CURRENT_LIST_DIR}/opencv.cmake)
if(NOT TARGET tutela::opencv)
  message(FATAL_ERROR "OpenCV's core and imgproc are missing (libopencv-core-dev, libopencv-imgproc-dev)")
endif()
