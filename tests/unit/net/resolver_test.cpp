#include "net/resolver.hpp"

#include <atomic>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/task_group.hpp"
#include "tests/fakes/fake_clock.hpp"

namespace greenroom::net {
namespace {

using base::errc;

struct Names {
  fakes::FakeClock clock;
  boost::asio::io_context loop{1};
  std::atomic<int> asked{0};
  ResolverOptions options;
  std::unique_ptr<Resolver> resolver;

  Names() {
    options.threads = 1;
    options.ask = [this](const std::string& name) -> base::Result<IpAddresses> {
      ++asked;
      if (name == "none.test") return base::Error{errc::not_found, "none"};
      return IpAddresses{*read_address("192.0.2.1")};
    };
    resolver = std::make_unique<Resolver>(loop.get_executor(), options, clock);
  }

  /// All at once; how many found something.
  int resolve(std::initializer_list<const char*> names) {
    int found = 0;
    const auto one = [&](std::string name) -> base::Task<void> {
      const auto answer = co_await resolver->resolve(std::move(name));
      if (answer) ++found;
    };
    base::TaskGroup all(loop.get_executor());
    for (const char* name : names) all.spawn(one(name));
    loop.restart();
    loop.run();
    return found;
  }
};

TEST(Resolver, WhoWantTheSameNameShareOneLookup) {
  Names names;
  EXPECT_EQ(names.resolve({"a.test", "a.test", "b.test"}), 3);
  EXPECT_EQ(names.asked, 2);
}

TEST(Resolver, AnAnswerIsUsedAgainForAWhile) {
  Names names;
  names.resolve({"a.test"});
  names.clock.advance(std::chrono::seconds(9));
  EXPECT_EQ(names.resolve({"a.test"}), 1);
  EXPECT_EQ(names.asked, 1);
  names.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(names.resolve({"a.test"}), 1);
  EXPECT_EQ(names.asked, 2);
}

TEST(Resolver, AFailureIsForgottenSooner) {
  Names names;
  EXPECT_EQ(names.resolve({"none.test", "none.test"}), 0);
  EXPECT_EQ(names.asked, 1);
  names.clock.advance(std::chrono::milliseconds(1'001));
  EXPECT_EQ(names.resolve({"none.test"}), 0);
  EXPECT_EQ(names.asked, 2);
}

}  // namespace
}  // namespace greenroom::net
