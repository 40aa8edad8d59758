// What a HashList is made of: a snapshot, and perhaps a delta over it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>

#include "core/mapping.hpp"
#include "core/secret_array.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/list.hpp"

namespace tutela {

// A snapshot in memory.
struct ListLayer {
    Mapping memory;
    Snapshot snapshot;  // views into memory
};

// Positions of entries, numbers of file entries and of videos go on from the base's to the delta's, so those of the base
// are the same whatever is changed. Immutable, thread-safe.
class ListLayers {
public:
    // `delta` may be null.
    ListLayers(std::shared_ptr<const ListLayer> base, std::shared_ptr<const ListLayer> delta) noexcept
        : base_(std::move(base)), delta_(std::move(delta)) {}

    [[nodiscard]] const std::shared_ptr<const ListLayer>& base_layer() const noexcept { return base_; }
    [[nodiscard]] const Snapshot& base() const noexcept { return base_->snapshot; }
    // Null when there is none.
    [[nodiscard]] const Snapshot* delta() const noexcept { return delta_ ? &delta_->snapshot : nullptr; }
    // The one that says what the list is: its digest is the list's.
    [[nodiscard]] const ListLayer& top() const noexcept { return delta_ ? *delta_ : *base_; }

    [[nodiscard]] std::size_t entries() const noexcept {
        return base().hashes.size() + (delta_ ? delta()->hashes.size() : 0);
    }
    [[nodiscard]] std::size_t files() const noexcept {
        return base().file_entries.size() + (delta_ ? delta()->file_entries.size() : 0);
    }
    [[nodiscard]] std::size_t videos() const noexcept {
        return base().videos.size() + (delta_ ? delta()->videos.size() : 0);
    }

    // In which snapshot something is, under which number there; and the numbers that that snapshot's own begin with.
    struct Place {
        const Snapshot& snapshot;
        std::size_t number;
        std::size_t first_entry;
        std::size_t first_video;
    };
    [[nodiscard]] Place entry(std::size_t position) const noexcept { return place(position, base().hashes.size()); }
    [[nodiscard]] Place file(std::size_t number) const noexcept { return place(number, base().file_entries.size()); }
    [[nodiscard]] Place video(std::size_t number) const noexcept { return place(number, base().videos.size()); }

    [[nodiscard]] EntryState entry_state(std::size_t position) const noexcept;
    [[nodiscard]] EntryState file_state(std::size_t number) const noexcept;

    // The hashes of all entries. Of two layers they are put together at the first call. Throws std::bad_alloc.
    [[nodiscard]] std::span<const Hash256> hashes() const;

private:
    [[nodiscard]] Place place(std::size_t number, std::size_t in_base) const noexcept {
        if (number < in_base || !delta_) return {base(), number, 0, 0};
        return {*delta(), number - in_base, base().hashes.size(), base().videos.size()};
    }

    std::shared_ptr<const ListLayer> base_;
    std::shared_ptr<const ListLayer> delta_;
    mutable std::once_flag joined_once_;
    mutable SecretArray<Hash256> joined_;
};

}  // namespace tutela
