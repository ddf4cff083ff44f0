// The generated table of web/'s files.
#pragma once

#include <vector>

#include "api/assets.hpp"

namespace greenroom::api {

const std::vector<Asset>& asset_table();

}  // namespace greenroom::api
