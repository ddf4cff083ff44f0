// The last words of a child process: its standard error, kept up to a bound.
#pragma once

#include <string>

#include <boost/asio/readable_pipe.hpp>

#include "base/bytes.hpp"
#include "base/event.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"

namespace greenroom::browser {

/// Appends and forgets the beginning: never longer than `limit`. Pure.
void append_bounded(std::string& tail, std::string_view more, base::Bytes limit);

class OutputTail {
 public:
  static constexpr base::Bytes limit{4096};

  /// Takes the end to read.
  OutputTail(const base::Executor& executor, base::UniqueFd source);

  /// Reads until every writer has closed its end, or cancelled.
  base::Task<void> run();
  /// Until run() has read the last of it.
  base::Task<void> ended() { return ended_.wait(); }
  const std::string& text() const { return text_; }

 private:
  base::asio::readable_pipe source_;
  base::Event ended_;
  std::string text_;
};

}  // namespace greenroom::browser
