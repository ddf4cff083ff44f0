# web_packages(<variable> <file below the packages>): the file of web/'s npm packages, which are installed in the build
# directory exactly as web/package-lock.json has them, anew when that changes. Nothing of them runs.
function(web_packages variable file)
  find_program(npm npm REQUIRED)
  set(here ${PROJECT_BINARY_DIR}/web_packages)
  add_custom_command(
    OUTPUT ${here}/${file}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${here}
    COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/web/package.json ${PROJECT_SOURCE_DIR}/web/package-lock.json
            ${PROJECT_SOURCE_DIR}/web/.npmrc ${here}
    COMMAND ${CMAKE_COMMAND} -E chdir ${here} ${npm} ci --prefer-offline --no-audit --no-fund --loglevel=error
    COMMAND ${CMAKE_COMMAND} -E touch ${here}/${file}
    DEPENDS ${PROJECT_SOURCE_DIR}/web/package.json ${PROJECT_SOURCE_DIR}/web/package-lock.json
    WORKING_DIRECTORY ${PROJECT_BINARY_DIR}
    COMMENT "Installing the npm packages of web/"
    VERBATIM)
  set(${variable} ${here}/${file} PARENT_SCOPE)
endfunction()
