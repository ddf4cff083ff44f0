#include "cdp/network_errors.hpp"

namespace greenroom::cdp {

namespace {
constexpr std::string_view told = R"("errorText":"net::ERR_SOCKS_CONNECTION_FAILED")";

}  // namespace

bool may_tell_of_failure(const Envelope& envelope) {
  if (envelope.id) return envelope.result.starts_with(R"({"frameId":)");
  return envelope.method == "Network.loadingFailed";
}

std::optional<std::string> with_reason(std::string_view message, std::string_view reason) {
  if (reason.empty()) return std::nullopt;
  const std::size_t at = message.find(told);
  if (at == std::string_view::npos) return std::nullopt;
  std::string out(message.substr(0, at));
  out += R"("errorText":")";
  out += reason;
  out += '"';
  out += message.substr(at + told.size());
  return out;
}

}  // namespace greenroom::cdp
