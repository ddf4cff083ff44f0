#include "tests/fuzz/api_door.hpp"

#include <cstdlib>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include "api/gateway.hpp"
#include "tests/fakes/fake_core.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::fuzz {

namespace {
constexpr std::string_view key = "gr_key_for_fuzzing";

void require(bool claim) {
  if (!claim) std::abort();
}

net::Request request_of(std::string_view text, const Door& door) {
  const std::string_view line = text.substr(0, text.find('\n'));
  net::Request request;
  request.method = line.substr(0, line.find(' '));
  const auto blank = line.find(' ');
  const std::string_view rest = blank == line.npos ? std::string_view("/") : line.substr(blank + 1);
  request.target = net::Target::parse(std::string(door.mount) + std::string(rest));
  const auto body = text.find("\n\n");
  if (body != text.npos) request.body = text.substr(body + 2);
  request.headers.add("host", "127.0.0.1");
  request.headers.add(std::string(door.header), std::string(door.before_key) + std::string(key));
  request.remote_address = "127.0.0.1";
  return request;
}

// No lambda: in a function with C linkage GCC 12 gives a coroutine's parts one and the same name.
base::Task<void> ask(api::Gateway& gateway, net::Request request, net::Response& response) {
  response = co_await gateway.handle(std::move(request));
}

}  // namespace

int knock(const Door& door, const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  boost::asio::io_context loop{1};
  fakes::KeptLines lines;
  fakes::FakeCore core;
  session::SessionView view;
  view.id = "33333333-3333-4333-8333-333333333333";
  view.project_id = "11111111-1111-4111-8111-111111111111";
  view.state = session::State::running;
  view.recorded = true;
  view.expires_at = core.now() + std::chrono::hours(1);
  core.put(view);
  api::Capture capture;
  capture.id = "RECORDED";
  capture.session = core.find_now(view.id);
  core.kept.all = {capture};
  api::KeyRing keys;
  keys.replace({{"k", view.project_id, base::sha256(key)}});
  const api::LinkSigner signer("secret");
  api::Gateway gateway(core, keys, signer, {}, base::Logger(lines, base::LogLevel::debug));
  net::Response response;
  const auto finished = [](std::exception_ptr failure) { require(failure == nullptr); };
  boost::asio::co_spawn(loop, ask(gateway, request_of(text, door), response), finished);
  loop.run();
  require(response.status >= 200 && response.status < 600);
  require(response.body.find(key) == std::string::npos && !lines.mentions(key));
  for (const auto& [name, value] : response.headers)
    require(value.find_first_of("\r\n") == std::string::npos &&
            name.find_first_of("\r\n: ") == std::string::npos);
  if (response.status >= 400 && response.headers.value_or("content-type", "").starts_with("application/json"))
    require(boost::json::parse(response.body).is_object());
  return 0;
}

}  // namespace greenroom::fuzz
