#include "index/stored_forest.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "index/spread.hpp"

namespace tutela {

namespace {

using Forest = BkForest<256>;

// The directory: a head, a record for each band, then each band's arrays. All in words of 32 bits.
constexpr std::size_t kHeadWords = 16;   // lines, entries, zeroes
constexpr std::size_t kRecordWords = 4;  // form, ranks, zeroes
constexpr std::uint32_t kResolved = 1;   // the numbers of the forms
constexpr std::uint32_t kBranching = 2;
constexpr std::size_t kArraysFrom = kHeadWords + kRecordWords * Forest::kBands;

constexpr std::size_t words_for_values(std::size_t ranks) noexcept {
    return (ranks + 1) / 2;
}

Status corrupt(const char* why) {
    return Status(StatusCode::corrupt, std::string("damaged index: ") + why);
}

// Takes runs of words off a directory, as long as there are enough.
class WordReader {
public:
    explicit WordReader(std::span<const std::uint32_t> words) noexcept : rest_(words) {}

    [[nodiscard]] bool take(std::size_t count, std::span<const std::uint32_t>& out) noexcept {
        if (rest_.size() < count) return false;
        out = rest_.first(count);
        rest_ = rest_.subspan(count);
        return true;
    }
    [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

private:
    std::span<const std::uint32_t> rest_;
};

// The arrays of the band whose record this is.
bool take_arrays(std::span<const std::uint32_t> record, WordReader& words, BandDirectory::Arrays& arrays) noexcept {
    const std::uint32_t ranks = record[1];
    if (record[2] != 0 || record[3] != 0 || ranks > BandDirectory::kValues) return false;
    if (!words.take(std::size_t{ranks} + 1, arrays.lines)) return false;
    if (record[0] == kResolved) {
        arrays.form = BandForm::resolved;
        return ranks == BandDirectory::kValues;
    }
    std::span<const std::uint32_t> packed;
    if (record[0] != kBranching || !words.take(BandDirectory::kCells + 1, arrays.cells) ||
        !words.take(words_for_values(ranks), packed))
        return false;
    arrays.form = BandForm::branching;
    arrays.values = {reinterpret_cast<const std::uint16_t*>(packed.data()), ranks};
    return ranks % 2 == 0 || packed.back() >> 16 == 0;
}

// A hash of one posting that nobody can compute who does not know the key.
class PostingHash {
public:
    // False when the system has no random numbers to give.
    [[nodiscard]] bool choose_key() noexcept { return getentropy(key_.data(), sizeof key_) == 0; }

    [[nodiscard]] std::uint64_t operator()(std::uint32_t position, std::uint16_t value,
                                           std::uint16_t sketch) const noexcept {
        const std::uint64_t posting = std::uint64_t{position} << 32 | std::uint64_t{value} << 16 | sketch;
        const std::uint64_t once = fold(posting ^ key_[0], posting ^ key_[1]);
        return fold(once ^ key_[2], posting ^ key_[3]);
    }

private:
    static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
        __extension__ using Wide = unsigned __int128;
        const Wide product = Wide{a} * b;
        return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    }

    std::array<std::uint64_t, 4> key_{};
};

// The number of a band's postings and the sum of their hashes: equal for two sets of postings when the sets are equal.
struct Sum {
    std::uint64_t count = 0;
    std::uint64_t hash = 0;
    bool operator==(const Sum&) const noexcept = default;
};

using Sums = std::array<Sum, Forest::kBands>;

Sums sums_of_hashes(std::span<const Hash256> hashes, const PostingHash& hash_of) {
    Sums sums;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        const SpreadHash<256> spread_hash = spread(hashes[i]);
        for (std::size_t band = 0; band < Forest::kBands; ++band) {
            sums[band].hash += hash_of(static_cast<std::uint32_t>(i), spread_hash.bands[band],
                                       spread_hash.bands[(band + 1) % Forest::kBands]);
        }
    }
    for (Sum& sum : sums)
        sum.count = hashes.size();
    return sums;
}

Sum sum_of_postings(const Forest& forest, const BandDirectory& band, const PostingHash& hash_of) {
    Sum sum;
    band.for_each_value([&](std::uint16_t value, const LineRange& lines) {
        const std::size_t end = std::size_t{lines.end} * kernels::kLineSketches;
        for (std::size_t place = std::size_t{lines.begin} * kernels::kLineSketches; place < end; ++place) {
            const std::uint32_t position = forest.positions()[place];
            if (position == Forest::kNoPosition) continue;
            sum.hash += hash_of(position, value, forest.sketches()[place]);
            ++sum.count;
        }
    });
    return sum;
}

}  // namespace

