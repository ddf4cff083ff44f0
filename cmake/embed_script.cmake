# Run by embed_assets(). Every file is one raw string literal: GCC and clang take more than the 65,536 bytes that the
# standard asks for.
string(REPLACE "|" ";" files "${files}")
set(rows "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  get_filename_component(extension ${file} EXT)
  if(extension STREQUAL ".html")
    set(type "text/html; charset=utf-8")
  elseif(extension MATCHES "\\.(js|cjs)$")
    set(type "text/javascript; charset=utf-8")
  elseif(extension STREQUAL ".css")
    set(type "text/css; charset=utf-8")
  elseif(extension STREQUAL ".txt")
    set(type "text/plain; charset=utf-8")
  else()
    message(FATAL_ERROR "${file}: no content type is known for ${extension}")
  endif()
  file(READ ${file} content)
  string(APPEND rows "    Asset{\"${name}\", \"${type}\", R\"--embedded--(${content})--embedded--\"},\n")
endforeach()
file(WRITE ${output} "// Made by cmake/embed_script.cmake from web/.\n#include \"api/asset_table.hpp\"\n
namespace greenroom::api {\n\nconst std::vector<Asset>& asset_table() {\n  static const std::vector<Asset> table = {\n${rows}  };
  return table;\n}\n\n}  // namespace greenroom::api\n")
