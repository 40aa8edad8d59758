// Streams, for the C interface.
#include "tutela/stream.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capi/handles.hpp"
#include "capi/row.hpp"
#include "capi/translate.hpp"

struct tutela_stream {
    tutela::Stream stream;
    std::deque<tutela::StreamEvent> pending{};  // not given yet
};

namespace {

using tutela::Result;
using tutela::Status;
using tutela::StatusCode;
using tutela::StreamEvent;
using tutela::StreamEventKind;
using tutela::StreamOptions;
using tutela::capi::guarded;
using tutela::capi::require;

static_assert(TUTELA_STREAM_MATCH == static_cast<int>(StreamEventKind::match));
static_assert(TUTELA_STREAM_SEGMENT_ENDED == static_cast<int>(StreamEventKind::segment_ended));
static_assert(TUTELA_STREAM_SIGHTING_ENDED == static_cast<int>(StreamEventKind::sighting_ended));
static_assert(TUTELA_STREAM_HEALTH == static_cast<int>(StreamEventKind::health));

tutela_stream_options default_stream_options() noexcept {
    const StreamOptions defaults;
    tutela_stream_options options{};
    options.radius = defaults.radius;
    options.min_quality = defaults.min_quality;
    options.engine = static_cast<std::uint32_t>(defaults.index.engine);
    options.repeat_interval_us = defaults.repeat_interval_us;
    options.gap_us = defaults.gap_us;
    return options;
}

Result<StreamOptions> read_options(const tutela_stream_options* from) {
    tutela_stream_options known = default_stream_options();
    if (from != nullptr) TUTELA_TRY(tutela::capi::read_struct(from, known));
    StreamOptions options;
    if (known.name != nullptr) options.name = known.name;
    options.radius = known.radius;
    options.min_quality = known.min_quality;
    options.index.engine = static_cast<tutela::Engine>(known.engine);
    if (known.profile != TUTELA_PROFILE_AUTOMATIC) options.profile = static_cast<tutela::Profile>(known.profile);
    options.orientation = known.orientation;
    options.repeat_interval_us = known.repeat_interval_us;
    options.gap_us = known.gap_us;
    return options;
}

std::optional<std::int64_t> wall_of(std::int64_t wall_us) noexcept {
    return wall_us == TUTELA_NO_WALL ? std::nullopt : std::optional(wall_us);
}

tutela_stream_sums view_of(const tutela::StreamHealth& health) noexcept {
    return {.struct_size = sizeof(tutela_stream_sums),
            .has_pts = health.last_pts_us.has_value(),
            .last_pts_us = health.last_pts_us.value_or(0),
            .frames = health.frames,
            .refused = health.refused,
            .low_quality = health.low_quality,
            .matched = health.matched,
            .sightings = health.sightings,
            .sightings_open = health.sightings_open,
            .segments = health.segments,
            .runs = health.runs,
            .gaps = health.gaps,
            .longest_gap_us = health.longest_gap_us,
            .list_digest = health.list_digest.c_str(),
            .list_entries = health.list_entries};
}

// An event as C sees it; points into the StreamEvent it was made of and into itself.
class EventView {
public:
    explicit EventView(const StreamEvent& event)
        : line_(tutela::stream_event_line(event)), event_(tutela::capi::sized<tutela_stream_event>()) {
        event_.kind = static_cast<std::uint32_t>(event.kind);
        event_.stream = event.stream.c_str();
        event_.run = event.run;
        event_.has_wall = event.wall_us.has_value();
        event_.wall_us = event.wall_us.value_or(0);
        event_.line = line_.c_str();
        event_.entry_id = event_.category = event_.label = event_.variant = "";
        if (event.match) set_match(*event.match);
        if (event.sighting) {
            event_.sighting_start_us = event.sighting->start_us;
            event_.sighting_end_us = event.sighting->end_us;
            event_.sighting_frames = event.sighting->frames;
        }
        if (event.segment) {
            segment_ = tutela::capi::view_of(*event.segment);
            event_.segment = &segment_;
        }
        if (event.health) {
            sums_ = view_of(*event.health);
            event_.sums = &sums_;
        }
    }
    EventView(const EventView&) = delete;
    EventView& operator=(const EventView&) = delete;

