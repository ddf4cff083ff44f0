#include "config/yaml.hpp"

#include <optional>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "config/keys.hpp"

namespace greenroom::config {

using base::errc;
using base::Error;
using base::Result;

namespace {

struct Flattener {
  const std::string& name;
  std::vector<YamlEntry> entries = {};

  Error at(const YAML::Mark& mark, std::string_view words) const {
    const std::string line = mark.line < 0 ? "" : ":" + std::to_string(mark.line + 1);
    return Error{errc::invalid_argument, name + line + ": " + std::string(words)};
  }

  Result<void> entry(const std::string& key, const YAML::Node& node, int line) {
    YamlEntry entry{key, {}, line};
    if (node.IsScalar()) {
      entry.value.items.push_back(node.Scalar());
    } else if (node.IsSequence()) {
      entry.value.is_list = true;
      for (const YAML::Node& item : node) {
        if (!item.IsScalar()) return at(item.Mark(), key + ": the list may hold plain values only");
        entry.value.items.push_back(item.Scalar());
      }
    } else if (node.IsNull()) {
      if (find_key(key) == nullptr) return {};  // a section whose entries are all commented out
      return Error{errc::invalid_argument, name + ":" + std::to_string(line) + ": " + key +
                                               ": has no value (give one, or remove the line)"};
    }
    entries.push_back(std::move(entry));
    return {};
  }

  /// `depth` bounds the recursion: settings have two levels, aliases could make more.
  Result<void> map(const std::string& prefix, const YAML::Node& node, int depth) {
    if (depth > 4) return at(node.Mark(), prefix + " is nested too deeply");
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) return at(pair.first.Mark(), "a key must be a plain word");
      const std::string key = (prefix.empty() ? "" : prefix + ".") + pair.first.Scalar();
      const bool is_section = pair.second.IsMap() && find_key(key) == nullptr;
      if (pair.second.IsMap() && !is_section)
        return at(pair.first.Mark(), key + ": is a setting, not a section");
      auto done =
          is_section ? map(key, pair.second, depth + 1) : entry(key, pair.second, pair.first.Mark().line + 1);
      if (!done) return done;
    }
    return {};
  }
};

/// Remembers where documents begin.
class DocumentMarks final : public YAML::EventHandler {
 public:
  const YAML::Mark& last() const { return last_; }
  void OnDocumentStart(const YAML::Mark& mark) override { last_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  YAML::Mark last_;
};

/// Where a second document begins. Looks for one only: YAML::LoadAll never ends on a text that begins with a
/// comma, of which yaml-cpp 0.7 makes empty documents for ever.
std::optional<YAML::Mark> second_document(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentMarks marks;
  if (!parser.HandleNextDocument(marks) || !parser.HandleNextDocument(marks)) return std::nullopt;
  return marks.last();
}

}  // namespace

Result<std::vector<YamlEntry>> read_yaml(std::string_view text, const std::string& name) {
  Flattener flat{name};
  try {
    const std::string copy(text);
    if (const auto second = second_document(copy))
      return flat.at(*second, "what stands here is behind the end of the settings ('---', or a stray mark)");
    const YAML::Node document = YAML::Load(copy);
    if (document.IsNull()) return flat.entries;
    if (!document.IsMap()) return flat.at(document.Mark(), "'key: value' lines are wanted");
    if (auto done = flat.map("", document, 0); !done) return done.error();
    return flat.entries;
  } catch (const YAML::Exception& failure) {
    return flat.at(failure.mark, "not valid YAML: " + failure.msg);
  }
}

}  // namespace greenroom::config
