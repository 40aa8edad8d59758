#include "tutela/stream.hpp"

#include <algorithm>
#include <utility>

#include "core/try.hpp"
#include "list/list_access.hpp"
#include "scan/finding.hpp"
#include "scan/stream_run.hpp"
#include "scan/variant_search.hpp"

namespace tutela {

namespace {

Status check(const StreamOptions& options) {
    const auto refuse = [](const char* reason) { return Status(StatusCode::invalid_argument, reason); };
    if (options.radius > Hash256::kBits) return refuse("the radius is a number of bits from 0 to 256");
    if (options.min_quality < 0 || options.min_quality > 100)
        return refuse("the minimum quality is a number from 0 to 100");
    if (profile_name(options.profile) == "unknown") return refuse("the profile is unknown");
    if (options.orientation > 8) return refuse("the orientation is a number from 0 to 8");
    if (options.repeat_interval_us <= 0 || options.gap_us <= 0)
        return refuse("the repeat interval and the gap of a stream are times over 0");
    return {};
}

Status check_time(std::int64_t pts_us) {
    if (pts_us == kNoPts) return Status(StatusCode::invalid_argument, "a frame of a stream needs a time");
    if (pts_us < -kMaxFrameTimeUs || pts_us > kMaxFrameTimeUs) {
        return Status(StatusCode::invalid_argument, "the time of the frame is out of range");
    }
    return {};
}

// The list's own index unless one is given.
Status find_index(const HashList& list, const StreamOptions& options, std::shared_ptr<const Index<256>>& index) {
    if (index == nullptr) {
        IndexOptions how = options.index;
        if (!how.radius) how.radius = options.radius;
        TUTELA_ASSIGN(index, list.open_index(how));
    }
    if (ListAccess::is_index_of(*index, list)) return {};
    return Status(StatusCode::invalid_argument, "the index is not one of the list");
}

std::vector<StreamEvent> stamped(std::vector<StreamEvent> events, std::optional<std::int64_t> wall_us) {
    for (StreamEvent& event : events)
        event.wall_us = wall_us;
    return events;
}

}  // namespace

// Its functions stand inside: outside they would be exported, as the class around them is.
struct Stream::Impl {
    Impl(HashList known, StreamOptions how, std::shared_ptr<const Index<256>> its_index)
        : list(std::move(known)), options(std::move(how)), index(std::move(its_index)) {}

    Status push(const FrameView& view, std::vector<StreamEvent>& events) {
        FrameHash frame;
        Finding finding;
        if (Status status = look_up(view, frame, finding); !status.ok()) {
            ++sums.refused;
            return status;
        }
        frame.pts_us = view.pts_us;
        if (run && !run->goes_on(frame.pts_us)) end_run(events);
        if (!run) begin_run(frame.pts_us);
        note_gap(frame.pts_us);
        run->take(frame, finding, events);
        ++sums.frames;
        sums.low_quality += variants.empty() ? 1 : 0;
        sums.matched += finding.neighbors.empty() ? 0 : 1;
        sums.last_pts_us = frame.pts_us;
        return {};
    }

    Status look_up(const FrameView& view, FrameHash& frame, Finding& finding) {
        TUTELA_TRY(check_time(view.pts_us));
        TUTELA_ASSIGN(frame, hasher.hash(view));
        TUTELA_TRY(variant_hasher.hash(view, frame, options.orientation, options.profile, variants));
        std::erase_if(variants, [&](const VariantHash& variant) { return variant.quality < options.min_quality; });
        return search.run(*index, variants, options.radius, finding);
    }

    void begin_run(std::int64_t pts_us) {
        run.emplace(list, options, sums.runs, pts_us);
        ++sums.runs;
    }

    void end_run(std::vector<StreamEvent>& events) {
        if (!run) return;
        run->finish(events);
        sums.sightings += run->sightings();
        sums.segments += run->segments();
        run.reset();
    }

    void note_gap(std::int64_t pts_us) {
        const std::int64_t step = run->step_to(pts_us);
        if (step <= options.gap_us) return;
        ++sums.gaps;
        sums.longest_gap_us = std::max(sums.longest_gap_us, step);
    }

    HashList list;
    StreamOptions options;
    std::shared_ptr<const Index<256>> index;
    PdqHasher hasher{PdqRounding::likely};  // as a scan hashes decoders' luma
    VariantHasher variant_hasher;
    VariantSearch search;
    std::vector<VariantHash> variants;
    std::optional<StreamRun> run;
    StreamHealth sums;  // without the run that is under way
};

Stream::Stream(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;

Result<Stream> Stream::create(HashList list, StreamOptions options, std::shared_ptr<const Index<256>> index) {
    TUTELA_TRY(check(options));
    TUTELA_TRY(find_index(list, options, index));
    return Stream(std::make_unique<Impl>(std::move(list), std::move(options), std::move(index)));
}

Result<std::vector<StreamEvent>> Stream::push(const FrameView& frame, std::optional<std::int64_t> wall_us) {
    std::vector<StreamEvent> events;
    TUTELA_TRY(impl_->push(frame, events));
    return stamped(std::move(events), wall_us);
}

std::vector<StreamEvent> Stream::finish(std::optional<std::int64_t> wall_us) {
    std::vector<StreamEvent> events;
    impl_->end_run(events);
    return stamped(std::move(events), wall_us);
}

Result<std::vector<StreamEvent>> Stream::set_list(HashList list, std::optional<std::int64_t> wall_us,
                                                  std::shared_ptr<const Index<256>> index) {
    TUTELA_TRY(find_index(list, impl_->options, index));
    std::vector<StreamEvent> events;
    if (list.digest_hex() != impl_->list.digest_hex()) impl_->end_run(events);
    impl_->list = std::move(list);
    impl_->index = std::move(index);
    return stamped(std::move(events), wall_us);
}

StreamEvent Stream::health(std::optional<std::int64_t> wall_us) const {
    StreamEvent event;
    event.kind = StreamEventKind::health;
    event.stream = impl_->options.name;
    event.wall_us = wall_us;
    StreamHealth health = impl_->sums;
    event.run = health.runs == 0 ? 0 : health.runs - 1;
    if (impl_->run) {
        health.sightings += impl_->run->sightings();
        health.segments += impl_->run->segments();
        health.sightings_open = impl_->run->open();
    }
    health.list_digest = impl_->list.digest_hex();
    health.list_entries = impl_->list.size() - impl_->list.inactive_count();
    event.health = std::move(health);
    return event;
}

const HashList& Stream::list() const noexcept {
    return impl_->list;
}

const StreamOptions& Stream::options() const noexcept {
    return impl_->options;
}

}  // namespace tutela
