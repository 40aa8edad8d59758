# What is built, and with which flags.
include(GNUInstallDirs)

option(TUTELA_BUILD_EXAMPLES "Build the command line tool and the other examples" ${PROJECT_IS_TOP_LEVEL})
option(TUTELA_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(TUTELA_BUILD_BENCH "Build the benchmarks" OFF)
option(TUTELA_BUILD_PYTHON "Build the Python module (set by pip through scikit-build-core)" OFF)
option(TUTELA_WERROR "Warnings are errors" OFF)
option(TUTELA_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
option(TUTELA_TSAN "Build with the thread sanitizer" OFF)
option(TUTELA_FUZZ "Build the fuzz targets beside the tests (clang)" OFF)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Flags of our own targets only; a program that uses the library keeps its own.
add_library(tutela_flags INTERFACE)
target_compile_options(tutela_flags INTERFACE
  -Wall -Wextra -Wpedantic
  # A fused multiply-add rounds once where the reference rounds twice: it changes 115 of 434 golden hashes.
  -ffp-contract=off
  $<$<BOOL:${TUTELA_WERROR}>:-Werror>)
if(TUTELA_SANITIZE)
  # Not vptr: it probes memory by a pipe, which ends a confined worker.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(TUTELA_TSAN)
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
endif()
