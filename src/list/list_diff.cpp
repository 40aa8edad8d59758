#include <unordered_set>

#include "core/try.hpp"
#include "list/record_sums.hpp"
#include "tutela/list_update.hpp"

namespace tutela {

namespace {

// The records of one list, by name.
struct Records {
    RecordMap<std::uint32_t> numbers;
    RecordTable table;
    std::vector<std::uint8_t> active;    // of each record, whether a part of it is
    std::vector<std::uint8_t> nameless;  // whether it has no name
};

Records records_of(const HashList& list, RecordHasher& hasher) {
    Records records;
    std::uint32_t next = 0;
    records.table = sum_records(list, hasher, [&](const Thing& thing) {
        if (thing.id.empty()) return next++;
        const auto [place, is_new] = records.numbers.try_emplace(hasher.name(thing.origin.source, thing.id), next);
        if (is_new) ++next;
        return place->second;
    });
    records.active.resize(next);
    records.nameless.resize(next);
    for (const RecordTable::Row& row : records.table.things) {
        if (row.thing.state == EntryState::active) records.active[row.record] = 1;
        if (row.thing.id.empty()) records.nameless[row.record] = 1;
    }
    return records;
}

class Diff {
public:
    Diff(const HashList& first, const HashList& second, const std::function<Status(const RecordDifference&)>& each)
        : first_list_(first),
          second_list_(second),
          each_(each),
          first_(records_of(first, hasher_)),
          second_(records_of(second, hasher_)) {}

    Result<ListDifference> run() {
        TUTELA_TRY(
            compare(first_, [this](const Thing& thing, std::uint32_t record) { return compare_first(thing, record); }));
        TUTELA_TRY(compare(second_, [this](const Thing& thing, std::uint32_t) { return compare_second(thing); }));
        compare_nameless();
        std::uint64_t same = 0;
        count_sets(first_list_, second_list_, difference_.nameless_removed, difference_.nameless_same);
        count_sets(second_list_, first_list_, difference_.nameless_added, same);
        return difference_;
    }

private:
    // Once for every named record.
    template <typename Compare>
    static Status compare(const Records& records, const Compare& compare_record) {
        std::vector<std::uint8_t> seen(records.active.size());
        for (const RecordTable::Row& row : records.table.things) {
            if (row.thing.id.empty() || seen[row.record] != 0) continue;
            seen[row.record] = 1;
            TUTELA_TRY(compare_record(row.thing, row.record));
        }
        return {};
    }

    Status compare_first(const Thing& thing, std::uint32_t record) {
        using Kind = RecordDifference::Kind;
        const auto other = second_.numbers.find(hasher_.name(thing.origin.source, thing.id));
        if (other == second_.numbers.end()) return tell(thing, Kind::removed, difference_.removed);
        if (first_.table.sums[record] != second_.table.sums[other->second])
            return tell(thing, Kind::changed, difference_.changed);
        const bool was_active = first_.active[record] != 0;
        const bool is_active = second_.active[other->second] != 0;
        if (was_active && !is_active) return tell(thing, Kind::disabled, difference_.disabled);
        if (!was_active && is_active) return tell(thing, Kind::enabled, difference_.enabled);
        ++difference_.same;
        return {};
    }

    Status compare_second(const Thing& thing) {
        if (first_.numbers.contains(hasher_.name(thing.origin.source, thing.id))) return {};
        return tell(thing, RecordDifference::Kind::added, difference_.added);
    }

    Status tell(const Thing& thing, RecordDifference::Kind kind, std::uint64_t& count) {
        ++count;
        if (!each_) return {};
        return each_({kind, std::string(thing.origin.source), std::string(thing.id)});
    }

    // As often as it is in the one list it must be in the other.
    void compare_nameless() {
        std::unordered_multiset<RecordSum, RecordSumHash> sums;
        for (std::size_t i = 0; i < first_.nameless.size(); ++i)
            if (first_.nameless[i] != 0) sums.insert(first_.table.sums[i]);
        for (std::size_t i = 0; i < second_.nameless.size(); ++i) {
            if (second_.nameless[i] == 0) continue;
            const auto known = sums.find(second_.table.sums[i]);
            if (known == sums.end()) {
                ++difference_.nameless_added;
            } else {
                ++difference_.nameless_same;
                sums.erase(known);
            }
        }
        difference_.nameless_removed += sums.size();
    }

    // The hashes of sets that `other` has not, and has.
    static void count_sets(const HashList& list, const HashList& other, std::uint64_t& missing, std::uint64_t& same) {
        for_each_set_hash(list, [&](std::size_t, const FileEntryView& set, const FileHashes& hash) {
            ++(holds_in_set(other, set, hash) ? same : missing);
        });
    }

    const HashList& first_list_;
    const HashList& second_list_;
    const std::function<Status(const RecordDifference&)>& each_;
    RecordHasher hasher_;
    Records first_;
    Records second_;
    ListDifference difference_;
};

}  // namespace

Result<ListDifference> diff_lists(const HashList& first, const HashList& second,
                                  const std::function<Status(const RecordDifference&)>& each) {
    return Diff(first, second, each).run();
}

}  // namespace tutela
