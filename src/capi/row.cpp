#include "capi/row.hpp"

#include "capi/translate.hpp"

namespace tutela::capi {

tutela_match_segment view_of(const MatchSegment& segment) noexcept {
    return {.struct_size = sizeof(tutela_match_segment),
            .frames = segment.frames,
            .entry_id = segment.entry_id.c_str(),
            .start_us = segment.start_us,
            .end_us = segment.end_us,
            .known_start_us = segment.known_start_us,
            .known_end_us = segment.known_end_us,
            .distance_bits = segment.distance_bits,
            .query_percent = segment.query_percent,
            .compared_percent = segment.compared_percent,
            .speed = segment.speed,
            .category = segment.category.c_str(),
            .label = segment.label.c_str(),
            .variant = segment.variant.c_str()};
}

namespace {

static_assert(TUTELA_OUTCOME_MATCHED == static_cast<int>(Outcome::matched));
static_assert(TUTELA_OUTCOME_CLEAN == static_cast<int>(Outcome::clean));
static_assert(TUTELA_OUTCOME_LOW_QUALITY == static_cast<int>(Outcome::low_quality));
static_assert(TUTELA_OUTCOME_TOO_SMALL == static_cast<int>(Outcome::too_small));
static_assert(TUTELA_OUTCOME_UNSUPPORTED == static_cast<int>(Outcome::unsupported));
static_assert(TUTELA_OUTCOME_CORRUPT == static_cast<int>(Outcome::corrupt));
static_assert(TUTELA_OUTCOME_UNREADABLE == static_cast<int>(Outcome::unreadable));
static_assert(TUTELA_OUTCOME_LIMIT == static_cast<int>(Outcome::limit));
static_assert(TUTELA_OUTCOME_CRASHED == static_cast<int>(Outcome::crashed));
static_assert(TUTELA_OUTCOME_TIMEOUT == static_cast<int>(Outcome::timeout));
static_assert(TUTELA_OUTCOME_MEMORY == static_cast<int>(Outcome::memory));
static_assert(TUTELA_OUTCOME_CONTAINER == static_cast<int>(Outcome::container));
static_assert(TUTELA_OUTCOME_HARMLESS == static_cast<int>(Outcome::harmless));
static_assert(TUTELA_NO_MATCH == kNoMatch);
static_assert(kOutcomes + 1 <= std::size(tutela_totals{}.by_outcome));

tutela_match view_of(const MatchFact& match) noexcept {
    return {.struct_size = sizeof(tutela_match),
            .distance_bits = match.distance_bits,
            .entry_id = match.entry_id.c_str(),
            .category = match.category.c_str(),
            .label = match.label.c_str(),
            .variant = match.variant.c_str(),
            .has_phash_distance = match.confirm.has_value(),
            .phash_distance_bits = match.confirm.value_or(0),
            .frame = match.frame,
            .has_pts = match.pts_us.has_value(),
            .pts_us = match.pts_us.value_or(0),
            .has_known_time = match.known_us.has_value(),
            .known_us = match.known_us.value_or(0)};
}

tutela_timeline_point view_of(const TimelinePoint& point) noexcept {
    return {.struct_size = sizeof(tutela_timeline_point),
            .distance_bits = point.distance_bits,
            .pts_us = point.pts_us,
            .quality = point.quality,
            .match = point.match};
}

tutela_row default_row() noexcept {
    tutela_row row{};
    row.path = row.reason = row.format = row.damage_reason = "";
    row.quality = -1;
    return row;
}

Status copy_required(const char* from, const char* name, std::string& into) {
    TUTELA_TRY(require(from, name));
    into = from;
    return {};
}

Status read_match(const tutela_match* from, MatchFact& into) {
    TUTELA_TRY(require(from, "a row's match"));
    tutela_match known = view_of(into);
    TUTELA_TRY(read_struct(from, known));
    TUTELA_TRY(copy_required(known.entry_id, "a match's entry_id", into.entry_id));
    TUTELA_TRY(copy_required(known.category, "a match's category", into.category));
    TUTELA_TRY(copy_required(known.label, "a match's label", into.label));
    if (known.variant != nullptr) into.variant = known.variant;
    into.distance_bits = known.distance_bits;
    into.frame = known.frame;
    if (known.has_pts) into.pts_us = known.pts_us;
    if (known.has_phash_distance) into.confirm = known.phash_distance_bits;
    if (known.has_known_time) into.known_us = known.known_us;
    return {};
}

Status read_segment(const tutela_match_segment* from, MatchSegment& into) {
    TUTELA_TRY(require(from, "a row's segment"));
    tutela_match_segment known = capi::view_of(into);
    TUTELA_TRY(read_struct(from, known));
    TUTELA_TRY(copy_required(known.entry_id, "a segment's entry_id", into.entry_id));
    TUTELA_TRY(copy_required(known.category, "a segment's category", into.category));
    TUTELA_TRY(copy_required(known.label, "a segment's label", into.label));
    if (known.variant != nullptr) into.variant = known.variant;
    into.frames = known.frames;
    into.start_us = known.start_us;
    into.end_us = known.end_us;
    into.known_start_us = known.known_start_us;
    into.known_end_us = known.known_end_us;
    into.distance_bits = known.distance_bits;
    into.query_percent = known.query_percent;
    into.compared_percent = known.compared_percent;
    into.speed = known.speed;
    return {};
}

Status read_point(const tutela_timeline_point* from, std::uint32_t matches, TimelinePoint& into) {
    TUTELA_TRY(require(from, "a row's point of time"));
    tutela_timeline_point known = view_of(into);
    TUTELA_TRY(read_struct(from, known));
    if (known.match != TUTELA_NO_MATCH && known.match >= matches) {
        return Status(StatusCode::invalid_argument, "a point of the row's timeline is of a match that is not there");
    }
    into = {known.pts_us, known.distance_bits, known.quality, known.match};
    return {};
}

}  // namespace

template <typename Item>
template <typename Facts>
std::uint32_t RowView::Items<Item>::fill(const Facts& facts, const Item* const*& array) {
    items.reserve(facts.size());
    pointers.reserve(facts.size());
    for (const auto& fact : facts)
        pointers.push_back(&items.emplace_back(view_of(fact)));
    array = pointers.empty() ? nullptr : pointers.data();
    return static_cast<std::uint32_t>(pointers.size());
}

RowView::RowView(const FileRow& row) : row_(sized<tutela_row>()), hash_{} {
    row_.outcome = static_cast<std::uint32_t>(row.outcome);
    row_.path = row.path.c_str();
    row_.size_bytes = row.size_bytes;
    row_.sha256 = row.sha256 ? row.sha256->c_str() : nullptr;
    row_.reason = row.reason.c_str();
    row_.format = row.format.c_str();
    row_.damage_reason = row.damage_reason.c_str();
    row_.damaged = row.damaged;
    row_.quality = row.quality.value_or(-1);
    row_.width = row.width;
    row_.height = row.height;
    row_.orientation = row.orientation;
    row_.decode = row.decode.empty() ? nullptr : row.decode.c_str();
    row_.inner = row.inner.empty() ? nullptr : row.inner.c_str();
    row_.has_decoded_percent = row.decoded_percent.has_value();
    row_.decoded_percent = row.decoded_percent.value_or(0);
    row_.frames = row.frames;
    if (row.hash) {
        hash_ = capi::to_c(*row.hash);
        row_.hash = &hash_;
    }
    row_.match_count = matches_.fill(row.matches, row_.matches);
    row_.segment_count = segments_.fill(row.segments, row_.segments);
    row_.timeline_count = timeline_.fill(row.timeline, row_.timeline);
}

Result<FileRow> read_row(const tutela_row* from) {
    tutela_row known = default_row();
    TUTELA_TRY(read_struct(from, known));
    FileRow row;
    row.outcome = static_cast<Outcome>(known.outcome);
    if (known.outcome < TUTELA_OUTCOME_MATCHED || known.outcome > kOutcomes) {
        return Status(StatusCode::invalid_argument, "the row's outcome is unknown");
    }
    TUTELA_TRY(copy_required(known.path, "the row's path", row.path));
    TUTELA_TRY(copy_required(known.reason, "the row's reason", row.reason));
    TUTELA_TRY(copy_required(known.format, "the row's format", row.format));
    TUTELA_TRY(copy_required(known.damage_reason, "the row's damage_reason", row.damage_reason));
    row.size_bytes = known.size_bytes;
    row.damaged = known.damaged;
    row.width = known.width;
    row.height = known.height;
    row.orientation = known.orientation;
    row.frames = known.frames;
    if (known.decode != nullptr) row.decode = known.decode;
    if (known.inner != nullptr) row.inner = known.inner;
    if (known.has_decoded_percent) row.decoded_percent = known.decoded_percent;
    if (known.sha256 != nullptr) row.sha256 = known.sha256;
    if (known.quality >= 0) row.quality = known.quality;
    if (known.hash != nullptr) row.hash = to_cpp(*known.hash);
    TUTELA_TRY(require_array(static_cast<const void*>(known.matches), known.match_count, "the row's matches"));
    row.matches.resize(known.match_count);
    for (std::uint32_t i = 0; i < known.match_count; ++i)
        TUTELA_TRY(read_match(known.matches[i], row.matches[i]));
    TUTELA_TRY(require_array(static_cast<const void*>(known.segments), known.segment_count, "the row's segments"));
    row.segments.resize(known.segment_count);
    for (std::uint32_t i = 0; i < known.segment_count; ++i)
        TUTELA_TRY(read_segment(known.segments[i], row.segments[i]));
    TUTELA_TRY(require_array(static_cast<const void*>(known.timeline), known.timeline_count, "the row's timeline"));
    row.timeline.resize(known.timeline_count);
    for (std::uint32_t i = 0; i < known.timeline_count; ++i)
        TUTELA_TRY(read_point(known.timeline[i], known.match_count, row.timeline[i]));
    return row;
}

tutela_totals to_c(const RunTotals& totals) noexcept {
    auto sums = sized<tutela_totals>();
    sums.interrupted = totals.interrupted;
    sums.files = totals.files;
    sums.damaged = totals.damaged;
    sums.duplicates = totals.duplicates;
    sums.bytes = totals.bytes;
    sums.entries_hit = totals.entries_hit;
    std::copy(totals.by_outcome.begin(), totals.by_outcome.end(), std::begin(sums.by_outcome));
    return sums;
}

Result<RunTotals> read_totals(const tutela_totals* from) {
    tutela_totals known{};
    TUTELA_TRY(read_struct(from, known));
    RunTotals totals;
    totals.interrupted = known.interrupted;
    totals.files = known.files;
    totals.damaged = known.damaged;
    totals.duplicates = known.duplicates;
    totals.bytes = known.bytes;
    totals.entries_hit = known.entries_hit;
    std::copy_n(std::begin(known.by_outcome), totals.by_outcome.size(), totals.by_outcome.begin());
    return totals;
}

}  // namespace tutela::capi

const char* tutela_outcome_name(std::uint32_t outcome) {
    return tutela::outcome_name(static_cast<tutela::Outcome>(outcome)).data();
}

void tutela_row_init(tutela_row* row, std::size_t struct_size) {
    tutela::capi::init_struct(tutela::capi::default_row(), row, struct_size);
}

void tutela_totals_init(tutela_totals* totals, std::size_t struct_size) {
    tutela::capi::init_struct(tutela_totals{}, totals, struct_size);
}
