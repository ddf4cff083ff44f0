#include "cdp/client_rules.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

namespace json = boost::json;

const ClientDirectories folders{"/run/s/downloads", "/run/s/uploads"};

Verdict judged(std::string_view message, const ClientDirectories& directories = folders) {
  const auto envelope = scan(message);
  EXPECT_TRUE(envelope) << message;
  return judge(message, *envelope, "ROOT", directories);
}

std::string command(std::string_view method, const json::object& params, std::string_view session = "") {
  json::object out{{"id", 5}, {"method", method}, {"params", params}};
  if (!session.empty()) out["sessionId"] = session;
  return json::serialize(out);
}

constexpr std::string_view outside =
    "Only files of this session's own upload and download folders can be chosen";

/// The error's words, or what else became of the message.
std::string refusal(const Verdict& verdict) {
  if (std::holds_alternative<PassOn>(verdict)) return "passed";
  if (std::holds_alternative<Replace>(verdict)) return "replaced";
  if (std::holds_alternative<EndLine>(verdict)) return "ended";
  const json::value body = json::parse(std::get<Answer>(verdict).message);
  return std::string(body.at("error").at("message").as_string());
}

TEST(ClientRules, AlmostEverythingPasses) {
  for (const std::string_view method :
       {"Page.enable", "Runtime.evaluate", "Target.setAutoAttach", "Browser.getVersion", "browser.close",
        "Browser.closeX", "", "Input.dispatchKeyEvent"})
    EXPECT_EQ(refusal(judged(command(method, {}))), "passed") << method;
  EXPECT_EQ(refusal(judged("{}")), "passed");
}

TEST(ClientRules, BrowserCloseEndsOnlyTheLine) {
  const Verdict verdict = judged(R"({"id":41,"method":"Browser.close"})");
  ASSERT_TRUE(std::holds_alternative<EndLine>(verdict));
  EXPECT_EQ(json::parse(std::get<EndLine>(verdict).answer), json::parse(R"({"id":41,"result":{}})"));
  const Verdict child = judged(R"({"id":42,"method":"Browser.close","sessionId":"S"})");
  EXPECT_EQ(json::parse(std::get<EndLine>(child).answer),
            json::parse(R"({"id":42,"result":{},"sessionId":"S"})"));
}

TEST(ClientRules, ADownloadFolderBecomesTheSessions) {
  for (const std::string_view method : {"Browser.setDownloadBehavior", "Page.setDownloadBehavior"})
    for (const std::string_view behavior : {"allow", "allowAndName"}) {
      const Verdict verdict = judged(command(method, {{"behavior", behavior},
                                                      {"downloadPath", "/etc"},
                                                      {"eventsEnabled", true},
                                                      {"browserContextId", "C"}}));
      ASSERT_TRUE(std::holds_alternative<Replace>(verdict));
      EXPECT_EQ(
          json::parse(std::get<Replace>(verdict).message),
          json::value({{"id", 5},
                       {"method", method},
                       {"params",
                        {{"behavior", method == "Browser.setDownloadBehavior" ? "allowAndName" : behavior},
                         {"downloadPath", "/run/s/downloads"},
                         {"eventsEnabled", true},
                         {"browserContextId", "C"}}},
                       {"sessionId", "ROOT"}}));
    }
}

TEST(ClientRules, DenyKeepsItsMeaning) {
  const Verdict verdict = judged(command("Browser.setDownloadBehavior", {{"behavior", "deny"}}, "CHILD"));
  ASSERT_TRUE(std::holds_alternative<Replace>(verdict));
  EXPECT_EQ(json::parse(std::get<Replace>(verdict).message),
            json::parse(R"({"id":5,"method":"Browser.setDownloadBehavior","params":{"behavior":"deny"},
                            "sessionId":"CHILD"})"));
}

