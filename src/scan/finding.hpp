// What the bytes of a picture alone decide; everything else in a row belongs to the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/hash64.hpp"
#include "tutela/index.hpp"
#include "tutela/media.hpp"
#include "tutela/report.hpp"
#include "tutela/variants.hpp"
#include "tutela/video.hpp"

namespace tutela {

// A frame of the file that a match was found in.
struct MatchedFrame {
    std::uint32_t index = 0;
    std::int64_t pts_us = kNoPts;
    std::optional<Hash64> phash;  // when the match is to be confirmed
};

// What a list knows: a still, by its position, or a video, by its number.
struct ThingId {
    bool is_video = false;
    std::uint32_t number = 0;

    auto operator<=>(const ThingId&) const noexcept = default;  // NOLINT(modernize-use-nullptr): of the generated code
};

struct NearestThing {
    ThingId thing;
    std::uint32_t distance_bits = 0;
};

// A stretch that a known video shows too.
struct FoundSegment {
    std::uint32_t video = 0;  // its number in the list
    Segment segment;
    VariantId variant{};
    std::uint32_t query_percent = 0;
    std::uint32_t compared_percent = 0;
};

// What a list knows by a carried hash: an entry by its position, of a video its first, or a file entry by its number.
struct CarriedThing {
    bool is_file_entry = false;
    std::uint32_t number = 0;

    auto operator<=>(const CarriedThing&) const noexcept = default;  // NOLINT(modernize-use-nullptr): as above
};

// A thing that an engine of the user found.
struct CarriedHit {
    CarriedThing thing;
    std::string_view kind;     // as the list has it
    std::uint32_t engine = 0;  // its place among the scan's
    std::uint32_t distance = 0;
    std::uint32_t frame = 0;  // the first that is that near
    std::int64_t pts_us = kNoPts;
};

struct Finding {
    Outcome outcome = Outcome::corrupt;
    std::string reason;
    bool damaged = false;
    std::string damage_reason;
    std::optional<std::uint32_t> decoded_percent;  // of the rows of the frame that was hashed
    std::uint32_t frames = 0;                      // how many were looked at
    MediaInfo info;
    std::optional<DecodeMode> decode;  // of the frame that was hashed, or was too small for that
    std::optional<std::int32_t> quality;
    std::optional<Hash256> hash;
    std::optional<Hash64> hash64;         // of ScanOptions::hash64
    std::vector<Neighbor> neighbors;      // nearest first; positions in the list; of a known video its nearest frame
    std::vector<ThingId> things;          // for each neighbor, what it is, or is a frame of; no two are the same
    std::vector<VariantId> variants;      // for each neighbor, which variant of the picture is that near
    std::vector<std::uint32_t> frame_of;  // for each neighbor, which of matched_frames
    std::vector<MatchedFrame> matched_frames;
    std::vector<CarriedHit> carried;      // each thing once, also one that is among `things`
    std::vector<FoundSegment> segments;   // by start, then by video
    std::vector<TimelinePoint> timeline;  // of what matched; its matches index `neighbors`

    [[nodiscard]] bool has_hash() const noexcept { return hash.has_value(); }
};

}  // namespace tutela
