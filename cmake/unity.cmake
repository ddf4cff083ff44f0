# unite(<target> [APART <files>]): several of the target's files are compiled as one.
#
# Half of what the compiler does for a file it does for every other one too, precompiled headers or not: the same
# templates are instantiated, the same coroutines' helpers laid out. Where a clean build matters more than the rebuild
# of one file (release, asan) files of a target go together, eight at a time. Names in anonymous namespaces must then
# differ within a folder. APART: files that must be compiled alone.
option(GREENROOM_UNITY "Compile several files of a target as one" OFF)

if(GREENROOM_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC takes files that are included for headers, where types of anonymous namespaces would be a mistake; and names
  # of a neighbour are no reason for others here. Preset dev has both warnings.
  target_compile_options(greenroom_options INTERFACE -Wno-subobject-linkage -Wno-shadow)
endif()

function(unite target)
  cmake_parse_arguments(arg "" "" "APART" ${ARGN})
  if(NOT GREENROOM_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  if(arg_APART)
    set_source_files_properties(${arg_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
