#include "config/load.hpp"

#include <filesystem>
#include <map>

#include "base/fd.hpp"
#include "config/keys.hpp"
#include "config/yaml.hpp"

namespace greenroom::config {

using base::errc;
using base::Error;
using base::Result;

namespace {

/// Applies sources in rising order of precedence and remembers where each key was last set.
class Loader {
 public:
  Result<void> set(const std::string& place, const std::string& name, const Value& value) {
    const Key* key = find_key(name);
    if (key == nullptr) return fail(place, unknown(name));
    if (auto problem = key->set(settings_, value)) return fail(place, name + ": " + *problem);
    places_[name] = place;
    return {};
  }

  Result<void> file(std::string_view yaml, const std::string& name) {
    auto entries = read_yaml(yaml, name);
    if (!entries) return entries.error();
    std::map<std::string, int> seen;
    for (const YamlEntry& entry : *entries) {
      const std::string place = name + ":" + std::to_string(entry.line);
      const auto [first, is_new] = seen.emplace(entry.key, entry.line);
      if (!is_new)
        return fail(place, entry.key + ": was set before, on line " + std::to_string(first->second));
      if (auto done = set(place, entry.key, entry.value); !done) return done;
    }
    return {};
  }

  Result<void> environment(const std::vector<std::pair<std::string, std::string>>& variables) {
    std::map<std::string, std::string> seen;
    for (const auto& [variable, text] : variables) {
      const std::string key = key_of(variable);
      if (key.empty()) continue;
      const auto [first, is_new] = seen.emplace(key, variable);
      if (!is_new) return fail(variable, key + ": was set before, by " + first->second);
      if (auto done = set(variable, key, Value{{text}, false}); !done) return done;
    }
    return {};
  }

  /// What no single value can be blamed for.
  Result<Settings> finish() {
    if (settings_.session.default_timeout > settings_.session.max_timeout)
      return clash("session.default_timeout", "is longer than session.max_timeout");
    const PixelSize& page = settings_.browser.viewport;
    const PixelSize& screen = settings_.browser.screen;
    if (page.width > screen.width || page.height > screen.height)
      return clash("browser.viewport", "is larger than browser.screen");
    return settings_;
  }

 private:
  static Error fail(const std::string& place, const std::string& words) {
    return Error{errc::invalid_argument, place + ": " + words};
  }

  static std::string unknown(const std::string& name) {
    const std::string near = nearest_key(name);
    return name + ": there is no such setting" + (near.empty() ? "" : "; did you mean " + near + "?");
  }

  Error clash(const std::string& key, const std::string& words) const {
    const auto place = places_.find(key);
    return fail(place == places_.end() ? "default" : place->second, key + ": " + words);
  }

  /// "GREENROOM_SERVER__LISTEN" to "server.listen". Without "__" it is no setting: container platforms make
  /// variables such as GREENROOM_SERVICE_HOST by themselves.
  static std::string key_of(const std::string& variable) {
    std::string name;
    for (const char c : variable) name += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    constexpr std::string_view prefix = "greenroom_";
    if (!name.starts_with(prefix)) return {};
    name.erase(0, prefix.size());
    const auto separator = name.find("__");
    if (separator == std::string::npos) return {};
    for (auto at = separator; at != std::string::npos; at = name.find("__", at + 1)) name.replace(at, 2, ".");
    return name;
  }

  Settings settings_;
  std::map<std::string, std::string> places_;
};

Result<Settings> finish_loading(Loader& loader, const Sources& sources) {
  if (auto done = loader.environment(sources.environment); !done) return done.error();
  for (const auto& [key, text] : sources.flags)
    if (auto done = loader.set("command line", key, Value{{text}, false}); !done) return done.error();
  return loader.finish();
}

}  // namespace

Result<Settings> load(const Sources& sources) {
  if (sources.file) {
    const auto text = base::read_file(*sources.file);
    if (!text) return Error{text.error().code, "settings file " + text.error().detail};
    return load_text(*text, std::filesystem::path(*sources.file).filename().string(), sources);
  }
  Loader loader;
  return finish_loading(loader, sources);
}

Result<Settings> load_text(std::string_view yaml, const std::string& name, const Sources& rest) {
  Loader loader;
  if (auto done = loader.file(yaml, name); !done) return done.error();
  return finish_loading(loader, rest);
}

}  // namespace greenroom::config
