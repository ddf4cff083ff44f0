#include "daemon/companions.hpp"

#include <memory>

namespace greenroom::daemon {

namespace {
using Parts = std::vector<AddCompanions>;

base::Task<base::Result<session::Companions>> make(std::shared_ptr<const Parts> parts,
                                                   const session::SessionSpec* spec) {
  session::Companions companions;
  for (const AddCompanions& add : *parts) {
    auto added = co_await add(*spec, companions);
    if (!added) co_return added.error();
  }
  co_return companions;
}
}  // namespace

session::MakeCompanions companions_of(std::vector<AddCompanions> parts) {
  return [kept = std::make_shared<const Parts>(std::move(parts))](const session::SessionSpec& spec) {
    return make(kept, &spec);
  };
}

}  // namespace greenroom::daemon
