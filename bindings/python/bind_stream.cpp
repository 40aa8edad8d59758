// StreamEvent, StreamHealth and Stream.
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "image_source.hpp"
#include "text.hpp"
#include "tutela/stream.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using Wall = std::optional<std::int64_t>;
using Events = std::vector<StreamEvent>;

// A Stream that several Python threads may share; their calls take turns.
class PyStream {
public:
    explicit PyStream(Stream stream) : stream_(std::move(stream)) {}

    Events push(nb::handle frame, std::int64_t pts_us, Wall wall_us, bool limited_range) {
        ImageSource source = ImageSource::of_array(frame);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        FrameView view = take(source.load(frame_)).view;
        view.pts_us = pts_us;
        if (limited_range) {
            if (view.format != PixelFormat::gray8) {
                throw StatusError(Status(StatusCode::invalid_argument, "limited_range is for gray pixels"));
            }
            view.format = PixelFormat::luma_limited8;
        }
        return take(stream_.push(view, wall_us));
    }

    Events finish(Wall wall_us) {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return stream_.finish(wall_us);
    }

    Events set_list(const HashList& list, Wall wall_us, nb::handle index) {
        const std::shared_ptr<const Index<256>> shared = index_of(index);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return take(stream_.set_list(list, wall_us, shared));
    }

    StreamEvent health(Wall wall_us) {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return stream_.health(wall_us);
    }

    HashList list() {
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        return stream_.list();
    }

    [[nodiscard]] const StreamOptions& options() const noexcept { return stream_.options(); }

private:
    std::mutex mutex_;
    Stream stream_;
    Frame frame_;
};

Stream make_stream(const HashList& list, nb::handle name, std::int64_t radius, std::int64_t min_quality,
                   std::string_view engine, std::string_view profile, std::int64_t orientation,
                   std::int64_t repeat_interval_us, std::int64_t gap_us, nb::handle index) {
    StreamOptions options;
    options.name = path_bytes(name);
    options.radius = static_cast<std::uint32_t>(in_range(radius, Hash256::kBits, "radius"));
    options.min_quality = static_cast<std::int32_t>(in_range(min_quality, 100, "min_quality"));
    options.index.engine = engine_from_name(engine);
    options.profile = take(profile_from_name(profile));
    options.orientation = static_cast<std::uint32_t>(in_range(orientation, 8, "orientation"));
    options.repeat_interval_us = repeat_interval_us;
    options.gap_us = gap_us;
    const std::shared_ptr<const Index<256>> shared = index_of(index);
    const nb::gil_scoped_release released;
    return take(Stream::create(list, std::move(options), shared));
}

void bind_health(nb::module_& module) {
    nb::class_<StreamHealth>(module, "StreamHealth", "How a stream is doing: sums since it was made.")
        .def_ro("frames", &StreamHealth::frames, "Frames looked at.")
        .def_ro("refused", &StreamHealth::refused, "Frames that push() refused, in no other sum.")
        .def_ro("low_quality", &StreamHealth::low_quality, "Frames without the quality to be looked up.")
        .def_ro("matched", &StreamHealth::matched, "Frames that match anything.")
        .def_ro("sightings", &StreamHealth::sightings, "Sightings begun.")
        .def_ro("sightings_open", &StreamHealth::sightings_open, "Sightings that are not over.")
        .def_ro("segments", &StreamHealth::segments, "Segments ended.")
        .def_ro("runs", &StreamHealth::runs, "Runs begun.")
        .def_ro("gaps", &StreamHealth::gaps, "Frames of a run that came later than gap_us after the one before.")
        .def_ro("longest_gap_us", &StreamHealth::longest_gap_us, "The longest of them, in microseconds.")
        .def_ro("last_pts_us", &StreamHealth::last_pts_us, "The time of the last frame looked at, or None.")
        .def_ro("list_digest", &StreamHealth::list_digest, "HashList.digest of the list in use.")
        .def_ro("list_entries", &StreamHealth::list_entries, "How many entries it has.")
        .def("__repr__", [](const StreamHealth& self) {
            return nb::str("<tutela.StreamHealth of {} frames, {} matched>").format(self.frames, self.matched);
        });
}

// A member of an event's match; None when it has none.
template <typename Value>
auto of_match(Value StreamMatch::*member) {
    return [member](const StreamEvent& event) {
        return event.match ? std::optional<Value>((*event.match).*member) : std::nullopt;
    };
}
template <typename Value>
auto of_sighting(Value StreamSighting::*member) {
    return [member](const StreamEvent& event) {
        return event.sighting ? std::optional<Value>((*event.sighting).*member) : std::nullopt;
    };
}

