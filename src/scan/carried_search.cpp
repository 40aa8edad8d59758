#include "scan/carried_search.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <tuple>
#include <utility>

#include "core/try.hpp"
#include "list/record_columns.hpp"

namespace tutela {

CarriedEngine::~CarriedEngine() = default;

Status check_engines(const CarriedEngines& engines) {
    for (std::size_t i = 0; i < engines.size(); ++i) {
        if (engines[i] == nullptr) return Status(StatusCode::invalid_argument, "an engine is missing");
        if (!is_carried_kind(engines[i]->kind()))
            return Status(StatusCode::invalid_argument, "the kind of an engine is no name");
        for (std::size_t before = 0; before < i; ++before) {
            if (engines[before]->kind() == engines[i]->kind())
                return Status(StatusCode::invalid_argument, "there are two engines of one kind");
        }
    }
    return {};
}

std::string engines_text(const CarriedEngines& engines) {
    std::string text;
    for (const auto& engine : engines) {
        text += text.empty() ? "" : "; ";
        text += std::string(engine->kind()) + " by " + std::string(engine->name()) + " within " +
                std::to_string(engine->threshold());
    }
    return text;
}

CarriedSearch::CarriedSearch(const HashList& list, const ListFilter& filter, const CarriedEngines& engines) {
    if (engines.empty()) return;
    for (const auto& engine : engines)
        columns_.push_back({engine, {}});
    for (std::size_t position = 0; position < list.size(); ++position) {
        if (list.entry_state(position) != EntryState::active) continue;
        const EntryView entry = list.entry(position);
        if (!entry.carried.empty() && filter.admits(entry))
            add({false, static_cast<std::uint32_t>(position)}, entry.carried);
    }
    for (std::size_t number = 0; number < list.file_entry_count(); ++number) {
        if (list.file_entry_state(number) != EntryState::active) continue;
        const FileEntryView entry = list.file_entry(number);
        if (!entry.position && !entry.harmless && filter.admits(entry))
            add({true, static_cast<std::uint32_t>(number)}, entry.carried);
    }
}

void CarriedSearch::add(const CarriedThing& thing, const CarriedHashes& hashes) {
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const CarriedHashView hash = hashes[i];
        for (Column& column : columns_) {
            if (column.engine->kind() == hash.kind) column.known.push_back({thing, hash});
        }
    }
}

void CarriedMatch::take(const FrameView& frame, std::uint32_t index) {
    if (search_ == nullptr || search_->empty()) return;
    Frame own;
    FrameView view = frame;
    if (shared_) {
        // An engine need not be written for pixels that change while it looks at them.
        const Status room = own.reshape(frame.width, frame.height, frame.format);
        if (!room.ok()) throw std::bad_alloc();
        for (std::uint32_t y = 0; y < frame.height; ++y)
            std::memcpy(own.row(y), frame.row(y), std::size_t{frame.width} * bytes_per_pixel(frame.format));
        own.set_pts_us(frame.pts_us);
        view = own.view();
    }
    for (std::size_t engine = 0; engine < search_->columns_.size(); ++engine)
        take(engine, view, index);
}

void CarriedMatch::take(std::size_t number, const FrameView& frame, std::uint32_t index) {
    const CarriedSearch::Column& column = search_->columns_[number];
    const CarriedEngine& engine = *column.engine;
    if (column.known.empty()) return;
    std::vector<std::uint8_t> value;
    try {
        Result<std::vector<std::uint8_t>> computed = engine.compute(frame);
        if (!computed.ok()) return fail(engine, computed.status());
        value = std::move(computed).value();
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        return fail(engine, Status(StatusCode::internal, "it threw an exception"));
    }
    if (value.empty()) return;
    const std::uint32_t threshold = engine.threshold();
    for (const CarriedSearch::Known& known : column.known) {
        const std::optional<std::uint32_t> distance = engine.distance(value, known.hash);
        if (!distance || *distance > threshold) continue;
        const CarriedHit hit{known.thing, known.hash.kind, static_cast<std::uint32_t>(number),
                             *distance,   index,           frame.pts_us};
        const auto [at, is_new] = hits_.try_emplace(known.thing, hit);
        const CarriedHit& before = at->second;
        if (!is_new && std::tie(hit.engine, hit.distance) < std::tie(before.engine, before.distance)) at->second = hit;
    }
}

void CarriedMatch::fail(const CarriedEngine& engine, const Status& status) {
    if (failure_) return;
    const std::string why = status.message().empty() ? std::string(status_name(status.code())) : status.message();
    failure_.emplace(status.code(), "the engine of " + std::string(engine.kind()) + " failed: " + why);
}

void CarriedMatch::finish(Finding& finding) {
    for (const auto& [thing, hit] : hits_)
        finding.carried.push_back(hit);
    std::stable_sort(finding.carried.begin(), finding.carried.end(), [](const CarriedHit& a, const CarriedHit& b) {
        return std::tie(a.engine, a.distance) < std::tie(b.engine, b.distance);
    });
    if (found() && finding.outcome != Outcome::matched) {
        finding.outcome = Outcome::matched;
        finding.reason.clear();
    }
    if (!failure_) return;
    if (finding.outcome == Outcome::clean) {
        const StatusCode code = failure_->code();
        finding.outcome = code == StatusCode::limit           ? Outcome::limit
                          : code == StatusCode::timeout       ? Outcome::timeout
                          : code == StatusCode::out_of_memory ? Outcome::memory
                          : code == StatusCode::unsupported   ? Outcome::unsupported
                                                              : Outcome::crashed;
    }
    finding.reason += (finding.reason.empty() ? "" : "; ") + failure_->message();
}

namespace {

// Whether the row has a match of that thing already.
bool is_named(const CarriedThing& thing, const Finding& finding, const std::vector<FileMatch>& found,
              const HashList& list) {
    const bool by_file = std::any_of(found.begin(), found.end(), [&](const FileMatch& match) {
        return thing.is_file_entry ? match.entry == thing.number
                                   : list.file_entry(match.entry).position == std::size_t{thing.number};
    });
    if (by_file || thing.is_file_entry) return by_file;
    const std::optional<FramePlace> place = list.frame_at(thing.number);
    const ThingId id{place.has_value(), place ? static_cast<std::uint32_t>(place->video) : thing.number};
    return std::find(finding.things.begin(), finding.things.end(), id) != finding.things.end();
}

}  // namespace

void name_carried(const Finding& finding, const std::vector<FileMatch>& found, const HashList& list, FileRow& row) {
    for (const CarriedHit& hit : finding.carried) {
        if (is_named(hit.thing, finding, found, list)) continue;
        MatchFact& match = row.matches.emplace_back();
        if (hit.thing.is_file_entry) {
            const FileEntryView entry = list.file_entry(hit.thing.number);
            match.entry_id = list.file_entry_name(hit.thing.number);
            match.category = entry.category;
            match.label = entry.label;
        } else {
            const EntryView entry = list.entry(hit.thing.number);
            match.entry_id = list.entry_name(hit.thing.number);
            match.category = entry.category;
            match.label = entry.label;
        }
        match.variant = hit.kind;
        match.distance_bits = hit.distance;
        match.frame = hit.frame;
        if (hit.pts_us != kNoPts) match.pts_us = hit.pts_us;
    }
}

}  // namespace tutela
