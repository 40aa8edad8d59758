#include "tutela/list_update.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/try.hpp"
#include "list/list_access.hpp"
#include "list/list_store.hpp"
#include "list/record_sums.hpp"

namespace tutela {

namespace {

using Take = ListSelection::Take;
constexpr std::uint32_t kNone = RecordTable::kNone;
constexpr std::size_t kMostNotFoundKept = 20;

// What an update wants of one record, and what there is of it.
struct Record {
    bool remove = false;
    bool put = false;
    bool disable = false;
    bool enable = false;
    // Of the list as it is:
    bool there = false;
    bool all_disabled = true;
    bool any_disabled = false;
    // What becomes of it:
    bool drop = false;           // what the list has
    bool take = false;           // what is put
    Take state = Take::nothing;  // nothing: as it is
};

class Update {
public:
    Update(const HashList& list, const ListUpdate& update, ListChanges& changes)
        : list_(list),
          update_(update),
          changes_(changes),
          base_entries_(ListAccess::layers(list)->base().hashes.size()),
          base_files_(ListAccess::layers(list)->base().file_entries.size()) {}

    Result<HashList> run() {
        changes_ = {};
        TUTELA_TRY(name_records());
        sum_lists();
        decide();
        if (update_.all_must_be_there && changes_.not_found > 0)
            return Status(StatusCode::not_found, "the list has no record of one of the names");
        if (!changes_.any()) return list_;
        return make_delta();
    }

private:
    // Every record that the update names gets a number.
    Status name_records() {
        TUTELA_TRY(find_sources());
        for (const auto& [names, wish] :
             {std::pair{&update_.remove, &Record::remove}, std::pair{&update_.disable, &Record::disable},
              std::pair{&update_.enable, &Record::enable}}) {
            for (const RecordName& name : *names) {
                if (name.id.empty()) return Status(StatusCode::invalid_argument, "a record without an id has no name");
                record_of_name(source_of(name), name.id).*wish = true;
            }
        }
        if (!update_.put) return {};
        for_each_thing(*update_.put, [this](const Thing& thing) {
            nameless_put_ = nameless_put_ || (thing.id.empty() && !thing.is_set());
            if (!thing.id.empty()) record_of_name(thing.origin.source, thing.id).put = true;
        });
        return {};
    }

    // Of the names that leave the source open, the source that has such an id.
    Status find_sources() {
        RecordMap<std::optional<std::string>>& sources = sources_;
        for (const auto* names : {&update_.remove, &update_.disable, &update_.enable}) {
            for (const RecordName& name : *names)
                if (!name.source) sources[hasher_.id(name.id)] = std::nullopt;
        }
        if (sources.empty()) return {};
        for_each_thing(list_, [&](const Thing& thing) {
            if (thing.id.empty()) return;
            const auto known = sources.find(hasher_.id(thing.id));
            if (known == sources.end()) return;
            if (known->second && *known->second != thing.origin.source) changes_.first_ambiguous = thing.id;
            known->second = thing.origin.source;
        });
        if (changes_.first_ambiguous.empty()) return {};
        return Status(StatusCode::invalid_argument, "records of several sources have one of the ids; name the source");
    }

    [[nodiscard]] std::string_view source_of(const RecordName& name) const {
        if (name.source) return *name.source;
        const auto known = sources_.find(hasher_.id(name.id));
        return known != sources_.end() && known->second ? std::string_view(*known->second) : std::string_view();
    }

    Record& record_of_name(std::string_view source, std::string_view id) {
        const auto [place, is_new] =
            numbers_.try_emplace(hasher_.name(source, id), static_cast<std::uint32_t>(records_.size()));
        if (is_new) records_.emplace_back();
        return records_[place->second];
    }

    // The number of a record that the update names, else kNone.
    [[nodiscard]] std::uint32_t find_record(const Thing& thing) const {
        const auto known = numbers_.find(hasher_.name(thing.origin.source, thing.id));
        return known == numbers_.end() ? kNone : known->second;
    }

    // Named records by their numbers, nameless things by numbers behind these.
    RecordTable sums_of(const HashList& list) {
        auto next = static_cast<std::uint32_t>(records_.size());
        return sum_records(list, hasher_, [&, next](const Thing& thing) mutable {
            if (!thing.id.empty()) return find_record(thing);
            return nameless_put_ ? next++ : kNone;
        });
    }

    void sum_lists() {
        now_ = sums_of(list_);
        now_.sums.resize(std::max(now_.sums.size(), records_.size()));
        for (const RecordTable::Row& row : now_.things) {
            if (row.record >= records_.size()) continue;
            records_[row.record].there = true;
            if (row.thing.state == EntryState::disabled) {
                records_[row.record].any_disabled = true;
            } else {
                records_[row.record].all_disabled = false;
            }
        }
        if (!update_.put) return;
        put_ = sums_of(*update_.put);
        put_.sums.resize(std::max(put_.sums.size(), records_.size()));
    }

