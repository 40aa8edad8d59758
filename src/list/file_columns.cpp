#include "list/file_columns.hpp"

#include <algorithm>

#include "tutela/list.hpp"

namespace tutela {

namespace {

template <typename Record>
void sort_and_unite(SecretArray<Record>& records) noexcept {
    Record* const begin = records.data();
    Record* const end = begin + records.size();
    if (!std::is_sorted(begin, end)) std::sort(begin, end);
    records.truncate(static_cast<std::size_t>(std::unique(begin, end) - begin));
}

}  // namespace

void FileColumns::reserve_item() {
    md5s_.reserve_more(1);
    sha1s_.reserve_more(1);
    sha256s_.reserve_more(1);
    entries_.reserve_more(1);
    origins_.reserve_more(2);
    if (by_origin_.size() == by_origin_.capacity()) by_origin_.reserve(2 * by_origin_.size() + 1);
}

bool FileColumns::has_room() const noexcept {
    return std::max({md5s_.size(), sha1s_.size(), sha256s_.size(), entries_.size(), origins_.size()}) < kMaxEntries - 1;
}

std::uint32_t FileColumns::number(const OriginView& origin, TextPool& texts) noexcept {
    if (origin == OriginView{}) return 0;
    const OriginRecord record{texts.intern(origin.source), texts.intern(origin.scheme), texts.intern(origin.region)};
    const auto place =
        std::lower_bound(by_origin_.begin(), by_origin_.end(), record,
                         [](const auto& known, const OriginRecord& wanted) { return known.first < wanted; });
    if (place != by_origin_.end() && place->first == record) return place->second;
    if (origins_.size() == 0) origins_.push_back({});
    const auto number = static_cast<std::uint32_t>(origins_.size());
    origins_.push_back(record);
    by_origin_.insert(place, {record, number});
    return number;
}

// Sets of a hundred million files have no ids: what they say of each is the same, and is said once.
std::uint32_t FileColumns::add_entry(const FileEntryRecord& entry, std::int64_t time, bool alone) noexcept {
    const bool nameless = !alone && entry.id == 0 && entry.position == kNoPosition;
    if (nameless && last_nameless_ != kNoPosition && entries_[last_nameless_] == entry && last_nameless_time_ == time)
        return last_nameless_;
    const auto number = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(entry);
    if (nameless) {
        last_nameless_ = number;
        last_nameless_time_ = time;
    }
    return number;
}

void FileColumns::add_hashes(const FileHashes& hashes, std::uint32_t entry) noexcept {
    if (hashes.md5) md5s_.push_back({*hashes.md5, entry});
    if (hashes.sha1) sha1s_.push_back({*hashes.sha1, entry});
    if (hashes.sha256) sha256s_.push_back({*hashes.sha256, entry});
}

void FileColumns::add_hashes(const Snapshot& other, std::span<const std::uint32_t> numbers,
                             const std::function<bool(std::size_t entry, const FileHashes& hash)>& wanted) {
    const auto add = [&](auto& column, const auto& records, const auto& named) {
        const auto is_taken = [&](const auto& record) {
            return record.entry < numbers.size() && numbers[record.entry] != kNoPosition &&
                   (!wanted || wanted(record.entry, named(record.hash)));
        };
        column.reserve_more(wanted ? 0 : records.size());
        for (const auto& record : records) {
            if (is_taken(record)) column.push_back({record.hash, numbers[record.entry]});
        }
    };
    add(md5s_, other.md5s, [](const Md5& hash) { return FileHashes{.md5 = hash}; });
    add(sha1s_, other.sha1s, [](const Sha1& hash) { return FileHashes{.sha1 = hash}; });
    add(sha256s_, other.sha256s, [](const Sha256& hash) { return FileHashes{.sha256 = hash}; });
}

void FileColumns::sort() noexcept {
    sort_and_unite(md5s_);
    sort_and_unite(sha1s_);
    sort_and_unite(sha256s_);
}

}  // namespace tutela
