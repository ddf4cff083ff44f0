// Forms as clients send them, whole and byte by byte, and what is no form.
#include "net/multipart.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

using base::errc;
using Kind = MultipartParser::Kind;

struct Part {
  PartHead head;
  std::string content;
  bool is_whole = false;
};

struct Parsed {
  std::vector<Part> parts;
  std::optional<base::Error> error;
  bool at_end = false;
};

Parsed parse(std::string_view text, std::size_t step, MultipartLimits limits = {}) {
  MultipartParser parser("B", limits);
  Parsed out;
  for (;;) {
    const auto event = parser.next();
    if (!event) {
      out.error = event.error();
      return out;
    }
    if (event->kind == Kind::end) break;
    if (event->kind == Kind::part) out.parts.push_back({parser.head(), "", false});
    if (event->kind == Kind::data) out.parts.back().content += event->data;
    if (event->kind == Kind::part_end) out.parts.back().is_whole = true;
    if (event->kind != Kind::need_more) continue;
    if (text.empty()) break;
    parser.feed(text.substr(0, step));
    text.remove_prefix(std::min(step, text.size()));
  }
  out.at_end = parser.at_end();
  return out;
}

std::string part(const std::string& fields, const std::string& content) {
  return "--B\r\n" + fields + "\r\n\r\n" + content + "\r\n";
}
const std::string of_file = R"(Content-Disposition: form-data; name="file"; filename="a.txt")";

TEST(Multipart, ReadsPartsWholeAndByteByByte) {
  const std::string text = part("Content-Disposition: form-data; name=\"projectId\"", "p") +
                           part(of_file + "\r\nContent-Type: application/pdf", "one\r\n--\r\n--C\r\n-two") +
                           "--B--\r\n";
  for (const std::size_t step : {text.size(), std::size_t{1}, std::size_t{3}}) {
    const Parsed parsed = parse(text, step);
    ASSERT_FALSE(parsed.error) << parsed.error->message();
    EXPECT_TRUE(parsed.at_end);
    ASSERT_EQ(parsed.parts.size(), 2u);
    EXPECT_EQ(parsed.parts[0].head, (PartHead{"projectId", std::nullopt, "text/plain"}));
    EXPECT_EQ(parsed.parts[0].content, "p");
    EXPECT_EQ(parsed.parts[1].head, (PartHead{"file", "a.txt", "application/pdf"}));
    EXPECT_EQ(parsed.parts[1].content, "one\r\n--\r\n--C\r\n-two");
    EXPECT_TRUE(parsed.parts[0].is_whole && parsed.parts[1].is_whole);
  }
}

TEST(Multipart, PreambleEpilogueAndBlanksBehindTheBoundaryAreSkipped) {
  const std::string text = "hello\r\n--B \t\r\n" + of_file + "\r\n\r\nx\r\n--B--\r\n--B\r\nwhatever";
  const Parsed parsed = parse(text, 1);
  ASSERT_EQ(parsed.parts.size(), 1u);
  EXPECT_EQ(parsed.parts[0].content, "x");
  EXPECT_TRUE(parsed.at_end);
}

TEST(Multipart, PartsMayBeEmpty) {
  const std::string line = "--B\r\n" + of_file + "\r\n\r\n";
  for (const std::string& text : {line + "\r\n--B--", line + "--B--"}) {
    for (const std::size_t step : {text.size(), std::size_t{1}}) {
      const Parsed parsed = parse(text, step);
      ASSERT_EQ(parsed.parts.size(), 1u) << text;
      EXPECT_EQ(parsed.parts[0].content, "");
      EXPECT_TRUE(parsed.parts[0].is_whole);
      EXPECT_TRUE(parsed.at_end);
    }
  }
}

TEST(Multipart, AnInterruptedFormHasNoEnd) {
  const std::string text = part(of_file, "content") + "--B--";
  for (std::size_t length = 0; length < text.size(); ++length) {
    const Parsed parsed = parse(std::string_view(text).substr(0, length), 7);
    EXPECT_FALSE(parsed.at_end) << length;
    EXPECT_FALSE(parsed.error) << length;
  }
}

TEST(Multipart, ContentIsPassedOnBeforeItsEndIsThere) {
  MultipartParser parser("B");
  parser.feed("--B\r\n" + of_file + "\r\n\r\n" + std::string(1000, 'x'));
  EXPECT_EQ(parser.next()->kind, Kind::part);
  const auto event = parser.next();
  EXPECT_EQ(event->kind, Kind::data);
  EXPECT_GE(event->data.size(), 990u);
  EXPECT_EQ(parser.next()->kind, Kind::need_more);
}

