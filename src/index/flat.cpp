#include "index/flat.hpp"

#include "core/try.hpp"
#include "index/engine.hpp"

namespace tutela {

template <std::size_t Bits>
FlatIndex<Bits>::FlatIndex(std::span<const Hash<Bits>> hashes, std::string_view reason, const kernels::Table& table)
    : size_(hashes.size()), reason_(reason), scan_head_(scan_kernel<kHeadBytes * 8>(table)), scan_tail_(table.scan128) {
    heads_.reserve(size_ * kHeadBytes);
    tails_.reserve(size_ * kTailBytes);
    for (const Hash<Bits>& hash : hashes) {
        const auto middle = hash.bytes.begin() + kHeadBytes;
        heads_.insert(heads_.end(), hash.bytes.begin(), middle);
        tails_.insert(tails_.end(), middle, hash.bytes.end());
    }
}

template <std::size_t Bits>
Status FlatIndex<Bits>::search(const Hash<Bits>& query, std::uint32_t radius, std::vector<Neighbor>& out) const {
    TUTELA_TRY(check_radius(radius, Bits));
    out.clear();
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
    scan_range(scan_head_, query.bytes.data(), heads_.data(), kHeadBytes, 0, size_, radius, head_hit);
    sort_answer(out);
    return {};
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
