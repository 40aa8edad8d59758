// What a snapshot holds of a thing beyond hashes and texts.
#include <algorithm>

#include "core/utf8.hpp"
#include "list/record_columns.hpp"
#include "list/snapshot_format.hpp"

namespace tutela {

namespace {

std::optional<std::int64_t> time_of(std::span<const std::int64_t> times, std::size_t place) noexcept {
    if (place >= times.size() || times[place] < kMinRecordTimeUs || times[place] > kMaxRecordTimeUs)
        return std::nullopt;
    return times[place];
}

}  // namespace

std::optional<std::int64_t> Snapshot::entry_time(std::size_t position) const noexcept {
    return time_of(entry_times, position);
}

std::optional<std::int64_t> Snapshot::file_time(std::size_t number) const noexcept {
    const std::uint32_t position = file_entries[number].position;
    return position < hashes.size() ? entry_time(position) : time_of(file_times, number);
}

CarriedHashes Snapshot::carried_of(std::span<const CarriedRecord> all, std::size_t owner) const noexcept {
    CarriedHashes found;
    if (all.empty()) return found;
    const auto first =
        std::lower_bound(all.begin(), all.end(), owner,
                         [](const CarriedRecord& record, std::size_t wanted) { return record.owner < wanted; });
    auto last = first;
    while (last != all.end() && last->owner == owner)
        ++last;
    if (first == last) return found;
    found.snapshot_ = this;
    found.first_ = &*first;
    found.size_ = static_cast<std::size_t>(last - first);
    return found;
}

CarriedHashes Snapshot::carried_of_entry(std::size_t position) const noexcept {
    return carried_of(entry_carried, position);
}

CarriedHashes Snapshot::carried_of_file(std::size_t number) const noexcept {
    const std::uint32_t position = file_entries[number].position;
    return position < hashes.size() ? carried_of_entry(position) : carried_of(file_carried, number);
}

CarriedHashView CarriedHashes::operator[](std::size_t i) const noexcept {
    const CarriedRecord& record = first_[i];
    const std::string_view bytes = snapshot_->carried_bytes;
    CarriedHashView view;
    if (record.size > kMaxCarriedBytes || record.offset > bytes.size() || record.size > bytes.size() - record.offset)
        return view;
    view.kind = snapshot_->text(record.kind);
    view.value = bytes.substr(static_cast<std::size_t>(record.offset), record.size);
    view.binary = (record.flags & kCarriedBinaryFlag) != 0;
    const bool sound = snapshot_->checked || (is_carried_kind(view.kind) && (view.binary || is_utf8(view.value)));
    return sound ? view : CarriedHashView();
}

}  // namespace tutela