std::vector<std::uint32_t> directory_words(const BkForest<256>& forest) {
    std::vector<std::uint32_t> words(kArraysFrom);
    words[0] = forest.bands().back().end_line();
    words[1] = static_cast<std::uint32_t>(forest.size());
    for (std::size_t band = 0; band < Forest::kBands; ++band) {
        const BandDirectory::Arrays arrays = forest.bands()[band].arrays();
        const std::size_t record = kHeadWords + kRecordWords * band;
        words[record] = arrays.form == BandForm::resolved ? kResolved : kBranching;
        words[record + 1] = static_cast<std::uint32_t>(arrays.lines.size() - 1);
        words.insert(words.end(), arrays.lines.begin(), arrays.lines.end());
        words.insert(words.end(), arrays.cells.begin(), arrays.cells.end());
        const std::size_t values_from = words.size();
        words.resize(values_from + words_for_values(arrays.values.size()));
        if (!arrays.values.empty())
            std::memcpy(words.data() + values_from, arrays.values.data(), arrays.values.size_bytes());
    }
    return words;
}

Result<std::unique_ptr<const BkForest<256>>> open_forest(std::span<const Hash256> hashes, const StoredForest& stored,
                                                         Owner owner, std::string reason) {
    WordReader words(stored.directory);
    std::span<const std::uint32_t> head;
    std::span<const std::uint32_t> records;
    if (!words.take(kHeadWords, head) || !words.take(kRecordWords * Forest::kBands, records))
        return corrupt("its directory is cut short");
    const std::uint32_t lines = head[0];
    if (head[1] != hashes.size() || std::any_of(head.begin() + 2, head.end(), [](std::uint32_t w) { return w != 0; }))
        return corrupt("it is of another list");
    const std::uint64_t places = (std::uint64_t{lines} + 1) * kernels::kLineSketches;
    if (stored.sketches.size() != places || stored.positions.size() != places)
        return corrupt("it has not as many postings as it says");
    Forest::Parts parts{{}, stored.sketches, stored.positions};
    parts.bands.reserve(Forest::kBands);
    std::uint32_t first_line = 0;
    for (std::size_t band = 0; band < Forest::kBands; ++band) {
        BandDirectory::Arrays arrays;
        if (!take_arrays(records.subspan(kRecordWords * band, kRecordWords), words, arrays))
            return corrupt("a band of its directory is of no known shape");
        std::optional<BandDirectory> directory = BandDirectory::borrow(arrays, first_line, lines, kernels::table());
        if (!directory) return corrupt("a band of its directory points outside");
        first_line = directory->end_line();
        parts.bands.push_back(*std::move(directory));
    }
    if (first_line != lines || !words.at_end()) return corrupt("its directory does not end where it should");
    return std::make_unique<const Forest>(hashes, std::move(parts), std::move(owner), std::move(reason));
}

Status check_postings(const BkForest<256>& forest, std::span<const Hash256> hashes) {
    PostingHash hash_of;
    if (!hash_of.choose_key()) return Status(StatusCode::internal, "the system gives no random numbers");
    const Sums expected = sums_of_hashes(hashes, hash_of);
    for (std::size_t band = 0; band < Forest::kBands; ++band) {
        if (sum_of_postings(forest, forest.bands()[band], hash_of) != expected[band])
            return corrupt("its postings are not those of the list's hashes");
    }
    return {};
}

}  // namespace tutela
