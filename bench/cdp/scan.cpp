// The hand-made scan of CDP messages against simdjson's On-Demand parser, on messages as browsers and clients
// write them. Built and run by bench/scan.sh.
#include <chrono>
#include <cstdio>
#include <simdjson.h>
#include <string>
#include <vector>

#include "cdp/envelope.hpp"

namespace {

using Clock = std::chrono::steady_clock;

struct Case {
  const char* name;
  std::string text;
  bool is_answer = false;  // of a browser: may be taken without walking through its result
};

std::vector<Case> cases() {
  const std::string tail = R"(,"sessionId":"0123456789ABCDEF0123456789ABCDEF"})";
  std::string headers;
  for (int i = 0; i < 20; ++i)
    headers += (i ? "," : "") + std::string(R"("x-header-)") + std::to_string(i) +
               R"(":"some value of a header, as they are")";
  return {
      {"command, 150 B",
       R"({"id":12,"method":"Runtime.evaluate","params":{"expression":"1+1","returnByValue":true})" + tail},
      {"command, 100 KB", R"({"id":12,"method":"Runtime.evaluate","params":{"expression":")" +
                              std::string(100'000, 'x') + R"("})" + tail},
      {"answer, 120 B",
       R"({"id":12,"result":{"result":{"type":"number","value":2,"description":"2"}})" + tail, true},
      {"event, 1.5 KB",
       R"({"method":"Network.responseReceived","params":{"requestId":"1","response":{"headers":{)" + headers +
           R"(}}})" + tail,
       true},
      {"answer, 1 MB", R"({"id":12,"result":{"data":")" + std::string(1'000'000, 'A') + R"("})" + tail, true},
  };
}

std::size_t by_hand(const Case& one) {
  const auto envelope =
      one.is_answer ? greenroom::cdp::scan_answer(one.text) : greenroom::cdp::scan(one.text);
  return envelope ? envelope->session_id.size() + envelope->method.size() : 0;
}

std::size_t by_simdjson(simdjson::ondemand::parser& parser, const simdjson::padded_string_view& text) {
  std::size_t sum = 0;
  simdjson::ondemand::document document;
  if (parser.iterate(text).get(document) != simdjson::SUCCESS) return 0;
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    std::string_view value;
    if (key == "sessionId" || key == "method") {
      if (field.value().get_string().get(value) == simdjson::SUCCESS) sum += value.size();
    } else {
      // Where params and result lie is wanted, too.
      if (simdjson::to_json_string(field.value()).get(value) != simdjson::SUCCESS) return 0;
    }
  }
  return sum;
}

template <class F>
double nanoseconds(F work) {
  double best = 1e18;
  for (int round = 0; round < 7; ++round) {
    const auto began = Clock::now();
    int count = 0;
    do {
      for (int i = 0; i < 16; ++i) work();
      count += 16;
    } while (Clock::now() - began < std::chrono::milliseconds(60));
    best = std::min(best, std::chrono::duration<double, std::nano>(Clock::now() - began).count() / count);
  }
  return best;
}

}  // namespace

int main() {
  simdjson::ondemand::parser parser;
  for (const Case& one : cases()) {
    std::string padded = one.text;
    padded.reserve(padded.size() + simdjson::SIMDJSON_PADDING);
    const simdjson::padded_string_view view(padded.data(), padded.size(), padded.capacity());
    std::size_t sum = 0;
    if (by_hand(one) != by_simdjson(parser, view)) return std::puts("they do not agree"), 1;
    const double hand = nanoseconds([&] { sum += by_hand(one); });
    const double simd = nanoseconds([&] { sum += by_simdjson(parser, view); });
    std::printf("{\"case\":\"%s\",\"hand_ns\":%.0f,\"simdjson_ns\":%.0f,\"ratio\":%.2f,\"sum\":%zu}\n",
                one.name, hand, simd, simd / hand, sum % 10);
  }
}
