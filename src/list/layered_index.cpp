#include "list/layered_index.hpp"

#include <algorithm>
#include <utility>

#include "core/try.hpp"

namespace tutela {

Status LayeredIndex::search(const Hash256& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    TUTELA_TRY(base_->search(query, radius, out));
    return complete(query, radius, out);
}

std::size_t LayeredIndex::search_some(std::span<const Hash256> queries, std::uint32_t radius, std::size_t enough,
                                      std::vector<std::vector<Neighbor>>& out) const {
    const std::size_t done = search_some_of(*base_, queries, radius, enough, out);
    std::size_t answers = 0;
    for (std::size_t i = 0; i < done; ++i) {
        // The radius is within the width, which is all that a search can object to.
        if (!complete(queries[i], radius, out[i]).ok()) out[i].clear();
        answers += out[i].size();
        if (answers > enough) return i + 1;
    }
    return done;
}

Status LayeredIndex::complete(const Hash256& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    const auto drop_inactive = [this](std::vector<Neighbor>& neighbors) {
        std::erase_if(neighbors, [this](const Neighbor& neighbor) {
            return layers_->entry_state(neighbor.position) != EntryState::active;
        });
    };
    drop_inactive(out);
    if (!delta_) return {};
    std::vector<Neighbor> added;  // allocates only when something is found
    TUTELA_TRY(delta_->search(query, radius, added));
    if (added.empty()) return {};
    const auto first = static_cast<std::uint32_t>(layers_->base().hashes.size());
    for (Neighbor& neighbor : added)
        neighbor.position += first;
    drop_inactive(added);
    const auto middle = static_cast<std::ptrdiff_t>(out.size());
    out.insert(out.end(), added.begin(), added.end());
    // All of the delta come after those of the base, so equal distances stay in the order of positions.
    std::inplace_merge(out.begin(), out.begin() + middle, out.end(),
                       [](const Neighbor& a, const Neighbor& b) { return a.distance_bits < b.distance_bits; });
    return {};
}

std::string LayeredIndex::explain() const {
    std::string text = base_->explain();
    if (const Snapshot* delta = layers_->delta()) {
        text += "; " + std::to_string(delta->hashes.size()) + " entries of a delta searched beside it";
        if (delta_) text += " (" + std::string(engine_name(delta_->engine())) + ")";
        text += ", " + std::to_string(delta->withdrawn.size()) + " withdrawn";
    }
    const std::size_t disabled =
        layers_->base().disabled.size() + (layers_->delta() != nullptr ? layers_->delta()->disabled.size() : 0);
    if (disabled > 0) text += "; " + std::to_string(disabled) + " disabled";
    return text;
}

}  // namespace tutela
