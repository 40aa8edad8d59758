// A live stream, frame by frame, for programs that decode it themselves. Layer: scan.
//
// Each frame is hashed with its variants and looked up, and what there is to say of it comes back as events, at once.
// What a stream says, taken together, is what a scan of a file of the same frames says; but a stream has no end, so it
// speaks while it runs, and forgets what is over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"
#include "tutela/index.hpp"
#include "tutela/list.hpp"
#include "tutela/report.hpp"
#include "tutela/status.hpp"
#include "tutela/variants.hpp"

namespace tutela {

// Frames of one stream make runs: all times of a run rise. A frame earlier than the one before by more than
// kStreamStepBackUs, or later by more than kStreamJumpUs, begins a new run; so does the first one after finish() or
// set_list(). A smaller step back stands still.
inline constexpr std::int64_t kStreamStepBackUs = 1'000'000;
inline constexpr std::int64_t kStreamJumpUs = 60'000'000;

struct StreamOptions {
    std::string name;                           // says in events which stream it is; any bytes
    std::uint32_t radius = kPdqMatchRadius;     // 0..256 bits, inclusive
    std::int32_t min_quality = kPdqMinQuality;  // 0..100, as ScanOptions::min_quality
    IndexOptions index;                         // of the index that is opened when none is given
    Profile profile = Profile::standard;        // which variants of a frame are looked up
    std::uint32_t orientation = 0;              // of all frames: the EXIF number 1..8, 0 when none is known
    // What is shown on and on is said again after so long, by the stream's own time; over 0.
    std::int64_t repeat_interval_us = 10'000'000;
    // Frames of a run that are further apart than this count as a gap; over 0.
    std::int64_t gap_us = 2'000'000;
};

// The numbers are part of the C ABI.
enum class StreamEventKind : std::uint32_t {
    match = 1,           // a known still or video is shown
    segment_ended = 2,   // a stretch that a known video shows too: final
    sighting_ended = 3,  // what `match` began is over
    health = 4,          // asked for by Stream::health()
};

// "match", "segment_ended", "sighting_ended", "health"; "unknown" for a number that is none. Thread-safe; static text.
TUTELA_API std::string_view stream_event_name(StreamEventKind kind) noexcept;

// A known still or a known video that frames are near. It carries no list hash, on purpose.
struct StreamMatch {
    std::string entry_id;
    std::uint32_t distance_bits = 0;
    std::string variant = "plain";
    std::uint64_t frame = 0;  // of the run, from 0
    std::int64_t pts_us = 0;  // of that frame, as given
    // Of a known video: when its frame that is that near is shown in it.
    std::optional<std::int64_t> known_us{};
    std::string category;
    std::string label;

    bool operator==(const StreamMatch&) const = default;
};

// How long it has been shown, pauses of up to 8 seconds included.
struct StreamSighting {
    std::int64_t start_us = 0;  // times of the first and the last frame that match
    std::int64_t end_us = 0;
    std::uint64_t frames = 0;  // so many match

    bool operator==(const StreamSighting&) const = default;
};

// Sums since the stream was created.
struct StreamHealth {
    std::uint64_t frames = 0;       // looked at
    std::uint64_t refused = 0;      // frames that push() refused, in no other sum
    std::uint64_t low_quality = 0;  // frames that no variant of which has the quality to be looked up
    std::uint64_t matched = 0;      // frames that match anything
    std::uint64_t sightings = 0;    // begun
    std::uint64_t sightings_open = 0;
    std::uint64_t segments = 0;  // ended
    std::uint64_t runs = 0;      // begun
    std::uint64_t gaps = 0;      // see StreamOptions::gap_us
    std::int64_t longest_gap_us = 0;
    std::optional<std::int64_t> last_pts_us{};  // of the last frame looked at
    std::string list_digest;                    // of the list in use
    std::uint64_t list_entries = 0;

    bool operator==(const StreamHealth&) const = default;
};

// What there is to say. Plain data.
struct StreamEvent {
    StreamEventKind kind = StreamEventKind::match;
    std::string stream;                     // StreamOptions::name
    std::uint64_t run = 0;                  // from 0; of `health`, the latest
    std::optional<std::int64_t> wall_us{};  // as given to the call that gave the event
    // match: the frame at hand. sighting_ended: the nearest of the sighting, the first of equals.
    std::optional<StreamMatch> match{};
    std::optional<StreamSighting> sighting{};  // match: so far. sighting_ended: all of it
    // match of a known video: the latest stretch so far, once there is one; it may still change. segment_ended: all of
    // it. The percentages are those of the run up to here, the variant is that of the nearest frame of the sighting.
    std::optional<MatchSegment> segment{};
    std::optional<StreamHealth> health{};

