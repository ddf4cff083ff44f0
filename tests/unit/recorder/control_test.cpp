#include "recorder/control.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"

namespace greenroom::recorder {
namespace {

std::vector<EncoderEvent> all_events() {
  const EncoderPicture picture{7, 1280, 720, std::string("\xff\xd8\n{\"x\":1}\n\0\xff\xd9", 14)};
  const EncoderFinished finished{{"finished", Milliseconds(16019)}};
  const EncoderStats stats{162, 163, 1, Milliseconds(4)};
  const EncoderPart part{segment(1), 4096, 777, Milliseconds(1000), true};
  const EncoderPace pace{5, 640, 360};
  return {EncoderStarted{1280, 720},
          segment(0),
          part,
          pace,
          stats,
          picture,
          EncoderFailed{"storage_full", "writing"},
          finished};
}

StartCommand start_command() {
  StartCommand start;
  start.display = 42;
  start.cookie = std::string("\x00\x01\xfe\xff", 4);
  start.started_at = WallTime(Milliseconds(1'700'000'000'123));
  start.zero = std::chrono::microseconds(987'654'321);
  return start;
}

std::vector<EncoderCommand> all_commands() {
  const SnapshotCommand snapshot{9, 55};
  const FrameCommand frame{Milliseconds(1234), "/9j/\n{\"finish\":{}}\n"};
  StartCommand resumed = start_command();
  resumed.source = CaptureSource::frames;
  resumed.is_resumed = true;
  return {start_command(),         frame,          snapshot, resumed, FrameCommand{}, CutCommand{},
          PointerCommand{-3, 719}, FinishCommand{}};
}

TEST(Control, CommandsAreReadBackHoweverTheyAreCut) {
  std::string bytes;
  for (const EncoderCommand& command : all_commands()) bytes += to_message(command);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    CommandParser parser;
    std::vector<EncoderCommand> commands;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      parser.feed(std::string_view(bytes).substr(at, step));
      for (auto command = parser.next(); command && *command; command = parser.next())
        commands.push_back(**command);
    }
    EXPECT_EQ(commands, all_commands()) << step;
  }
}

TEST(Control, CommandsOutOfRangeAreRefusedForEver) {
  for (const char* line :
       {"", "7", "{}", "{\"start\":{}}", "{\"snapshot\":{\"id\":1,\"quality\":101}}",
        "{\"snapshot\":{\"id\":-1}}", "{\"frame\":{\"at_ms\":1,\"bytes\":25165825}}",
        "{\"frame\":{\"at_ms\":-1,\"bytes\":1}}",
        "{\"start\":{\"source\":\"display\",\"display\":1,\"cookie\":\"zz\",\"fps\":10,\"max_width\":100,"
        "\"max_height\":100,\"preset\":\"superfast\",\"qp\":26,\"segment_ms\":4000,\"wall_ms\":0,\"zero_"
        "us\":0}}"}) {
    CommandParser parser;
    parser.feed(std::string(line) + "\n" + to_message(FinishCommand{}));
    EXPECT_FALSE(parser.next()) << line;
    EXPECT_FALSE(parser.next()) << line;
  }
}

TEST(Control, ACommandWithoutEndIsAnError) {
  CommandParser parser;
  parser.feed(std::string((64u << 10) + 1, 'x'));
  EXPECT_EQ(parser.next().error().code, errc::too_large);
}

TEST(Control, EventsAreReadBackHoweverTheyAreCut) {
  std::string bytes;
  for (const EncoderEvent& event : all_events()) bytes += to_message(event);
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    EventParser parser;
    std::vector<EncoderEvent> events;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      parser.feed(std::string_view(bytes).substr(at, step));
      for (auto event = parser.next(); event && *event; event = parser.next()) events.push_back(**event);
    }
    EXPECT_EQ(events, all_events()) << step;
  }
}

TEST(Control, AnUnknownLineIsSkipped) {
  EventParser parser;
  parser.feed("{\"news\":1}\n" + to_message(EncoderStarted{4, 2}));
  const auto event = parser.next();
  ASSERT_TRUE(event && *event);
  EXPECT_EQ(**event, EncoderEvent(EncoderStarted{4, 2}));
}

TEST(Control, ALineWithoutEndIsAnErrorForEver) {
  EventParser parser;
  parser.feed(std::string((1u << 20) + 1, 'x'));
  EXPECT_EQ(parser.next().error().code, errc::too_large);
  parser.feed("\n" + to_message(EncoderStarted{4, 2}));
  EXPECT_FALSE(parser.next());
}

TEST(Control, APictureOverItsLimitIsAnError) {
  EventParser parser;
  parser.feed("{\"snapshot\":{\"id\":1,\"bytes\":16777217,\"width\":1,\"height\":1}}\n");
  EXPECT_EQ(parser.next().error().code, errc::protocol);
}

TEST(Control, GarbageIsAnError) {
  for (const char* line : {"garbage\n", "[]\n", "{\"segment\":7}\n", "{\"stats\":{\"captured\":-1}}\n"}) {
    EventParser parser;
    parser.feed(line);
    EXPECT_FALSE(parser.next()) << line;
  }
}

TEST(Control, AnEmptyPictureNeedsNoBytes) {
  EventParser parser;
  parser.feed(to_message(EncoderPicture{3, 0, 0, ""}));
  const auto event = parser.next();
  ASSERT_TRUE(event && *event);
  EXPECT_TRUE(std::get<EncoderPicture>(**event).jpeg.empty());
}

}  // namespace
}  // namespace greenroom::recorder