TEST(Multipart, MalformedFormsAreRefused) {
  const std::vector<std::string> all = {
      "--Bx\r\n",
      "--B\r\n\r\ncontent\r\n--B--",
      "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",
      "--B\r\n" + of_file + "\r\n" + of_file + "\r\n\r\nx",
      "--B\r\n" + of_file + "\r\n folded: x\r\n\r\nx",
      "--B\r\n" + of_file + "\r\nno field\r\n\r\nx",
      "--B\r\n" + of_file + "\r\nContent-Transfer-Encoding: base64\r\n\r\nx",
      "--B" + std::string(300, ' ') + "\r\n",
      std::string(5000, 'x'),
  };
  for (const std::string& text : all) {
    for (const std::size_t step : {text.size(), std::size_t{1}}) {
      const Parsed parsed = parse(text, step);
      ASSERT_TRUE(parsed.error) << text;
      EXPECT_EQ(parsed.error->code, errc::invalid_argument) << text;
    }
  }
}

TEST(Multipart, LimitsAreKept) {
  MultipartLimits limits;
  limits.parts = 2;
  const std::string three = part(of_file, "") + part(of_file, "") + part(of_file, "") + "--B--";
  EXPECT_EQ(parse(three, 5, limits).error->code, errc::too_large);
  limits.head = base::Bytes{200};
  const std::string long_head = "--B\r\nX: " + std::string(300, 'x');
  EXPECT_EQ(parse(long_head, long_head.size(), limits).error->code, errc::too_large);
  EXPECT_EQ(parse(long_head, 1, limits).error->code, errc::too_large);
}

PartHead disposition(std::string_view value) {
  auto head = parse_disposition(value, {});
  if (!head) return {"refused", std::nullopt, head.error().message()};
  return *head;
}

TEST(Multipart, NamesComeInSeveralSpellings) {
  const std::vector<std::pair<std::string, std::string>> all = {
      {R"(form-data; name="f"; filename="a b.txt")", "a b.txt"},
      {R"(form-data; name=f; filename=a.txt)", "a.txt"},
      {R"(FORM-DATA;NAME="f";FILENAME="a.txt";)", "a.txt"},
      {"form-data; name=\"f\"; filename=\"\xC3\xA4\xE2\x82\xAC.pdf\"", "\xC3\xA4\xE2\x82\xAC.pdf"},
      {R"(form-data; name="f"; filename="say \"hi\".txt")", R"(say "hi".txt)"},
      {R"(form-data; name="f"; filename="C:\docs\a.txt")", R"(C:\docs\a.txt)"},
      {R"(form-data; name="f"; filename="a;b=c.txt"; size=3)", "a;b=c.txt"},
      {R"(form-data; name="f"; filename="plain.txt"; filename*=UTF-8''%e2%82%ac%20x.txt)",
       "\xE2\x82\xAC x.txt"},
      {R"(form-data; name="f"; filename*=utf-8'en'a.txt; filename="plain.txt")", "a.txt"},
      {R"(form-data; name="f"; filename="")", ""},
  };
  for (const auto& [value, name] : all) {
    const PartHead head = disposition(value);
    EXPECT_EQ(head.name, "f") << value << " " << head.content_type;
    EXPECT_EQ(head.file_name, name) << value;
  }
  EXPECT_EQ(disposition(R"(form-data; name="")").file_name, std::nullopt);
}

TEST(Multipart, WhatTwoReadersCouldReadDifferentlyIsRefused) {
  const std::vector<std::string> all = {
      R"(attachment; name="f")",
      R"(form-data)",
      R"(form-data; filename="a")",
      R"(form-data; name="f"; name="g")",
      R"(form-data; name="f"; filename="a"; filename="b")",
      R"(form-data; name="f)",
      R"(form-data; name=f"g")",
      R"(form-data name="f")",
      R"(form-data; name="f"; filename*=latin1''a)",
      R"(form-data; name="f"; filename*=UTF-8''%00)",
      R"(form-data; name="f"; filename*=a)",
      "form-data; name=\"f\"; filename=\"a\tb\"",
      std::string("form-data; name=\"f\"; filename=\"a\0b\"", 35),
  };
  for (const std::string& value : all) EXPECT_FALSE(parse_disposition(value, {})) << value;
  const std::string huge = "form-data; name=\"f\"; filename=\"" + std::string(3000, 'x') + "\"";
  EXPECT_EQ(parse_disposition(huge, {}).error().code, errc::too_large);
}

TEST(Multipart, BoundariesComeFromTheContentType) {
  const std::vector<std::pair<std::string, std::string>> all = {
      {"multipart/form-data; boundary=B", "B"},
      {"Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"", "a b"},
      {"multipart/form-data; boundary=----formdata-undici-0123;", "----formdata-undici-0123"},
      {"multipart/form-data", ""},
      {"multipart/mixed; boundary=B", ""},
      {"multipart/form-data; boundary=", ""},
      {"multipart/form-data; boundary=\"a \"", ""},
      {"multipart/form-data; boundary=a\r\nb", ""},
      {"multipart/form-data; boundary=a; boundary=b", ""},
      {"multipart/form-data; boundary=" + std::string(71, 'x'), ""},
  };
  for (const auto& [type, boundary] : all) {
    const auto found = boundary_of(type);
    EXPECT_EQ(found ? *found : "", boundary) << type;
  }
}

}  // namespace
}  // namespace greenroom::net
