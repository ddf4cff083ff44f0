#include "session/state.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

/// How many enumerators there are; a new one fails to compile here.
constexpr int states = 3;
constexpr int reasons = 14;
constexpr int recording_states = 5;
static_assert(static_cast<int>(State::ended) + 1 == states);
static_assert(static_cast<int>(EndReason::storage_full) + 1 == reasons);
static_assert(static_cast<int>(RecordingState::failed) + 1 == recording_states);

TEST(Outcome, EveryReasonIsJudgedInOneWay) {
  constexpr auto outcomes =
      std::array{Outcome::completed, Outcome::idle, Outcome::timed_out, Outcome::failed};
  std::size_t count = 0;
  for (const Outcome outcome : outcomes) {
    for (const EndReason reason : reasons_of({outcome})) EXPECT_EQ(outcome_of(reason), outcome);
    count += reasons_of({outcome}).size();
  }
  EXPECT_EQ(count, static_cast<std::size_t>(reasons));
  EXPECT_EQ(reasons_of({Outcome::idle, Outcome::timed_out}),
            (std::vector{EndReason::max_duration, EndReason::idle}));
}

TEST(State, EveryWordComesBackAndIsItsOwn) {
  std::set<std::string_view> words;
  for (int i = 0; i < states; ++i) {
    const auto state = static_cast<State>(i);
    EXPECT_EQ(state_of(word(state)), state) << word(state);
    words.insert(word(state));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(states));
}

TEST(State, EveryReasonsWordComesBackAndIsItsOwn) {
  std::set<std::string_view> words;
  for (int i = 0; i < reasons; ++i) {
    const auto reason = static_cast<EndReason>(i);
    EXPECT_EQ(end_reason_of(word(reason)), reason) << word(reason);
    words.insert(word(reason));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(reasons));
}

TEST(State, EveryRecordingWordComesBackAndIsItsOwn) {
  std::set<std::string_view> words;
  for (int i = 0; i < recording_states; ++i) {
    const auto state = static_cast<RecordingState>(i);
    EXPECT_EQ(recording_state_of(word(state)), state) << word(state);
    words.insert(word(state));
  }
  EXPECT_EQ(words.size(), static_cast<std::size_t>(recording_states));
}

TEST(State, OtherWordsAreNone) {
  for (const std::string_view text : {"", "Running", "running ", "ended\n", "x"}) {
    EXPECT_FALSE(state_of(text)) << text;
    EXPECT_FALSE(end_reason_of(text)) << text;
    EXPECT_FALSE(recording_state_of(text)) << text;
  }
}

TEST(State, CloseCodesTellWhoseDoingItWas) {
  const std::pair<EndReason, int> table[] = {
      {EndReason::requested, 1000},
      {EndReason::client_disconnected, 1000},
      {EndReason::never_connected, 1001},
      {EndReason::max_duration, 1001},
      {EndReason::idle, 1001},
      {EndReason::no_page_left, 1000},
      {EndReason::browser_crashed, 1011},
      {EndReason::out_of_memory, 1011},
      {EndReason::unresponsive, 1011},
      {EndReason::launch_failed, 1011},
      {EndReason::launch_timeout, 1011},
      {EndReason::storage_full, 1011},
      {EndReason::drained, 1012},
      {EndReason::lost_on_restart, 1012},
  };
  EXPECT_EQ(std::size(table), static_cast<std::size_t>(reasons));
  for (const auto& [reason, code] : table) {
    EXPECT_EQ(close_reason(reason).code, code) << word(reason);
    EXPECT_EQ(close_reason(reason).reason, word(reason));
  }
}

}  // namespace
}  // namespace greenroom::session
