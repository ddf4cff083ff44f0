#include "base/blocking_pool.hpp"

namespace greenroom::base {

BlockingPool::BlockingPool(std::size_t threads) : threads_(threads) {}

BlockingPool::~BlockingPool() { threads_.join(); }

}  // namespace greenroom::base
