# decant_folder(NAME [TORCH] [GLUE] [HOT prefix…] [ORACLE file…] [UNITY n] [DEPENDS folder…] [LIBRARIES target…] [SOURCES file…])
#
# Makes the target decant_NAME of the calling folder. SOURCES, when given, replaces the search by name (a folder with a part that
# needs libtorch and a part that does not calls decant_folder twice). Tests run in ctest one by one, under their gtest names; those of a
# TORCH folder in one process, since each process would load libtorch again (0.6 s).
#
# A clean build is to take seconds, not minutes; most of a file's cost is reading and instantiating headers. So (docs/benchmarks.md):
#   * DECANT_UNITY: the files of a folder are compiled together, UNITY n at a time (otherwise all; 4 where libtorch is read). What is
#     local to a file still needs a name that is its own in the folder. Files of Highway's, which include themselves, stay alone.
#   * Release compiles at -O3 where time is spent, and at -O1 what only calls that: GLUE folders, except their files that begin with a
#     HOT prefix. Tests are compiled at -O0, and at -O1 the ORACLE files, which compute.
add_library(decant_flags INTERFACE)
target_include_directories(decant_flags INTERFACE ${CMAKE_SOURCE_DIR})
# -Wrestrict of g++ 12 sees overlaps inside std::string that are not there (GCC bug 105651).
target_compile_options(decant_flags INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers -Wpedantic -Wshadow -Wconversion -Wold-style-cast -ffp-contract=off
  -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=  # __FILE__ says decant/…, wherever the checkout lies
  $<$<BOOL:${DECANT_WARNINGS_AS_ERRORS}>:-Werror> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # The compiler's own garbage collector: memory up to here is not swept, a tenth of the time.
  "$<$<CXX_COMPILER_ID:GNU>:SHELL:--param ggc-min-heapsize=600000>")
target_link_libraries(decant_flags INTERFACE Threads::Threads fmt::fmt)
if(DECANT_SANITIZE)
  target_compile_options(decant_flags INTERFACE -fsanitize=${DECANT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(decant_flags INTERFACE -fsanitize=${DECANT_SANITIZE})
endif()
if(DECANT_WITH_FUZZ)
  target_compile_options(decant_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  target_link_options(decant_flags INTERFACE -fsanitize=address,undefined)
endif()

add_custom_target(fuzzers)  # every fuzz target and what it needs, nothing else

# decant_unity(TARGET BATCH FILE…): compiles the files together, BATCH of them at a time (0 = all).
function(decant_unity target batch)
  if(NOT DECANT_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${batch})
  foreach(file ${ARGN})
    file(STRINGS ${file} alone REGEX "HWY_TARGET_INCLUDE" LIMIT_COUNT 1)
    if(alone)
      set_source_files_properties(${file} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# decant_test_pch(TARGET): the headers that every test reads are compiled once, with the first test. For g++ at -O0 alone: it shares where
# flags are the same, warns of what is not there and has crashed when it optimises; clang asks for the same macros too.
function(decant_test_pch target)
  if(NOT DECANT_UNITY OR F_TORCH OR NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    return()
  endif()
  get_property(owner GLOBAL PROPERTY DECANT_PCH_OWNER)
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <cmath> <filesystem> <functional> <map> <memory> <numeric> <optional> <set> <span> <string> <vector>
      <fmt/format.h> <gmock/gmock.h> <gtest/gtest.h> <nlohmann/json.hpp>)
    set_property(GLOBAL PROPERTY DECANT_PCH_OWNER ${target})
  endif()
endfunction()

# decant_register_tests(TARGET): tells ctest of the program's tests. The time limits only end what hangs: a busy machine is no failure.
function(decant_register_tests target)
  set(properties TIMEOUT 1800 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(F_TORCH)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES ${properties})
  else()
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 300 PROPERTIES ${properties})
  endif()
endfunction()

function(decant_folder name)
  cmake_parse_arguments(F "TORCH;GLUE" "UNITY" "HOT;ORACLE;DEPENDS;LIBRARIES;SOURCES" ${ARGN})
  set(files ${F_SOURCES})
  if(NOT files)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  endif()
  if(NOT DEFINED F_UNITY)
    set(F_UNITY 0)
    if(F_TORCH)
      set(F_UNITY 4)
    endif()
  endif()
  set(sources ${files})
  set(tests ${files})
  set(benches ${files})
  set(fuzzers ${files})
  list(FILTER sources EXCLUDE REGEX "_(test|bench|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  set(hot)
  if(F_HOT)
    list(JOIN F_HOT "|" prefixes)
    set(hot ${sources})
    list(FILTER hot INCLUDE REGEX "^${CMAKE_CURRENT_SOURCE_DIR}/(${prefixes})")
    list(REMOVE_ITEM sources ${hot})
  endif()

  set(libraries decant_flags ${F_LIBRARIES})
  foreach(below ${F_DEPENDS})
    list(APPEND libraries decant_${below})
  endforeach()
  if(F_TORCH)
    list(APPEND libraries decant_torch)
  endif()

  if(sources)
    add_library(decant_${name} STATIC ${sources})
    decant_unity(decant_${name} ${F_UNITY} ${sources})
    target_link_libraries(decant_${name} PUBLIC ${libraries})
    if(F_GLUE)
      target_compile_options(decant_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
    endif()
  else()
    add_library(decant_${name} INTERFACE)
    target_link_libraries(decant_${name} INTERFACE ${libraries})
  endif()
  if(hot)
    add_library(decant_${name}_hot OBJECT ${hot})
    decant_unity(decant_${name}_hot 0 ${hot})
    target_link_libraries(decant_${name}_hot PRIVATE ${libraries})
    target_sources(decant_${name} PRIVATE $<TARGET_OBJECTS:decant_${name}_hot>)
  endif()

  if(tests AND DECANT_WITH_TESTS)
    add_executable(${name}_test ${tests})
    decant_unity(${name}_test ${F_UNITY} ${tests})
    target_link_libraries(${name}_test PRIVATE decant_${name} GTest::gmock GTest::gtest_main)
    target_compile_options(${name}_test PRIVATE -O0)
    if(F_ORACLE)
      set_source_files_properties(${F_ORACLE} PROPERTIES COMPILE_OPTIONS -O1 SKIP_PRECOMPILE_HEADERS ON)
    endif()
    decant_test_pch(${name}_test)
    decant_register_tests(${name}_test)
    set_property(GLOBAL APPEND PROPERTY DECANT_TESTS ${name}_test)
  endif()
  if(benches AND DECANT_WITH_BENCH)
    find_package(benchmark REQUIRED)
    add_executable(${name}_bench ${benches})
    target_link_libraries(${name}_bench PRIVATE decant_${name} benchmark::benchmark)
  endif()
  if(DECANT_WITH_FUZZ)
    foreach(file ${fuzzers})
      get_filename_component(fuzzer ${file} NAME_WE)
      add_executable(${fuzzer} ${file})
      target_link_libraries(${fuzzer} PRIVATE decant_${name})
      target_link_options(${fuzzer} PRIVATE -fsanitize=fuzzer)
      add_dependencies(fuzzers ${fuzzer})
    endforeach()
  endif()
endfunction()
