# precompile(<target>): the target's C++ files start from precompiled.hpp.
#
# Half of a compilation is the parsing of Asio, JSON and the standard library. They are parsed once, by a target whose
# settings every other one shares.
option(GREENROOM_PCH "Precompile the headers that nearly every file includes" ON)

if(GREENROOM_PCH)
  target_compile_options(greenroom_options INTERFACE -Winvalid-pch -fpch-preprocess)  # the latter for ccache
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12's false alarms about std::string under -O2: it keeps them to itself in system headers, but not when those
    # come precompiled. Without precompiled headers the three warnings stay on.
    target_compile_options(greenroom_options INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "")
  add_library(greenroom_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(greenroom_precompiled PRIVATE greenroom::options Boost::json)
  # GCC takes precompiled headers only where the macros in them are the same, so also where JSON is not linked.
  target_compile_definitions(greenroom_options INTERFACE
    BOOST_JSON_DYN_LINK BOOST_JSON_NO_LIB BOOST_CONTAINER_DYN_LINK BOOST_CONTAINER_NO_LIB)
  target_precompile_headers(greenroom_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
endif()

function(precompile target)
  if(GREENROOM_PCH)
    target_precompile_headers(${target} REUSE_FROM greenroom_precompiled)
  endif()
endfunction()
