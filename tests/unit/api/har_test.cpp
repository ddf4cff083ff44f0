#include "api/har.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "api/timeline.hpp"

namespace greenroom::api {
namespace {

LogEvent event(std::string method, const json::value& params, int page = 0) {
  LogEvent event;
  event.at_ms = 1'700'000'000'000;
  event.page_index = page;
  event.target = "T" + std::to_string(page);
  event.method = std::move(method);
  event.params = json::serialize(params);
  return event;
}

json::value request(const char* id, double at, const char* url, const char* type = "Fetch",
                    const char* frame = "T0") {
  return {{"requestId", id},
          {"timestamp", at},
          {"wallTime", 1'700'000'000.5 + at},
          {"type", type},
          {"frameId", frame},
          {"request", {{"url", url}, {"method", "GET"}, {"headers", {{"Accept", "*/*"}}}}}};
}

json::value finished(const char* id, double at) {
  return {{"requestId", id}, {"timestamp", at}, {"encodedDataLength", 500}, {"decodedLength", 900}};
}

json::object log_of(const std::vector<LogEvent>& events) {
  HarBuilder builder;
  for (const LogEvent& event : events) builder.add(event);
  return builder.finish("1.2.3").at("log").as_object();
}

TEST(Har, ARequestWithItsAnswerIsAnEntry) {
  const json::value timing{
      {"requestTime", 1.01}, {"dnsStart", 1.0},          {"dnsEnd", 3.0}, {"connectStart", 3.0},
      {"connectEnd", 9.0},   {"sslStart", 5.0},          {"sslEnd", 9.0}, {"sendStart", 9.0},
      {"sendEnd", 10.0},     {"receiveHeadersEnd", 40.0}};
  const json::value response{{"requestId", "1"},
                             {"timestamp", 1.06},
                             {"response",
                              {{"status", 200},
                               {"statusText", "OK"},
                               {"mimeType", "text/html"},
                               {"protocol", "h2"},
                               {"remoteIPAddress", "[::1]"},
                               {"connectionId", 7},
                               {"encodedDataLength", 100},
                               {"headers", {{"X-A", "b"}}},
                               {"timing", timing}}}};
  const json::object log =
      log_of({event("Network.requestWillBeSent", request("1", 1.0, "http://a/?x=%20y&z", "Document")),
              event("Network.responseReceived", response), event("Page.loadEventFired", {{"timestamp", 1.3}}),
              event("Network.loadingFinished", finished("1", 1.11))});
  const json::value& entry = log.at("entries").at(0);
  EXPECT_EQ(entry.at("startedDateTime"), "2023-11-14T22:13:21.500Z");
  EXPECT_EQ(entry.at("request").at("queryString"),
            (json::array{{{"name", "x"}, {"value", " y"}}, {{"name", "z"}, {"value", ""}}}));
  EXPECT_EQ(entry.at("response").at("httpVersion"), "HTTP/2");
  EXPECT_EQ(entry.at("response").at("content").at("size"), 900);
  EXPECT_EQ(entry.at("response").at("_transferSize"), 500);
  EXPECT_EQ(entry.at("serverIPAddress"), "::1");
  EXPECT_EQ(entry.at("connection"), "7");
  const json::object& timings = entry.at("timings").as_object();
  const auto ms = [&](const char* name) { return timings.at(name).to_number<double>(); };
  EXPECT_NEAR(ms("blocked"), 11, 0.01);
  EXPECT_NEAR(ms("dns"), 2, 0.01);
  EXPECT_NEAR(ms("connect"), 6, 0.01);
  EXPECT_NEAR(ms("ssl"), 4, 0.01);
  EXPECT_NEAR(ms("send"), 1, 0.01);
  EXPECT_NEAR(ms("wait"), 30, 0.01);
  EXPECT_NEAR(ms("receive"), 60, 0.01);
  EXPECT_NEAR(entry.at("time").to_number<double>(), 110, 0.1) << "ssl is a part of connect";
  EXPECT_EQ(log.at("pages").at(0).at("title"), "http://a/?x=%20y&z");
  EXPECT_NEAR(log.at("pages").at(0).at("pageTimings").at("onLoad").to_number<double>(), 300, 0.1);
  EXPECT_EQ(entry.at("pageref"), log.at("pages").at(0).at("id"));
}

TEST(Har, ARedirectIsAnEntryOfItsOwn) {
  json::value second = request("1", 2, "http://b/");
  second.as_object()["redirectResponse"] = {
      {"status", 302}, {"encodedDataLength", 77}, {"headers", json::object()}};
  const json::object log = log_of({event("Network.requestWillBeSent", request("1", 1, "http://a/")),
                                   event("Network.requestWillBeSent", second),
                                   event("Network.loadingFinished", finished("1", 3))});
  ASSERT_EQ(log.at("entries").as_array().size(), 2u);
  EXPECT_EQ(log.at("entries").at(0).at("response").at("status"), 302);
  EXPECT_EQ(log.at("entries").at(0).at("response").at("redirectURL"), "http://b/");
  EXPECT_EQ(log.at("entries").at(1).at("request").at("url"), "http://b/");
}

TEST(Har, AFailureHasNoStatusAndItsReason) {
  const json::object log = log_of(
      {event("Network.requestWillBeSent", request("1", 1, "http://a/")),
       event("Network.loadingFailed", {{"requestId", "1"}, {"timestamp", 2}, {"errorText", "net::ERR_X"}})});
  EXPECT_EQ(log.at("entries").at(0).at("response").at("status"), 0);
  EXPECT_EQ(log.at("entries").at(0).at("response").at("_error"), "net::ERR_X");
}

TEST(Har, WhatHadNotEndedIsThereAndDataAddressesAreNot) {
  const json::object log =
      log_of({event("Network.requestWillBeSent", request("1", 1, "http://a/")),
              event("Network.requestWillBeSent", request("2", 1, "data:text/plain,x")),
              event("Network.responseReceived", {{"requestId", "9"}}), event("Page.frameNavigated", 7)});
  ASSERT_EQ(log.at("entries").as_array().size(), 1u);
  EXPECT_TRUE(log.at("entries").at(0).as_object().contains("comment"));
}

TEST(Har, EachTabAndEachDocumentIsAPage) {
  const json::object log =
      log_of({event("Network.requestWillBeSent", request("1", 1, "http://a/", "Document")),
              event("Network.requestWillBeSent", request("2", 2, "http://frame/", "Document", "F")),
              event("Network.requestWillBeSent", request("3", 3, "http://b/", "Document", "T1"), 1),
              event("Network.requestWillBeSent", request("4", 4, "http://c/", "Document"))});
  EXPECT_EQ(log.at("pages").as_array().size(), 3u);
  const auto& entries = log.at("entries").as_array();
  EXPECT_EQ(entries[0].at("pageref"), entries[1].at("pageref")) << "a frame is no page";
  EXPECT_NE(entries[0].at("pageref"), entries[2].at("pageref"));
  EXPECT_NE(entries[0].at("pageref"), entries[3].at("pageref"));
}

TEST(Ndjson, ALineIsOneObject) {
  LogEvent shown = event("tab.shown", json::object(), 1);
  shown.seq = 4;
  EXPECT_EQ(to_ndjson(shown),
            "{\"seq\":4,\"time\":\"2023-11-14T22:13:20.000Z\",\"kind\":\"marker\",\"method\":\"tab.shown\","
            "\"page\":1,"
            "\"target\":\"T1\",\"params\":{}}\n");
  shown.page_index = -1;
  shown.target.clear();
  shown.params.clear();
  EXPECT_EQ(json::parse(to_ndjson(shown)).at("params"), json::object());
}

TEST(Markers, CountFromTheOrigin) {
  const auto origin = base::WallTime(base::Milliseconds(1'699'999'999'000));
  const json::array markers = render_markers(
      {event("client.joined", {{"client", 1}}, -1), event("Page.reload", {}), event("tab.shown", {}, 2)},
      origin);
  ASSERT_EQ(markers.size(), 2u);
  EXPECT_EQ(markers[0].at("client"), 1);
  EXPECT_EQ(markers[0].at("atMs"), 1000);
  EXPECT_FALSE(markers[0].as_object().contains("tab"));
  EXPECT_EQ(markers[1].at("tab"), 2);
}

}  // namespace
}  // namespace greenroom::api
