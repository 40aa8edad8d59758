#include "scan/finding_cache.hpp"

#include <cstring>
#include <utility>

namespace tutela {

std::size_t FindingCache::KeyHash::operator()(const ContentKey& key) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, key.xxh3.data(), sizeof hash);
    return hash;
}

Result<FindingCache::Shared> FindingCache::get(const ContentKey& key, const Make& make) {
    Shared known;
    const std::shared_ptr<Slot> claimed = claim(key, known);
    if (known != nullptr) return known;
    Shared made;
    try {
        Result<Finding> finding = make();
        if (!finding.ok()) {
            if (claimed != nullptr) settle(*claimed, nullptr);
            return finding.status();
        }
        made = std::make_shared<const Finding>(std::move(finding).value());
    } catch (...) {
        if (claimed != nullptr) settle(*claimed, nullptr);
        throw;
    }
    if (claimed != nullptr) settle(*claimed, made);
    return made;
}

// The slot when it is this caller's to fill. Else it is somebody's already, and `known` is what became of it: null when
// that failed.
std::shared_ptr<FindingCache::Slot> FindingCache::claim(const ContentKey& key, Shared& known) {
    std::unique_lock lock(mutex_);
    if (const auto found = slots_.find(key); found != slots_.end()) {
        const std::shared_ptr<Slot> slot = found->second;
        settled_.wait(lock, [&] { return slot->done; });
        known = slot->finding;
        return nullptr;
    }
    auto slot = std::make_shared<Slot>();
    order_.push_back(key);
    try {
        slots_.emplace(key, slot);
    } catch (...) {
        order_.pop_back();
        throw;
    }
    weight_ += slot->weight;
    drop_oldest();
    return slot;
}

// Those who wait for a slot that is dropped share it, and get its finding.
void FindingCache::drop_oldest() {
    while (weight_ > capacity_) {
        const auto oldest = slots_.find(order_.front());
        oldest->second->dropped = true;
        weight_ -= oldest->second->weight;
        slots_.erase(oldest);
        order_.pop_front();
    }
}

void FindingCache::settle(Slot& slot, Shared finding) {
    {
        const std::lock_guard lock(mutex_);
        slot.finding = std::move(finding);
        slot.done = true;
        if (slot.finding != nullptr && !slot.dropped) {
            const std::size_t grown = weight_of(*slot.finding) - slot.weight;
            slot.weight += grown;
            weight_ += grown;
            drop_oldest();
        }
    }
    settled_.notify_all();
}

bool FindingCache::holds(const ContentKey& key) const {
    const std::lock_guard lock(mutex_);
    return slots_.contains(key);
}

std::size_t FindingCache::size() const {
    const std::lock_guard lock(mutex_);
    return slots_.size();
}

}  // namespace tutela
