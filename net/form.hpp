// Reading a form that a client sends as multipart/form-data, while it arrives: part by part to a sink, or,
// for small ones, as a value.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/blocking_pool.hpp"
#include "base/fd.hpp"
#include "base/task.hpp"
#include "net/http.hpp"
#include "net/multipart.hpp"

namespace greenroom::net {

/// Takes a form's parts in their order: begin(), any number of write(), end(), and so on. An Error from any
/// of them ends the reading and is what read_form() answers. When reading ends early, for whatever reason, no
/// further call comes: what is half there is the sink's to undo, in its destructor.
class FormSink {
 public:
  virtual ~FormSink() = default;
  virtual base::Task<base::Result<void>> begin(const PartHead& head) = 0;
  /// The next piece is not read from the client before this has returned. `piece` is good until then.
  virtual base::Task<base::Result<void>> write(std::string_view piece) = 0;
  virtual base::Task<base::Result<void>> end() = 0;
};

/// Reads the whole form of a request. Works on a streamed body (Request::incoming) and on one that is there.
///
/// Errors   invalid_argument (no form, malformed, it ends too early or does not come), too_large;
/// those
///          of the sink.
/// Cancel   when the client hangs up.
base::Task<base::Result<void>> read_form(const Request& request, FormSink& sink, MultipartLimits limits = {});

struct FormFile {
  PartHead head;
  base::Bytes size;
  std::string content;  ///< unless it is in `file`
  base::UniqueFd file;  ///< open for reading, at its beginning, and without a name
};

struct Form {
  std::vector<FormFile> files;
  std::vector<std::pair<std::string, std::string>> fields;  ///< parts without a file's name

  /// The first file of that part, or nullptr.
  FormFile* file(std::string_view name);
  /// The first field of that name, or nullptr.
  const std::string* field(std::string_view name) const;
};

struct FormOptions {
  MultipartLimits limits;
  base::Bytes fields = base::Bytes{1024 * 1024};      ///< all together
  base::Bytes files = base::Bytes{16 * 1024 * 1024};  ///< all together
  base::Bytes in_memory = base::Bytes{1024 * 1024};   ///< a larger file goes to `directory`
  std::string directory = {};                         ///< empty: every file stays in memory
};

/// Reads a small form as a value. `pool` writes files to the directory.
///
/// Errors   as read_form(); too_large (over the options' sizes), io, storage_full.
base::Task<base::Result<Form>> collect_form(const Request& request, FormOptions options,
                                            base::BlockingPool* pool = nullptr);

}  // namespace greenroom::net
