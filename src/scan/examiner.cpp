#include "scan/examiner.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "core/try.hpp"

namespace tutela {

namespace {

Outcome outcome_of(const Status& status) {
    switch (status.code()) {
        case StatusCode::too_small: return Outcome::too_small;
        case StatusCode::limit: return Outcome::limit;
        case StatusCode::timeout: return Outcome::timeout;
        case StatusCode::crashed: return Outcome::crashed;
        case StatusCode::unsupported: return Outcome::unsupported;
        case StatusCode::io_error: return Outcome::unreadable;
        case StatusCode::out_of_memory: return Outcome::memory;
        default: return Outcome::corrupt;
    }
}

Finding failed(const Status& status, const MediaInfo& info) {
    Finding finding;
    finding.outcome = outcome_of(status);
    finding.reason = status.message().empty() ? std::string(status_name(status.code())) : status.message();
    finding.info = info;
    return finding;
}

// A hasher keeps some rows of the largest picture: only very long ones make that much.
constexpr std::uint32_t kLongSide = 65536;

// Whether a source that ended so was stopped, and not broken: what it gave before is whole.
bool was_stopped(StatusCode code) noexcept {
    return code == StatusCode::limit || code == StatusCode::timeout || code == StatusCode::crashed ||
           code == StatusCode::out_of_memory;
}

}  // namespace

Result<Finding> Examiner::examine(std::span<const std::uint8_t> bytes, MediaFormat format,
                                  const std::atomic<bool>* stop) {
    if (is_video(format)) return examine_video({.bytes = bytes}, format, stop);
    return examine_twice([&](DecodeMode mode) { return decoder_.open(bytes, options_.limits, mode); }, format);
}

Result<Finding> Examiner::examine_video(const VideoInput& video, MediaFormat format, const std::atomic<bool>* stop) {
    stop_ = stop;
    Result<Finding> finding = examine_twice(
        [&](DecodeMode) { return decoder_.open_video(video, options_.limits, options_.sampling); }, format);
    stop_ = nullptr;
    return finding;
}

Result<Finding> Examiner::examine_twice(const Open& open, MediaFormat format) {
    Result<Finding> finding = examine_once(open, format);
    if (!broke_ || !finding.ok()) return finding;
    // It may have been the fault of what the decoder went through before.
    Result<Finding> again = examine_once(open, format);
    const bool lost = finding.value().outcome == Outcome::matched &&
                      (!again.ok() || (broke_ && again.value().outcome != Outcome::matched));
    return lost ? std::move(finding) : std::move(again);
}

// Variants of so coarse a picture as a screen frame drift too far (a quarter turn up to 28 bits): they need the whole.
// How far what an engine of the user computes drifts, nobody knows.
DecodeMode Examiner::first_mode() const noexcept {
    const bool coarse =
        options_.decode == DecodeMode::screen && (options_.profile != Profile::plain || !options_.engines.empty());
    return coarse ? DecodeMode::luma : options_.decode;
}

Result<Finding> Examiner::examine_once(const Open& open, MediaFormat format) {
    broke_ = false;
    try {
        Result<Finding> finding = examine_in(first_mode(), open, format);
        // A first scan decides only that a picture is unlike all of the list.
        const bool undecided =
            finding.ok() && finding.value().decode == DecodeMode::screen && finding.value().outcome != Outcome::clean;
        if (undecided) finding = examine_in(DecodeMode::luma, open, format);
        trim();
        return finding;
    } catch (const std::bad_alloc&) {
        frame_ = Frame();
        stop_ = nullptr;
        hasher_ = PdqHasher();
        quick_hasher_ = quick_hasher();
        variant_hasher_ = VariantHasher();
        hasher64_ = Hash64Hasher();
        begin_file();
        throw;
    }
}

void Examiner::begin_file() {
    sequence_ = Sequence();
    timed_ = SequenceMatch();
    carried_.begin_file();
}

Result<Finding> Examiner::examine_in(DecodeMode mode, const Open& open, MediaFormat format) {
    begin_file();
    auto source = open(mode);
    if (source.ok()) return examine_source(*source.value());
    // This is about the machine: another time, the file may be well.
    if (source.status().code() == StatusCode::unavailable) return source.status();
    note_end(source.status());
    MediaInfo info;
    info.format = format;
    return failed(source.status(), info);
}

std::size_t Examiner::kept_bytes() const noexcept {
    const FrameView view = frame_.view();
    return view.stride_bytes * view.height;
}

// The frame's memory is the last picture's at least, and a larger one was trimmed when it was the last.
void Examiner::trim() {
    const FrameView view = frame_.view();
    if (std::max(view.width, view.height) > kLongSide) {
        hasher_ = PdqHasher();
        quick_hasher_ = quick_hasher();
    }
    if (kept_bytes() > kKeptBytes) frame_ = Frame();
}

Result<Finding> Examiner::examine_source(FrameSource& source) {
    begin_file();
    std::string damage;
    bool damaged = false;
    const auto note_damage = [&](const std::string& reason) {
        if (!damaged) damage = reason;
        damaged = true;
    };
    Status end;
    for (;;) {
        const Result<bool> next = source.next_view(frame_, view_);
        if (!next.ok()) {
            end = next.status();
            break;
        }
        if (source.damage().damaged) note_damage(source.damage().reason);
        if (!next.value()) break;
        TUTELA_ASSIGN(Finding finding, examine_frame(source));
        sequence_.add(std::move(finding));
        if (!is_video(source.info().format)) carried_.take(view_, source.facts().index);
        if (stop_ != nullptr && stop_->load(std::memory_order_relaxed)) return Status(StatusCode::cancelled);
    }
    note_end(end);
    if (sequence_.empty()) {
        return failed(end.ok() ? Status(StatusCode::corrupt, "the file holds no picture") : end, source.info());
    }
    if (!end.ok() && !was_stopped(end.code())) note_damage(end.message());
    Finding finding = sequence_.finish();
    timed_.finish(finding);
    finding.info = source.info();
    finding.damaged = damaged && finding.has_hash();
    if (finding.damaged) finding.damage_reason = damage;
    carried_.finish(finding);
    if (was_stopped(end.code())) stop_short(end, finding);
    return finding;
}

// How a file ended, or the opening of one.
void Examiner::note_end(const Status& end) {
    const StatusCode code = end.code();
    if (options_.isolation == Isolation::sandboxed) {
        broke_ = code == StatusCode::crashed || code == StatusCode::timeout || code == StatusCode::out_of_memory;
    } else if (code == StatusCode::out_of_memory && !sequence_.matched() && !carried_.found()) {
        // Unless a match was found, a file is no worse than others when memory is short.
        throw std::bad_alloc();
    }
}

// The file was not looked at to its end. What matched has matched; that it is clean, nobody can say.
void Examiner::stop_short(const Status& end, Finding& finding) {
    finding.reason = end.message() + " (" + std::to_string(finding.frames) +
                     (finding.frames == 1 ? " frame" : " frames") + " before)";
    if (finding.outcome != Outcome::matched) finding.outcome = outcome_of(end);
}

// The frame that `source` gave last.
Result<Finding> Examiner::examine_frame(const FrameSource& source) {
    const FrameFacts& facts = source.facts();
    const MediaInfo& info = source.info();
    PdqHasher& hasher = facts.mode == DecodeMode::exact ? hasher_ : quick_hasher_;
    const Result<FrameHash> hashed = facts.denominator == 1
                                         ? hasher.hash(view_)
                                         : hasher.hash_reduced(view_, info.width, info.height, facts.denominator);
    Finding finding;
    if (!hashed.ok()) finding = failed(hashed.status(), info);
    finding.decode = facts.mode;
    const Damage& damage = source.damage();
    finding.decoded_percent =
        damage.damaged ? static_cast<std::uint32_t>(std::uint64_t{100} * damage.rows_decoded / view_.height) : 100;
    if (!hashed.ok()) return finding;
    finding.quality = hashed.value().quality;
    finding.hash = hashed.value().hash;
    if (options_.hash64) {
        TUTELA_ASSIGN(finding.hash64, hasher64_.hash(view_, *options_.hash64));
    }
    const std::uint32_t drift = facts.mode == DecodeMode::screen ? kScreenDriftBits : 0;
    const std::uint32_t radius = std::min<std::uint32_t>(options_.radius + drift, Hash256::kBits);
    TUTELA_TRY(look_up(hashed.value(), info.orientation, radius, finding));
    timed_.take(list_, {*finding.hash, *finding.quality, view_.pts_us}, finding);
    if (!finding.neighbors.empty()) {
        finding.outcome = Outcome::matched;
    } else if (*finding.quality >= options_.min_quality) {
        finding.outcome = Outcome::clean;
    } else {
        finding.outcome = Outcome::low_quality;
        finding.reason = "the quality " + std::to_string(*finding.quality) + " is below the minimum of " +
                         std::to_string(options_.min_quality);
    }
    if (!finding.neighbors.empty()) {
        TUTELA_TRY(place_matches(facts, finding));
    }
    return finding;
}

// Says of the frame's matches which frame it is.
Status Examiner::place_matches(const FrameFacts& facts, Finding& finding) {
    MatchedFrame frame{facts.index, view_.pts_us, {}};
    if (options_.confirm_phash_radius) {
        TUTELA_ASSIGN(frame.phash, hasher64_.hash(view_, Hash64Kind::phash));
    }
    finding.matched_frames.assign(1, frame);
    finding.frame_of.assign(finding.neighbors.size(), 0);
    return {};
}

// Those of the frame's variants that have the quality: a wide frame lowers that of the whole, and not of what it
// frames.
Status Examiner::look_up(const FrameHash& plain, std::uint32_t orientation, std::uint32_t radius, Finding& finding) {
    TUTELA_TRY(variant_hasher_.hash(view_, plain, orientation, options_.profile, variants_));
    std::erase_if(variants_, [&](const VariantHash& variant) { return variant.quality < options_.min_quality; });
    return search_.run(index_, variants_, radius, finding);
}

}  // namespace tutela
