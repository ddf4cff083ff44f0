// The web as dialects see it: one resource, or a failure, and what was asked for is kept.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "api/fetcher.hpp"

namespace greenroom::fakes {

class FakeFetcher final : public api::Fetcher {
 public:
  api::Fetched resource{
      200, {{"content-type", "text/html"}}, "<p>hello", true, "text/html", "http://a.example/"};
  std::optional<base::Error> failure;
  std::vector<api::FetchRequest> asked;

  base::Task<base::Result<api::Fetched>> fetch(api::FetchRequest request) override {
    asked.push_back(std::move(request));
    if (failure) co_return *failure;
    co_return resource;
  }
};

}  // namespace greenroom::fakes
