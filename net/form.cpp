#include "net/form.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace greenroom::net {
namespace {

using base::errc;
using base::Error;
using base::Result;
using base::Task;
using Kind = MultipartParser::Kind;

Task<Result<void>> pass_on(const MultipartParser& parser, MultipartParser::Event event, FormSink& sink) {
  if (event.kind == Kind::part) co_return co_await sink.begin(parser.head());
  if (event.kind == Kind::data) co_return co_await sink.write(event.data);
  co_return co_await sink.end();
}

// Gives the sink what `piece` completes.
Task<Result<void>> digest(MultipartParser& parser, std::string_view piece, FormSink& sink) {
  parser.feed(piece);
  for (;;) {
    const auto event = parser.next();
    if (!event) co_return event.error();
    if (event->kind == Kind::need_more || event->kind == Kind::end) co_return Result<void>();
    auto taken = co_await pass_on(parser, *event, sink);
    if (!taken) co_return taken.error();
  }
}

/// Whoever sends a broken body, or none, has made a bad request; to others these kinds say that we did.
Error clients_fault(Error error) {
  if (error.code == errc::protocol || error.code == errc::timed_out || error.code == errc::closed)
    error.code = errc::invalid_argument;
  return error;
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == ENOSPC || errno == EDQUOT))
      return Error{errc::storage_full, "a form's file"};
    if (written < 0) return base::errno_error("write a form's file", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

class Collector final : public FormSink {
 public:
  Collector(const FormOptions& options, base::BlockingPool* pool) : options_(options), pool_(pool) {}

  Task<Result<void>> begin(const PartHead& head) override {
    is_file_ = head.file_name.has_value();
    if (is_file_) {
      form_.files.emplace_back();
      form_.files.back().head = head;
    } else {
      form_.fields.emplace_back(head.name, std::string());
    }
    co_return Result<void>();
  }

  Task<Result<void>> write(std::string_view piece) override {
    std::uint64_t& sum = is_file_ ? file_bytes_ : field_bytes_;
    sum += piece.size();
    if (sum > (is_file_ ? options_.files : options_.fields).count) {
      co_return Error{errc::too_large, is_file_ ? "the form's files" : "the form's fields"};
    }
    if (is_file_) co_return co_await add(form_.files.back(), piece);
    form_.fields.back().second += piece;
    co_return Result<void>();
  }

  Task<Result<void>> end() override {
    if (!is_file_ || !form_.files.back().file) co_return Result<void>();
    FormFile& file = form_.files.back();
    auto flushed = co_await flush(file);
    if (!flushed) co_return flushed.error();
    if (::lseek(file.file.value(), 0, SEEK_SET) != 0)
      co_return base::errno_error("rewind a form's file", errno);
    co_return Result<void>();
  }

  Form take() { return std::move(form_); }

 private:
  Task<Result<void>> add(FormFile& file, std::string_view piece) {
    file.size.count += piece.size();
    file.content += piece;
    const bool is_to_memory = pool_ == nullptr || options_.directory.empty();
    if (is_to_memory || file.content.size() <= options_.in_memory.count) co_return Result<void>();
    if (!file.file) {
      // Without a name it is gone with its last descriptor, whatever becomes of this process.
      file.file.reset(::open(options_.directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
      if (!file.file) co_return base::errno_error("make a temporary file for a form", errno);
    }
    co_return co_await flush(file);
  }

  Task<Result<void>> flush(FormFile& file) {
    auto job = [fd = file.file.value(), bytes = std::exchange(file.content, {})] {
      return write_all(fd, bytes);
    };
    co_return co_await pool_->run(std::move(job));
  }

  const FormOptions& options_;
  base::BlockingPool* pool_;
  Form form_;
  std::uint64_t file_bytes_ = 0;
  std::uint64_t field_bytes_ = 0;
  bool is_file_ = false;
};

}  // namespace

Task<Result<void>> read_form(const Request& request, FormSink& sink, MultipartLimits limits) {
  const auto boundary = boundary_of(request.header("content-type"));
  if (!boundary) co_return boundary.error();
  MultipartParser parser(*boundary, limits);
  auto early = co_await digest(parser, request.body, sink);
  if (!early) co_return early.error();
  while (request.incoming != nullptr) {
    const auto piece = co_await request.incoming->read();
    if (!piece) co_return clients_fault(piece.error());
    if (piece->empty()) break;
    // Read to the end even when the form is complete: only then can the connection be used again.
    auto taken = co_await digest(parser, *piece, sink);
    if (!taken) co_return taken.error();
  }
  if (!parser.at_end()) co_return Error{errc::invalid_argument, "the form ends before its last boundary"};
  co_return Result<void>();
}

Task<Result<Form>> collect_form(const Request& request, FormOptions options, base::BlockingPool* pool) {
  Collector collector(options, pool);
  auto read = co_await read_form(request, collector, options.limits);
  if (!read) co_return read.error();
  co_return collector.take();
}

FormFile* Form::file(std::string_view name) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [name](const FormFile& each) { return each.head.name == name; });
  return found == files.end() ? nullptr : &*found;
}

const std::string* Form::field(std::string_view name) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [name](const auto& each) { return each.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

}  // namespace greenroom::net
