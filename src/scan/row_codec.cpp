#include "scan/row_codec.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace tutela {

namespace {

// The bytes that a match, and a row, take at the least.
constexpr std::size_t kLeastMatch = 4 * 8 + 4 + 4 + 1 + 1 + 1;
constexpr std::size_t kLeastSegment = 4 * 8 + 4 * 8 + 4 * 4 + 8;
constexpr std::size_t kLeastPoint = 8 + 4 + 4 + 4;
constexpr std::size_t kLeastRow = 91 + 2 * 8;

void pack_match(const MatchFact& match, Packer& out) {
    // Every field is named here, so that a new one cannot be forgotten: this line then no longer compiles.
    const auto& [entry_id, distance_bits, category, label, variant, frame, pts_us, confirm, known_us, quarantined] =
        match;
    static_cast<void>(quarantined);  // told anew, from the rows before, when the row is given out
    out.text(entry_id);
    out.number(distance_bits);
    out.text(category);
    out.text(label);
    out.text(variant);
    out.number(frame);
    out.maybe(pts_us);
    out.maybe(confirm);
    out.maybe(known_us);
}

MatchFact unpack_match(Unpacker& in) {
    MatchFact match;
    auto& [entry_id, distance_bits, category, label, variant, frame, pts_us, confirm, known_us, quarantined] = match;
    static_cast<void>(quarantined);
    entry_id = in.text();
    distance_bits = in.number<std::uint32_t>();
    category = in.text();
    label = in.text();
    variant = in.text();
    frame = in.number<std::uint32_t>();
    pts_us = in.maybe<std::int64_t>();
    confirm = in.maybe<std::uint32_t>();
    known_us = in.maybe<std::int64_t>();
    return match;
}

void pack_segment(const MatchSegment& segment, Packer& out) {
    const auto& [entry_id, start_us, end_us, known_start_us, known_end_us, frames, distance_bits, speed, query_percent,
                 compared_percent, category, label, variant] = segment;
    out.text(entry_id);
    for (const std::int64_t time : {start_us, end_us, known_start_us, known_end_us})
        out.number(time);
    out.number(frames);
    out.number(distance_bits);
    out.number(std::bit_cast<std::uint64_t>(speed));
    out.number(query_percent);
    out.number(compared_percent);
    out.text(category);
    out.text(label);
    out.text(variant);
}

MatchSegment unpack_segment(Unpacker& in) {
    MatchSegment segment;
    auto& [entry_id, start_us, end_us, known_start_us, known_end_us, frames, distance_bits, speed, query_percent,
           compared_percent, category, label, variant] = segment;
    entry_id = in.text();
    for (std::int64_t* time : {&start_us, &end_us, &known_start_us, &known_end_us})
        *time = in.number<std::int64_t>();
    frames = in.number<std::uint32_t>();
    distance_bits = in.number<std::uint32_t>();
    speed = std::bit_cast<double>(in.number<std::uint64_t>());
    query_percent = in.number<std::uint32_t>();
    compared_percent = in.number<std::uint32_t>();
    category = in.text();
    label = in.text();
    variant = in.text();
    return segment;
}

void pack_point(const TimelinePoint& point, Packer& out) {
    const auto& [pts_us, distance_bits, quality, match] = point;
    out.number(pts_us);
    out.number(distance_bits);
    out.number(quality);
    out.number(match);
}

// Of a row with so many matches.
TimelinePoint unpack_point(std::size_t matches, Unpacker& in) {
    TimelinePoint point;
    auto& [pts_us, distance_bits, quality, match] = point;
    pts_us = in.number<std::int64_t>();
    distance_bits = in.number<std::uint32_t>();
    quality = in.number<std::int32_t>();
    match = in.number<std::uint32_t>();
    if (match != kNoMatch && match >= matches) in.fail();
    return point;
}

template <std::size_t Bits>
void pack_hash(const std::optional<Hash<Bits>>& hash, bool keep, Packer& out) {
    out.flag(keep && hash);
    if (keep && hash) out.raw(hash->bytes);
}

template <std::size_t Bits>
void unpack_hash(Unpacker& in, std::optional<Hash<Bits>>& hash) {
    if (!in.flag()) return;
    hash.emplace();
    const std::span<const std::uint8_t> bytes = in.raw(hash->bytes.size());
    std::copy(bytes.begin(), bytes.end(), hash->bytes.begin());
}

Outcome unpack_outcome(Unpacker& in) {
    const auto number = in.number<std::uint32_t>();
    if (number < 1 || number > kOutcomes) in.fail();
    return in.ok() ? static_cast<Outcome>(number) : Outcome::unreadable;
}

}  // namespace