    void decide() {
        for (std::size_t i = 0; i < records_.size(); ++i)
            decide(records_[i], update_.put && now_.sums[i] == put_.sums[i]);
        for (const auto* names : {&update_.remove, &update_.disable, &update_.enable}) {
            for (const RecordName& name : *names)
                if (!record_of_name(source_of(name), name.id).there) note_not_found(name.id);
        }
        if (update_.put) decide_nameless();
    }

    // `same` says that what is put is what is there.
    void decide(Record& record, bool same) {
        record.drop = record.remove && record.there;
        if (record.put && record.there && !record.drop && same) {
            ++changes_.unchanged;
        } else if (record.put) {
            record.take = true;
            ++(record.there ? changes_.replaced : changes_.added);
            const bool stays = record.there && record.all_disabled;
            if (stays && !record.enable) ++changes_.stayed_disabled;
            if (stays) record.state = Take::disabled;
            record.drop = record.there;
        } else if (record.drop) {
            ++changes_.removed;
        }
        const bool exists = record.take || (record.there && !record.drop);
        if (!exists) return;
        const bool all_disabled = record.take ? record.state == Take::disabled : record.all_disabled;
        const bool any_disabled = record.take ? all_disabled : record.any_disabled;
        if (record.disable && !record.enable && !all_disabled) {
            record.state = Take::disabled;
            ++changes_.disabled;
        } else if (record.enable && any_disabled) {
            record.state = Take::active;
            ++changes_.enabled;
        }
    }

    void note_not_found(const std::string& id) {
        ++changes_.not_found;
        if (changes_.first_not_found.size() < kMostNotFoundKept) changes_.first_not_found.push_back(id);
    }

    // Things without an id, by what they are.
    void decide_nameless() {
        std::unordered_set<RecordSum, RecordSumHash> known;
        for (const RecordTable::Row& row : now_.things)
            if (row.record >= records_.size()) known.insert(now_.sums[row.record]);
        for (const RecordTable::Row& row : put_.things) {
            if (row.record < records_.size()) continue;
            const bool is_new = known.insert(put_.sums[row.record]).second;
            ++(is_new ? changes_.added : changes_.unchanged);
            if (is_new) (row.thing.is_file() ? nameless_files_ : nameless_taken_).insert(row.thing.at);
        }
        // A set is taken when the list does not have all of its hashes.
        for_each_set_hash(*update_.put, [this](std::size_t number, const FileEntryView& set, const FileHashes& hash) {
            const bool is_new = !holds_in_set(list_, set, hash);
            ++(is_new ? changes_.added : changes_.unchanged);
            if (is_new) nameless_files_.insert(number);
        });
    }

    Result<HashList> make_delta() {
        ListBuilder builder;
        withdraw();
        TUTELA_TRY(ListAccess::add_some(builder, list_, selection_of_list()));
        if (update_.put) TUTELA_TRY(ListAccess::add_some(builder, *update_.put, selection_of_put()));
        TUTELA_ASSIGN(const HashList added, builder.build());
        return ListAccess::change(list_, added, withdrawn_, withdrawn_files_);
    }

    // What of the base is no more, or goes on in the delta in another state.
    void withdraw() {
        if (const Snapshot* delta = ListAccess::layers(list_)->delta()) {
            withdrawn_.assign(delta->withdrawn.begin(), delta->withdrawn.end());
            withdrawn_files_.assign(delta->withdrawn_files.begin(), delta->withdrawn_files.end());
        }
        for (const RecordTable::Row& row : now_.things) {
            if (row.record >= records_.size()) continue;
            const Record& record = records_[row.record];
            const Take take = record.drop ? Take::nothing : record.state;
            if (!record.drop && take == Take::nothing) continue;
            (row.thing.is_file() ? files_ : entries_)[row.thing.at] = take;
            if (row.thing.at >= (row.thing.is_file() ? base_files_ : base_entries_)) continue;
            copies_of_base_ = copies_of_base_ || take != Take::nothing;
            for (std::size_t i = 0; i < std::max<std::size_t>(row.thing.frames, 1); ++i) {
                (row.thing.is_file() ? withdrawn_files_ : withdrawn_)
                    .push_back(static_cast<std::uint32_t>(row.thing.at + i));
            }
        }
        withdraw_files_of_entries();
        for (std::vector<std::uint32_t>* numbers : {&withdrawn_, &withdrawn_files_}) {
            std::sort(numbers->begin(), numbers->end());
            numbers->erase(std::unique(numbers->begin(), numbers->end()), numbers->end());
        }
    }

    // What is known of the file of an entry goes with it.
    void withdraw_files_of_entries() {
        if (entries_.empty()) return;
        for (std::size_t number = 0; number < base_files_; ++number) {
            const std::optional<std::size_t> position = list_.file_entry(number).position;
            if (position && entries_.contains(first_of(*position)))
                withdrawn_files_.push_back(static_cast<std::uint32_t>(number));
        }
    }

    [[nodiscard]] std::size_t first_of(std::size_t position) const {
        const std::optional<FramePlace> place = list_.frame_at(position);
        return place ? position - place->frame : position;
    }