    bool operator==(const StreamEvent&) const = default;
};

// One stream and one list. No thread and no clock of its own: the result depends on what is pushed alone. Movable. One
// thread at a time; streams are independent of each other, and share the bytes of a list and an index.
//
// When events come. A `sighting` of a known still or video begins with the first frame that matches it, and is over
// when a later frame of the run comes after about 8 seconds (32 steps of a quarter of a second) without one that does,
// or when the run is over. A `match` is said of each thing:
//   - with the first frame of its sighting,
//   - with every frame that is nearer than all that were said before in the sighting,
//   - with the first frame for which a segment of the known video is seen: looked for from two seconds after the start
//     on, at the latest after an eighth more of the time since then,
//   - with the first frame after repeat_interval_us without any.
// So something shown for an hour makes some 360 events and at most radius + 2 more, and nothing is lost: the nearest
// frame has been said, and `sighting_ended` says how many frames matched, and from when to when. The segments of a
// known video come when their sighting is over (before its `sighting_ended`), or earlier when it goes on for hours.
// Things that the same frame shows come nearest first.
//
// Memory, whatever the length: 24 bytes for each pair of frames (25 MiB at most), 50 for each different frame of a run
// (the first 2^18; after these, equal frames count in the percentages every time), two bits for each frame of known
// videos that matched in the run, some 500 bytes for each known thing that did; and what the hashers need. At the
// limits, segments are found as in a scan at its own.
class TUTELA_API Stream {
public:
    // `index` is one of the list's hashes, made by HashList::open_index(), for streams that share it; without one it is
    // opened or built here. invalid_argument for options out of range and an index of another size; errors of
    // open_index().
    static Result<Stream> create(HashList list, StreamOptions options = {},
                                 std::shared_ptr<const Index<256>> index = nullptr);
    Stream(Stream&&) noexcept;
    Stream& operator=(Stream&&) noexcept;
    ~Stream();

    // The next frame, with its time: any origin, within kMaxFrameTimeUs on both sides of 0. A scan takes times below
    // zero for zero; here they are times like others. `wall_us` is what the clock says, in whatever the caller counts;
    // it is handed through. Errors: invalid_argument (no time, or as PdqHasher::hash()), too_small; the frame is left
    // out and counted as refused, and the stream goes on. Throws std::bad_alloc; events of that frame are lost then.
    Result<std::vector<StreamEvent>> push(const FrameView& frame, std::optional<std::int64_t> wall_us = std::nullopt);

    // Ends the run: everything open is over, and comes out. The stream can be used on.
    std::vector<StreamEvent> finish(std::optional<std::int64_t> wall_us = std::nullopt);

    // The frames so far were compared with the list before, those to come will be with this one; none is compared with
    // both or with none. The run ends: gives what is over. So what goes on over the change is said anew, and is two
    // segments; nothing of this happens when the digests are equal. On an error (see create()) nothing has changed. A
    // list that stores its index is opened in milliseconds, and an index can be made elsewhere and given, so that no
    // frame has to wait.
    Result<std::vector<StreamEvent>> set_list(HashList list, std::optional<std::int64_t> wall_us = std::nullopt,
                                              std::shared_ptr<const Index<256>> index = nullptr);

    // How the stream is doing: for whoever has a clock, at an interval, also when no frames come.
    [[nodiscard]] StreamEvent health(std::optional<std::int64_t> wall_us = std::nullopt) const;

    [[nodiscard]] const HashList& list() const noexcept;
    [[nodiscard]] const StreamOptions& options() const noexcept;

private:
    struct Impl;
    explicit Stream(std::unique_ptr<Impl> impl) noexcept;
    std::unique_ptr<Impl> impl_;
};

// The event as one line of JSON, without the line's end, in ASCII alone: whatever a name holds is inert. Thread-safe.
// The keys, always in this order: event (the kind's name), stream, stream_hex (only when the name is not UTF-8), run,
// wall_us, and then of
//   match, sighting_ended  pts_us, frame, entry_id, distance, variant, known_us, category, label, sighting {start_us,
//                          end_us, frames}; of match also segment
//   segment_ended          segment, as in a JSON Lines report
//   health                 frames, refused, low_quality, matched, sightings, sightings_open, segments, runs, gaps,
//                          longest_gap_us, last_pts_us, list_digest, list_entries
// What is not known is null.
TUTELA_API std::string stream_event_line(const StreamEvent& event);

}  // namespace tutela
