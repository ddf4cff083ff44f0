#include "session/record.hpp"

#include <random>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

/// The whole view as one text.
std::string said(const SessionView& view) {
  json::object out;
  out["row"] = json::array{view.id,
                           view.project_id,
                           view.project_label,
                           view.dialect,
                           view.region,
                           word(view.state),
                           view.end_reason ? word(*view.end_reason) : "none",
                           view.keep_alive,
                           view.viewport.width,
                           view.viewport.height,
                           view.headless,
                           view.recorded,
                           view.logged,
                           word(view.recording),
                           view.recording_error,
                           view.proxy_bytes};
  out["times"] =
      json::array{view.created_at.time_since_epoch().count(), view.started_at.time_since_epoch().count(),
                  view.updated_at.time_since_epoch().count(), view.expires_at.time_since_epoch().count(),
                  view.ended_at ? view.ended_at->time_since_epoch().count() : -1};
  if (view.user_metadata) out["metadata"] = *view.user_metadata;
  return json::serialize(out);
}

TEST(Record, WhateverAViewHoldsComesBack) {
  std::mt19937 random(20250101);
  auto number = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  const std::string texts[] = {
      "", "a", "Häuser 😀", "quote\" and \\ and '", "line\nline", std::string(2000, 'x')};
  auto text = [&] { return texts[number(std::size(texts))]; };
  auto time = [&] { return base::WallTime(base::Milliseconds(1'800'000'000'000 + number(1'000'000))); };
  for (int i = 0; i < 500; ++i) {
    SessionView view;
    view.id = text();
    view.project_id = text();
    view.project_label = text();
    view.dialect = text();
    view.region = text();
    view.state = static_cast<State>(number(3));
    if (view.state == State::ended) {
      view.end_reason = static_cast<EndReason>(number(13));
      view.ended_at = time();
    }
    view.created_at = time();
    view.started_at = time();
    view.updated_at = time();
    view.expires_at = time();
    view.keep_alive = number(2) == 1;
    if (number(2) == 1) view.user_metadata = json::object{{text(), text()}, {"n", {{"m", number(9)}}}};
    view.viewport = {number(4096), number(4096)};
    view.headless = number(2) == 1;
    view.recorded = number(2) == 1;
    view.logged = number(2) == 1;
    view.recording = static_cast<RecordingState>(number(5));
    view.recording_error = text();
    view.proxy_bytes = number(1'000'000'000);
    EXPECT_EQ(said(to_view(to_record(view))), said(view));
  }
}

TEST(Record, EmptyMetadataIsNotTheSameAsNone) {
  SessionView view;
  view.user_metadata = json::object();
  EXPECT_TRUE(to_view(to_record(view)).user_metadata);
  view.user_metadata.reset();
  EXPECT_FALSE(to_view(to_record(view)).user_metadata);
}

TEST(Record, WordsOfALaterVersionBecomeTheNearest) {
  store::SessionRecord record;
  record.state = "hibernating";
  record.end_reason = "struck_by_lightning";
  record.recording_state = "uploaded";
  record.user_metadata = "{broken";
  record.spec = R"({"projectLabel":7,"new":[1]})";
  const SessionView view = to_view(record);
  EXPECT_EQ(view.state, State::ended);
  EXPECT_EQ(view.end_reason, EndReason::lost_on_restart);
  EXPECT_EQ(view.recording, RecordingState::failed);
  EXPECT_FALSE(view.user_metadata);
  EXPECT_EQ(view.project_label, "");
}

}  // namespace
}  // namespace greenroom::session