    // Of the delta everything that stays; of the base what changes its state.
    [[nodiscard]] ListSelection selection_of_list() {
        const auto take = [](const auto& changed, std::size_t at, bool of_base, EntryState state) {
            if (const auto known = changed.find(at); known != changed.end()) return known->second;
            if (of_base || state == EntryState::withdrawn) return Take::nothing;
            return state == EntryState::disabled ? Take::disabled : Take::active;
        };
        ListSelection selection;
        if (!copies_of_base_) selection.first_entry = base_entries_, selection.first_file = base_files_;
        selection.entry = [this, take](std::size_t position) {
            return take(entries_, position, position < base_entries_, list_.entry_state(position));
        };
        selection.file = [this, take](std::size_t number) {
            return take(files_, number, number < base_files_, list_.file_entry_state(number));
        };
        return selection;
    }

    [[nodiscard]] ListSelection selection_of_put() {
        const HashList& put = *update_.put;
        const auto named = [this](std::string_view source, std::string_view id, EntryState state) {
            const auto known = numbers_.find(hasher_.name(source, id));
            if (known == numbers_.end() || !records_[known->second].take || state == EntryState::withdrawn)
                return Take::nothing;
            const Take wanted = records_[known->second].state;
            return wanted != Take::nothing ? wanted : state == EntryState::disabled ? Take::disabled : Take::active;
        };
        ListSelection selection;
        selection.entry = [this, named, &put](std::size_t position) {
            const EntryView entry = put.entry(position);
            const EntryState state = put.entry_state(position);
            if (!entry.id.empty()) return named(entry.origin.source, entry.id, state);
            if (!nameless_taken_.contains(position)) return Take::nothing;
            return state == EntryState::disabled ? Take::disabled : Take::active;
        };
        selection.file = [this, named, &put](std::size_t number) {
            const FileEntryView file = put.file_entry(number);
            if (!file.id.empty()) return named(file.origin.source, file.id, put.file_entry_state(number));
            return nameless_files_.contains(number) ? Take::active : Take::nothing;
        };
        selection.file_hash = [this, &put](std::size_t number, const FileHashes& hash) {
            const FileEntryView file = put.file_entry(number);
            return !file.id.empty() || !holds_in_set(list_, file, hash);
        };
        return selection;
    }

    const HashList& list_;
    const ListUpdate& update_;
    ListChanges& changes_;
    std::size_t base_entries_;
    std::size_t base_files_;
    RecordHasher hasher_;
    RecordMap<std::optional<std::string>> sources_;  // by id alone
    RecordMap<std::uint32_t> numbers_;               // of records_, by name
    std::vector<Record> records_;
    bool nameless_put_ = false;
    RecordTable now_;
    RecordTable put_;
    std::unordered_set<std::size_t> nameless_taken_;  // positions in what is put
    std::unordered_set<std::size_t> nameless_files_;  // numbers of its file entries
    std::unordered_map<std::size_t, Take> entries_;   // of the list, what becomes of those that change
    std::unordered_map<std::size_t, Take> files_;
    bool copies_of_base_ = false;
    std::vector<std::uint32_t> withdrawn_;
    std::vector<std::uint32_t> withdrawn_files_;
};

}  // namespace

Result<HashList> update_list(const HashList& list, const ListUpdate& update, ListChanges& changes) {
    return Update(list, update, changes).run();
}

Result<HashList> compact_list(const HashList& list) {
    ListBuilder builder;
    TUTELA_TRY(builder.add_list(list));
    return builder.build();
}

std::filesystem::path delta_path(const std::filesystem::path& list) {
    std::filesystem::path path = list;
    path += ".delta";
    return path;
}

Status update_list_file(const std::filesystem::path& named, const ListUpdate& update, ListChanges& changes,
                        const ListOpenOptions& options) {
    const std::filesystem::path path = resolved(named);
    TUTELA_ASSIGN(const ListLock lock, ListLock::take(path));
    TUTELA_ASSIGN(const StoredList stored, open_stored(path, options));
    TUTELA_ASSIGN(const HashList changed, update_list(stored.list, update, changes));
    if (!changes.any()) return {};
    // What is published must be what readers take.
    TUTELA_TRY(read_snapshot(changed.bytes(), Check::everything).status());
    return publish_delta(path, changed, stored.encrypted ? &*options.key : nullptr);
}

Result<HashList> compact_list_file(const std::filesystem::path& named, Executor& executor,
                                   const ListOpenOptions& options) {
    const std::filesystem::path path = resolved(named);
    TUTELA_ASSIGN(const ListLock lock, ListLock::take(path));
    TUTELA_ASSIGN(StoredList stored, open_stored(path, {.key = options.key}));
    const ListKey* key = stored.encrypted ? &*options.key : nullptr;
    if (!stored.list.has_delta()) {
        // What a snapshot has replaced may be left from a run that was stopped.
        if (stored.delta != FileStamp{}) TUTELA_TRY(publish_snapshot(path, stored.list, key));
        return std::move(stored.list);
    }
    TUTELA_ASSIGN(HashList list, compact_list(stored.list));
    if (stored.list.has_index()) {
        TUTELA_ASSIGN(list, list.with_index(executor));
    }
    TUTELA_TRY(publish_snapshot(path, list, key));
    return list;
}

}  // namespace tutela
