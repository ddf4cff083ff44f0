# project_library(<name> SOURCES a.cpp … HEADERS a.hpp … DEPS <folders> LINK <outside targets>
#                 APART <files that are never compiled together with others>)
#
# Makes greenroom::<name> from one folder. DEPS is the list of folders that the folder may include from:
# tests/lint/check_deps.py compares every #include "folder/…" with it.
function(project_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;DEPS;LINK;APART" ${ARGN})
  add_library(greenroom_${name} STATIC ${arg_SOURCES})
  add_library(greenroom::${name} ALIAS greenroom_${name})
  target_sources(greenroom_${name} PUBLIC FILE_SET headers TYPE HEADERS
                 BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_link_libraries(greenroom_${name} PUBLIC greenroom::options)
  foreach(dep IN LISTS arg_DEPS)
    target_link_libraries(greenroom_${name} PUBLIC greenroom::${dep})
  endforeach()
  target_link_libraries(greenroom_${name} PUBLIC ${arg_LINK})
  precompile(greenroom_${name})
  unite(greenroom_${name} APART ${arg_APART})
endfunction()