TEST(ClientRules, ADuplicateDownloadPathCannotSurvive) {
  // Parsers differ in which of two they take; what is sent on has one.
  const Verdict verdict = judged(R"({"id":1,"method":"Browser.setDownloadBehavior",
    "params":{"behavior":"allow","downloadPath":"/a","downloadPath":"/b","download\u0050ath":"/c"}})");
  ASSERT_TRUE(std::holds_alternative<Replace>(verdict));
  const std::string& sent = std::get<Replace>(verdict).message;
  for (const std::string_view path : {"\"/a\"", "\"/b\"", "\"/c\""})
    EXPECT_EQ(sent.find(path), sent.npos) << sent;
  EXPECT_EQ(json::parse(sent).at("params").at("downloadPath"), "/run/s/downloads");
}

TEST(ClientRules, WithoutAFolderDownloadsAreRefused) {
  const std::string path =
      command("Browser.setDownloadBehavior", {{"behavior", "allow"}, {"downloadPath", "/x"}});
  EXPECT_EQ(refusal(judged(path, {})), "Downloads are not available in this session");
  EXPECT_EQ(refusal(judged(command("Browser.setDownloadBehavior", {{"behavior", "default"}}), {})),
            "replaced");
}

TEST(ClientRules, LocalAndInternalAddressesAreForbiddenHoweverSpelt) {
  using namespace std::string_view_literals;
  for (const std::string_view url :
       {"file:///etc/passwd"sv,
        "FILE:///etc/passwd"sv,
        "File:/etc/passwd"sv,
        "file:etc"sv,
        " file:///x"sv,
        "\t\n\r file:///x"sv,
        "\x01\x1f file:///x"sv,
        "fi\tle:///x"sv,
        "f\ni\rl\te:///x"sv,
        "file\n:///x"sv,
        "file://localhost/etc/passwd"sv,
        "file:\\\\\\etc\\passwd"sv,
        "view-source:file:///x"sv,
        "VIEW-SOURCE:FILE:///x"sv,
        " view-source: file:///x"sv,
        "view-source:view-source:file:///x"sv,
        "view-source:view-source:view-source:view-source:view-source:view-source:file:///x"sv,
        "about:blankx"sv,
        "view-source:chrome://version"sv,
        "chrome://settings"sv,
        "CHROME://version"sv,
        "chrome:version"sv,
        "chrome-untrusted://terminal"sv,
        "chrome-search://local-ntp"sv,
        "devtools://devtools/x"sv,
        "chrome-devtools://devtools/x"sv,
        "about:version"sv,
        "ABOUT:gpu"sv,
        "about:settings"sv,
        "filesystem:file:///temporary/x"sv,
        "externalfile:x"sv,
        "isolated-app://x/"sv,
        "\0file:///x"sv,
        "ch\trome://inspect"sv,
        "view-source:about:version"sv})
    EXPECT_TRUE(is_forbidden_url(url)) << url;
}

TEST(ClientRules, AddressesOfTheWebAreOpen) {
  for (const std::string_view url :
       {"", "https://file.example/", "http://a/file:", "about:blank", "about:blank#file:", "ABOUT:BLANK",
        "about:srcdoc", "data:text/html,file:", "blob:https://a/x", "view-source:https://a/", "profile:x",
        "chromex://a", "https://a/?u=chrome://version", "javascript:void(0)", "filesystem:https://a/t/x",
        "chrome-extension://abc/page.html"})
    EXPECT_FALSE(is_forbidden_url(url)) << url;
}

TEST(ClientRules, EveryCommandThatTakesAnAddressIsLookedAt) {
  for (const std::string_view method :
       {"Page.navigate", "Target.createTarget", "Network.loadNetworkResource"}) {
    EXPECT_EQ(refusal(judged(command(method, {{"url", "file:///etc/passwd"}}, "S"))),
              "Addresses of this kind are not open to clients")
        << method;
    EXPECT_EQ(refusal(judged(command(method, {{"url", "https://a.example/"}}))), "replaced");
    EXPECT_EQ(refusal(judged(command(method, {}))), "replaced");
  }
}

