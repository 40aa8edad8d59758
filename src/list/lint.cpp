#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

#include "core/try.hpp"
#include "list/lint_passes.hpp"

namespace tutela {

namespace {

constexpr std::uint32_t kMedianOnes = 128;
constexpr std::uint32_t kFewDifferent = 8;
constexpr std::size_t kSide = 16;  // of the matrix

std::uint32_t ones_of(const Hash256& hash) noexcept {
    std::uint32_t ones = 0;
    for (const std::uint8_t byte : hash.bytes)
        ones += static_cast<std::uint32_t>(std::popcount(byte));
    return ones;
}

std::ptrdiff_t different(std::array<std::uint16_t, kSide> lines) noexcept {
    std::sort(lines.begin(), lines.end());
    return std::unique(lines.begin(), lines.end()) - lines.begin();
}

Status lint_qualities(const HashList& list, const LintOptions& options, const LintSink& sink) {
    for (std::size_t number = 0; number < list.video_count(); ++number) {
        const VideoView video = list.video(number);
        if (video.hashes.empty() || list.entry_state(video.first_position) != EntryState::active) continue;
        for (std::size_t frame = 0; frame < video.hashes.size(); ++frame) {
            if (video.qualities[frame] >= options.min_quality) continue;
            const auto position = static_cast<std::uint32_t>(video.first_position + frame);
            TUTELA_TRY(sink({LintKind::low_quality, false, position, {}, video.qualities[frame]}));
        }
    }
    return {};
}

Status lint_flat(const HashList& list, const LintOptions& options, const LintSink& sink) {
    const std::span<const Hash256> hashes = list.hashes();
    for (std::size_t position = 0; position < hashes.size(); ++position) {
        if (!is_flat_hash(hashes[position]) || list.entry_state(position) != EntryState::active) continue;
        const std::optional<FramePlace> place = list.frame_at(position);
        if (place && static_cast<std::int32_t>(place->quality) < options.min_quality) continue;
        TUTELA_TRY(sink({LintKind::flat, false, static_cast<std::uint32_t>(position), {}, ones_of(hashes[position])}));
    }
    return {};
}

}  // namespace

std::string_view lint_name(LintKind kind) noexcept {
    switch (kind) {
        case LintKind::low_quality: return "low_quality";
        case LintKind::flat: return "flat";
        case LintKind::duplicate: return "duplicate";
        case LintKind::conflict: return "conflict";
        case LintKind::near_harmless: return "near_harmless";
        case LintKind::dense: return "dense";
    }
    return "unknown";
}

bool is_flat_hash(const Hash256& hash) noexcept {
    const std::uint32_t ones = ones_of(hash);
    if (ones + kPdqMatchRadius < kMedianOnes || ones > kMedianOnes + kPdqMatchRadius) return true;
    std::array<std::uint16_t, kSide> rows{};
    std::array<std::uint16_t, kSide> columns{};
    for (std::size_t row = 0; row < kSide; ++row) {
        // Which two bytes are a row's is all that counts, not which row it is.
        rows[row] = static_cast<std::uint16_t>(hash.bytes[2 * row] << 8U | hash.bytes[2 * row + 1]);
        for (std::size_t column = 0; column < kSide; ++column)
            columns[column] = static_cast<std::uint16_t>(columns[column] << 1U | (rows[row] >> column & 1U));
    }
    return different(rows) <= kFewDifferent || different(columns) <= kFewDifferent;
}

Status lint_list(const HashList& list, const LintOptions& options, const LintSink& sink) {
    if (!sink) return Status(StatusCode::invalid_argument, "lint needs a receiver for what it finds");
    if (options.radius > Hash256::kBits)
        return Status(StatusCode::invalid_argument, "the radius is a number of bits from 0 to 256");
    if (options.min_quality < 0 || options.min_quality > 100)
        return Status(StatusCode::invalid_argument, "the minimum quality is a number from 0 to 100");
    if (options.dense_things == 0)
        return Status(StatusCode::invalid_argument, "an entry near no other is not dense: at least 1 is needed");
    TUTELA_TRY(lint_qualities(list, options, sink));
    TUTELA_TRY(lint_flat(list, options, sink));
    TUTELA_TRY(lint_equal(list, sink));
    return lint_near(list, options, sink);
}

}  // namespace tutela
