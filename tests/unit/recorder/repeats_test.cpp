#include "recorder/encoder/repeats.hpp"

#include <gtest/gtest.h>

#include "recorder/encoder/h264_bits.hpp"

namespace greenroom::recorder::encoder {
namespace {

/// A sequence parameter set as x264 writes it: 80 by 45 macroblocks, frame_num of four bits.
struct Sequence {
  std::uint32_t profile = 100;
  std::uint32_t order = 2;
  bool has_matrices = false;
  bool are_frames = true;
  std::uint32_t columns = 80;

  std::string unit() const {
    BitWriter w;
    w.bits(profile, 8);
    w.bits(31, 16);
    w.number(0);
    w.number(1);
    w.number(0);
    w.number(0);
    w.flag(false);
    w.flag(has_matrices);
    w.number(0);
    w.number(order);
    w.number(1);
    w.flag(false);
    w.number(columns - 1);
    w.number(44);
    w.flag(are_frames);
    return unit_of(0x67, w.finish());
  }
};

/// A slice whose header goes up to frame_num; `rest` stands for what the encoder has to say.
std::string slice(std::uint32_t frame_num, std::string_view rest) {
  BitWriter w;
  w.number(0);
  w.number(5);
  w.number(0);
  w.bits(frame_num, 4);
  w.bits(0, 4);
  return unit_of(0x41, w.finish().substr(0, 2) + std::string(rest));
}

std::uint32_t number_in(std::string_view unit) {
  const std::string payload = payload_of(unit);
  BitReader r(payload);
  for (int i = 0; i < 3; ++i) r.number();
  return r.bits(4);
}

TEST(H264Bits, NumbersAreReadAsTheyWereWritten) {
  BitWriter w;
  for (const std::uint32_t value : {0u, 1u, 2u, 7u, 3599u, 65'535u, 1'000'000u}) w.number(value);
  w.bits(5, 3);
  const std::string payload = w.finish();
  BitReader r(payload);
  for (const std::uint32_t value : {0u, 1u, 2u, 7u, 3599u, 65'535u, 1'000'000u}) EXPECT_EQ(r.number(), value);
  EXPECT_EQ(r.bits(3), 5u);
  EXPECT_TRUE(r.is_good());
  r.bits(32);
  EXPECT_FALSE(r.is_good());
}

TEST(H264Bits, AUnitHasNoStartCodeInItAndGivesItsPayloadBack) {
  const std::string payload("\x80\0\0\0\0\0\1\0\0\3\0\0\2x\0\0", 16);
  const std::string unit = unit_of(0x41, payload);
  EXPECT_EQ(payload_of(unit), payload);
  const std::string zeros(2, '\0');
  for (const char* last : {"\1", "\2"}) EXPECT_EQ(unit.find(zeros + last, 1), std::string::npos) << +*last;
  EXPECT_EQ(unit.find(std::string(3, '\0'), 1), std::string::npos);
}

TEST(Repeats, AreForStreamsThatAreNumberedInTheirOrder) {
  EXPECT_TRUE(Repeats::of(Sequence().unit()));
  EXPECT_FALSE(Repeats::of(Sequence{.profile = 77}.unit()));
  EXPECT_FALSE(Repeats::of(Sequence{.order = 0}.unit()));
  EXPECT_FALSE(Repeats::of(Sequence{.has_matrices = true}.unit()));
  EXPECT_FALSE(Repeats::of(Sequence{.are_frames = false}.unit()));
  EXPECT_FALSE(Repeats::of(Sequence{.columns = 5000}.unit()));
  EXPECT_FALSE(Repeats::of(Sequence().unit().substr(0, 6)));
  EXPECT_FALSE(Repeats::of(slice(1, "x")));
  EXPECT_FALSE(Repeats::of(""));
}

TEST(Repeats, LeaveAStreamWithoutThemAsItIs) {
  auto repeats = *Repeats::of(Sequence().unit());
  for (const std::string& unit :
       {std::string("\x65key"), slice(1, "a"), slice(2, "b"), std::string("\x68pps")})
    EXPECT_EQ(repeats.number(unit), unit);
}

TEST(Repeats, CountOnAndSoDoTheEncodersPicturesBehindThem) {
  auto repeats = *Repeats::of(Sequence().unit());
  repeats.number("\x65key");
  EXPECT_EQ(number_in(repeats.repeat()), 1u);
  EXPECT_EQ(number_in(repeats.repeat()), 2u);
  const std::string body("\x9c\0\0\1\0\0", 6);  // with what must be guarded
  const std::string numbered = repeats.number(slice(1, body));
  EXPECT_EQ(number_in(numbered), 3u);
  EXPECT_EQ(payload_of(numbered).substr(2), body) << "and nothing else has changed";
  for (int i = 0; i < 12; ++i) repeats.repeat();
  EXPECT_EQ(number_in(repeats.number(slice(2, "b"))), 0u) << "16 are counted with four bits";
}

TEST(Repeats, BeginAnewWithEachKeyPicture) {
  auto repeats = *Repeats::of(Sequence().unit());
  for (int i = 0; i < 5; ++i) repeats.repeat();
  repeats.number("\x65key");
  EXPECT_EQ(number_in(repeats.repeat()), 1u);
  repeats.begin_anew();
  EXPECT_EQ(number_in(repeats.repeat()), 1u);
}

TEST(Repeats, SkipEveryMacroblock) {
  auto repeats = *Repeats::of(Sequence().unit());
  const std::string payload = payload_of(repeats.repeat());
  BitReader r(payload);
  EXPECT_EQ(r.number(), 0u);  // first_mb_in_slice
  EXPECT_EQ(r.number(), 5u);  // slice_type
  EXPECT_EQ(r.number(), 1u);  // pic_parameter_set_id
  EXPECT_EQ(r.bits(4), 1u);   // frame_num
  EXPECT_EQ(r.bits(3), 0u);
  EXPECT_EQ(r.number(), 0u);  // slice_qp_delta
  EXPECT_EQ(r.number(), 1u);  // disable_deblocking_filter_idc
  EXPECT_EQ(r.number(), 80u * 45u);
  EXPECT_LE(payload.size(), 8u);
  const std::string parameters = payload_of(repeats.parameters());
  BitReader p(parameters);
  EXPECT_EQ(p.number(), 1u) << "the id that its pictures name";
}

}  // namespace
}  // namespace greenroom::recorder::encoder
