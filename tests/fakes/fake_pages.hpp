// Work in pages as dialects see it: it remembers what it was asked and answers what the test set.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/core.hpp"

namespace greenroom::fakes {

class FakePages final : public api::PageWork {
 public:
  std::vector<session::NavigateRequest> navigations;
  std::vector<session::ActRequest> acts;
  std::vector<session::OutlineRequest> outlines;
  std::vector<boost::json::object> calls;
  session::Navigation navigation;
  session::Done done;
  session::Outline read{"0A", "[0-1] RootWebArea: Fake", true};
  std::string url = "https://a.example/";
  std::optional<base::Error> failure;  ///< of whatever is asked next

  base::Task<base::Result<session::Navigation>> navigate(std::string,
                                                         session::NavigateRequest request) override {
    navigations.push_back(std::move(request));
    if (failure) co_return *std::exchange(failure, std::nullopt);
    co_return navigation;
  }
  base::Task<base::Result<session::Done>> act(std::string, session::ActRequest request) override {
    acts.push_back(std::move(request));
    if (failure) co_return *std::exchange(failure, std::nullopt);
    co_return done;
  }
  base::Task<base::Result<session::Outline>> outline(std::string, session::OutlineRequest request) override {
    outlines.push_back(std::move(request));
    if (failure) co_return *std::exchange(failure, std::nullopt);
    co_return read;
  }
  base::Task<base::Result<std::string>> address(std::string, std::string) override { co_return url; }
  void note_call(std::string_view, const boost::json::object& call) override { calls.push_back(call); }
};

}  // namespace greenroom::fakes
