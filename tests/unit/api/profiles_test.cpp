// Profiles through each dialect's door and the daemon's own.
#include "api/notte/profiles.hpp"

#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

const std::string id = "abcdef01-2345-4789-8abc-def012345678";
const std::string short_id = "notte-profile-abcdef0123454789";

class ProfilesTest : public GatewayTest {
 protected:
  ProfilesTest() {
    core.carried_profiles.emplace();
    Profile profile;
    profile.id = id;
    profile.project_id = own_project;
    profile.name = "Mine";
    profile.created_at = profile.updated_at = core.now();
    profile.version = 2;
    profile.domains = {"a.example"};
    profiles().all = {profile};
  }
  fakes::FakeProfiles& profiles() { return *core.carried_profiles; }

  net::Response ask(std::string_view key_header, std::string_view method, std::string_view target,
                    std::string body = {}) {
    net::Request asked = request(method, target);
    const std::string prefix = key_header == "authorization" ? "Bearer " : "";
    asked.headers.add(std::string(key_header), prefix + std::string(api_key));
    asked.body = std::move(body);
    return answer(std::move(asked));
  }
  net::Response browserbase(std::string_view method, std::string_view target, std::string body = {}) {
    return ask("x-bb-api-key", method, target, std::move(body));
  }
  net::Response hyperbrowser(std::string_view method, std::string_view target, std::string body = {}) {
    return ask("x-api-key", method, "/hyperbrowser" + std::string(target), std::move(body));
  }
  net::Response notte(std::string_view method, std::string_view target, std::string body = {}) {
    return ask("authorization", method, "/notte" + std::string(target), std::move(body));
  }
  static json::object object_of(const net::Response& response) {
    return json::parse(response.body).as_object();
  }
  json::object last_call() { return profiles().calls.back().as_object(); }
  /// What the last create asked for; null: there was none, or it named no profile.
  json::value begun_with() {
    json::value out;
    for (const json::value& call : core.calls())
      if (call.at("call") == "create" && call.as_object().contains("profile")) out = call.at("profile");
    return out;
  }
};

