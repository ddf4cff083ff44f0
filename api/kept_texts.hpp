// Answers that are asked for again and again: the text of a session that has not changed since.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>

#include "api/core.hpp"

namespace greenroom::api {

/// Remembers what was rendered of a view. A view never changes (the next state is another view), so its text
/// holds for as long as the view itself. For one thread.
class KeptTexts {
 public:
  using Render = std::string (*)(const session::SessionView& view);

  /// What `render` makes of the view. The reference is good until the next call.
  const std::string& of(const SharedView& view, Render render) const;

 private:
  struct Key {
    const session::SessionView* view;
    Render render;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Kept {
    SharedView view;  ///< keeps the key's address from being used again
    std::string text;
  };
  mutable std::unordered_map<Key, Kept, Hash> kept_;
};

}  // namespace greenroom::api
