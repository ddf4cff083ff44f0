// WebDriver as the API sees it: what was asked is noted, and each command is answered with what the test set.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/web_driver.hpp"

namespace greenroom::fakes {

class FakeWebDriver final : public api::WebDriver {
 public:
  struct Asked {
    std::string session_id;
    api::DriverCommand command;
  };
  std::vector<Asked> asked;
  net::Response next;

  base::Task<net::Response> run(std::string session_id, api::DriverCommand command) override {
    asked.push_back({std::move(session_id), std::move(command)});
    co_return next;
  }
};

}  // namespace greenroom::fakes
