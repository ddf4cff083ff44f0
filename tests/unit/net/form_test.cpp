// Forms from a body that is there, comes in pieces, or breaks off.
#include "net/form.hpp"

#include <cstdlib>
#include <deque>
#include <filesystem>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

using base::errc;

class Pieces final : public BodyReader {
 public:
  std::deque<std::string> left;
  std::optional<base::Error> failure;
  base::Task<base::Result<std::string>> read() override {
    if (left.empty() && failure) co_return *failure;
    if (left.empty()) co_return std::string();
    std::string piece = std::move(left.front());
    left.pop_front();
    co_return piece;
  }
};

base::Result<Form> collect(const Request& request, FormOptions options = {},
                           base::BlockingPool* pool = nullptr) {
  boost::asio::io_context loop{1};
  base::Result<Form> form = base::Error{};
  auto done = [&form](std::exception_ptr failure, base::Result<Form> result) {
    if (failure) std::rethrow_exception(failure);
    form = std::move(result);
  };
  boost::asio::co_spawn(loop, collect_form(request, std::move(options), pool), done);
  loop.run();
  return form;
}

const std::string head_of_file =
    "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n"
    "Content-Type: application/zip\r\n\r\n";
const std::string head_of_field = "--B\r\nContent-Disposition: form-data; name=\"projectId\"\r\n\r\n";

Request form_request() {
  Request request;
  request.method = "POST";
  request.headers.add("content-type", "multipart/form-data; boundary=B");
  return request;
}

TEST(Form, FilesAndFieldsAreCollected) {
  Request request = form_request();
  request.body = head_of_field + "p1\r\n" + head_of_file + "content\r\n--B--\r\n";
  auto form = collect(request);
  ASSERT_TRUE(form) << form.error().message();
  ASSERT_NE(form->file("file"), nullptr);
  EXPECT_EQ(form->file("file")->content, "content");
  EXPECT_EQ(form->file("file")->head.file_name, "a.zip");
  EXPECT_EQ(form->file("file")->size.count, 7u);
  ASSERT_NE(form->field("projectId"), nullptr);
  EXPECT_EQ(*form->field("projectId"), "p1");
  EXPECT_EQ(form->file("other"), nullptr);
  EXPECT_EQ(form->field("file"), nullptr);
}

TEST(Form, AStreamedBodyIsReadToItsEnd) {
  Pieces pieces;
  const std::string text = head_of_file + "content\r\n--B--\r\n";
  for (const char c : text) pieces.left.emplace_back(1, c);
  Request request = form_request();
  request.incoming = &pieces;
  auto form = collect(request);
  ASSERT_TRUE(form) << form.error().message();
  EXPECT_EQ(form->file("file")->content, "content");
  EXPECT_TRUE(pieces.left.empty());
}

TEST(Form, WhatBreaksOffIsNoForm) {
  Pieces pieces;
  pieces.left.push_back(head_of_file + "conte");
  Request request = form_request();
  request.incoming = &pieces;
  EXPECT_EQ(collect(request).error().code, errc::invalid_argument);
  pieces.left.push_back(head_of_file + "conte");
  pieces.failure = base::Error{errc::closed, "hung up"};
  EXPECT_EQ(collect(request).error().code, errc::invalid_argument);
}

TEST(Form, AnotherTypeIsNoForm) {
  Request request;
  request.headers.add("content-type", "application/json");
  EXPECT_EQ(collect(request).error().code, errc::invalid_argument);
}

TEST(Form, SizesAreKept) {
  Request request = form_request();
  request.body =
      head_of_field + std::string(100, 'x') + "\r\n" + head_of_file + std::string(100, 'x') + "\r\n--B--\r\n";
  FormOptions options;
  options.files = base::Bytes{99};
  EXPECT_EQ(collect(request, options).error().code, errc::too_large);
  options.files = base::Bytes{100};
  EXPECT_TRUE(collect(request, options));
  options.fields = base::Bytes{99};
  EXPECT_EQ(collect(request, options).error().code, errc::too_large);
}

TEST(Form, ALargeFileGoesToATemporaryFileWithoutAName) {
  std::string directory = (std::filesystem::temp_directory_path() / "greenroom-form-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  {
    base::BlockingPool pool(1);
    std::string content;
    for (int i = 0; i < 5000; ++i) content += std::to_string(i);
    Pieces pieces;
    const std::string text = head_of_file + content + "\r\n" + head_of_file + "small\r\n--B--\r\n";
    for (std::size_t at = 0; at < text.size(); at += 100) pieces.left.push_back(text.substr(at, 100));
    Request request = form_request();
    request.incoming = &pieces;
    FormOptions options;
    options.in_memory = base::Bytes{1000};
    options.directory = directory;
    auto form = collect(request, options, &pool);
    ASSERT_TRUE(form) << form.error().message();
    ASSERT_EQ(form->files.size(), 2u);
    ASSERT_TRUE(form->files[0].file);
    EXPECT_EQ(form->files[0].size.count, content.size());
    std::string read(content.size() + 1, '\0');
    EXPECT_EQ(::read(form->files[0].file.value(), read.data(), read.size()),
              static_cast<ssize_t>(content.size()));
    read.pop_back();
    EXPECT_EQ(read, content);
    EXPECT_FALSE(form->files[1].file);
    EXPECT_EQ(form->files[1].content, "small");
    EXPECT_TRUE(std::filesystem::is_empty(directory));
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace greenroom::net
