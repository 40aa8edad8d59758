// Searches a base and, beside it, a delta; answers what is active in either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "list/list_layers.hpp"
#include "tutela/index.hpp"

namespace tutela {

// Positions are those of the list. The base's index does not know of any change, so one serves all generations.
class LayeredIndex final : public Index<256> {
public:
    // `base` is of the base's hashes. `delta` is of the delta's, null when it has none.
    LayeredIndex(std::shared_ptr<const ListLayers> layers, std::shared_ptr<const Index<256>> base,
                 std::unique_ptr<const Index<256>> delta) noexcept
        : layers_(std::move(layers)), base_(std::move(base)), delta_(std::move(delta)) {}

    // Whether it is one of these layers.
    [[nodiscard]] bool is_of(const ListLayers& layers) const noexcept {
        return layers_->top().snapshot.digest == layers.top().snapshot.digest;
    }

    Status search(const Hash256& query, std::uint32_t radius, std::vector<Neighbor>& out) const override;
    [[nodiscard]] std::size_t size() const noexcept override { return layers_->entries(); }
    [[nodiscard]] Engine engine() const noexcept override { return base_->engine(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override {
        return base_->memory_bytes() + (delta_ ? delta_->memory_bytes() : 0);
    }
    [[nodiscard]] std::string explain() const override;

protected:
    std::size_t search_some(std::span<const Hash256> queries, std::uint32_t radius, std::size_t enough,
                            std::vector<std::vector<Neighbor>>& out) const override;

private:
    // Adds what the delta answers to what the base did, and takes away what is not active.
    Status complete(const Hash256& query, std::uint32_t radius, std::vector<Neighbor>& out) const;

    std::shared_ptr<const ListLayers> layers_;
    std::shared_ptr<const Index<256>> base_;
    std::unique_ptr<const Index<256>> delta_;
};

// Whether it is one that filter_index() has made.
[[nodiscard]] bool is_filtered(const Index<256>& index) noexcept;

}  // namespace tutela
