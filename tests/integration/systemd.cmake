project_test(systemd_notify SOURCES systemd_notify_test.cpp DEPS daemon LABEL integration)
add_test(NAME integration_systemd_units COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/systemd_units.sh
         ${PROJECT_BINARY_DIR}/systemd $<TARGET_FILE:greenroom>)
set_tests_properties(integration_systemd_units PROPERTIES LABELS integration TIMEOUT 60 SKIP_RETURN_CODE 77)
