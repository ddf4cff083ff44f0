#include "base/pem.hpp"

#include <memory>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/crypto.hpp"

namespace greenroom::base {

namespace {
constexpr std::string_view begin_line = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view end_line = "-----END CERTIFICATE-----";
constexpr std::size_t most_certificates = 100;

bool is_certificate(const std::string& der) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* at = bytes;
  const std::unique_ptr<X509, decltype(&X509_free)> parsed(
      ::d2i_X509(nullptr, &at, static_cast<long>(der.size())), &X509_free);
  ::ERR_clear_error();
  return parsed != nullptr && at == bytes + der.size();
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  return out;
}
}  // namespace

Result<std::vector<std::string>> read_certificates(std::string_view pem) {
  if (pem.find("PRIVATE KEY-----") != pem.npos)
    return Error{errc::invalid_argument, "the file has a private key: only certificates are wanted"};
  std::vector<std::string> certificates;
  for (;;) {
    const std::size_t begin = pem.find(begin_line);
    if (begin == pem.npos) break;
    pem.remove_prefix(begin + begin_line.size());
    const std::size_t end = pem.find(end_line);
    if (end == pem.npos) return Error{errc::invalid_argument, "a certificate has no end"};
    const auto der = from_base64(without_blanks(pem.substr(0, end)));
    if (!der || !is_certificate(*der)) return Error{errc::invalid_argument, "a certificate is broken"};
    if (certificates.size() == most_certificates)
      return Error{errc::invalid_argument, "the file has more than 100 certificates"};
    certificates.push_back(*der);
    pem.remove_prefix(end + end_line.size());
  }
  if (certificates.empty()) return Error{errc::invalid_argument, "the file has no certificate in PEM form"};
  return certificates;
}

}  // namespace greenroom::base
