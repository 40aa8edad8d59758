// Where records go: into the builder, or among those that wait; and into the counts of the report.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/aligned_vector.hpp"
#include "list/importers/item_draft.hpp"
#include "tutela/import.hpp"
#include "tutela/list.hpp"

namespace tutela {

// What became of a record.
enum class Fate : std::uint8_t { added, deleted, never_matchable, empty_file };

// Whether the list gets it: what can never be found does for the sake of what it carries.
[[nodiscard]] bool is_kept(Fate fate, const ItemDraft& draft) noexcept;

// A moment, as far as it orders records: microseconds.
using RecordTime = std::int64_t;

// Of each thing the record that stands, of those that can still be replaced. Over all files of an import.
class LatestRecords {
public:
    struct Record {
        RecordTime time = 0;
        Fate fate = Fate::added;
        std::uint32_t file = 0;
        ItemDraft draft;
    };

    void begin_file() noexcept { ++file_; }
    [[nodiscard]] std::uint32_t file() const noexcept { return file_; }
    // The record of this key; null when there is none.
    [[nodiscard]] Record* find(const std::string& key);
    void insert(const std::string& key, Record record);
    [[nodiscard]] std::span<Record> records() noexcept { return records_; }
    void clear() noexcept;
    // Later than all that it gave before, for formats in which the order of the records is that of time.
    [[nodiscard]] RecordTime next_time() noexcept { return ++clock_; }

private:
    RecordTime clock_ = 0;
    AlignedVector<Record> records_;  // hashes of the list are in it
    std::unordered_map<std::string, std::size_t> places_;
    std::uint32_t file_ = 0;
};

// Of one file. Not thread-safe.
class ImportTarget {
public:
    ImportTarget(ListBuilder& builder, LatestRecords& latest, const ImportOptions& options, ImportReport& report)
        : builder_(builder), latest_(latest), options_(options), report_(report) {}

    [[nodiscard]] const ImportOptions& options() const noexcept { return options_; }
    [[nodiscard]] ImportReport& report() const noexcept { return report_; }

    // Counts a record, and adds it unless it is bad. The draft is changed. limit of the builder.
    [[nodiscard]] Status take(ItemDraft& draft, std::uint64_t position);
    // Likewise, but the record stands only as long as no newer one of the same key comes; of equal times the later one
    // stands, and a deletion.
    void take_latest(const std::string& key, RecordTime time, ItemDraft& draft, std::uint64_t position);
    // Of the draft the source and the id alone are kept.
    void delete_latest(const std::string& key, RecordTime time, const ItemDraft& named);
    [[nodiscard]] RecordTime next_time() noexcept { return latest_.next_time(); }
    // Counts a bad record.
    void skip(std::uint64_t position, std::string reason);

private:
    // Sorts out what cannot be added, with its counts; false for a bad record, which is then counted.
    [[nodiscard]] bool prepare(ItemDraft& draft, std::uint64_t position, Fate& fate);
    void count(Fate fate, const ItemDraft& draft, std::int64_t by);
    void note(std::uint64_t position, std::string reason);
    void settle(const std::string& key, LatestRecords::Record record);

    ListBuilder& builder_;
    LatestRecords& latest_;
    const ImportOptions& options_;
    ImportReport& report_;
};

// The thing as the builder takes it: views into the draft.
[[nodiscard]] KnownItem item_of(ItemDraft& draft);

}  // namespace tutela
