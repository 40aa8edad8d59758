# Installs the library into an empty folder, moves that folder, builds the programs of tests/consumer against it, runs
# them. Called by the test guards.install_consumer, which passes the variables.

# run(COMMAND...): ends the test when the command fails.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# expect_run(ENVIRONMENT PROGRAM): the program says the version and the distance that it computed.
function(expect_run environment program)
  run(${CMAKE_COMMAND} -E env ${environment} ${program})
  if(NOT output STREQUAL "tutela ${VERSION}, distance 256\n")
    message(FATAL_ERROR "${program} said: ${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${WORK_DIR}/first)
file(RENAME ${WORK_DIR}/first ${WORK_DIR}/moved)  # an installed tree must not remember where it was made
set(prefix ${WORK_DIR}/moved)
set(library_path LD_LIBRARY_PATH=${prefix}/${LIBDIR})

# find_package, in a project that knows C only and in one that knows both.
foreach(project c cpp)
  run(${CMAKE_COMMAND} -S ${SOURCE_DIR}/tests/consumer/${project} -B ${WORK_DIR}/${project} -G ${GENERATOR}
    -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_C_COMPILER=${C_COMPILER} -D CMAKE_CXX_COMPILER=${CXX_COMPILER}
    -D CMAKE_BUILD_TYPE=Release -D WANTED_VERSION=${VERSION})
  run(${CMAKE_COMMAND} --build ${WORK_DIR}/${project})
endforeach()
expect_run(A=1 ${WORK_DIR}/c/consumer_c)
expect_run(A=1 ${WORK_DIR}/cpp/consumer_c_static)
expect_run(A=1 ${WORK_DIR}/cpp/consumer_cpp)
expect_run(A=1 ${WORK_DIR}/cpp/consumer_cpp_static)

# pkg-config, shared and static.
set(pkg ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${prefix}/${LIBDIR}/pkgconfig ${PKG_CONFIG})
run(${pkg} --modversion tutela)
if(NOT output STREQUAL "${VERSION}\n")
  message(FATAL_ERROR "pkg-config knows the version ${output}")
endif()
run(${pkg} --cflags --libs tutela)
separate_arguments(flags UNIX_COMMAND "${output}")
run(${C_COMPILER} -std=c11 ${SOURCE_DIR}/tests/consumer/c/consumer.c ${flags} -o ${WORK_DIR}/pkg_c)
expect_run(${library_path} ${WORK_DIR}/pkg_c)
run(${CXX_COMPILER} -std=c++20 ${SOURCE_DIR}/tests/consumer/cpp/consumer.cpp ${flags} -o ${WORK_DIR}/pkg_cpp)
expect_run(${library_path} ${WORK_DIR}/pkg_cpp)

run(${pkg} --static --cflags --libs tutela)
string(REPLACE "-ltutela" "-l:libtutela.a" output "${output}")  # with -ltutela the linker would prefer the shared one
separate_arguments(flags UNIX_COMMAND "${output}")
run(${C_COMPILER} -std=c11 ${SOURCE_DIR}/tests/consumer/c/consumer.c ${flags} -o ${WORK_DIR}/pkg_c_static)
expect_run(A=1 ${WORK_DIR}/pkg_c_static)
