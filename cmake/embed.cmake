# embed_assets(<out.cpp> <files>…): the files as a table of greenroom::api::Asset, made anew when one changes.
function(embed_assets output)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_script.cmake)
  list(JOIN ARGN "|" files)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -D "output=${output}" -D "files=${files}" -P ${script}
    DEPENDS ${ARGN} ${script}
    VERBATIM)
  # The standard asks for literals of 65,536 bytes only; our two compilers take more, and clang says so.
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
endfunction()
