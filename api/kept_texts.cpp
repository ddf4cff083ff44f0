#include "api/kept_texts.hpp"

#include <functional>

namespace greenroom::api {

namespace {
constexpr std::size_t remembered = 512;  // views; about 1.5 kB each with their texts
}

std::size_t KeptTexts::Hash::operator()(const Key& key) const noexcept {
  return std::hash<const void*>()(key.view);  // one view is seldom rendered in two ways
}

const std::string& KeptTexts::of(const SharedView& view, Render render) const {
  const Key key{view.get(), render};
  if (const auto known = kept_.find(key); known != kept_.end()) return known->second.text;
  if (kept_.size() >= remembered) kept_.clear();
  return kept_.emplace(key, Kept{view, render(*view)}).first->second.text;
}

}  // namespace greenroom::api
