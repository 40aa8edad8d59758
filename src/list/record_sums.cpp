#include "list/record_sums.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "list/list_access.hpp"
#include "list/random_seed.hpp"

namespace tutela {

namespace {

// Parts of different kinds never have equal sums.
constexpr std::uint64_t kNameSalt = 0x6e616d65;
constexpr std::uint64_t kIdSalt = 0x6964;
constexpr std::uint64_t kEntrySalt = 0x656e747279;
constexpr std::uint64_t kFileSalt = 0x66696c65;
constexpr std::uint64_t kHashSalt = 0x68617368;

std::span<const std::uint8_t> bytes_of(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

namespace {

// Numbers that rise, asked for in rising order.
class Cursor {
public:
    explicit Cursor(std::span<const std::uint32_t> numbers) noexcept : rest_(numbers) {}
    [[nodiscard]] bool holds(std::size_t number) noexcept {
        while (!rest_.empty() && rest_.front() < number)
            rest_ = rest_.subspan(1);
        return !rest_.empty() && rest_.front() == number;
    }

private:
    std::span<const std::uint32_t> rest_;
};

// Ten million things are looked at for a change of one: nothing but ids and origins is read, and in the order in which
// they lie.
class SummedThings {
public:
    SummedThings(const Snapshot& snapshot, std::size_t first_entry, std::size_t first_file,
                 const std::function<void(const Thing&)>& each) noexcept
        : snapshot_(snapshot), first_entry_(first_entry), first_file_(first_file), each_(each) {}

    void entries(std::span<const std::uint32_t> withdrawn_numbers) {
        Cursor withdrawn(withdrawn_numbers);
        Cursor disabled(snapshot_.disabled);
        std::span<const VideoRecord> videos = snapshot_.videos;
        for (std::size_t i = 0; i < snapshot_.ids.size();) {
            while (!videos.empty() && videos.front().position < i)
                videos = videos.subspan(1);
            const bool is_video = !videos.empty() && videos.front().position == i && snapshot_.holds(videos.front());
            const std::size_t frames = is_video ? std::max<std::size_t>(videos.front().frames, 1) : 1;
            if (!withdrawn.holds(i)) {
                const std::uint32_t origin = snapshot_.entry_origins.empty() ? 0 : snapshot_.entry_origins[i];
                each_({first_entry_ + i, frames, state(disabled.holds(i)), snapshot_.text(snapshot_.ids[i]),
                       origin_of(origin)});
            }
            i += frames;
        }
    }

    void files(std::span<const std::uint32_t> withdrawn_numbers) {
        Cursor withdrawn(withdrawn_numbers);
        Cursor disabled(snapshot_.disabled_files);
        for (std::size_t i = 0; i < snapshot_.file_entries.size(); ++i) {
            const FileEntryRecord& file = snapshot_.file_entries[i];
            if (file.position < snapshot_.hashes.size() || withdrawn.holds(i)) continue;
            each_({first_file_ + i, 0, state(disabled.holds(i)), snapshot_.text(file.id), origin_of(file.origin),
                   (file.flags & kUnmatchableFlag) != 0});
        }
    }

private:
    static EntryState state(bool disabled) noexcept { return disabled ? EntryState::disabled : EntryState::active; }

    const OriginView& origin_of(std::uint32_t number) noexcept {
        if (number != last_) origin_ = snapshot_.origin(last_ = number);
        return origin_;
    }

    const Snapshot& snapshot_;
    std::size_t first_entry_;
    std::size_t first_file_;
    const std::function<void(const Thing&)>& each_;
    std::uint32_t last_ = kNoPosition;
    OriginView origin_;
};

}  // namespace

void for_each_thing(const HashList& list, const std::function<void(const Thing&)>& each) {
    const ListLayers& layers = *ListAccess::layers(list);
    const Snapshot* delta = layers.delta();
    const std::size_t entries = layers.base().hashes.size();
    const std::size_t files = layers.base().file_entries.size();
    using Numbers = std::span<const std::uint32_t>;
    SummedThings of_base(layers.base(), 0, 0, each);
    of_base.entries(delta != nullptr ? delta->withdrawn : Numbers());
    std::optional<SummedThings> of_delta;
    if (delta != nullptr) of_delta.emplace(*delta, entries, files, each).entries({});
    of_base.files(delta != nullptr ? delta->withdrawn_files : Numbers());
    if (of_delta) of_delta->files({});
}

RecordHasher::RecordHasher() : seed_(random_seed()) {}

RecordSum RecordHasher::sum(std::span<const std::uint8_t> bytes, std::uint64_t salt) const {
    const XXH128_hash_t hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed_ ^ salt);
    return {hash.low64, hash.high64};
}

RecordSum RecordHasher::name(std::string_view source, std::string_view id) const {
    return sum(bytes_of(id), XXH3_64bits_withSeed(source.data(), source.size(), seed_ ^ kNameSalt));
}

RecordSum RecordHasher::id(std::string_view id) const {
    return sum(bytes_of(id), kIdSalt);
}

void RecordHasher::put(std::span<const std::uint8_t> bytes) {
    const std::uint64_t size = bytes.size();
    buffer_.append({reinterpret_cast<const std::uint8_t*>(&size), sizeof size});
    buffer_.append(bytes);
}

void RecordHasher::put(std::string_view text) {
    put(bytes_of(text));
}

void RecordHasher::put_origin(const OriginView& origin) {
    put(origin.source);
    put(origin.scheme);
    put(origin.region);
}

void RecordHasher::put_record(const std::optional<std::int64_t>& updated_us, const CarriedHashes& carried) {
    put_raw(updated_us.value_or(INT64_MIN));
    for (std::size_t i = 0; i < carried.size(); ++i) {
        put(carried[i].kind);
        put(carried[i].value);
    }
    put_raw(carried.size());
}

RecordSum RecordHasher::entry(const HashList& list, const Thing& thing) {
    buffer_.clear();
    const EntryView entry = list.entry(thing.at);
    put(entry.id);
    put(entry.category);
    put(entry.label);
    put_origin(entry.origin);
    put_record(entry.updated_us, entry.carried);
    const std::optional<FramePlace> place = list.frame_at(thing.at);
    if (!place) {
        put_raw(entry.hash);
        if (entry.phash) put_raw(*entry.phash);
        return sum(buffer_.bytes(), kEntrySalt);
    }
    const VideoView video = list.video(place->video);
    for (std::size_t i = 0; i < video.hashes.size(); ++i) {
        put_raw(video.hashes[i]);
        put_raw(video.times_us[i]);
        put_raw(video.qualities[i]);
    }
    return sum(buffer_.bytes(), kEntrySalt);
}

RecordSum RecordHasher::file(const FileEntryView& file) {
    buffer_.clear();
    put(file.id);
    put(file.category);
    put(file.label);
    put_origin(file.origin);
    put(file.harmless ? "harmless" : "");
    put(file.position ? "picture" : "");
    if (!file.position) put_record(file.updated_us, file.carried);
    return sum(buffer_.bytes(), kFileSalt);
}

RecordSum RecordHasher::file_hash(std::span<const std::uint8_t> hash) const {
    return sum(hash, kHashSalt);
}

namespace {

// Adds what is said of files, and their hashes, to the sums of the records that have them.
class FileSums {
public:
    FileSums(const HashList& list, RecordHasher& hasher, RecordTable& table)
        : list_(list), hasher_(hasher), table_(table) {
        for (const RecordTable::Row& row : table.things) {
            if (row.thing.is_file()) {
                by_number_[row.thing.at] = row.record;
            } else if (row.thing.frames == 1) {
                by_position_[row.thing.at] = row.record;
            } else {
                for (std::size_t i = 0; i < row.thing.frames; ++i)
                    by_position_[row.thing.at + i] = row.record;
            }
        }
    }

