project_test(cli SOURCES cli_test.cpp DEPS daemon LABEL integration)
target_compile_definitions(integration_cli PRIVATE GREENROOM_BINARY="$<TARGET_FILE:greenroom>")
add_dependencies(integration_cli greenroom)