    [[nodiscard]] const tutela_stream_event* get() const noexcept { return &event_; }

private:
    void set_match(const tutela::StreamMatch& match) noexcept {
        event_.entry_id = match.entry_id.c_str();
        event_.category = match.category.c_str();
        event_.label = match.label.c_str();
        event_.variant = match.variant.c_str();
        event_.distance_bits = match.distance_bits;
        event_.frame = match.frame;
        event_.pts_us = match.pts_us;
        event_.has_known_time = match.known_us.has_value();
        event_.known_us = match.known_us.value_or(0);
    }

    std::string line_;
    tutela_stream_event event_;
    tutela_match_segment segment_{};
    tutela_stream_sums sums_{};
};

struct Receiver {
    tutela_stream_callback on_event;
    void* context;
};

// Gives what is pending and then the events. One that the callback refused was given.
Status deliver(tutela_stream& stream, std::vector<StreamEvent> events, const Receiver& receiver) {
    for (StreamEvent& event : events)
        stream.pending.push_back(std::move(event));
    while (!stream.pending.empty()) {
        const StreamEvent event = std::move(stream.pending.front());
        stream.pending.pop_front();
        const EventView view(event);
        const tutela_status answer = receiver.on_event(view.get(), receiver.context);
        if (answer != TUTELA_OK) {
            return Status(static_cast<StatusCode>(answer), "the event callback ended the call");
        }
    }
    return {};
}

Status check_call(const tutela_stream* stream, const Receiver& receiver) {
    TUTELA_TRY(require(stream, "stream"));
    if (receiver.on_event == nullptr) return Status(StatusCode::invalid_argument, "on_event is NULL");
    return {};
}

}  // namespace

const char* tutela_stream_event_name(std::uint32_t kind) {
    return tutela::stream_event_name(static_cast<StreamEventKind>(kind)).data();
}

void tutela_stream_options_init(tutela_stream_options* options, std::size_t struct_size) {
    tutela::capi::init_struct(default_stream_options(), options, struct_size);
}

tutela_status tutela_stream_create(const tutela_list* list, const tutela_index* index,
                                   const tutela_stream_options* options, tutela_stream** stream, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(stream, "stream"));
        TUTELA_ASSIGN(StreamOptions known, read_options(options));
        TUTELA_ASSIGN(tutela::Stream made,
                      tutela::Stream::create(list->list, std::move(known), index == nullptr ? nullptr : index->index));
        *stream = new tutela_stream{std::move(made)};
        return {};
    });
}

void tutela_stream_destroy(tutela_stream* stream) {
    delete stream;
}

tutela_status tutela_stream_push(tutela_stream* stream, const tutela_frame* frame, std::int64_t wall_us,
                                 tutela_stream_callback on_event, void* context, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        const Receiver receiver{on_event, context};
        TUTELA_TRY(check_call(stream, receiver));
        TUTELA_TRY(require(frame, "frame"));
        TUTELA_ASSIGN(auto events, stream->stream.push(tutela::capi::to_cpp(*frame), wall_of(wall_us)));
        return deliver(*stream, std::move(events), receiver);
    });
}

tutela_status tutela_stream_finish(tutela_stream* stream, std::int64_t wall_us, tutela_stream_callback on_event,
                                   void* context, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        const Receiver receiver{on_event, context};
        TUTELA_TRY(check_call(stream, receiver));
        return deliver(*stream, stream->stream.finish(wall_of(wall_us)), receiver);
    });
}

tutela_status tutela_stream_set_list(tutela_stream* stream, const tutela_list* list, const tutela_index* index,
                                     std::int64_t wall_us, tutela_stream_callback on_event, void* context,
                                     tutela_error* error) {
    return guarded(error, [&]() -> Status {
        const Receiver receiver{on_event, context};
        TUTELA_TRY(check_call(stream, receiver));
        TUTELA_TRY(require(list, "list"));
        TUTELA_ASSIGN(auto events,
                      stream->stream.set_list(list->list, wall_of(wall_us), index == nullptr ? nullptr : index->index));
        return deliver(*stream, std::move(events), receiver);
    });
}

tutela_status tutela_stream_health(tutela_stream* stream, std::int64_t wall_us, tutela_stream_callback on_event,
                                   void* context, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        const Receiver receiver{on_event, context};
        TUTELA_TRY(check_call(stream, receiver));
        return deliver(*stream, {stream->stream.health(wall_of(wall_us))}, receiver);
    });
}
