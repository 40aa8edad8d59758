#include "media/frame_ledger.hpp"

#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"

namespace tutela {

Status FrameLedger::admit(std::uint32_t width, std::uint32_t height) {
    if (admitted_ >= limits_.max_frames) {
        return Status(StatusCode::limit, "the file has more than " + std::to_string(limits_.max_frames) + " frames");
    }
    TUTELA_TRY(check_pixels(width, height, limits_));
    const std::uint64_t pixels = std::uint64_t{width} * height;
    if (pixels > limits_.max_total_pixels || total_pixels_ > limits_.max_total_pixels - pixels) {
        return Status(StatusCode::limit,
                      "the file's frames have more than " + std::to_string(limits_.max_total_pixels) + " pixels");
    }
    ++admitted_;
    total_pixels_ += pixels;
    return {};
}

void FrameLedger::lose(const char* kind, std::uint32_t index, const Status& why) {
    if (!first_loss_.ok()) return;
    first_loss_ = Status(why.code(), std::string(kind) + ' ' + std::to_string(index + 1) + ": " + why.message());
}

Damage FrameLedger::given(std::string reason, std::uint32_t rows_decoded) {
    given_ = true;
    if (reason.empty()) reason = first_loss_.message();
    const bool damaged = !reason.empty();
    return {damaged, std::move(reason), rows_decoded};
}

Status FrameLedger::end(const char* otherwise) {
    if (given_) return {};
    given_ = true;
    return first_loss_.ok() ? Status(StatusCode::corrupt, otherwise) : first_loss_;
}

void FrameLedger::close(Damage& damage, const std::string& otherwise) const {
    if (!damage.reason.empty()) return;
    damage.reason = first_loss_.ok() ? otherwise : first_loss_.message();
    damage.damaged = !damage.reason.empty();
}

}  // namespace tutela
