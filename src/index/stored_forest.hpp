// A forest as three arrays that a file can keep, and a forest over such arrays. Layer: index.
//
// The arrays hold what a forest adds to the hashes; src/list/FORMAT.md specifies them. They can be computed from the
// hashes, so whoever opens them asks two questions:
//   are they safe?   open_forest() asks always. It looks at the directory alone (4 MiB for a large list): afterwards no
//                    query reads outside of the arrays, whatever a crafted or damaged file holds. Postings are checked
//                    when they are met: a position out of range is passed over.
//   are they right?  check_postings() asks, reading everything once: every entry must be posted once in every band,
//                    under its value and with its sketch. Only then is a search all and only the entries within the
//                    radius.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "index/bk_forest.hpp"
#include "tutela/executor.hpp"
#include "tutela/hash.hpp"
#include "tutela/index.hpp"
#include "tutela/status.hpp"

namespace tutela {

struct StoredForest {
    std::span<const std::uint32_t> directory;
    std::span<const std::uint16_t> sketches;
    std::span<const std::uint32_t> positions;
};

// The directory array of a forest; the other two are its sketches() and positions(). Throws std::bad_alloc.
[[nodiscard]] std::vector<std::uint32_t> directory_words(const BkForest<256>& forest);

// A forest over the arrays and the hashes, which it borrows from `owner`. `corrupt` unless the arrays are safe.
// Throws std::bad_alloc.
[[nodiscard]] Result<std::unique_ptr<const BkForest<256>>> open_forest(std::span<const Hash256> hashes,
                                                                       const StoredForest& stored, Owner owner,
                                                                       std::string reason);

// `corrupt` unless the postings of the forest are those of its hashes. A forger would have to guess a random key of
// this process.
[[nodiscard]] Status check_postings(const BkForest<256>& forest, std::span<const Hash256> hashes);

}  // namespace tutela