    void add(const Snapshot& snapshot, std::size_t first_number) {
        std::vector<std::uint32_t> records(snapshot.file_entries.size(), RecordTable::kNone);
        for (std::size_t i = 0; i < records.size(); ++i) {
            const FileEntryView file = list_.file_entry(first_number + i);
            const auto& owners = file.position ? by_position_ : by_number_;
            const auto owner = owners.find(file.position ? *file.position : first_number + i);
            if (owner == owners.end() || list_.file_entry_state(first_number + i) == EntryState::withdrawn) continue;
            records[i] = owner->second;
            table_.sums[records[i]] += hasher_.file(file);
        }
        const auto add_hashes = [&](const auto& hashes) {
            for (const auto& hash : hashes) {
                if (hash.entry >= records.size() || records[hash.entry] == RecordTable::kNone) continue;
                table_.sums[records[hash.entry]] += hasher_.file_hash(hash.hash);
            }
        };
        add_hashes(snapshot.md5s);
        add_hashes(snapshot.sha1s);
        add_hashes(snapshot.sha256s);
    }

private:
    const HashList& list_;
    RecordHasher& hasher_;
    RecordTable& table_;
    std::unordered_map<std::size_t, std::uint32_t> by_position_;
    std::unordered_map<std::size_t, std::uint32_t> by_number_;
};

}  // namespace

RecordTable sum_records(const HashList& list, RecordHasher& hasher,
                        const std::function<std::uint32_t(const Thing&)>& record_of) {
    RecordTable table;
    for_each_thing(list, [&](const Thing& thing) {
        if (thing.is_set()) return;
        const std::uint32_t record = record_of(thing);
        if (record == RecordTable::kNone) return;
        if (table.sums.size() <= record) table.sums.resize(std::size_t{record} + 1);
        table.things.push_back({thing, record});
        if (!thing.is_file()) table.sums[record] += hasher.entry(list, thing);
    });
    if (table.things.empty() || list.file_entry_count() == 0) return table;
    FileSums files(list, hasher, table);
    const ListLayers& layers = *ListAccess::layers(list);
    files.add(layers.base(), 0);
    if (layers.delta() != nullptr) files.add(*layers.delta(), layers.base().file_entries.size());
    return table;
}

void for_each_set_hash(
    const HashList& list,
    const std::function<void(std::size_t number, const FileEntryView& set, const FileHashes& hash)>& each) {
    const auto look_at = [&](const Snapshot& snapshot, std::size_t first, const auto& records, const auto& named) {
        for (const auto& record : records) {
            if (record.entry >= snapshot.file_entries.size()) continue;  // of a list that nobody has checked
            const std::size_t number = first + record.entry;
            const FileEntryView set = list.file_entry(number);
            if (!set.id.empty() || set.position || list.file_entry_state(number) != EntryState::active) continue;
            each(number, set, named(record.hash));
        }
    };
    const auto look_at_all = [&](const Snapshot& snapshot, std::size_t first) {
        look_at(snapshot, first, snapshot.md5s, [](const Md5& hash) { return FileHashes{.md5 = hash}; });
        look_at(snapshot, first, snapshot.sha1s, [](const Sha1& hash) { return FileHashes{.sha1 = hash}; });
        look_at(snapshot, first, snapshot.sha256s, [](const Sha256& hash) { return FileHashes{.sha256 = hash}; });
    };
    const ListLayers& layers = *ListAccess::layers(list);
    look_at_all(layers.base(), 0);
    if (layers.delta() != nullptr) look_at_all(*layers.delta(), layers.base().file_entries.size());
}

bool holds_in_set(const HashList& list, const FileEntryView& set, const FileHashes& hash) {
    for (const FileMatch& match : list.find_file(hash)) {
        const FileEntryView known = list.file_entry(match.entry);
        if (known.id.empty() && !known.position && known.category == set.category && known.label == set.label &&
            known.origin == set.origin && known.harmless == set.harmless)
            return true;
    }
    return false;
}

}  // namespace tutela
