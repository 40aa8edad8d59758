#include "media/frame_sequence.hpp"

namespace tutela {

namespace {

bool loses_one_frame(StatusCode code) noexcept {
    return code == StatusCode::corrupt || code == StatusCode::unsupported;
}

}  // namespace

Result<bool> FrameSequence::next(Frame& frame) {
    while (!ended_) {
        const Result<bool> more = advance();
        if (!more.ok()) return finish(more.status());
        if (!more.value()) {
            const Status end = finish(ledger_.end(file_damage_.empty() ? "it holds no picture" : file_damage_.c_str()));
            if (!end.ok()) return end;
            return false;
        }
        const std::uint32_t index = count_++;
        const Status admitted = ledger_.admit(upcoming_.width, upcoming_.height);
        if (!admitted.ok()) return finish(admitted);
        upcoming_.reason.clear();
        const Status made = make(frame);
        if (made.ok()) {
            facts_.index = index;
            frame.set_pts_us(upcoming_.pts_us);
            account();
            return true;
        }
        if (!loses_one_frame(made.code())) return finish(made);
        if (!named_) return finish(made);
        ledger_.lose("frame", index, made);
    }
    return false;
}

Status FrameSequence::finish(const Status& status) {
    ended_ = true;
    ledger_.close(damage_, file_damage_);
    return status;
}

void FrameSequence::account() {
    std::string own = upcoming_.reason;
    if (!own.empty() && named_) own = "frame " + std::to_string(facts_.index + 1) + ": " + own;
    if (layers_ == Layers::over && sticky_.empty()) sticky_ = own;
    damage_ = ledger_.given(own.empty() ? sticky_ : own, upcoming_.rows_decoded);
    ledger_.close(damage_, file_damage_);
}

void FrameSequence::blame(const char* reason) {
    if (file_damage_.empty()) file_damage_ = reason;
}

}  // namespace tutela