TEST_F(ProfilesTest, BrowserbaseMakesThemWithTrimmedUniqueNames) {
  const auto made = browserbase("POST", "/v1/contexts", R"({"name":"  Shop ","projectId":"of-somebody"})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(last_call().at("name"), json::value("Shop"));
  EXPECT_EQ(last_call().at("unique"), json::value(true));
  const json::object body = object_of(made);
  EXPECT_EQ(body.at("cipherAlgorithm"), json::value("AES-256-CBC"));
  EXPECT_EQ(body.at("initializationVectorSize"), json::value(16));
  for (const char* member : {"id", "uploadUrl", "publicKey"})
    EXPECT_TRUE(body.at(member).is_string()) << member;
  const auto taken = browserbase("POST", "/v1/contexts", R"({"name":"Mine"})");
  EXPECT_EQ(taken.status, 409u);
  EXPECT_EQ(*taken.headers.find("x-should-retry"), "false");
  EXPECT_EQ(browserbase("POST", "/v1/contexts").status, 201u) << "no body at all";
  for (const char* wrong : {"{", "[]", R"({"name":7})", R"({"name":"  "})", R"({"name":"a\nb"})"})
    EXPECT_EQ(browserbase("POST", "/v1/contexts", wrong).status, 400u) << wrong;
}

TEST_F(ProfilesTest, BrowserbaseReadsUpdatesAndDeletesThem) {
  const json::object found = object_of(browserbase("GET", "/v1/contexts/" + id));
  EXPECT_EQ(found.at("name"), json::value("Mine"));
  EXPECT_EQ(found.at("projectId"), json::value(own_project));
  EXPECT_EQ(found.size(), 5u);
  EXPECT_EQ(object_of(browserbase("PUT", "/v1/contexts/" + id)).at("id"), json::value(id));
  const auto gone = browserbase("DELETE", "/v1/contexts/" + id);
  EXPECT_EQ(gone.status, 204u);
  EXPECT_EQ(gone.body, "");
  const auto missing = browserbase("GET", "/v1/contexts/" + id);
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(object_of(missing).at("message"), json::value("Context not found"));
}

TEST_F(ProfilesTest, ACreateNamesOneThatIsThere) {
  const auto body = [](const std::string& context) {
    return R"({"browserSettings":{"context":)" + context + "}}";
  };
  const auto unknown = browserbase("POST", "/v1/sessions", body(R"({"id":"nobody","persist":true})"));
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_EQ(object_of(unknown).at("message"), json::value("Context not found"));
  for (const char* wrong : {"7", "{}", R"({"id":7})", R"({"id":"x","persist":"yes"})"})
    EXPECT_EQ(browserbase("POST", "/v1/sessions", body(wrong)).status, 400u) << wrong;
  EXPECT_TRUE(begun_with().is_null());
  EXPECT_EQ(browserbase("POST", "/v1/sessions", body(R"({"id":")" + id + R"("})")).status, 201u);
  EXPECT_EQ(begun_with().at("id"), json::value(id));
  EXPECT_EQ(begun_with().at("persist"), json::value(false)) << "only if that is asked for";
}

TEST_F(ProfilesTest, HyperbrowserListsInPagesAndForks) {
  const json::object page = object_of(hyperbrowser("GET", "/api/profiles?page=1&limit=5&name=mi"));
  EXPECT_EQ(page.at("totalCount"), json::value(1));
  EXPECT_EQ(page.at("perPage"), json::value(5));
  EXPECT_EQ(page.at("profiles").at(0).at("teamId"), json::value(own_project));
  EXPECT_EQ(last_call().at("name"), json::value("mi"));
  const json::object copy = object_of(hyperbrowser("POST", "/api/profile/" + id + "/fork"));
  EXPECT_EQ(copy.at("id"), json::value(profiles().next_id));
  EXPECT_TRUE(copy.at("name").is_null());
  EXPECT_EQ(object_of(hyperbrowser("DELETE", "/api/profile/" + id)).at("success"), json::value(true));
  EXPECT_EQ(hyperbrowser("GET", "/api/profile/" + id).status, 404u);
}

TEST_F(ProfilesTest, HyperbrowserMayBeginWithACopyWhichGoesWithAFailedCreate) {
  const std::string body =
      R"({"profile":{"id":")" + id + R"(","fork":true,"forkProfileName":"c","persistChanges":true}})";
  core.fail_next("create", {base::errc::launch_failed, "no"});
  EXPECT_EQ(hyperbrowser("POST", "/api/session", body).status, 500u);
  EXPECT_EQ(last_call().at("call"), json::value("profiles.erase"));
  EXPECT_EQ(profiles().all.size(), 1u);
  const auto made = hyperbrowser("POST", "/api/session", body);
  EXPECT_EQ(made.status, 200u) << made.body;
  EXPECT_EQ(object_of(made).at("forkedProfileId"), json::value(profiles().next_id));
  EXPECT_EQ(begun_with().at("id"), json::value(profiles().next_id));
  EXPECT_EQ(begun_with().at("persist"), json::value(true));
}

TEST_F(ProfilesTest, HyperbrowserChangesItsMindWhileASessionRuns) {
  core.put(running_session());
  const std::string at = "/api/session/" + std::string(session_id) + "/update";
  const std::string body = R"({"type":"profile","params":{"persistChanges":true}})";
  EXPECT_EQ(hyperbrowser("PUT", at, body).status, 400u) << "it has no profile";
  profiles().with_profile = session_id;
  EXPECT_EQ(hyperbrowser("PUT", at, body).status, 200u);
  EXPECT_EQ(last_call().at("wanted"), json::value(true));
  EXPECT_EQ(hyperbrowser("PUT", at, R"({"type":"profile","params":{}})").status, 400u);
}

TEST_F(ProfilesTest, NotteHasIdsOfItsOwnForTheSameProfiles) {
  EXPECT_EQ(notte::profile_id_of(id), short_id);
  EXPECT_EQ(notte::own_profile_id(short_id), id.substr(0, 18));
  EXPECT_EQ(notte::own_profile_id(id), id);
  for (const std::string& wrong : {std::string("x"), short_id + "0", short_id.substr(1),
                                   std::string("notte-profile-ABCDEF0123454789"), std::string()})
    EXPECT_EQ(notte::own_profile_id(wrong), "") << wrong;
  const json::object found = object_of(notte("GET", "/profiles/" + short_id));
  EXPECT_EQ(found.at("profile_id"), json::value(short_id));
  EXPECT_EQ(found.at("persisted_domains"), json::array{"a.example"});
  EXPECT_EQ(
      notte("POST", "/sessions/start", R"({"profile":{"id":")" + short_id + R"(","persist":true}})").status,
      200u);
  EXPECT_EQ(begun_with().at("id"), json::value(id));
  EXPECT_EQ(notte("POST", "/sessions/start", R"({"profile":{"id":"../.."}})").status, 404u);
  EXPECT_EQ(notte("POST", "/sessions/start", R"({"profile":{}})").status, 422u);
  EXPECT_EQ(notte("POST", "/profiles/create", R"({"nome":"x"})").status, 422u);
}

TEST_F(ProfilesTest, NotteReadsAndWritesCookiesOfBothForms) {
  const std::string at = "/profiles/" + short_id + "/cookies";
  const auto put = notte("POST", at, R"({"source_format":"chrome","mode":"replace","cookies":[
      {"name":"a","value":"b","domain":".a.example","sameSite":"no_restriction","storeId":"0","expirationDate":2000000000}]})");
  EXPECT_EQ(put.status, 200u) << put.body;
  EXPECT_EQ(object_of(put).at("cookies_count"), json::value(1));
  EXPECT_EQ(last_call().at("instead"), json::value(true));
  EXPECT_EQ(profiles().jar.at(0).same_site, session::SameSite::none);
  EXPECT_EQ(object_of(notte("GET", at)).at("cookies").at(0).at("name"), json::value("a"));
  EXPECT_EQ(notte("POST", at, R"({"cookies":[{"name":"a"}]})").status, 422u);
  EXPECT_EQ(notte("POST", at, R"({"cookies":[],"mode":"both"})").status, 422u);
}

