#include <string>
#include <string_view>

#include "report/json_object.hpp"
#include "tutela/stream.hpp"

namespace tutela {

namespace {

void add_match(JsonObject& line, const StreamMatch& match) {
    line.number("pts_us", match.pts_us);
    line.number("frame", match.frame);
    line.text("entry_id", match.entry_id);
    line.number("distance", match.distance_bits);
    line.text("variant", match.variant);
    line.optional("known_us", match.known_us);
    line.text("category", match.category);
    line.text("label", match.label);
}

void add_sighting(JsonObject& line, std::string& out, const StreamSighting& sighting) {
    line.begin("sighting");
    JsonObject object(out);
    object.number("start_us", sighting.start_us);
    object.number("end_us", sighting.end_us);
    object.number("frames", sighting.frames);
    object.end();
}

void add_segment(JsonObject& line, std::string& out, const std::optional<MatchSegment>& segment) {
    if (!segment) return line.null("segment");
    line.begin("segment");
    append_json_segment(out, *segment);
}

void add_health(JsonObject& line, const StreamHealth& health) {
    line.number("frames", health.frames);
    line.number("refused", health.refused);
    line.number("low_quality", health.low_quality);
    line.number("matched", health.matched);
    line.number("sightings", health.sightings);
    line.number("sightings_open", health.sightings_open);
    line.number("segments", health.segments);
    line.number("runs", health.runs);
    line.number("gaps", health.gaps);
    line.number("longest_gap_us", health.longest_gap_us);
    line.optional("last_pts_us", health.last_pts_us);
    line.text("list_digest", health.list_digest);
    line.number("list_entries", health.list_entries);
}

}  // namespace

std::string_view stream_event_name(StreamEventKind kind) noexcept {
    switch (kind) {
        case StreamEventKind::match: return "match";
        case StreamEventKind::segment_ended: return "segment_ended";
        case StreamEventKind::sighting_ended: return "sighting_ended";
        case StreamEventKind::health: return "health";
    }
    return "unknown";
}

std::string stream_event_line(const StreamEvent& event) {
    std::string out;
    JsonObject line(out);
    line.text("event", stream_event_name(event.kind));
    line.text("stream", event.stream);
    line.hex_unless_text("stream_hex", event.stream);
    line.number("run", event.run);
    line.optional("wall_us", event.wall_us);
    if (event.match) add_match(line, *event.match);
    if (event.sighting) add_sighting(line, out, *event.sighting);
    const bool has_segment = event.kind == StreamEventKind::match || event.kind == StreamEventKind::segment_ended;
    if (has_segment) add_segment(line, out, event.segment);
    if (event.health) add_health(line, *event.health);
    line.end();
    return out;
}

}  // namespace tutela
