#include "scan/scanned_file.hpp"

#include <cmath>
#include <optional>

#include "scan/carried_search.hpp"

namespace tutela {

std::optional<std::string> no_picture_reason(std::uint64_t size_bytes, MediaFormat format) {
    if (size_bytes == 0) return "an empty file";
    if (format == MediaFormat::unknown) return "no picture of a kind that this build reads";
    return std::nullopt;
}

std::string over_limit_reason(std::uint64_t size_bytes, const DecodeLimits& limits, MediaFormat format) {
    return "the file has " + std::to_string(size_bytes) + " bytes, over the limit of " +
           std::to_string(is_video(format) ? limits.max_video_bytes : limits.max_bytes);
}

void apply_finding(const Finding& finding, FileRow& row) {
    row.outcome = finding.outcome;
    row.reason = finding.reason;
    row.damaged = finding.damaged;
    row.damage_reason = finding.damage_reason;
    row.decoded_percent = finding.decoded_percent;
    row.frames = finding.frames;
    row.format = format_name(finding.info.format);
    row.width = finding.info.width;
    row.height = finding.info.height;
    row.orientation = finding.info.orientation;
    if (finding.decode) row.decode = decode_mode_name(*finding.decode);
    row.quality = finding.quality;
    row.hash = finding.hash;
    row.hash64 = finding.hash64;
}

MatchSegment name_segment(const FoundSegment& found, const HashList& list) {
    const VideoView video = list.video(found.video);
    const Segment& times = found.segment;
    MatchSegment segment;
    segment.entry_id = list.entry_name(video.first_position);
    segment.start_us = times.query_start_us;
    segment.end_us = times.query_end_us;
    segment.known_start_us = times.known_start_us;
    segment.known_end_us = times.known_end_us;
    segment.frames = times.frames;
    segment.distance_bits = times.least_distance_bits;
    const auto length = static_cast<double>(times.query_end_us - times.query_start_us);
    const auto known_length = static_cast<double>(times.known_end_us - times.known_start_us);
    segment.speed = std::round(1000 * known_length / length) / 1000;
    segment.query_percent = found.query_percent;
    segment.compared_percent = found.compared_percent;
    segment.category = video.category;
    segment.label = video.label;
    segment.variant = variant_name(found.variant);
    return segment;
}

void name_matches(const Finding& finding, const HashList& list, FileRow& row) {
    row.matches.reserve(finding.neighbors.size());
    for (std::size_t i = 0; i < finding.neighbors.size(); ++i) {
        const Neighbor& neighbor = finding.neighbors[i];
        const EntryView entry = list.entry(neighbor.position);
        const MatchedFrame& frame = finding.matched_frames[finding.frame_of[i]];
        MatchFact& match = row.matches.emplace_back();
        match.entry_id = list.entry_name(neighbor.position);
        match.distance_bits = neighbor.distance_bits;
        match.category = entry.category;
        match.label = entry.label;
        match.variant = variant_name(finding.variants[i]);
        match.frame = frame.index;
        if (frame.pts_us != kNoPts) match.pts_us = frame.pts_us;
        if (const std::optional<FramePlace> place = list.frame_at(neighbor.position)) match.known_us = place->pts_us;
        // Of the picture as it stands: what a variant is to an entry, the pHash of the whole cannot say.
        if (entry.phash && frame.phash && match.variant == "plain")
            match.confirm = distance(*entry.phash, *frame.phash);
    }
    row.segments.reserve(finding.segments.size());
    for (const FoundSegment& found : finding.segments)
        row.segments.push_back(name_segment(found, list));
    row.timeline = finding.timeline;
}

void name_all(ScannedFile& file, const HashList& list, const KnownFiles& known) {
    std::vector<std::size_t> stills;
    if (file.finding != nullptr) {
        name_matches(*file.finding, list, file.row);
        for (const ThingId& thing : file.finding->things)
            stills.push_back(thing.is_video ? SIZE_MAX : thing.number);
    }
    known.name(file.files, std::move(stills), file.row);
    if (file.finding != nullptr) name_carried(*file.finding, file.files, list, file.row);
}

}  // namespace tutela
