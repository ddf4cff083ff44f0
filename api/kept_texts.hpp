// Answers that are asked for again and again: the text of a session that has not changed since.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "api/core.hpp"

namespace greenroom::api {

struct Call;

/// Remembers what was rendered of a view. A view never changes (the next state is another view), so its text
/// holds for as long as the view itself. For one thread.
class KeptTexts {
 public:
  using Render = std::string (*)(const session::SessionView& view);
  using RenderFor = std::string (*)(const Call& call, const session::SessionView& view);

  /// What `render` makes of the view. The reference is good until the next call.
  const std::string& of(const SharedView& view, Render render) const;
  /// What `render` makes of it for somebody who reached us as this caller did; of the call it may use nothing
  /// else that differs between callers.
  const std::string& of(const Call& call, const SharedView& view, RenderFor render) const;

 private:
  struct Key {
    const session::SessionView* view;
    Render render;  ///< one of these two is there
    RenderFor render_for;
    std::string_view base_url;  ///< empty, or that of the entry itself
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Kept {
    SharedView view;       ///< keeps the key's address from being used again
    std::string base_url;  ///< what the key's one refers to
    std::string text;
  };
  const std::string& keep(Key key, Kept kept) const;

  mutable std::unordered_map<Key, std::unique_ptr<const Kept>, Hash> kept_;
};

}  // namespace greenroom::api
