// Entries, and file entries, that have the same hash.
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/try.hpp"
#include "list/lint_passes.hpp"
#include "list/list_access.hpp"

namespace tutela {

namespace {

// What is known of the members of one group of equal hashes, by rising position; results by position.
struct Equals {
    std::vector<std::uint32_t> first;        // of each: the first with its hash, or kNoPosition
    std::vector<std::uint32_t> conflicting;  // of each: the first of another category, or kNoPosition

    explicit Equals(std::size_t count) : first(count, kNoPosition), conflicting(count, kNoPosition) {}
};

struct Said {
    OriginView origin;
    std::string_view category;
};

// Categories of one key can be compared: those of one scheme and region or, where no scheme is known, of one source.
using CategoryKey = std::tuple<std::string_view, std::string_view, std::string_view>;

CategoryKey key_of(const OriginView& origin) noexcept {
    return {origin.scheme, origin.region, origin.scheme.empty() ? origin.source : std::string_view()};
}

// The first of a category, and the first of another one.
struct Categories {
    std::string_view category;
    std::uint32_t position = kNoPosition;
    std::uint32_t other = kNoPosition;
};

// `group`: positions of equal hashes, rising.
template <typename SaidOf>
void find_conflicts(std::span<const std::uint32_t> group, const SaidOf& said_of, Equals& out) {
    std::map<CategoryKey, Categories> keys;
    bool any = false;
    for (const std::uint32_t position : group) {
        const Said said = said_of(position);
        if (said.category.empty()) continue;
        Categories& categories = keys[key_of(said.origin)];
        if (categories.position == kNoPosition) {
            categories.category = said.category;
            categories.position = position;
        } else if (categories.other == kNoPosition && said.category != categories.category) {
            categories.other = position;
            any = true;
        }
    }
    if (!any) return;
    for (const std::uint32_t position : group) {
        const Said said = said_of(position);
        if (said.category.empty()) continue;
        const Categories& categories = keys[key_of(said.origin)];
        const bool is_first = said.category == categories.category;
        const std::uint32_t other = is_first ? categories.other : categories.position;
        out.conflicting[position] = std::min(out.conflicting[position], other);
    }
}

Status tell(LintKind kind, bool is_file, const std::vector<std::uint32_t>& others, const LintSink& sink) {
    for (std::size_t position = 0; position < others.size(); ++position) {
        if (others[position] == kNoPosition) continue;
        TUTELA_TRY(sink({kind, is_file, static_cast<std::uint32_t>(position), others[position], 0}));
    }
    return {};
}

Equals equal_entries(const HashList& list) {
    const std::span<const Hash256> hashes = list.hashes();
    Equals out(hashes.size());
    std::vector<std::uint32_t> order(hashes.size());
    std::iota(order.begin(), order.end(), 0U);
    std::erase_if(order, [&](std::uint32_t i) { return list.entry_state(i) != EntryState::active; });
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return hashes[a] != hashes[b] ? hashes[a] < hashes[b] : a < b; });
    const auto video_of = [&](std::uint32_t position) {
        const std::optional<FramePlace> place = list.frame_at(position);
        return place ? std::optional(place->video) : std::nullopt;
    };
    const auto said_of = [&](std::uint32_t position) {
        const EntryView entry = list.entry(position);
        return Said{entry.origin, entry.category};
    };
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        for (end = begin + 1; end < order.size() && hashes[order[end]] == hashes[order[begin]];)
            ++end;
        if (end - begin == 1) continue;
        const std::span group(order.data() + begin, end - begin);
        const std::optional<std::size_t> first_video = video_of(group.front());
        for (const std::uint32_t position : group.subspan(1)) {
            const std::optional<std::size_t> video = video_of(position);
            if (!video || video != first_video) out.first[position] = group.front();  // a video repeats itself
        }
        find_conflicts(group, said_of, out);
    }
    return out;
}

// Records of the base and of the delta, each by rising hash and number; file entries of the delta go on from those of
// the base.
template <std::size_t Bytes>
class FileGroups {
public:
    using Records = std::span<const FileHashRecord<Bytes>>;

    FileGroups(Records base, Records delta, std::size_t first_of_delta) noexcept
        : base_(base), delta_(delta), first_of_delta_(static_cast<std::uint32_t>(first_of_delta)) {}

    // The numbers of the next hash, rising; false when there is none.
    bool next(std::vector<std::uint32_t>& group) {
        group.clear();
        if (base_.empty() && delta_.empty()) return false;
        const bool from_base = delta_.empty() || (!base_.empty() && base_.front().hash <= delta_.front().hash);
        const std::array<std::uint8_t, Bytes> hash = from_base ? base_.front().hash : delta_.front().hash;
        take(base_, hash, 0, group);
        take(delta_, hash, first_of_delta_, group);
        return true;
    }

private:
    static void take(Records& records, const std::array<std::uint8_t, Bytes>& hash, std::uint32_t first,
                     std::vector<std::uint32_t>& group) {
        while (!records.empty() && records.front().hash == hash) {
            group.push_back(first + records.front().entry);
            records = records.subspan(1);
        }
    }

    Records base_;
    Records delta_;
    std::uint32_t first_of_delta_;
};

template <std::size_t Bytes>
void equal_files(const HashList& list, FileGroups<Bytes> groups, Equals& out) {
    const auto said_of = [&](std::uint32_t number) {
        const FileEntryView entry = list.file_entry(number);
        return Said{entry.origin, entry.category};
    };
    const auto is_out = [&](std::uint32_t number) {
        return number >= out.first.size() || list.file_entry_state(number) != EntryState::active;
    };
    std::vector<std::uint32_t> group;
    while (groups.next(group)) {
        std::erase_if(group, is_out);
        if (group.size() < 2) continue;
        for (const std::uint32_t number : std::span(group).subspan(1))
            out.first[number] = std::min(out.first[number], group.front());
        find_conflicts(group, said_of, out);
    }
}

}  // namespace

Status lint_equal(const HashList& list, const LintSink& sink) {
    const ListLayers& layers = *ListAccess::layers(list);
    const Snapshot& base = layers.base();
    const Snapshot none;
    const Snapshot& delta = layers.delta() != nullptr ? *layers.delta() : none;
    const std::size_t first = base.file_entries.size();
    const Equals entries = equal_entries(list);
    Equals files(list.file_entry_count());
    equal_files(list, FileGroups<16>(base.md5s, delta.md5s, first), files);
    equal_files(list, FileGroups<20>(base.sha1s, delta.sha1s, first), files);
    equal_files(list, FileGroups<32>(base.sha256s, delta.sha256s, first), files);
    TUTELA_TRY(tell(LintKind::duplicate, false, entries.first, sink));
    TUTELA_TRY(tell(LintKind::duplicate, true, files.first, sink));
    TUTELA_TRY(tell(LintKind::conflict, false, entries.conflicting, sink));
    return tell(LintKind::conflict, true, files.conflicting, sink);
}

}  // namespace tutela
