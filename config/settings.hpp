// Every setting, typed, with its default. What each one means is in default.yaml.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"

namespace greenroom::config {

using std::chrono::milliseconds;
using namespace std::chrono_literals;
using base::operator""_MiB;

/// An address to listen on; `host` is numeric, an IPv6 one without its brackets.
struct ListenAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 4480;  ///< 0: any free one
  bool operator==(const ListenAddress&) const = default;
};

/// Pixels.
struct PixelSize {
  int width = 0;
  int height = 0;
  bool operator==(const PixelSize&) const = default;
};

struct Server {
  ListenAddress listen;
  std::string public_url;                    ///< without a final slash; empty: from each request
  std::vector<std::string> allowed_hosts;    ///< names, without ports
  std::vector<std::string> allowed_origins;  ///< "scheme://host[:port]"
  std::vector<std::string> trusted_proxies;  ///< addresses and "address/prefix-length", all well-formed
  base::Bytes body_limit = 8_MiB;
  int connections = 4096;
  milliseconds drain_deadline = 20s;
  bool busy_poll = true;
  bool operator==(const Server&) const = default;
};

struct Limits {
  int sessions = 20;
  base::Bytes min_free = 128_MiB;  ///< 0: no floor
  int sessions_per_key = 0;        ///< 0: no limit of its own
  int queue = 100;                 ///< creates that may wait
  milliseconds queue_wait = 0s;    ///< 0: nobody waits
  base::Bytes free_memory{};       ///< 0: memory is no limit
  base::Bytes session_memory{};    ///< 0: no limit
  int session_cpu = 0;             ///< per cent of one processor; 0: no limit
  int session_processes = 0;       ///< and threads; 0: no limit
  bool operator==(const Limits&) const = default;
};

struct Session {
  milliseconds default_timeout = 1h;
  milliseconds max_timeout = 6h;
  milliseconds connect_timeout = 5min;
  milliseconds disconnect_grace = 1s;
  milliseconds idle_timeout = 0s;    ///< 0: off
  milliseconds ping_interval = 10s;  ///< of a browser that says nothing
  milliseconds ping_timeout = 20s;
  milliseconds keep_ended = 31 * 24h;  ///< 0: for ever
  int keep_count = 0;                  ///< 0: all
  bool operator==(const Session&) const = default;
};

struct Browser {
  std::string executable;           ///< empty: found by the launcher
  std::string engine = "chromium";  ///< or "headless-shell"
  std::string headless_shell;       ///< its path; empty: beside the executable
  bool headless = false;
  int pool_size = 1;
  int pool_kinds = 3;
  milliseconds pool_max_age = 30min;
  milliseconds pool_delay = 1s;
  base::Bytes pool_memory{};  ///< 0: no ceiling
  std::string work_dir;       ///< empty: chosen by the daemon
  PixelSize viewport{1280, 720};
  PixelSize screen{1920, 1080};
  milliseconds launch_timeout = 20s;
  std::uint32_t uid_base = 59000;
  std::uint32_t uid_count = 1000;
  bool unsafe_no_sandbox = false;
  std::vector<std::string> switches;  ///< each starts with "--"
  std::string xvfb = "/usr/bin/Xvfb";
  std::string chromedriver;  ///< empty: looked for
  bool operator==(const Browser&) const = default;
};

struct Egress {
  std::string allow_private = "auto";  ///< auto, true or false
  std::vector<std::string> allow;      ///< hosts, patterns, addresses, networks
  std::vector<std::string> deny;       ///< likewise
  std::string proxy;                   ///< its address with its credentials; empty: none
  std::string ad_hosts;                ///< a file's path; empty: the list that comes with the program
  bool operator==(const Egress&) const = default;
};

struct Recording {
  bool enabled = true;
  int fps = 10;
  std::string quality = "standard";  ///< evidence, standard or small
  bool pointer = false;              ///< draw where clients' mice are
  std::string encoder;               ///< empty: found beside this program
  milliseconds link_lifetime = 6h;
  base::Bytes min_free = 512_MiB;  ///< 0: no floor
  base::Bytes keep_size;           ///< 0: no limit
  bool dom = false;
  base::Bytes dom_size = 64_MiB;  ///< per session
  bool operator==(const Recording&) const = default;
};

struct Files {
  base::Bytes file_size = base::Bytes{512ull << 20};      ///< one
  base::Bytes session_size = base::Bytes{2048ull << 20};  ///< all of a session
  bool operator==(const Files&) const = default;
};

struct Timeline {
  bool enabled = true;
  int max_events = 20000;         ///< per session
  base::Bytes max_size = 64_MiB;  ///< per session
  bool console = false;
  bool operator==(const Timeline&) const = default;
};

struct Profiles {
  std::string key_file;             ///< empty: profiles are not encrypted
  base::Bytes max_size = 1024_MiB;  ///< of one, unpacked
  milliseconds save_wait = 30s;
  bool operator==(const Profiles&) const = default;
};

struct Model {
  std::string base_url;      ///< without a final slash; empty: there is none
  std::string api_key_file;  ///< empty: it wants no key
  std::string name;          ///< empty: the one that a request names
  milliseconds timeout = 2min;
  base::Bytes cache_size = 64_MiB;  ///< 0: nothing is kept
  bool operator==(const Model&) const = default;
};

struct Metrics {
  bool open = false;
  bool operator==(const Metrics&) const = default;
};

struct Log {
  base::LogLevel level = base::LogLevel::info;
  bool operator==(const Log&) const = default;
};

struct Settings {
  Server server;
  Limits limits;
  Session session;
  Browser browser;
  Egress egress;
  Recording recording;
  Files files;
  Timeline timeline;
  Profiles profiles;
  Model model;
  Metrics metrics;
  Log log;
  bool operator==(const Settings&) const = default;
};

}  // namespace greenroom::config
