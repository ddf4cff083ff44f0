// api::WebDriver by a ChromeDriver for each session that is driven so: started with the first command,
// attached to the session's own browser, gone with the session.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/web_driver.hpp"
#include "base/event.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "browser/chrome_driver.hpp"
#include "daemon/driver_door.hpp"
#include "net/http_client.hpp"
#include "session/companion.hpp"
#include "session/manager.hpp"

namespace greenroom::daemon {

struct WebDriverParts {
  base::Executor executor;
  session::SessionManager& sessions;
  std::function<std::optional<std::string>()> find_driver;  ///< its path, if there is one
  base::Logger log;
};

class WebDrivers;

/// The driver of one session, while it has one.
class SessionDriver final : public session::Companion {
 public:
  SessionDriver(WebDrivers& drivers, WebDriverParts& parts);
  ~SessionDriver() override;

  base::Task<base::Result<void>> prepare(session::Carrier& session, browser::Fingerprint& wanted) override;
  base::Task<base::Result<void>> begin(session::Carrier& session, browser::Browser& browser) override;
  base::Task<void> before_stop(browser::Browser& browser) override;
  base::Task<void> after_exit(browser::Browser& browser) override;

  /// The session is in use until it returns.
  base::Task<net::Response> run(api::DriverCommand command);

 private:
  enum class State { none, starting, running, ending, stopped };

  base::Task<net::Response> make_session(api::DriverCommand command);
  base::Task<net::Response> navigate(api::DriverCommand command);
  base::Task<net::Response> send_keys(api::DriverCommand command);
  base::Task<net::Response> pass(api::DriverCommand command);
  base::Task<base::Result<net::Response>> forward(const api::DriverCommand& command);
  base::Task<base::Result<base::UniqueFd>> take_socket();
  base::Task<base::Result<void>> ensure_running();
  base::Task<void> start();
  base::Task<base::Result<void>> open();
  base::Task<void> follow();
  base::Task<void> stop();
  net::Response failure_of(const base::Error& error) const;

  WebDrivers& drivers_;
  WebDriverParts& parts_;
  std::string id_;
  base::Logger log_;
  browser::Browser* browser_ = nullptr;  // from begin() to the end
  base::Event begun_;
  State state_ = State::none;
  base::Result<void> outcome_;  // of the last start
  base::Notifier changed_;      // state_, or a socket came back
  std::unique_ptr<DriverDoor> door_;
  std::unique_ptr<browser::ChromeDriver> driver_;
  std::unique_ptr<net::HttpServer> server_;
  std::vector<base::UniqueFd> sockets_;
  std::uint64_t generation_ = 0;  // whose sockets those are
  base::TaskGroup tasks_;
};

/// Lifetime no session is left when it goes.
class WebDrivers final : public api::WebDriver {
 public:
  explicit WebDrivers(WebDriverParts parts) : parts_(std::move(parts)) {}

  std::unique_ptr<session::Companion> companion() { return std::make_unique<SessionDriver>(*this, parts_); }
  base::Task<net::Response> run(std::string session_id, api::DriverCommand command) override;

 private:
  friend class SessionDriver;

  WebDriverParts parts_;
  std::map<std::string, SessionDriver*> by_session_;
};

}  // namespace greenroom::daemon
