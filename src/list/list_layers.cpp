#include "list/list_layers.hpp"

#include <algorithm>

namespace tutela {

namespace {

bool holds(std::span<const std::uint32_t> rising, std::size_t number) noexcept {
    return std::binary_search(rising.begin(), rising.end(), number, [](std::size_t a, std::size_t b) { return a < b; });
}

}  // namespace

EntryState ListLayers::entry_state(std::size_t position) const noexcept {
    const bool of_base = delta_ != nullptr && position < base().hashes.size();
    if (of_base && holds(delta()->withdrawn, position)) return EntryState::withdrawn;
    const Place at = entry(position);
    return holds(at.snapshot.disabled, at.number) ? EntryState::disabled : EntryState::active;
}

EntryState ListLayers::file_state(std::size_t number) const noexcept {
    const bool of_base = delta_ != nullptr && number < base().file_entries.size();
    if (of_base && holds(delta()->withdrawn_files, number)) return EntryState::withdrawn;
    const Place at = file(number);
    return holds(at.snapshot.disabled_files, at.number) ? EntryState::disabled : EntryState::active;
}

std::span<const Hash256> ListLayers::hashes() const {
    if (!delta_) return base().hashes;
    std::call_once(joined_once_, [this] {
        joined_.reserve_more(entries());
        joined_.append(base().hashes);
        joined_.append(delta()->hashes);
    });
    return joined_.span();
}

}  // namespace tutela
