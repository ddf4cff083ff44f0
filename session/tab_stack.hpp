// Which tab a person would see: known from what each page says of its own visibility and from the order in
// which tabs came to the front. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace greenroom::session {

/// The tabs of one browser, counted from 0 in the order of their opening.
///
/// Pages in different windows may all call themselves visible, because nothing tells them that a window
/// covers theirs: of those, the one that came to the front last is shown.
class TabStack {
 public:
  /// A new tab; its number. A known one keeps its number.
  int open(std::string_view target);
  void close(std::string_view target);
  /// What the page itself says (document.visibilityState).
  void say_visible(std::string_view target, bool is_visible);
  /// Somebody brought it to the front.
  void raise(std::string_view target);

  /// The tab that is shown, or none while no page has said that it is visible.
  std::optional<int> shown() const;
  std::optional<int> number_of(std::string_view target) const;
  /// The target of a tab that is open; empty if it is not.
  std::string_view target_of(int number) const;
  bool is_visible(std::string_view target) const;
  /// How many say that they are visible.
  std::ptrdiff_t visible() const;

 private:
  struct Tab {
    std::string target;
    int number = 0;
    bool is_visible = false;
  };
  const Tab* find(std::string_view target) const;

  std::vector<Tab> tabs_;  // the front one last
  int next_ = 0;
};

}  // namespace greenroom::session