void bind_event(nb::module_& module) {
    nb::class_<StreamEvent>(module, "StreamEvent",
                            "What a stream has to say. What does not belong to its kind is None.\n\n"
                            "'match': a known still or video is shown. 'segment_ended': a stretch that a known video\n"
                            "shows too, final. 'sighting_ended': what a match began is over. 'health': as asked for.")
        .def_prop_ro(
            "kind", [](const StreamEvent& self) { return stream_event_name(self.kind); },
            "'match', 'segment_ended', 'sighting_ended' or 'health'.")
        .def_prop_ro(
            "stream", [](const StreamEvent& self) { return path_text(self.stream); }, "The name of the stream.")
        .def_ro("run", &StreamEvent::run, "Which run of the stream, from 0.")
        .def_ro("wall_us", &StreamEvent::wall_us, "As given to the call that gave the event, or None.")
        .def_prop_ro("entry_id", of_match(&StreamMatch::entry_id), "The entry's id, or its position without one.")
        .def_prop_ro("distance", of_match(&StreamMatch::distance_bits),
                     "Of the frame at hand, or of the nearest of the sighting that ended.")
        .def_prop_ro("variant", of_match(&StreamMatch::variant), "Which variant of the frame is that near.")
        .def_prop_ro("frame", of_match(&StreamMatch::frame), "Which frame of the run that is, from 0.")
        .def_prop_ro("pts_us", of_match(&StreamMatch::pts_us), "Its time.")
        .def_prop_ro(
            "known_us", [](const StreamEvent& self) { return self.match ? self.match->known_us : std::nullopt; },
            "When the frame of the known video that is that near is shown in it; None for a still.")
        .def_prop_ro("category", of_match(&StreamMatch::category), "The entry's category; may be empty.")
        .def_prop_ro("label", of_match(&StreamMatch::label), "The entry's label; may be empty.")
        .def_prop_ro("sighting_start_us", of_sighting(&StreamSighting::start_us), "The first frame that matches.")
        .def_prop_ro("sighting_end_us", of_sighting(&StreamSighting::end_us), "The last one, so far.")
        .def_prop_ro("sighting_frames", of_sighting(&StreamSighting::frames), "How many match, so far.")
        .def_ro("segment", &StreamEvent::segment,
                "Of a match of a known video: the latest stretch so far, once there is one. Of 'segment_ended': all.")
        .def_ro("health", &StreamEvent::health, "Of 'health'.")
        .def("to_json", &stream_event_line, "The event as one line of JSON, in ASCII, without the line's end.")
        .def(
            "__eq__", [](const StreamEvent& a, const StreamEvent& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const StreamEvent& self) {
                 return nb::hash(nb::make_tuple(static_cast<std::uint32_t>(self.kind), self.run));
             })
        .def("__repr__", [](const StreamEvent& self) {
            return nb::str("<tutela.StreamEvent {}>").format(stream_event_line(self));
        });
}

}  // namespace

void bind_stream(nb::module_& module) {
    bind_health(module);
    bind_event(module);
    nb::class_<PyStream>(
        module, "Stream",
        "A live stream, frame by frame, compared with one list.\n\n"
        "What it says, taken together, is what a scan of the same frames says. Something that is shown on and on is\n"
        "said when it begins, when it gets nearer, when a segment of a known video is seen first, and each\n"
        "`repeat_interval_us`; and when it has not been seen for 8 seconds, that it is over. A frame more than a "
        "second\n"
        "earlier or more than a minute later than the one before begins a new run. Memory does not grow with the\n"
        "length. Threads may share a stream, but their calls take turns.")
        .def(
            "__init__",
            [](PyStream* self, const HashList& list, nb::handle name, std::int64_t radius, std::int64_t min_quality,
               std::string_view engine, std::string_view profile, std::int64_t orientation,
               std::int64_t repeat_interval_us, std::int64_t gap_us, nb::handle index) {
                new (self) PyStream(make_stream(list, name, radius, min_quality, engine, profile, orientation,
                                                repeat_interval_us, gap_us, index));
            },
            "list"_a, nb::kw_only(), "name"_a = "", "radius"_a = kPdqMatchRadius, "min_quality"_a = kPdqMinQuality,
            "engine"_a = "automatic", "profile"_a = "standard", "orientation"_a = 0,
            "repeat_interval_us"_a = StreamOptions().repeat_interval_us, "gap_us"_a = StreamOptions().gap_us,
            "index"_a = nb::none(),
            nb::sig("def __init__(self, list: HashList, *, name: str | bytes = '', radius: int = 31, "
                    "min_quality: int = 50, engine: str = 'automatic', profile: str = 'standard', "
                    "orientation: int = 0, repeat_interval_us: int = 10000000, gap_us: int = 2000000, "
                    "index: Index | None = None) -> None"),
            "`index` is an Index of the list, for streams that share one; else it is opened or built here.\n"
            "`orientation` is that of all frames, the EXIF number, 0 when none is known.")
        .def("push", &PyStream::push, "frame"_a.none(), "pts_us"_a, "wall_us"_a = nb::none(), nb::kw_only(),
             "limited_range"_a = false,
             nb::sig("def push(self, frame: typing_extensions.Buffer | numpy.typing.NDArray[numpy.uint8], "
                     "pts_us: int, wall_us: int | None = None, *, limited_range: bool = False) -> list[StreamEvent]"),
             "The next frame, an array of pixels of shape (height, width), luma, or (height, width, 3), RGB, and its "
             "time\n"
             "in microseconds; what there is to say of it. `wall_us` is handed through. `limited_range`: the luma is "
             "that\n"
             "of most video, from 16 to 235.\n\n"
             "Raises InvalidArgumentError, TooSmallError: the frame is left out, and the stream goes on.")
        .def("finish", &PyStream::finish, "wall_us"_a = nb::none(),
             "Ends the run: everything open is over, and comes out. The stream can be used on.")
        .def("set_list", &PyStream::set_list, "list"_a, "wall_us"_a = nb::none(), "index"_a = nb::none(),
             nb::sig("def set_list(self, list: HashList, wall_us: int | None = None, index: Index | None = None) "
                     "-> list[StreamEvent]"),
             "The frames to come are compared with this list, those so far were with the one before. The run ends, "
             "unless\n"
             "the lists are equal: what goes on over the change is said anew.")
        .def("health", &PyStream::health, "wall_us"_a = nb::none(), "How the stream is doing, as an event.")
        .def_prop_ro("list", &PyStream::list, "The list in use.")
        .def_prop_ro(
            "name", [](const PyStream& self) { return path_text(self.options().name); }, "Says which stream it is.")
        .def("__repr__", [](const PyStream& self) {
            return nb::str("<tutela.Stream {!r}>").format(path_text(self.options().name));
        });
}

}  // namespace tutela::python
