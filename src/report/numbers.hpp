// Numbers as people read them.
#pragma once

#include <cstdint>
#include <string>

namespace tutela {

// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t value);
// 1234567 as "1.2 MB": decimal units, one digit after the point, cut off, not rounded.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
// 1234567 microseconds as "1.234 s".
[[nodiscard]] std::string seconds(std::int64_t microseconds);
// 3723456789 microseconds as "01:02:03": cut off to whole seconds.
[[nodiscard]] std::string clock_time(std::int64_t microseconds);

}  // namespace tutela
