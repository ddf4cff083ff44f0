// The half of App that puts together what sessions carry.
#include "daemon/app.hpp"
#include "daemon/companions.hpp"

namespace greenroom::daemon {

/// In this order they are prepared and begun; in the other one they end.
session::MakeCompanions App::make_companions() {
  std::vector<AddCompanions> parts;
  return companions_of(std::move(parts));
}

CarriedParts App::carried_parts() {
  CarriedParts parts;
  return parts;
}

}  // namespace greenroom::daemon
