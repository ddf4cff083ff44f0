#include "daemon/paths.hpp"

#include <filesystem>
#include <unistd.h>

namespace greenroom::daemon {

namespace {
std::optional<std::string> first_executable(std::initializer_list<std::string> candidates) {
  for (const std::string& path : candidates)
    if (::access(path.c_str(), X_OK) == 0) return path;
  return std::nullopt;
}
}  // namespace

std::optional<std::string> find_chromium(const config::Settings& settings) {
  if (!settings.browser.executable.empty()) return first_executable({settings.browser.executable});
  return first_executable({"/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser",
                           "/opt/google/chrome/chrome", "/usr/lib64/chromium-browser/chromium-browser"});
}

std::optional<std::string> find_chromedriver(const config::Settings& settings) {
  if (!settings.browser.chromedriver.empty()) return first_executable({settings.browser.chromedriver});
  return first_executable({"/usr/bin/chromedriver", "/usr/lib/chromium/chromedriver",
                           "/usr/lib/chromium-browser/chromedriver", "/usr/local/bin/chromedriver"});
}

std::optional<std::string> find_encoder(const config::Settings& settings) {
  if (!settings.recording.encoder.empty()) return first_executable({settings.recording.encoder});
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  const std::filesystem::path folder = self.parent_path();
  return first_executable({(folder / "greenroom-encoder").string(),
                           (folder / "recorder" / "greenroom-encoder").string(),
                           (folder.parent_path() / "libexec" / "greenroom" / "greenroom-encoder").string()});
}

}  // namespace greenroom::daemon