void pack_row(const FileRow& row, bool keep_hashes, Packer& out) {
    const auto& [path, inner, size_bytes, sha256, outcome, reason, damaged, damage_reason, decoded_percent, format,
                 width, height, orientation, frames, decode, quality, hash, matches, hash64, segments, timeline] = row;
    out.text(path);
    out.text(inner);
    out.number(size_bytes);
    out.flag(sha256.has_value());
    if (sha256) out.text(*sha256);
    out.number(static_cast<std::uint32_t>(outcome));
    out.text(reason);
    out.flag(damaged);
    out.text(damage_reason);
    out.maybe(decoded_percent);
    out.text(format);
    out.number(width);
    out.number(height);
    out.number(orientation);
    out.number(frames);
    out.text(decode);
    out.maybe(quality);
    pack_hash(hash, keep_hashes, out);
    pack_hash(hash64, keep_hashes, out);
    out.number<std::uint64_t>(matches.size());
    for (const MatchFact& match : matches)
        pack_match(match, out);
    out.number<std::uint64_t>(segments.size());
    for (const MatchSegment& segment : segments)
        pack_segment(segment, out);
    out.number<std::uint64_t>(timeline.size());
    for (const TimelinePoint& point : timeline)
        pack_point(point, out);
}

FileRow unpack_row(Unpacker& in) {
    FileRow row;
    auto& [path, inner, size_bytes, sha256, outcome, reason, damaged, damage_reason, decoded_percent, format, width,
           height, orientation, frames, decode, quality, hash, matches, hash64, segments, timeline] = row;
    path = in.text();
    inner = in.text();
    size_bytes = in.number<std::uint64_t>();
    if (in.flag()) sha256 = in.text();
    outcome = unpack_outcome(in);
    reason = in.text();
    damaged = in.flag();
    damage_reason = in.text();
    decoded_percent = in.maybe<std::uint32_t>();
    format = in.text();
    width = in.number<std::uint32_t>();
    height = in.number<std::uint32_t>();
    orientation = in.number<std::uint32_t>();
    frames = in.number<std::uint32_t>();
    decode = in.text();
    quality = in.maybe<std::int32_t>();
    unpack_hash(in, hash);
    unpack_hash(in, hash64);
    const std::size_t match_count = in.count(kLeastMatch);
    matches.reserve(match_count);
    for (std::size_t i = 0; i < match_count && in.ok(); ++i)
        matches.push_back(unpack_match(in));
    const std::size_t segment_count = in.count(kLeastSegment);
    segments.reserve(segment_count);
    for (std::size_t i = 0; i < segment_count && in.ok(); ++i)
        segments.push_back(unpack_segment(in));
    const std::size_t point_count = in.count(kLeastPoint);
    timeline.reserve(point_count);
    for (std::size_t i = 0; i < point_count && in.ok(); ++i)
        timeline.push_back(unpack_point(matches.size(), in));
    return row;
}

void pack_item(const ScannedItem& item, bool keep_hashes, Packer& out) {
    out.number<std::uint64_t>(item.size());
    for (const ScannedFile& file : item) {
        out.flag(file.picture.has_value());
        if (file.picture) out.raw(*file.picture);
        pack_row(file.row, keep_hashes, out);
    }
}

bool unpack_item(std::span<const std::uint8_t> record, ScannedItem& item) {
    Unpacker in(record);
    item.clear();
    const std::size_t files = in.count(kLeastRow);
    for (std::size_t i = 0; i < files && in.ok(); ++i) {
        ScannedFile& file = item.emplace_back();
        if (in.flag()) {
            file.picture.emplace();
            const std::span<const std::uint8_t> digest = in.raw(file.picture->size());
            std::copy(digest.begin(), digest.end(), file.picture->begin());
        }
        file.row = unpack_row(in);
    }
    return in.complete() && !item.empty();
}

}  // namespace tutela
