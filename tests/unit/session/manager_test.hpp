// A manager over a store in memory, browsers without processes and recordings without encoders.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/manager.hpp"
#include "session/record.hpp"
#include "tests/fakes/fake_recording.hpp"
#include "tests/fakes/kept_lines.hpp"
#include "tests/fakes/memory_stream.hpp"
#include "tests/fakes/piped_browser.hpp"

namespace greenroom::session {

using base::errc;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ManagerTest : public testing::Test {
 protected:
  ManagerTest() {
    options.lifetime.connect = seconds(300);
    options.limit = 3;
  }
  ~ManagerTest() override {
    if (manager) run(manager->end_all(EndReason::drained));
    EXPECT_EQ(launcher.facts().stopped, launcher.facts().launched) << "every browser is stopped";
  }

  void start() {
    auto take = [this](const browser::Fingerprint& fingerprint) { return launcher.launch(fingerprint); };
    auto record = [this](RecordingRequest request) {
      wanted = std::move(request);
      return start_recording();
    };
    Services services{take, record, rows, timeline, clock, base::Logger(log, base::LogLevel::debug), {}};
    manager = std::make_unique<SessionManager>(loop.get_executor(), options, services);
  }
  std::optional<RecordingRequest> wanted;  ///< of the newest recording
  base::Task<base::Result<std::unique_ptr<recorder::Recording>>> start_recording() {
    auto made = std::make_unique<recorder::FakeRecording>(loop.get_executor());
    recording = made.get();
    co_return std::unique_ptr<recorder::Recording>(std::move(made));
  }

  /// Runs the loop until the task has ended.
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    auto done = [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    };
    base::asio::co_spawn(loop, std::move(task), done);
    until([&] { return value.has_value(); });
    return std::move(*value);
  }
  void run(base::Task<void> task) {
    bool is_done = false;
    spawn(std::move(task), is_done);
    until([&] { return is_done; });
  }
  void spawn(base::Task<void> task, bool& is_done) {
    base::asio::co_spawn(loop, std::move(task), [&is_done](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
      is_done = true;
    });
  }
  /// Turns the loop until the condition holds; the store's thread and timers of milliseconds drive it.
  template <class Condition>
  void until(Condition condition) {
    loop.restart();
    while (!condition())
      if (loop.run_one_for(seconds(10)) == 0) {
        ADD_FAILURE() << "nothing happened for 10 s";
        throw std::runtime_error("stuck");
      }
  }

  SharedView create(SessionSpec spec = {}) {
    auto made = run(manager->create(std::move(spec)));
    if (!made) throw std::runtime_error("no session: " + made.error().message());
    return *made;
  }
  /// Until the session's last process is gone.
  SharedView gone(const std::string& id) {
    until([&] { return !manager->use(id); });
    return manager->find_now(id);
  }
  std::string row_state(const std::string& id) {
    auto row = run(rows.find(id));
    return row ? row->state + " " + row->end_reason : "no row";
  }

  struct Client {
    std::unique_ptr<fakes::MemoryStream> own;
    bool served = false;
    std::optional<net::CloseReason> closed;
    bool read_ended = false;
  };
  Client* connect(const std::string& id, bool keeps_session = false) {
    auto pair = fakes::MemoryStream::make(loop.get_executor());
    Client* client = clients.emplace_back(std::make_unique<Client>()).get();
    client->own = std::move(pair.second);
    spawn(serve(id, std::move(pair.first), keeps_session), client->served);
    spawn(read_all(*client), client->read_ended);
    until([&] { return client->closed || client->served || manager->numbers().clients > 0; });
    return client;
  }
  base::Task<void> serve(std::string id, std::unique_ptr<net::MessageStream> stream, bool keeps_session) {
    const std::optional<Use> session = manager->use(id);
    if (!session) co_return;
    ClientOptions wishes;
    wishes.keeps_session = keeps_session;
    co_await (*session)->serve_client(std::move(stream), std::move(wishes));
  }
  base::Task<void> read_all(Client& client) {
    for (;;) {
      const auto message = co_await client.own->read();
      if (!message) break;
    }
    client.closed = client.own->close_reason();
  }

  base::asio::io_context loop{1};
  std::vector<std::unique_ptr<Client>> clients;  // outlive the test's body: what serves them ends after it
  fakes::KeptLines log;
  std::unique_ptr<store::Database> database = std::move(*store::Database::in_memory());
  store::SessionStore rows{*database};
  store::TimelineStore timeline{*database};
  base::SystemClock clock;
  fakes::PipedLauncher launcher{loop.get_executor(), base::Logger(log, base::LogLevel::debug)};
  recorder::FakeRecording* recording = nullptr;  // the newest
  SessionOptions options;
  std::unique_ptr<SessionManager> manager;
};

}  // namespace greenroom::session
