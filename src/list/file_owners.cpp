#include "list/file_owners.hpp"

#include <algorithm>

namespace tutela {

template <typename Record>
FileOwners::Column FileOwners::column_of(std::span<const Record> records, std::size_t entries) {
    Column column;
    if (records.empty()) return column;
    // Counted, summed up and dealt out. While they are dealt out, start[i + 1] is where the next of entry i goes.
    column.start.resize(entries + 2);
    for (const Record& record : records) {
        if (record.entry < entries) ++column.start[record.entry + 2];
    }
    for (std::size_t i = 2; i < column.start.size(); ++i)
        column.start[i] += column.start[i - 1];
    column.order.resize(column.start.back());
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (records[i].entry < entries)
            column.order[column.start[records[i].entry + 1]++] = static_cast<std::uint32_t>(i);
    }
    column.start.pop_back();
    return column;
}

FileOwners::FileOwners(const Snapshot& snapshot)
    : snapshot_(snapshot),
      md5s_(column_of(snapshot.md5s, snapshot.file_entries.size())),
      sha1s_(column_of(snapshot.sha1s, snapshot.file_entries.size())),
      sha256s_(column_of(snapshot.sha256s, snapshot.file_entries.size())) {
    for (std::size_t i = 0; i < snapshot.file_entries.size(); ++i) {
        if (snapshot.file_entries[i].position < snapshot.hashes.size())
            by_position_.push_back(static_cast<std::uint32_t>(i));
    }
    std::stable_sort(by_position_.begin(), by_position_.end(), [&](std::uint32_t a, std::uint32_t b) {
        return snapshot.file_entries[a].position < snapshot.file_entries[b].position;
    });
}

void FileOwners::append(std::uint32_t number, Hashes& all) const {
    const auto add = [number](const Column& column, const auto& records, auto& into) {
        if (column.start.empty()) return;
        for (std::uint32_t i = column.start[number]; i < column.start[number + 1]; ++i)
            into.push_back(records[column.order[i]].hash);
    };
    add(md5s_, snapshot_.md5s, all.md5s);
    add(sha1s_, snapshot_.sha1s, all.sha1s);
    add(sha256s_, snapshot_.sha256s, all.sha256s);
}

std::span<const std::uint32_t> FileOwners::of_entry(std::size_t position) const noexcept {
    const auto position_of = [this](std::uint32_t number) -> std::size_t {
        return snapshot_.file_entries[number].position;
    };
    const auto first =
        std::lower_bound(by_position_.begin(), by_position_.end(), position,
                         [&](std::uint32_t number, std::size_t wanted) { return position_of(number) < wanted; });
    auto last = first;
    while (last != by_position_.end() && position_of(*last) == position)
        ++last;
    return {first, last};
}

}  // namespace tutela
