// Stands in for libFuzzer: gives every file of the corpus folders named on the command line to the target,
// and every file cut short at a few places. A folder without files is an error, so that no corpus is lost
// unseen.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& input) {
  // A buffer of exactly this size: AddressSanitizer then sees a read of one byte too many.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t replay(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    std::cerr << entry.path().filename().string() << " (" << input.size() << " bytes)\n";
    run(input);
    for (const std::size_t quarters : {1U, 2U, 3U}) run(input.substr(0, input.size() * quarters / 4));
    if (!input.empty()) run(input.substr(0, input.size() - 1));
    ++count;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  run({});
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i]) || replay(argv[i]) == 0) {
      std::cerr << argv[i] << ": no corpus\n";
      return 1;
    }
  }
  return 0;
}
