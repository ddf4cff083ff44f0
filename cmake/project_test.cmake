# project_test(<name> SOURCES a_test.cpp … DEPS <folders> [LINK <outside targets>] [LABEL unit|integration] [APART <files>]
#              [TIMEOUT <seconds>])
#
# Makes one GoogleTest binary `<label>_<name>` (label: unit when not given) that is one CTest test of the same
# name. One test per binary, not one per case: under AddressSanitizer each start costs more than most cases.
# Run a single case with `build/<preset>/tests/…/<binary> --gtest_filter=…`.
function(project_test name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;DEPS;LINK;APART" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "project_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_LABEL MATCHES "^(unit|integration)$")
    message(FATAL_ERROR "project_test(${name}): LABEL is unit or integration, not ${arg_LABEL}")
  endif()
  if(NOT arg_TIMEOUT)
    if(arg_LABEL STREQUAL "unit")
      set(arg_TIMEOUT 60)
    else()
      set(arg_TIMEOUT 180)
    endif()
  endif()

  set(target ${arg_LABEL}_${name})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE greenroom::options GTest::gtest_main ${arg_LINK})
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(${target} PRIVATE greenroom::${dep})
  endforeach()
  precompile(${target})
  if(arg_LABEL STREQUAL "unit")
    unite(${target} APART ${arg_APART})
  endif()

  # Test data is found from the source tree: golden files are opened as "tests/golden/…".
  add_test(NAME ${target} COMMAND ${target} --gtest_brief=1 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${target} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  if(arg_LABEL STREQUAL "integration")
    set_tests_properties(${target} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
