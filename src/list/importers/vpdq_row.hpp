// One frame of a vPDQ file, from and to its fields.
#pragma once

#include <string>
#include <string_view>

#include "tutela/hash.hpp"
#include "tutela/status.hpp"

namespace tutela {

// `frame,quality,hex,seconds`. invalid_argument for what is no frame; its message does not repeat the row.
[[nodiscard]] Result<FrameHash> parse_vpdq_line(std::string_view row);
// `hex,quality,seconds`, likewise. Seconds may have an exponent: the reference writes three significant digits.
[[nodiscard]] Result<FrameHash> parse_vpdq_element(std::string_view row);

// The time of a frame as it is written: seconds with three decimals, rounded.
[[nodiscard]] std::string vpdq_seconds(const FrameHash& frame);

}  // namespace tutela