TEST_F(ProfilesTest, TheDaemonsOwnRoutesCarryArchives) {
  const std::string at = "/greenroom/v1/profiles/" + id;
  EXPECT_EQ(object_of(ask("authorization", "GET", at)).at("version"), json::value(2));
  const auto out = ask("authorization", "GET", at + "/archive");
  EXPECT_EQ(out.status, 200u);
  EXPECT_TRUE(out.stream);
  EXPECT_EQ(ask("authorization", "PUT", at + "/archive", "new").status, 200u);
  EXPECT_EQ(profiles().archive, "new");
  EXPECT_EQ(ask("authorization", "PATCH", at, R"({"name":"x"})").status, 200u);
  EXPECT_EQ(ask("authorization", "POST", at + "/fork").status, 201u);
  EXPECT_EQ(ask("authorization", "DELETE", at).status, 204u);
  EXPECT_EQ(ask("authorization", "GET", at).status, 404u);
}

TEST_F(ProfilesTest, AnotherProjectsAreNotFound) {
  profiles().project = "somebody";
  EXPECT_EQ(browserbase("GET", "/v1/contexts/" + id).status, 404u);
  EXPECT_EQ(hyperbrowser("GET", "/api/profile/" + id).status, 404u);
  EXPECT_EQ(notte("GET", "/profiles/" + short_id).status, 404u);
}

TEST_F(ProfilesTest, ADaemonWithoutThemSaysSo) {
  core.carried_profiles.reset();
  EXPECT_EQ(browserbase("POST", "/v1/contexts").status, 501u);
  EXPECT_EQ(browserbase("POST", "/v1/sessions", R"({"browserSettings":{"context":{"id":"c"}}})").status,
            501u);
  EXPECT_EQ(hyperbrowser("GET", "/api/profiles").status, 501u);
  EXPECT_EQ(hyperbrowser("POST", "/api/session", R"({"profile":{"id":"c"}})").status, 501u);
  EXPECT_EQ(notte("GET", "/profiles").status, 501u);
  EXPECT_EQ(notte("POST", "/sessions/start", R"({"profile":{"id":"c"}})").status, 422u);
}

}  // namespace
}  // namespace greenroom::api
