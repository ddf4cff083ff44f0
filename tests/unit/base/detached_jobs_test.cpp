#include "base/detached_jobs.hpp"

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace greenroom::base {
namespace {

struct Gate {
  std::binary_semaphore opened{0};
  std::binary_semaphore passed{0};
};

TEST(DetachedJobs, ValuesComeBackToTheLoop) {
  asio::io_context loop{1};
  const auto work = asio::make_work_guard(loop);
  DetachedJobs jobs(loop.get_executor(), 2);
  std::vector<int> came;
  for (int i = 0; i < 5; ++i)
    jobs.run([i] { return i * i; },
             [&](int value) {
               came.push_back(value);
               if (came.size() == 5) loop.stop();
             });
  loop.run();
  std::sort(came.begin(), came.end());
  EXPECT_EQ(came, (std::vector<int>{0, 1, 4, 9, 16}));
}

TEST(DetachedJobs, TheEndDoesNotWaitAndNothingComesBehindIt) {
  const auto gate = std::make_shared<Gate>();
  const auto begun = std::make_shared<std::atomic<int>>(0);
  bool called = false;
  {
    asio::io_context loop{1};
    DetachedJobs jobs(loop.get_executor(), 1);
    const auto job = [gate, begun] {
      ++*begun;
      gate->opened.acquire();
      gate->passed.release();
      return 1;
    };
    jobs.run(job, [&](int) { called = true; });
    jobs.run(job, [&](int) { called = true; });
  }
  gate->opened.release();
  gate->passed.acquire();
  EXPECT_EQ(*begun, 1);
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace greenroom::base
