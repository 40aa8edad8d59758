// The findings of pictures already examined, so that equal bytes are decoded once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "core/digest.hpp"
#include "scan/finding.hpp"
#include "tutela/status.hpp"

namespace tutela {

// The XXH3-128 finds the place, the SHA-256 decides: equal XXH3 values alone, which can be crafted, are no equality.
struct ContentKey {
    Xxh3_128 xxh3;
    Sha256 sha256;
    std::uint64_t size_bytes = 0;

    bool operator==(const ContentKey&) const noexcept = default;
};

// Bounded: the last distinct pictures whose weights sum up to `capacity`, oldest out first. A picture weighs 1, and 1
// more for each 50 matches, 6 segments or 20 points of a timeline that it has. As a finding depends on the bytes alone, what was
// dropped is found again, only later. Thread-safe.
class FindingCache {
public:
    // About 400 bytes a unit of weight: some 25 MB in all.
    static constexpr std::size_t kDefaultCapacity = 65536;

    explicit FindingCache(std::size_t capacity = kDefaultCapacity) : capacity_(capacity) {}

    using Make = std::function<Result<Finding>()>;
    using Shared = std::shared_ptr<const Finding>;

    // The finding for `key`: known, or waited for when another thread is at it, or made by `make` here. When `make`
    // fails or throws, those who wait each make their own. `make` must not call get().
    Result<Shared> get(const ContentKey& key, const Make& make);

    // Whether it is known, or another thread is at it.
    [[nodiscard]] bool holds(const ContentKey& key) const;
    [[nodiscard]] std::size_t size() const;
    static std::size_t weight_of(const Finding& finding) noexcept {
        return 1 + (finding.neighbors.size() + finding.carried.size()) / 50 + finding.segments.size() / 6 +
               finding.timeline.size() / 20;
    }

private:
    struct Slot {
        bool done = false;
        bool dropped = false;
        std::size_t weight = 1;
        Shared finding;  // null when making it failed
    };
    struct KeyHash {
        std::size_t operator()(const ContentKey& key) const noexcept;
    };

    std::shared_ptr<Slot> claim(const ContentKey& key, Shared& known);
    void settle(Slot& slot, Shared finding);
    void drop_oldest();

    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable settled_;
    std::unordered_map<ContentKey, std::shared_ptr<Slot>, KeyHash> slots_;
    std::deque<ContentKey> order_;
    std::size_t weight_ = 0;  // of all in slots_
};

}  // namespace tutela
