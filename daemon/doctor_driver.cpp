// Whether WebDriver clients can be served: the driver, its age beside the browser's, and a network of its
// own.
#include <unistd.h>

#include "base/fd.hpp"
#include "browser/chrome_driver.hpp"
#include "daemon/doctor.hpp"
#include "daemon/paths.hpp"
#include "daemon/run_program.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;
using namespace std::chrono_literals;

namespace {

constexpr auto program_deadline = 10s;
constexpr const char* nobody_served = ": WebDriver clients (Selenium) are refused";

/// What `--version` says; in a network of its own if there is a socket to tell what came of that.
Task<Result<std::string>> version_of(std::string program, std::optional<base::Identity> identity,
                                     int handover) {
  base::ProcessOptions options;
  options.executable = std::move(program);
  options.arguments = {"--version"};
  options.identity = identity;
  const uid_t user = identity ? identity->uid : ::geteuid();
  const gid_t group = identity ? identity->gid : ::getegid();
  base::Confinement confinement;
  if (handover >= 0)
    confinement.network = base::private_network(handover, browser::browser_port, 1, user, group);
  auto run = co_await run_confined(std::move(options), std::move(confinement), program_deadline);
  if (!run) co_return run.error();
  co_return browser::program_version(run->output);
}

Finding refused(const std::string& why, const std::string& remedy) {
  return {"webdriver", Verdict::warning, why + nobody_served, remedy};
}

}  // namespace

Task<Finding> examine_driver(const config::Settings& settings) {
  const auto path = find_chromedriver(settings);
  if (!path)
    co_return refused("no ChromeDriver", "apt-get install chromium-driver, or set browser.chromedriver");
  auto ends = base::make_socket_pair();
  if (!ends) co_return refused(ends.error().message(), "");
  const auto driver = co_await version_of(*path, spare_identity(settings), ends->second.value());
  const auto network = base::take_private_sockets(ends->first.value());
  if (!network && network.error().code == base::errc::unsupported)
    co_return refused("no network namespace (" + network.error().detail + ")",
                      "allow unprivileged user namespaces, or as root CAP_SYS_ADMIN");
  if (!driver) co_return refused(driver.error().message(), "install chromium-driver anew");
  const auto chromium = find_chromium(settings);
  if (!chromium) co_return Finding{"webdriver", Verdict::ok, *path + ", " + *driver, ""};
  const auto browser = co_await version_of(*chromium, spare_identity(settings), -1);
  if (browser && !browser::fits(*driver, *browser))
    co_return refused("ChromeDriver " + *driver + " does not fit Chromium " + *browser,
                      "install chromium and chromium-driver of one version");
  co_return Finding{"webdriver", Verdict::ok, *path + ", " + *driver + ", in a network of its own", ""};
}

}  // namespace greenroom::daemon
