#include "list/importers/import_target.hpp"

#include <utility>

#include "core/utf8.hpp"

namespace tutela {

namespace {

// Null when the texts can be a list's.
const char* bad_text(const ItemDraft& draft) noexcept {
    for (const std::string* text :
         {&draft.id, &draft.category, &draft.label, &draft.source, &draft.scheme, &draft.region}) {
        if (text->size() > kMaxTextBytes) return "a text is longer than 65535 bytes";
        if (text->find('\0') != std::string::npos) return "a text contains NUL";
        if (!is_utf8(*text)) return "a text is not UTF-8";
    }
    return nullptr;
}

}  // namespace

LatestRecords::Record* LatestRecords::find(const std::string& key) {
    const auto place = places_.find(key);
    return place == places_.end() ? nullptr : &records_[place->second];
}

void LatestRecords::insert(const std::string& key, Record record) {
    records_.push_back(std::move(record));
    places_.emplace(key, records_.size() - 1);
}

void LatestRecords::clear() noexcept {
    records_.clear();
    places_.clear();
}

KnownItem item_of(ItemDraft& draft) {
    KnownItem item;
    item.pdq = draft.pdq;
    item.phash = draft.phash;
    item.file = draft.file;
    item.id = draft.id;
    item.category = draft.category;
    item.label = draft.label;
    item.origin = {draft.source, draft.scheme, draft.region};
    item.harmless = draft.harmless;
    item.updated_us = draft.updated_us;
    item.carried = draft.carried_values();
    return item;
}

void ImportTarget::note(std::uint64_t position, std::string reason) {
    if (report_.first_problems.size() < ImportReport::kMaxProblemsKept)
        report_.first_problems.push_back({position, std::move(reason)});
}

void ImportTarget::skip(std::uint64_t position, std::string reason) {
    ++report_.records;
    ++report_.skipped;
    note(position, std::move(reason));
}

bool ImportTarget::prepare(ItemDraft& draft, std::uint64_t position, Fate& fate) {
    if (!options_.source.empty()) draft.source = options_.source;
    if (options_.harmless) draft.harmless = true;
    if (const char* why = bad_text(draft)) return skip(position, why), false;
    const bool empty = names_empty_file(draft.file);
    if (empty) draft.file = {};
    if (draft.pdq && draft.harmless) {  // what looks like a harmless picture need not be one
        draft.carry(CarriedHash::other);
        (void)draft.carry("pdq", to_hex(*draft.pdq), false);
        draft.pdq.reset();
    }
    if (!draft.frames.empty() && draft.harmless) {  // likewise
        draft.carry(CarriedHash::other);
        draft.frames.clear();
    }
    if (draft.file == FileHashes{} && !draft.pdq && draft.frames.empty()) {
        if (empty) {
            fate = Fate::empty_file;
        } else if (draft.problem != nullptr && !draft.carries()) {
            return skip(position, draft.problem), false;
        } else if (draft.carried) {
            fate = Fate::never_matchable;
            if (draft.problem != nullptr) note(position, std::string(draft.problem) + "; it can never match");
        } else {
            return skip(position, "it has no hash"), false;
        }
        return true;
    }
    fate = Fate::added;
    if (draft.problem != nullptr) note(position, std::string(draft.problem) + "; it was added without");
    return true;
}

bool is_kept(Fate fate, const ItemDraft& draft) noexcept {
    return fate == Fate::added || (fate == Fate::never_matchable && draft.carries());
}

void ImportTarget::count(Fate fate, const ItemDraft& draft, std::int64_t by) {
    const auto change = [by](std::uint64_t& sum) { sum += static_cast<std::uint64_t>(by); };
    switch (fate) {
        case Fate::deleted: change(report_.deleted); return;
        case Fate::empty_file: change(report_.empty_files); return;
        case Fate::never_matchable:
            change(report_.never_matchable);
            change(report_.never_matchable_by[static_cast<std::size_t>(*draft.carried)]);
            if (draft.problem != nullptr) change(report_.partly_bad);
            return;
        case Fate::added: break;
    }
    change(report_.added);
    if (draft.harmless) change(report_.harmless);
    if (draft.problem != nullptr) change(report_.partly_bad);
}

Status ImportTarget::take(ItemDraft& draft, std::uint64_t position) {
    Fate fate{};
    if (!prepare(draft, position, fate)) return {};
    if (is_kept(fate, draft)) {
        const KnownItem item = item_of(draft);
        Status added = draft.frames.empty() ? builder_.add(item) : builder_.add_known_video(draft.frames, item);
        if (!added.ok()) {
            if (added.code() != StatusCode::invalid_argument) return added;
            skip(position, added.message());
            return {};
        }
    }
    ++report_.records;
    count(fate, draft, 1);
    return {};
}

void ImportTarget::settle(const std::string& key, LatestRecords::Record record) {
    ++report_.records;
    LatestRecords::Record* const known = latest_.find(key);
    if (known == nullptr) {
        count(record.fate, record.draft, 1);
        latest_.insert(key, std::move(record));
        return;
    }
    const bool stands = record.time > known->time ||
                        (record.time == known->time && (record.fate == Fate::deleted || known->fate != Fate::deleted));
    if (!stands) {
        ++report_.superseded;
        return;
    }
    if (known->file == record.file) {
        count(known->fate, known->draft, -1);
        ++report_.superseded;
    } else if (known->fate == Fate::added) {
        ++report_.replaced;
    }
    count(record.fate, record.draft, 1);
    *known = std::move(record);
}

void ImportTarget::take_latest(const std::string& key, RecordTime time, ItemDraft& draft, std::uint64_t position) {
    Fate fate{};
    if (prepare(draft, position, fate)) settle(key, {time, fate, latest_.file(), draft});
}

void ImportTarget::delete_latest(const std::string& key, RecordTime time, const ItemDraft& named) {
    ItemDraft draft;
    draft.source = options_.source.empty() ? named.source : options_.source;
    draft.id = named.id;
    settle(key, {time, Fate::deleted, latest_.file(), std::move(draft)});
}

}  // namespace tutela
