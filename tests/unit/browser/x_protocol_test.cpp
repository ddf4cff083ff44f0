#include "browser/x_protocol.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

using namespace std::string_literals;

const std::string cookie = "0123456789abcdef";

TEST(XProtocol, AnAuthorityRecordIsGoodForEveryDisplay) {
  // As xauth writes it for FamilyWild.
  EXPECT_EQ(xauthority_record(cookie), "\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10"s + cookie);
}

TEST(XProtocol, TheFirstMessageCarriesThePaddedCookie) {
  EXPECT_EQ(x_setup_request(cookie), "l\0\x0b\0\0\0\x12\0\x10\0\0\0MIT-MAGIC-COOKIE-1\0\0"s + cookie);
}

TEST(XProtocol, ARefusalHasNoRest) {
  EXPECT_EQ(x_setup_rest("\x01\0\x0b\0\0\0\x10\0"s), 64u);
  EXPECT_EQ(x_setup_rest("\0\x05\x0b\0\0\0\x10\0"s), std::nullopt);
  EXPECT_EQ(x_setup_rest("\x01\0\x0b"s), std::nullopt);
}

std::string setup_answer() {
  std::string rest(32, '\0');
  rest[16] = 5;  // the vendor's name has five bytes, padded to eight
  rest[20] = 1;  // one screen
  rest[21] = 2;  // two formats
  rest += "Xvend\0\0\0"s + std::string(16, 'f') + "\x2a\x01\0\0"s;
  return rest;
}

TEST(XProtocol, TheRootWindowStandsBehindTheFormats) { EXPECT_EQ(x_root_window(setup_answer()), 0x12au); }

TEST(XProtocol, AShortAnswerHasNoRootWindow) {
  const std::string whole = setup_answer();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(x_root_window(std::string_view(whole).substr(0, size)), std::nullopt);
}

TEST(XProtocol, RequestsCountTheirOwnWords) {
  for (const std::string& request :
       {x_warp_pointer(1, 2, 3), x_watch_windows(1), x_resize(1, 2, 3), x_sync()}) {
    ASSERT_EQ(request.size() % 4, 0u);
    EXPECT_EQ(static_cast<unsigned char>(request[2]) * 4u, request.size());
  }
  EXPECT_EQ(x_resize(0x200003, 1920, 1080), "\x0c\0\x05\0\x03\0\x20\0\x0c\0\0\0\x80\x07\0\0\x38\x04\0\0"s);
}

TEST(XProtocol, AConfigureNotifyTellsWhichWindowTookWhichSize) {
  std::string event(x_packet_size, '\0');
  event[0] = 22;
  event[8] = 7;
  event[20] = '\x80';
  event[21] = 2;
  event[22] = '\x68';
  event[23] = 1;
  EXPECT_EQ(x_packet_kind(event), XPacketKind::event);
  EXPECT_EQ(x_configured(event), (XConfigured{7, 640, 360}));
  event[0] = 19;
  EXPECT_EQ(x_configured(event), std::nullopt);
  EXPECT_EQ(x_configured(std::string_view(event).substr(0, 31)), std::nullopt);
  event[0] = 0;
  EXPECT_EQ(x_packet_kind(event), XPacketKind::error);
  event[0] = 1;
  EXPECT_EQ(x_packet_kind(event), XPacketKind::reply);
}

}  // namespace
}  // namespace greenroom::browser
