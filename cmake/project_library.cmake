# project_library(<name> SOURCES a.cpp … HEADERS a.hpp … DEPS <folders> LINK <outside targets>
#                 APART <files that are never compiled together with others> SELDOM)
#
# Makes greenroom::<name> from one folder. DEPS is the list of folders that the folder may include from:
# tests/lint/check_deps.py compares every #include "folder/…" with it. SELDOM: what is in it waits for disks, processes
# and people, so a release compiles it with -O1: a quarter less of a build's time, which a first start is made of.
function(project_library name)
  cmake_parse_arguments(arg "SELDOM" "" "SOURCES;HEADERS;DEPS;LINK;APART" ${ARGN})
  add_library(greenroom_${name} STATIC ${arg_SOURCES})
  add_library(greenroom::${name} ALIAS greenroom_${name})
  target_sources(greenroom_${name} PUBLIC FILE_SET headers TYPE HEADERS
                 BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_link_libraries(greenroom_${name} PUBLIC greenroom::options)
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(greenroom_${name} PUBLIC greenroom::${dep})
  endforeach()
  target_link_libraries(greenroom_${name} PUBLIC ${arg_LINK})
  if(arg_SELDOM AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(greenroom_${name} PRIVATE -O1)
  endif()
  precompile(greenroom_${name})
  unite(greenroom_${name} APART ${arg_APART})
endfunction()
