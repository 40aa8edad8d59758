// Which records two lists have in common, found by sums of hashes: what a record says is a sum over its parts, whatever
// their order and place, so records of ten million entries are compared without sorting or copying them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/secret_array.hpp"
#include "tutela/list.hpp"

namespace tutela {

// 128 bits of XXH3 with a seed of this object: nobody who makes a list can know which records collide.
struct RecordSum {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    RecordSum& operator+=(const RecordSum& other) noexcept {
        low += other.low;
        high += other.high;
        return *this;
    }
    bool operator==(const RecordSum&) const noexcept = default;
};
struct RecordSumHash {
    std::size_t operator()(const RecordSum& sum) const noexcept { return static_cast<std::size_t>(sum.low); }
};
template <typename T>
using RecordMap = std::unordered_map<RecordSum, T, RecordSumHash>;

// A still, a video, or a file that is known by hashes of its bytes alone.
struct Thing {
    std::size_t at = 0;      // its (first) position; the number of its file entry
    std::size_t frames = 0;  // entries; 0 of a file
    EntryState state = EntryState::active;
    std::string_view id;
    OriginView origin;
    bool unmatchable = false;  // a file of which carried hashes alone are known

    [[nodiscard]] bool is_file() const noexcept { return frames == 0; }
    // A set of hashes that nobody named.
    [[nodiscard]] bool is_set() const noexcept { return is_file() && id.empty() && !unmatchable; }
};

// Calls `each` for every thing that is not withdrawn, entries first.
void for_each_thing(const HashList& list, const std::function<void(const Thing&)>& each);

// Not thread-safe: it has a buffer.
class RecordHasher {
public:
    RecordHasher();

    // Of what a record is called.
    [[nodiscard]] RecordSum name(std::string_view source, std::string_view id) const;
    // Of an id, whatever its source.
    [[nodiscard]] RecordSum id(std::string_view id) const;
    // Of what is said of a still or video, without the hashes of its file.
    [[nodiscard]] RecordSum entry(const HashList& list, const Thing& thing);
    [[nodiscard]] RecordSum file(const FileEntryView& file);
    [[nodiscard]] RecordSum file_hash(std::span<const std::uint8_t> hash) const;

private:
    [[nodiscard]] RecordSum sum(std::span<const std::uint8_t> bytes, std::uint64_t salt) const;
    void put(std::string_view text);
    void put(std::span<const std::uint8_t> bytes);
    template <typename T>
    void put_raw(const T& value) {
        put(std::span(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
    }
    void put_origin(const OriginView& origin);
    void put_record(const std::optional<std::int64_t>& updated_us, const CarriedHashes& carried);

    std::uint64_t seed_;
    SecretArray<std::uint8_t> buffer_;
};

// Things of a list, with what each of some records says in all.
struct RecordTable {
    static constexpr std::uint32_t kNone = 0xffffffff;
    struct Row {
        Thing thing;
        std::uint32_t record;
    };
    std::vector<Row> things;
    std::vector<RecordSum> sums;  // of each record
};

// The things for which `record_of` gives the number of a record, with the sums of these. Sets are passed over.
[[nodiscard]] RecordTable sum_records(const HashList& list, RecordHasher& hasher,
                                      const std::function<std::uint32_t(const Thing&)>& record_of);

// Calls `each` for every hash of every active set, with the number of its file entry.
void for_each_set_hash(
    const HashList& list,
    const std::function<void(std::size_t number, const FileEntryView& set, const FileHashes& hash)>& each);

// Whether a list has this hash of a file in a set that says the same as `set`.
[[nodiscard]] bool holds_in_set(const HashList& list, const FileEntryView& set, const FileHashes& hash);

}  // namespace tutela
