// A gateway over a fake core, with one key and one session.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "api/gateway.hpp"
#include "tests/fakes/fake_core.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::api {

inline constexpr std::string_view own_project = "11111111-1111-4111-8111-111111111111";
inline constexpr std::string_view session_id = "33333333-3333-4333-8333-333333333333";
inline constexpr std::string_view api_key = "gr_test_key_that_must_never_be_seen";

class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    KnownKey key{"key-1", std::string(own_project), base::sha256(api_key)};
    keys.replace({key});
    make();
  }
  /// Anew, after `options` was changed.
  void make() {
    gateway =
        std::make_unique<Gateway>(core, keys, signer, options, base::Logger(log, base::LogLevel::debug));
  }

  static net::Request request(std::string_view method, std::string_view target) {
    net::Request out;
    out.method = method;
    out.target = net::Target::parse(target);
    out.headers.add("Host", "127.0.0.1:4480");
    out.remote_address = "127.0.0.1";
    out.id = "request-1";
    return out;
  }
  static net::Request with_key(std::string_view method, std::string_view target, std::string body = {}) {
    net::Request out = request(method, target);
    out.headers.add("X-BB-API-Key", std::string(api_key));
    out.body = std::move(body);
    return out;
  }
  net::Response answer(net::Request asked) {
    net::Response out;
    auto ask = [&]() -> base::Task<void> { out = co_await gateway->handle(std::move(asked)); };
    base::asio::co_spawn(loop, ask(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
    EXPECT_FALSE(shows_key(out)) << "an answer holds the key";
    return out;
  }
  static bool shows_key(const net::Response& response) {
    for (const auto& [name, value] : response.headers)
      if (value.find(api_key) != std::string::npos) return true;
    return response.body.find(api_key) != std::string::npos;
  }
  session::SessionView running_session() {
    session::SessionView view;
    view.id = session_id;
    view.project_id = own_project;
    view.dialect = "browserbase";
    view.region = "us-west-2";
    view.state = session::State::running;
    view.created_at = view.started_at = view.updated_at = core.now();
    view.expires_at = core.now() + std::chrono::hours(1);
    view.recorded = view.logged = true;
    view.recording = session::RecordingState::recording;
    return view;
  }
  session::SessionView ended_session(session::EndReason reason) {
    session::SessionView view = running_session();
    view.state = session::State::ended;
    view.end_reason = reason;
    view.ended_at = core.now();
    view.recording = session::RecordingState::ready;
    return view;
  }

  base::asio::io_context loop{1};
  fakes::KeptLines log;
  fakes::FakeCore core;
  KeyRing keys;
  LinkSigner signer{"0123456789abcdef0123456789abcdef"};
  GatewayOptions options;
  std::unique_ptr<Gateway> gateway;
};

}  // namespace greenroom::api
