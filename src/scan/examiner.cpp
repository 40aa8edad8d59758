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
        case StatusCode::unsupported: return Outcome::unsupported;
        case StatusCode::out_of_memory: throw std::bad_alloc();
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

// Higher is better; the outcomes that a frame can have.
int rank(Outcome outcome) noexcept {
    switch (outcome) {
        case Outcome::matched: return 4;
        case Outcome::clean: return 3;
        case Outcome::low_quality: return 2;
        case Outcome::too_small: return 1;
        default: return 0;
    }
}

bool better(const Finding& a, const Finding& b) noexcept {
    if (rank(a.outcome) != rank(b.outcome)) return rank(a.outcome) > rank(b.outcome);
    return a.outcome == Outcome::matched && a.neighbors.front().distance_bits < b.neighbors.front().distance_bits;
}

}  // namespace

Result<Finding> Examiner::examine(std::span<const std::uint8_t> bytes, MediaFormat format) {
    try {
        // Variants of so coarse a picture drift too far (a quarter turn up to 28 bits): they need the whole.
        const bool coarse = options_.decode == DecodeMode::screen && options_.profile != Profile::plain;
        Result<Finding> finding = examine_in(coarse ? DecodeMode::luma : options_.decode, bytes, format);
        // A first scan decides only that a picture is unlike all of the list.
        const bool undecided =
            finding.ok() && finding.value().decode == DecodeMode::screen && finding.value().outcome != Outcome::clean;
        if (undecided) finding = examine_in(DecodeMode::luma, bytes, format);
        trim();
        return finding;
    } catch (const std::bad_alloc&) {
        frame_ = Frame();
        hasher_ = PdqHasher();
        quick_hasher_ = quick_hasher();
        variant_hasher_ = VariantHasher();
        hasher64_ = Hash64Hasher();
        throw;
    }
}

Result<Finding> Examiner::examine_in(DecodeMode mode, std::span<const std::uint8_t> bytes, MediaFormat format) {
    auto source = open_media(bytes, options_.limits, mode);
    if (source.ok()) return examine_source(*source.value());
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
    std::optional<Finding> best;
    std::string damage;
    bool damaged = false;
    const auto note_damage = [&](const std::string& reason) {
        if (!damaged) damage = reason;
        damaged = true;
    };
    for (;;) {
        const Result<bool> next = source.next(frame_);
        if (!next.ok()) {
            // Frames that came before the failure count, unless memory is short: then the file is no worse than others.
            if (next.status().code() == StatusCode::out_of_memory) throw std::bad_alloc();
            if (!best) return failed(next.status(), source.info());
            note_damage(next.status().message());
            break;
        }
        if (source.damage().damaged) note_damage(source.damage().reason);
        if (!next.value()) break;
        TUTELA_ASSIGN(Finding finding, examine_frame(source));
        if (!best || better(finding, *best)) best = std::move(finding);
    }
    if (!best) return failed(Status(StatusCode::corrupt, "the file holds no picture"), source.info());
    best->info = source.info();
    best->damaged = damaged && best->has_hash();
    if (best->damaged) best->damage_reason = damage;
    return *std::move(best);
}

// The frame that `source` gave last.
Result<Finding> Examiner::examine_frame(const FrameSource& source) {
    const FrameFacts& facts = source.facts();
    const MediaInfo& info = source.info();
    PdqHasher& hasher = facts.mode == DecodeMode::exact ? hasher_ : quick_hasher_;
    const Result<FrameHash> hashed =
        facts.denominator == 1 ? hasher.hash(frame_.view())
                               : hasher.hash_reduced(frame_.view(), info.width, info.height, facts.denominator);
    Finding finding;
    if (!hashed.ok()) finding = failed(hashed.status(), info);
    finding.decode = facts.mode;
    if (!hashed.ok()) return finding;
    finding.quality = hashed.value().quality;
    finding.hash = hashed.value().hash;
    if (options_.hash64) {
        TUTELA_ASSIGN(finding.hash64, hasher64_.hash(frame_.view(), *options_.hash64));
    }
    const std::uint32_t drift = facts.mode == DecodeMode::screen ? kScreenDriftBits : 0;
    const std::uint32_t radius = std::min<std::uint32_t>(options_.radius + drift, Hash256::kBits);
    TUTELA_TRY(look_up(hashed.value(), info.orientation, radius, finding));
    if (!finding.neighbors.empty()) {
        finding.outcome = Outcome::matched;
    } else if (*finding.quality >= options_.min_quality) {
        finding.outcome = Outcome::clean;
    } else {
        finding.outcome = Outcome::low_quality;
        finding.reason = "the quality " + std::to_string(*finding.quality) + " is below the minimum of " +
                         std::to_string(options_.min_quality);
    }
    if (options_.confirm_phash_radius && !finding.neighbors.empty()) {
        TUTELA_ASSIGN(finding.phash, hasher64_.hash(frame_.view(), Hash64Kind::phash));
    }
    return finding;
}

// Those of the frame's variants that have the quality: a wide frame lowers that of the whole, and not of what it
// frames.
Status Examiner::look_up(const FrameHash& plain, std::uint32_t orientation, std::uint32_t radius, Finding& finding) {
    TUTELA_TRY(variant_hasher_.hash(frame_.view(), plain, orientation, options_.profile, variants_));
    std::erase_if(variants_, [&](const VariantHash& variant) { return variant.quality < options_.min_quality; });
    return search_.run(index_, variants_, radius, finding);
}

}  // namespace tutela
