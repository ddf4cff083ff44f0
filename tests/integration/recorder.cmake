# Needs Xvfb and ffmpeg; no browser.
project_test(recorder_display
  SOURCES recorder_display_test.cpp recorder_display_support.cpp
  DEPS recorder
  LINK PkgConfig::xcb
  LABEL integration)
target_compile_definitions(integration_recorder_display PRIVATE
  GREENROOM_ENCODER="$<TARGET_FILE:greenroom-encoder>")
add_dependencies(integration_recorder_display greenroom-encoder)
