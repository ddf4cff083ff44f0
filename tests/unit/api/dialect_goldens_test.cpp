// Every dialect's golden pairs (tests/golden/<provider>/pairs.json): a request as its official client sends
// it, what the core is then asked, and the answer. The requests are the clients' own: the conformance suite
// captures them again and compares; it also holds the answers against the clients' declarations.
//
// With GREENROOM_WRITE_GOLDENS=1 the calls and answers are written anew, for a person to look at.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "recorder/archive.hpp"
#include "tests/unit/api/gateway_test.hpp"
#include "tests/unit/api/golden_files.hpp"

namespace greenroom::api {
namespace {

std::string file_of(const std::string& provider) { return "tests/golden/" + provider + "/pairs.json"; }

json::array read_pairs(const std::string& provider) {
  std::ifstream file(file_of(provider));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text).as_array();
}

/// One pair a line: a change is seen as one.
void write_pairs(const std::string& provider, const json::array& pairs) {
  std::ofstream file(file_of(provider));
  file << "[\n";
  for (std::size_t i = 0; i < pairs.size(); ++i)
    file << json::serialize(pairs[i]) << (i + 1 < pairs.size() ? ",\n" : "\n");
  file << "]\n";
}

std::vector<std::string> providers_with_pairs() {
  std::vector<std::string> found;
  for (const auto& folder : std::filesystem::directory_iterator("tests/golden"))
    if (std::filesystem::exists(folder.path() / "pairs.json"))
      found.push_back(folder.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

class DialectGoldens : public GatewayTest, public testing::WithParamInterface<std::string> {
 protected:
  /// What the core holds: "running", "ended", "ended:<reason>", "unrecorded", "recorded".
  void give(std::string_view what) {
    core.pages = {{"0A", "page", "A title", "https://a.example/", true}, {"0B", "worker", "", "", false}};
    core.events = {
        {1, 1'800'000'000'100, 0, "Page.frameNavigated",
         R"({"frame":{"id":"0A","url":"https://a.example/"}})", "0A"},
        {2, 1'800'000'000'200, 0, "Page.downloadWillBegin",
         R"({"guid":"g","url":"https://a.example/f","suggestedFilename":"f.bin"})", "0A"},
        {3, 1'800'000'000'300, 0, "Page.downloadProgress", R"({"guid":"g","state":"completed"})", "0A"}};
    if (what.empty()) return;
    Capture own;
    own.id = "OWNNOTES";
    own.created_at = own.updated_at = core.now();
    own.said = {{"title", "Told of"}, {"agentTarget", "CODEX"}};
    session::SessionView view = running_session();
    view.viewport = {1280, 720};
    core.facts.state = session::RecordingState::recording;
    if (what != "running") {
      const auto colon = what.find(':');
      view = ended_session(colon == what.npos ? session::EndReason::requested
                                              : session::end_reason_of(what.substr(colon + 1)).value());
      view.viewport = {1280, 720};
      core.facts.state = session::RecordingState::ready;
    }
    if (what == "unrecorded") {
      view.recorded = false;
      core.facts.state = session::RecordingState::disabled;
    }
    if (what == "recorded") {
      recorder::Segment segment;
      segment.file = "seg-0.m4s";
      segment.init = "init-0.mp4";
      segment.wall = core.now() + base::Milliseconds(500);
      segment.duration = base::Milliseconds(4000);
      core.facts.index.segments.push_back(segment);
    }
    Capture capture = own;
    capture.id = "RECORDED";
    capture.said.clear();
    capture.session = std::make_shared<const session::SessionView>(view);
    capture.facts.title = "A title";
    capture.facts.urls = {"https://a.example/", "https://a.example/#part"};
    capture.facts.duration = core.facts.index.duration();
    core.kept.all = {std::move(capture), std::move(own)};
    core.put(std::move(view));
  }

  net::Response ask(const json::object& asked) {
    net::Request sent;
    sent.method = text_at(asked, "method");
    sent.target = net::Target::parse(filled(text_at(asked, "target")));
    for (const auto& header : asked.at("headers").as_object())
      sent.headers.add(std::string(header.key()), filled(header.value().as_string()));
    sent.body = text_at(asked, "body");
    sent.remote_address = "127.0.0.1";
    return answer(std::move(sent));
  }

  static std::string filled(std::string_view text) {
    std::string out(text);
    if (const auto at = out.find("{key}"); at != out.npos) out.replace(at, 5, api_key);
    return out;
  }

  /// Tokens are as good as any other of their kind; which kind it is can be checked.
  std::string plain(std::string text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    for (std::size_t at = text.find("v1."); at != text.npos; at = text.find("v1.", at + 1)) {
      const std::size_t end = std::min(text.find_first_not_of(alphabet, at), text.size());
      const std::string token = text.substr(at, end - at);
      for (const Scope scope : {Scope::cdp, Scope::view, Scope::control, Scope::replay})
        if (const auto subject = signer.verify(scope, token, core.now()))
          text.replace(at, end - at, "{" + std::string(word(scope)) + " of " + *subject + "}");
    }
    return text;
  }
  json::value plain(const json::value& value) {
    if (value.is_string()) return json::value(plain(std::string(value.get_string())));
    if (value.is_array()) {
      json::array out;
      for (const json::value& item : value.get_array()) out.push_back(plain(item));
      return out;
    }
    if (!value.is_object()) return value;
    json::object out;
    for (const auto& item : value.get_object()) out[item.key()] = plain(item.value());
    return out;
  }

  json::object outcome(const json::object& golden) {
    core.reset();
    give(text_at(golden, "given"));
    if (const json::value* fail = golden.if_contains("fail")) {
      const json::object& said = fail->as_object();
      for (int i = 1; i <= static_cast<int>(base::errc::internal); ++i)
        if (base::name(static_cast<base::errc>(i)) == text_at(said, "code"))
          core.fail_next(text_at(said, "call"), {static_cast<base::errc>(i), text_at(said, "detail")});
    }
    const net::Response response = ask(golden.at("request").as_object());
    json::object headers;
    for (const std::string_view name : {"content-type", "greenroom-ignored", "retry-after", "x-should-retry",
                                        "access-control-allow-origin"})
      if (const std::string* value = response.headers.find(name)) headers[name] = *value;
    json::object answered;
    answered["status"] = response.status;
    answered["headers"] = std::move(headers);
    answered["body"] = plain(body_of(response));
    json::object out;
    json::array calls = core.calls();
    calls.insert(calls.end(), core.kept.calls.begin(), core.kept.calls.end());
    out["calls"] = std::move(calls);
    out["response"] = std::move(answered);
    return out;
  }
};

TEST_P(DialectGoldens, TheClientsRequestGetsThisAnswer) {
  json::array pairs = read_pairs(GetParam());
  ASSERT_GT(pairs.size(), 10u);
  const bool writes = std::getenv("GREENROOM_WRITE_GOLDENS") != nullptr;
  for (json::value& item : pairs) {
    json::object& golden = item.as_object();
    SCOPED_TRACE(GetParam() + ": " + text_at(golden, "name"));
    const json::object now = outcome(golden);
    for (const char* part : {"calls", "response"}) {
      if (writes) golden[part] = now.at(part);
      const json::value* expected = golden.if_contains(part);
      ASSERT_NE(expected, nullptr) << part << " is not written down: see the head of this file";
      EXPECT_EQ(difference(*expected, now.at(part), part), "");
    }
  }
  if (writes) write_pairs(GetParam(), pairs);
}

INSTANTIATE_TEST_SUITE_P(Providers, DialectGoldens, testing::ValuesIn(providers_with_pairs()),
                         [](const auto& provider) { return provider.param; });

}  // namespace
}  // namespace greenroom::api
