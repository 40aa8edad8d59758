// Any bytes as a snapshot: as they are, or, when the first byte is odd, with every checksum computed anew, as somebody
// who knows the format would. What is accepted is read and searched without a read outside; checked whole, it also
// answers right.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <vector>

#include "list/snapshot_model.hpp"
#include "tutela/list.hpp"

namespace {

using tutela::Hash256;
using tutela::HashList;
using tutela::LoadCheck;
using tutela::Neighbor;

constexpr std::size_t kMostQueries = 8;

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

void read_texts(const HashList& list) {
    for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 1000); ++i) {
        const tutela::EntryView entry = list.entry(i);
        require(std::max({entry.id.size(), entry.category.size(), entry.label.size()}) <= tutela::kMaxTextBytes);
        require(!list.entry_name(i).empty());
    }
}

void search(const HashList& list, bool complete) {
    const auto index = list.open_index();
    if (!index.ok()) {
        require(!complete);
        return;
    }
    const std::span<const Hash256> hashes = list.hashes();
    for (std::size_t i = 0; i < std::min(hashes.size(), kMostQueries); ++i) {
        std::vector<Neighbor> found;
        require(index.value()->search(hashes[i], 31, found).ok());
        for (const Neighbor& neighbor : found) {
            require(neighbor.position < list.size());
            require(tutela::distance(hashes[neighbor.position], hashes[i]) == neighbor.distance_bits);
        }
        const auto near = [&](const Hash256& hash) { return tutela::distance(hash, hashes[i]) <= 31; };
        require(!complete || found.size() == static_cast<std::size_t>(std::ranges::count_if(hashes, near)));
    }
}

void use(std::span<const std::uint8_t> bytes, LoadCheck check) {
    const auto list = HashList::from_bytes(bytes, check);
    if (!list.ok()) {
        require(!list.status().message().empty());
        return;
    }
    read_texts(list.value());
    search(list.value(), check == LoadCheck::everything);
    if (check == LoadCheck::layout) require(list.value().verify().ok() == HashList::from_bytes(bytes).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    std::vector<std::uint8_t> bytes(data + 1, data + size);
    if (data[0] % 2 != 0 && bytes.size() >= 64) {
        try {
            tutela::model::seal(bytes);
        } catch (const std::out_of_range&) {  // the table lies beyond the end
            return 0;
        }
    }
    use(bytes, LoadCheck::everything);
    use(bytes, LoadCheck::layout);
    return 0;
}
