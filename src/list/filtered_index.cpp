// An index of a part of a list.
#include <algorithm>
#include <utility>

#include "core/try.hpp"
#include "list/layered_index.hpp"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"

namespace tutela {

namespace {

class FilteredIndex final : public Index<256> {
public:
    FilteredIndex(std::shared_ptr<const Index<256>> index, const HashList& list, const ListFilter& filter)
        : index_(std::move(index)), list_(list), admitted_(list.size()) {
        for (std::size_t i = 0; i < admitted_.size(); ++i)
            admitted_[i] = filter.admits(list.entry(i));
    }

    Status search(const Hash256& query, std::uint32_t radius, std::vector<Neighbor>& out) const override {
        TUTELA_TRY(index_->search(query, radius, out));
        keep_admitted(out);
        return {};
    }
    [[nodiscard]] std::size_t size() const noexcept override { return index_->size(); }
    [[nodiscard]] Engine engine() const noexcept override { return index_->engine(); }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override {
        return index_->memory_bytes() + admitted_.size() / 8;
    }
    [[nodiscard]] std::string explain() const override {
        const auto count = std::count(admitted_.begin(), admitted_.end(), true);
        return index_->explain() + "; a filter admits " + std::to_string(count) + " entries";
    }

protected:
    std::size_t search_some(std::span<const Hash256> queries, std::uint32_t radius, std::size_t enough,
                            std::vector<std::vector<Neighbor>>& out) const override {
        const std::size_t answered = search_some_of(*index_, queries, radius, enough, out);
        for (std::size_t i = 0; i < answered; ++i)
            keep_admitted(out[i]);
        return answered;
    }

private:
    void keep_admitted(std::vector<Neighbor>& neighbors) const noexcept {
        std::erase_if(neighbors, [&](const Neighbor& neighbor) { return !admitted_[neighbor.position]; });
    }

    std::shared_ptr<const Index<256>> index_;
    HashList list_;
    std::vector<bool> admitted_;
};

}  // namespace

std::shared_ptr<const Index<256>> filter_index(std::shared_ptr<const Index<256>> index, const HashList& list,
                                               const ListFilter& filter) {
    if (filter.admits_all()) return index;
    return std::make_shared<FilteredIndex>(std::move(index), list, filter);
}

bool is_filtered(const Index<256>& index) noexcept {
    return dynamic_cast<const FilteredIndex*>(&index) != nullptr;
}

}  // namespace tutela
