// Every field of every create request: it makes a difference, is ignored aloud, or is refused. Never silently
// left out. The lists are those of the official clients' types.
#include <gtest/gtest.h>

#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

struct Field {
  const char* json;           ///< a body in which it asks for something
  const char* base = "{}";    ///< the body without it
  bool is_so_anyway = false;  ///< what it asks for is how every session is, or shows in other answers only
};

struct Api {
  const char* name;
  const char* method_and_target;
  const char* key_header;
  std::vector<Field> fields;
};

const Api apis[] = {
    {"browserbase",
     "/v1/sessions",
     "X-BB-API-Key",
     {
         {R"({"projectId":"p"})"},
         {R"({"extensionId":"22222222-2222-4222-8222-222222222222"})"},
         {R"({"timeout":600})"},
         {R"({"api_timeout":600})"},
         {R"({"keepAlive":true})"},
         {R"({"region":"eu-central-1"})"},
         {R"({"userMetadata":{"a":"b"}})"},
         {R"({"proxies":true})"},
         {R"({"proxies":[{"type":"browserbase"}]})"},
         {R"({"proxies":[{"type":"browserbase","geolocation":{"country":"DE"}}]})"},
         {R"({"proxies":[{"type":"external","server":"http://127.0.0.1:3128"}]})"},
         {R"({"proxySettings":{"caCertificates":["22222222-2222-4222-8222-222222222222"]}})"},
         {R"({"scheduleMode":"deferred"})"},
         {R"({"browserSettings":{"context":{"id":"22222222-2222-4222-8222-222222222222"}}})"},
         {R"({"browserSettings":{"extensionId":"22222222-2222-4222-8222-222222222222"}})"},
         {R"({"browserSettings":{"viewport":{"width":900,"height":700}}})"},
         {R"({"browserSettings":{"blockAds":true}})"},
         {R"({"browserSettings":{"solveCaptchas":true}})"},
         {R"({"browserSettings":{"captchaImageSelector":"#a"}})"},
         {R"({"browserSettings":{"captchaInputSelector":"#a"}})"},
         {R"({"browserSettings":{"recordSession":false}})"},
         {R"({"browserSettings":{"logSession":false}})"},
         {R"({"browserSettings":{"verified":true}})"},
         {R"({"browserSettings":{"advancedStealth":true}})"},
         {R"({"browserSettings":{"os":"windows"}})"},
         {R"({"browserSettings":{"os":"mobile"}})"},
         {R"({"browserSettings":{"ignoreCertificateErrors":true}})"},
         {R"({"browserSettings":{"allowedDomains":["a.example"]}})"},
         {R"({"browserSettings":{"fingerprint":{"locales":["de"]}}})"},
         {R"({"browserSettings":{"enablePdfViewer":true}})"},
         {R"({"browserSettings":{"size":"small"}})"},
         {R"({"browserSettings":{"stealth":true}})"},
         {R"({"browserSettings":{"userAgent":"A/1"}})"},
         {R"({"browserSettings":{"locale":"de"}})"},
         {R"({"browserSettings":{"timezone":"Europe/Berlin"}})"},
         {R"({"browserSettings":{"deviceScaleFactor":2}})"},
     }},
    {"hyperbrowser",
     "/api/session",
     "x-api-key",
     {
         {R"({"useUltraStealth":true})"},
         {R"({"useStealth":true})"},
         {R"({"useProxy":true})"},
         {R"({"useProxy":true,"proxyServer":"http://127.0.0.1:3128"})"},
         {R"({"proxyServer":"http://127.0.0.1:3128"})"},
         {R"({"proxyServerUsername":"a"})"},
         {R"({"proxyServerPassword":"a"})"},
         {R"({"proxyCountry":"DE"})"},
         {R"({"proxyState":"CA"})"},
         {R"({"proxyCity":"berlin"})"},
         {R"({"staticIpId":"22222222-2222-4222-8222-222222222222"})"},
         {R"({"operatingSystems":["windows"]})"},
         {R"({"operatingSystems":["linux"]})", "{}", true},
         {R"({"device":["mobile"]})"},
         {R"({"device":["desktop"]})", "{}", true},
         {R"({"platform":["safari"]})"},
         {R"({"platform":["chrome"]})", "{}", true},
         {R"({"locales":["de","en"]})"},
         {R"({"screen":{"width":900,"height":700}})"},
         {R"({"solveCaptchas":true})"},
         {R"({"solverType":"visual"})"},
         {R"({"imageCaptchaParams":[{"imageSelector":"a","inputSelector":"b"}]})"},
         {R"({"adblock":true})"},
         {R"({"trackers":true})"},
         {R"({"annoyances":true})"},
         {R"({"acceptCookies":true})"},
         {R"({"urlBlocklist":["a.example"]})"},
         {R"({"browserArgs":["--x"]})"},
         {R"({"disabledExternalProtocols":["mailto"]})"},
         {R"({"profile":{"id":"22222222-2222-4222-8222-222222222222"}})"},
         {R"({"extensionIds":["22222222-2222-4222-8222-222222222222"]})"},
         {R"({"enableWebRecording":false})"},
         {R"({"enableVideoWebRecording":false})"},
         {R"({"enableLogCapture":false})"},
         {R"({"saveDownloads":true})", "{}", true},
         {R"({"appendTimestampToDownloads":true})", "{}", true},
         {R"({"allowInternetAccess":false})"},
         {R"({"allowInternetAccess":true})", "{}", true},
         {R"({"allowOut":["a.example"]})"},
         {R"({"denyOut":["a.example"]})"},
         {R"({"timeoutMinutes":7})"},
         {R"({"region":"us"})"},
         {R"({"viewOnlyLiveView":true})", "{}", true},
         {R"({"liveViewTtlSeconds":60})", "{}", true},
         {R"({"enableWindowManager":true})"},
         {R"({"enableWindowManagerTaskbar":true})"},
         {R"({"allowOnGeolocationPrompt":true})"},
         {R"({"disablePasswordManager":true})", "{}", true},
         {R"({"enableAlwaysOpenPdfExternally":true})"},
         {R"({"disablePostQuantumKeyAgreement":true})"},
         {R"({"showScrollbars":false})"},
         {R"({"showScrollbars":true})", "{}", true},
         {R"({"replaceNativeElements":true})"},
         {R"({"enableWebglFingerprinting":true})"},
         {R"({"browserMemorySize":"large"})"},
         {R"({"startFromSnapshot":{"snapshotId":"s"}})"},
         {R"({"keepAlive":true})"},
         {R"({"userMetadata":{"a":"b"}})"},
         {R"({"viewport":{"width":900,"height":700}})"},
     }},
    {"notte",
     "/sessions/start",
     "authorization",
     {
         {R"({"headless":true})"},
         {R"({"headless":false})", "{}", true},
         {R"({"solve_captchas":true,"proxies":true})", R"({"proxies":true})"},
         {R"({"max_duration_minutes":7})"},
         {R"({"idle_timeout_minutes":7})"},
         {R"({"timeout_minutes":7})"},
         {R"({"proxies":true})"},
         {R"({"proxies":[{"type":"external","server":"http://127.0.0.1:3128"}]})"},
         {R"({"proxies":[{"type":"notte","country":"de"}]})"},
         {R"({"proxies":[{"type":"tailnet","oauth_client_id":"x"}]})"},
         {R"({"browser_type":"chrome"})"},
         {R"({"browser_type":"firefox"})"},
         {R"({"user_agent":"A/1"})"},
         {R"({"chrome_args":["--x"]})"},
         {R"({"viewport_width":900,"viewport_height":700})"},
         {R"({"aspect_ratio":"5:4"})"},
         {R"({"cdp_url":"ws://127.0.0.1:1/"})"},
         {R"({"use_file_storage":true})", "{}", true},
         {R"({"use_file_storage":false})"},
         {R"({"screenshot_type":"raw"})"},
         {R"({"profile":{"id":"notte-profile-0123456789abcdef"}})"},
         {R"({"web_bot_auth":true})"},
         {R"({"extra_http_headers":{"a":"b"}})"},
         {R"({"vault_id":"v"})"},
         {R"({"auth_ids":["a"]})"},
         {R"({"wait_for_authentication":true})", "{}", true},
         {R"({"auth_retry":true})"},
         {R"({"advanced_stealth":true})"},
         {R"({"demonstrate":true})"},
         {R"({"novelty":1})"},
     }},
};

class CreateFields : public GatewayTest, public testing::WithParamInterface<std::size_t> {
 protected:
  net::Response create(const Api& api, const char* body) {
    core.reset();
    net::Request sent = request("POST", api.method_and_target);
    const bool is_bearer = std::string_view(api.key_header) == "authorization";
    sent.headers.add(api.key_header, (is_bearer ? "Bearer " : "") + std::string(api_key));
    sent.body = body;
    return answer(std::move(sent));
  }
  /// What the core was asked, without what a dialect only says again.
  std::string asked() const {
    if (!core.last_spec) return {};
    json::array calls = core.calls();
    for (json::value& call : calls) call.as_object().erase("echo");
    const session::SessionSpec& spec = *core.last_spec;
    json::object more;
    if (spec.profile) more["profile"] = {{"id", spec.profile->id}, {"persist", spec.profile->persist}};
    for (const std::string& id : spec.extensions) more["extension " + id] = true;
    for (const std::string& id : spec.network.certificates) more["certificate " + id] = true;
    for (const std::string& host : spec.network.allowed_hosts) more["allowed " + host] = true;
    for (const std::string& host : spec.network.denied_hosts) more["denied " + host] = true;
    for (const session::ProxyRule& rule : spec.network.proxies)
      more["proxy " + rule.server + rule.username + rule.password + rule.hosts] = true;
    more["blockAds"] = spec.network.block_ads;
    more["ignoreCertificates"] = spec.network.ignore_certificate_errors;
    more["dom"] = spec.record_dom.value_or(false);
    more["timezone"] = spec.timezone;
    calls.push_back(std::move(more));
    return json::serialize(calls);
  }
};

TEST_P(CreateFields, AreHonouredIgnoredAloudOrRefused) {
  const Api& api = apis[GetParam()];
  for (const Field& field : api.fields) {
    SCOPED_TRACE(std::string(api.name) + " " + field.json);
    const net::Response plain = create(api, field.base);
    ASSERT_LT(plain.status, 300u) << plain.body;
    const std::string without = asked();
    const net::Response response = create(api, field.json);
    if (response.status >= 400) {
      EXPECT_TRUE(response.status == 400 || response.status == 402 || response.status == 404 ||
                  response.status == 422 || response.status == 501)
          << response.status;
      EXPECT_TRUE(core.calls().empty()) << "refused, and made all the same";
      continue;
    }
    const bool is_ignored =
        response.headers.find("greenroom-ignored") != nullptr &&
        response.headers.value_or("greenroom-ignored", "") != plain.headers.value_or("greenroom-ignored", "");
    const bool makes_a_difference = asked() != without;
    EXPECT_NE(is_ignored || makes_a_difference, field.is_so_anyway)
        << (field.is_so_anyway ? "more than is said of it" : "silently left out");
  }
}

INSTANTIATE_TEST_SUITE_P(Apis, CreateFields, testing::Range<std::size_t>(0, std::size(apis)),
                         [](const auto& tested) { return apis[tested.param].name; });

}  // namespace
}  // namespace greenroom::api
