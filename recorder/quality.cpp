#include "recorder/quality.hpp"

namespace greenroom::recorder {

std::string_view name(Quality quality) {
  switch (quality) {
    case Quality::evidence:
      return "evidence";
    case Quality::standard:
      return "standard";
    case Quality::small:
      return "small";
  }
  return "unknown";
}

std::optional<Quality> quality_of(std::string_view word) {
  for (const Quality quality : {Quality::evidence, Quality::standard, Quality::small})
    if (name(quality) == word) return quality;
  return std::nullopt;
}

void use_quality(StartCommand& command, Quality quality) {
  // docs/recording.md says what each is for.
  switch (quality) {
    case Quality::evidence:
      command.quantizer = 20;
      command.preset = "superfast";
      return;
    case Quality::standard:
      command.quantizer = 26;
      command.preset = "superfast";
      return;
    case Quality::small:
      command.quantizer = 33;
      command.preset = "superfast";
      return;
  }
}

int jpeg_quality(Quality quality) {
  switch (quality) {
    case Quality::evidence:
      return 95;
    case Quality::standard:
      return 85;
    case Quality::small:
      return 70;
  }
  return 85;
}

}  // namespace greenroom::recorder
