// The engine that compares the query with every hash. Layer: index.
//
// Its cost is the memory it reads, whatever the list and the radius, so it reads as little as it can. A PDQ hash is
// kept in two halves, in two arrays: the distance of the first halves is at most the distance of the hashes, so a hash
// whose first half is beyond the radius is out, and the second half of the list is not touched. Of random hashes, one
// in 30 million passes at radius 31. A 64-bit hash is kept whole. Of a batch, many queries pass over a piece of the
// list while it is in the cache, so the cost is comparing, not reading.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/aligned_vector.hpp"
#include "kernels/kernels.hpp"
#include "tutela/index.hpp"

namespace tutela {

template <std::size_t Bits>
class FlatIndex final : public Index<Bits> {
public:
    // `reason`: why it was chosen automatically; empty when the caller asked for it.
    // Precondition: check_hash_count(hashes.size()) is ok. Throws std::bad_alloc.
    explicit FlatIndex(std::span<const Hash<Bits>> hashes, std::string reason = {},
                       const kernels::Table& table = kernels::table());

    Status search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const override;
    [[nodiscard]] std::size_t size() const noexcept override { return size_; }
    [[nodiscard]] Engine engine() const noexcept override { return Engine::flat; }
    [[nodiscard]] std::size_t memory_bytes() const noexcept override;
    [[nodiscard]] std::string explain() const override;

private:
    std::size_t search_some(std::span<const Hash<Bits>> queries, std::uint32_t radius, std::size_t enough,
                            std::vector<std::vector<Neighbor>>& out) const override;
    // Appends the matches among the hashes begin .. end - 1, unsorted; begin is the start of a block.
    void scan(const Hash<Bits>& query, std::uint32_t radius, std::size_t begin, std::size_t end,
              std::vector<Neighbor>& out) const;

    static constexpr std::size_t kHeadBytes = Bits == 256 ? 16 : Bits / 8;
    static constexpr std::size_t kTailBytes = Bits / 8 - kHeadBytes;

    std::size_t size_;
    std::string reason_;
    kernels::Scan scan_head_;
    kernels::Scan scan_tail_;
    AlignedVector<std::uint8_t> heads_;  // kHeadBytes of each hash, in blocks where there are tails
    AlignedVector<std::uint8_t> tails_;  // the other kTailBytes
};

}  // namespace tutela
