#include "index/flat.hpp"

#include <cstring>
#include <utility>

#include "core/try.hpp"
#include "index/engine.hpp"

namespace tutela {

template <std::size_t Bits>
FlatIndex<Bits>::FlatIndex(std::span<const Hash<Bits>> hashes, std::string reason, const kernels::Table& table)
    : size_(hashes.size()),
      reason_(std::move(reason)),
      scan_head_(kTailBytes > 0 ? table.scan_heads : table.scan64),
      scan_tail_(table.scan128) {
    if constexpr (kTailBytes == 0) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(hashes.data());
        heads_.assign(bytes, bytes + size_ * kHeadBytes);
        return;
    }
    const std::size_t blocks = (size_ + kernels::kHeadBlock - 1) / kernels::kHeadBlock;
    heads_.resize(blocks * kernels::kHeadBlock * kHeadBytes);
    tails_.resize(size_ * kTailBytes);
    for (std::size_t i = 0; i < size_; ++i) {
        const std::uint8_t* bytes = hashes[i].bytes.data();
        std::uint8_t* first_word =
            heads_.data() + i / kernels::kHeadBlock * kernels::kHeadBlock * kHeadBytes + i % kernels::kHeadBlock * 8;
        std::memcpy(first_word, bytes, 8);
        std::memcpy(first_word + kernels::kHeadBlock * 8, bytes + 8, 8);
        std::memcpy(tails_.data() + i * kTailBytes, bytes + kHeadBytes, kTailBytes);
    }
}

template <std::size_t Bits>
void FlatIndex<Bits>::scan(const Hash<Bits>& query, std::uint32_t radius, std::size_t begin, std::size_t end,
                           std::vector<Neighbor>& out) const {
    const auto head_hit = [&](std::size_t position, std::uint32_t head_distance) {
        std::uint32_t distance_bits = head_distance;
        if constexpr (kTailBytes > 0) {
            kernels::Hit tail;
            const std::uint8_t* bytes = tails_.data() + position * kTailBytes;
            if (scan_tail_(query.bytes.data() + kHeadBytes, bytes, 1, radius - head_distance, &tail) == 0) return;
            distance_bits += tail.distance_bits;
        }
        out.push_back({static_cast<std::uint32_t>(position), distance_bits});
    };
    scan_range(scan_head_, query.bytes.data(), heads_.data(), kHeadBytes, begin, end, radius, head_hit);
}

template <std::size_t Bits>
Status FlatIndex<Bits>::search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    TUTELA_TRY(check_radius(radius, Bits));
    out.clear();
    scan(query, radius, 0, size_, out);
    sort_answer(out);
    return {};
}

template <std::size_t Bits>
std::size_t FlatIndex<Bits>::search_some(std::span<const Hash<Bits>> queries, std::uint32_t radius, std::size_t enough,
                                         std::vector<std::vector<Neighbor>>& out) const {
    // A tile stays in the first-level cache while all queries of the piece pass over it.
    static constexpr std::size_t kTile = 16384 / kHeadBytes;
    std::size_t count = queries.size();
    for (std::size_t q = 0; q < count; ++q)
        out[q].clear();
    for (std::size_t begin = 0; begin < size_; begin += kTile) {
        std::size_t found = 0;
        for (std::size_t q = 0; q < count; ++q) {
            scan(queries[q], radius, begin, std::min(size_, begin + kTile), out[q]);
            found += out[q].size();
        }
        if (found <= enough || count == 1) continue;
        // So many duplicates: the later half of the queries must wait for another call.
        for (std::size_t q = count / 2; q < count; ++q)
            out[q] = {};
        count /= 2;
    }
    for (std::size_t q = 0; q < count; ++q)
        sort_answer(out[q]);
    return count;
}

template <std::size_t Bits>
std::size_t FlatIndex<Bits>::memory_bytes() const noexcept {
    return heads_.capacity() + tails_.capacity();
}

template <std::size_t Bits>
std::string FlatIndex<Bits>::explain() const {
    return explain_engine(engine(), size_, Bits, reason_);
}

template class FlatIndex<64>;
template class FlatIndex<256>;

}  // namespace tutela