TEST(ClientRules, AnEscapedAddressIsReadAsTheBrowserReadsIt) {
  for (const std::string_view params : {R"({"url":"\u0066ile:\/\/\/etc"})", R"({"\u0075rl":"file:///etc"})"})
    EXPECT_EQ(refusal(judged(R"({"id":1,"method":"Page.navigate","params":)" + std::string(params) + "}")),
              "Addresses of this kind are not open to clients");
}

TEST(ClientRules, OfAnAddressGivenTwiceOnlyTheJudgedOneIsSent) {
  for (const std::string_view params :
       {R"({"url":"https://a/","url":"file:///etc"})", R"({"url":"file:///etc","url":"https://a/"})",
        R"({"url":"file:///etc","\u0075rl":"https://a/"})"}) {
    const Verdict verdict =
        judged(R"({"id":1,"method":"Page.navigate","params":)" + std::string(params) + "}");
    if (const auto* sent = std::get_if<Replace>(&verdict))
      EXPECT_EQ(sent->message.find("file:"), std::string::npos) << params;
    else
      EXPECT_EQ(refusal(verdict), "Addresses of this kind are not open to clients") << params;
  }
}

TEST(ClientRules, ParamsThatCannotBeReadAreRefusedWhereTheyMatter) {
  for (const std::string_view params : {"[]", "1", "\"x\"", "{\"url\":'x'}", "{\"url\":\"\\ud800\"}", "{]"}) {
    const std::string message = R"({"id":1,"method":"Page.navigate","params":)" + std::string(params) + "}";
    const auto envelope = scan(message);
    if (!envelope) continue;
    EXPECT_EQ(refusal(judge(message, *envelope, "ROOT", folders)), "params must be an object of valid JSON")
        << params;
  }
}

TEST(ClientRules, FilesComeFromTheSessionsOwnFolders) {
  for (const std::string_view method : {"DOM.setFileInputFiles", "Page.handleFileChooser"}) {
    for (const std::string_view path : {"/run/s/uploads/a.txt", "/run/s/downloads/x/y.pdf",
                                        "/run/s/uploads/./a", "/run/s/uploads/b/../a", "//run/s/uploads/a"})
      EXPECT_EQ(refusal(judged(command(method, {{"files", json::array{path}}}))), "replaced") << path;
    for (const std::string_view path :
         {"/etc/passwd", "/run/s/uploads", "/run/s/uploads/", "/run/s/uploads/../secret",
          "/run/s/uploads/../../x", "/run/s/uploadsX/a", "/run/s/uploads-evil/a",
          "/run/s/downloads/../uploads", "run/s/uploads/a", "", ".", "../run/s/uploads/a",
          "file:///run/s/uploads/a", "/run/s/uploads/b/../../../../etc/passwd"})
      EXPECT_EQ(refusal(judged(command(method, {{"files", json::array{path}}}))), outside) << path;
  }
}

TEST(ClientRules, PathsThatApisTellBecomeTheSessionsOwn) {
  const std::pair<std::string_view, std::string_view> all[] = {
      {"/tmp/.uploads/a b.txt", "/run/s/uploads/a b.txt"},
      {"/tmp/uploads/a.txt", "/run/s/uploads/a.txt"},
      {"/tmp/downloads/a.txt", "/run/s/downloads/a.txt"},
      {"/tmp//.uploads/x/../a.txt", "/run/s/uploads/a.txt"},
      {"/tmp/x/../uploads/a.txt", "/run/s/uploads/a.txt"},
      {"/run/s/uploads/b/../a", "/run/s/uploads/a"},
  };
  for (const auto& [told, real] : all) {
    const Verdict verdict =
        judged(command("DOM.setFileInputFiles", {{"files", json::array{told}}, {"nodeId", 7}}));
    ASSERT_TRUE(std::holds_alternative<Replace>(verdict)) << told;
    const json::value sent = json::parse(std::get<Replace>(verdict).message);
    EXPECT_EQ(sent.at("params"), json::value({{"files", json::array{real}}, {"nodeId", 7}})) << told;
    EXPECT_EQ(real_path(told, folders), real);
  }
  for (const std::string_view told :
       {"/tmp/.uploads", "/tmp/.uploads/", "/tmp/.uploads/../x", "/tmp/.uploads/../../etc/passwd",
        "/tmp/.uploadsX/a", "/tmp/uploads/../../etc/passwd", "tmp/.uploads/a", "./tmp/.uploads/a",
        "/TMP/.uploads/a", "/tmp/downloads/..", "/x/tmp/.uploads/a"})
    EXPECT_EQ(refusal(judged(command("DOM.setFileInputFiles", {{"files", json::array{told}}}))), outside)
        << told;
  EXPECT_EQ(real_path("/tmp/uploads/a", {}), "/tmp/uploads/a") << "no folder, nothing to stand for";
}

TEST(ClientRules, OneFileOutsideRefusesThemAll) {
  const json::array files{"/run/s/uploads/a", "/etc/shadow"};
  EXPECT_EQ(refusal(judged(command("DOM.setFileInputFiles", {{"files", files}}))), outside);
  EXPECT_EQ(refusal(judged(command("DOM.setFileInputFiles", {{"files", json::array()}}))), "replaced");
  EXPECT_EQ(refusal(judged(command("DOM.setFileInputFiles", {}))), "replaced");
}

TEST(ClientRules, WithoutFoldersNoFileCanBeChosen) {
  for (const std::string_view path : {"/a", "/etc/passwd", "/"})
    EXPECT_EQ(refusal(judged(command("DOM.setFileInputFiles", {{"files", json::array{path}}}), {})), outside);
}

TEST(ClientRules, DraggedFilesAreFilesToo) {
  auto drag = [](std::string_view path) {
    return command("Input.dispatchDragEvent",
                   {{"type", "drop"}, {"data", {{"items", json::array()}, {"files", json::array{path}}}}});
  };
  EXPECT_EQ(refusal(judged(drag("/etc/passwd"))), outside);
  EXPECT_EQ(refusal(judged(drag("/run/s/uploads/a"))), "replaced");
}

TEST(ClientRules, CommandsInsideCommandsAreRefused) {
  // Their text would reach a session of the browser without passing here.
  for (const std::string method :
       {"Target.sendMessageToTarget", "Target.exposeDevToolsProtocol", "Target.openDevTools"})
    EXPECT_EQ(refusal(judged(command(method, {{"message", "{}"}}))), method + " is not open to clients");
}

TEST(ClientRules, CommandsThatTakeAPathOfTheMachineAreRefused) {
  for (const std::string method :
       {"Extensions.loadUnpacked", "PWA.install", "PWA.launchFilesInApp", "Target.setRemoteLocations"})
    EXPECT_EQ(refusal(judged(command(method, {{"path", "/x"}}))), method + " is not open to clients");
}

TEST(ClientRules, ANulNeverReachesThePipe) {
  using namespace std::string_literals;
  // Inside a string, where the scan looks over it: behind it on the pipe a second message would begin.
  const std::string message =
      "{\"id\":1,\"method\":\"A.b\",\"params\":{\"x\":\"\0{\\\"id\\\":2,\\\"method\\\":\\\"Browser.close\\\"}\"}}"s;
  EXPECT_EQ(refusal(judged(message)), "A message must not hold NUL");
}

TEST(ClientRules, RefusalsCarryIdAndSession) {
  const Verdict verdict = judged(command("Extensions.loadUnpacked", {}, "CHILD"));
  const json::value body = json::parse(std::get<Answer>(verdict).message);
  EXPECT_EQ(body.at("id"), 5);
  EXPECT_EQ(body.at("sessionId"), "CHILD");
  EXPECT_EQ(body.at("error").at("code"), -32000);
}

TEST(ClientRules, AnErrorWithoutIdHasNone) {
  const json::value body = json::parse(error_answer(Envelope(), -32700, "no \"JSON\""));
  EXPECT_EQ(body, json::parse(R"({"error":{"code":-32700,"message":"no \"JSON\""}})"));
}

}  // namespace
}  // namespace greenroom::cdp
