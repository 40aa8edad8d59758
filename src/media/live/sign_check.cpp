#include "media/live/sign_check.hpp"

#include "media/worker/reply_check.hpp"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela::live {

namespace {

// How a stream may end. crashed is the host's to say.
bool is_ending(std::int32_t code) noexcept {
    switch (static_cast<StatusCode>(code)) {
        case StatusCode::ok:
        case StatusCode::invalid_argument:
        case StatusCode::limit:
        case StatusCode::timeout:
        case StatusCode::permission_denied:
        case StatusCode::io_error:
        case StatusCode::unsupported:
        case StatusCode::corrupt:
        case StatusCode::out_of_memory: return true;
        default: return false;
    }
}

bool is_time(std::int64_t pts_us) noexcept {
    constexpr std::int64_t kMost = (std::int64_t{1} << 53) - 1;  // what a Stream takes
    return pts_us >= -kMost && pts_us <= kMost;
}

}  // namespace

bool check_sign(const Sign& sign, const Expected& expected) noexcept {
    if (sign.magic != kMagic || sign.version != kVersion || sign.text.length > worker::kTextBytes) return false;
    if ((sign.kind == Kind::confined) == expected.confined) return false;
    switch (sign.kind) {
        case Kind::confined: return sign.code == 0 || sign.code == static_cast<std::int32_t>(StatusCode::unsupported);
        case Kind::opened: return !expected.wished;
        case Kind::alive: return true;
        case Kind::frame:
            return expected.wished && is_time(sign.place.pts_us) &&
                   worker::check_place(sign.place, expected.max_pixels, expected.output_bytes);
        case Kind::end: return is_ending(sign.code) && sign.complete <= 1;
    }
    return false;
}

}  // namespace tutela::live
