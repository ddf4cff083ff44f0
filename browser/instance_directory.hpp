// The one directory of a browser: made as a whole, owned by the browser's identity, removed as a whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/process.hpp"
#include "browser/browser.hpp"

namespace greenroom::browser {

/// Paths inside one instance's directory. Everything is mode 0700.
struct InstanceDirectory {
  std::string root;  ///< work directory / id

  std::string profile() const { return root + "/profile"; }
  std::string cache() const { return root + "/cache"; }
  std::string temporary() const { return root + "/tmp"; }
  std::string home() const { return root + "/home"; }
  std::string downloads() const { return root + "/downloads"; }
  std::string uploads() const { return root + "/uploads"; }
  std::string authority() const { return root + "/xauthority"; }
};

/// A file written into a new instance before the browser's identity gets it.
struct InitialFile {
  std::string path;  ///< relative to the instance; its folder exists or is made
  std::string content;
};

/// Preferences of a profile that was used before, with ours put over them. Both are JSON objects; of what is
/// none, or too deep or large to be Chromium's, only ours is left. Pure.
std::string merged_preferences(std::string_view saved, std::string_view ours);

/// Makes the work directory, which identities must be able to pass through (mode 0711). One that exists is
/// left as it is, and refused if they cannot.
/// Errors: io, storage_full. Blocks.
base::Result<void> make_work_directory(const std::string& work_directory);

/// What is put into a new instance.
struct InitialContent {
  std::vector<InitialFile> files;
  std::string preferences;                  ///< JSON object; empty: no such file
  std::string local_state;                  ///< likewise: what holds for the whole profile
  const InitialProfile* profile = nullptr;  ///< written first
};

/// Makes work_directory/id with all its folders and files and gives it to `owner`.
/// Errors: io, storage_full, those of the initial profile; then nothing is left. Blocks.
base::Result<InstanceDirectory> make_instance_directory(const std::string& work_directory,
                                                        const std::string& id,
                                                        std::optional<base::Identity> owner,
                                                        const InitialContent& content);

/// Removes work_directory/name and all below it. Safe against an owner that plants links or nests folders
/// without end while it runs: links are never followed, depth and descriptors are bounded. Gone already is
/// no error. Errors: io, invalid_argument (a name with a slash). Blocks.
base::Result<void> remove_instance_directory(const std::string& work_directory, std::string_view name);

/// The names in the work directory that have the form of an instance's id. Blocks.
std::vector<std::string> instance_names(const std::string& work_directory);

}  // namespace greenroom::browser
