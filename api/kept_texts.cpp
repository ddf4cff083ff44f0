#include "api/kept_texts.hpp"

#include <functional>

#include "api/dialect.hpp"

namespace greenroom::api {

namespace {
constexpr std::size_t remembered_texts = 512;  // texts; about 1.5 kB each with their views
}

std::size_t KeptTexts::Hash::operator()(const Key& key) const noexcept {
  return std::hash<const void*>()(key.view);  // one view is seldom rendered in more than two ways
}

const std::string& KeptTexts::of(const SharedView& view, Render render) const {
  const Key key{view.get(), render, nullptr, {}};
  if (const auto known = kept_.find(key); known != kept_.end()) return known->second->text;
  return keep(key, {view, {}, render(*view)});
}

const std::string& KeptTexts::of(const Call& call, const SharedView& view, RenderFor render) const {
  const Key key{view.get(), nullptr, render, call.base_url};
  if (const auto known = kept_.find(key); known != kept_.end()) return known->second->text;
  return keep(key, {view, call.base_url, render(call, *view)});
}

const std::string& KeptTexts::keep(Key key, Kept kept) const {
  if (kept_.size() >= remembered_texts) kept_.clear();
  auto entry = std::make_unique<const Kept>(std::move(kept));
  key.base_url = entry->base_url;
  return kept_.emplace(key, std::move(entry)).first->second->text;
}

}  // namespace greenroom::api
