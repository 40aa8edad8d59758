// Times of the scan's tests.
#pragma once

#include <cstdint>

namespace tutela {

inline constexpr std::int64_t kSecond = 1'000'000;  // microseconds

}  // namespace tutela
