#include "index/band_directory.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "index/ring_filter.hpp"

namespace tutela {

namespace {

constexpr std::size_t kBlocks = 8;
constexpr std::size_t kCells = 6561;       // 3^8
constexpr std::size_t kMostInACell = 256;  // 2^8: every block one of two values

// The ones of a block of a value: 0, 1 or 2.
constexpr int ones_of(std::uint16_t value, std::size_t block) noexcept {
    const int bits = (value >> (2 * block)) & 3;
    return bits - (bits >> 1);
}

// The number of a value's cell: the ones of each block, as the digits of a number to base 3.
constexpr std::size_t cell_of(std::uint16_t value) noexcept {
    std::size_t cell = 0;
    for (std::size_t block = kBlocks; block-- > 0;)
        cell = 3 * cell + static_cast<std::size_t>(ones_of(value, block));
    return cell;
}

// All values of 16 bits with a certain number of ones, for 0 .. kMaxBandRadius ones.
using Flips = std::array<std::vector<std::uint16_t>, kMaxBandRadius + 1>;

const Flips& flips() {
    static const Flips all = [] {
        Flips made;
        for (std::size_t value = 0; value < BandDirectory::kValues; ++value) {
            const auto ones = static_cast<std::size_t>(std::popcount(value));
            if (ones < made.size()) made[ones].push_back(static_cast<std::uint16_t>(value));
        }
        return made;
    }();
    return all;
}

std::uint32_t lines_for(std::uint32_t count) noexcept {
    return count / kernels::kLineSketches + (count % kernels::kLineSketches != 0 ? 1 : 0);
}

}  // namespace

BandDirectory::BandDirectory(std::span<const std::uint32_t, kValues> counts, std::uint32_t first_line, BandForm form,
                             const kernels::Table& table)
    : form_(form), match_values_(table.match_values) {
    if (form == BandForm::resolved) {
        lines_.reserve(kValues + 1);
        for (const std::uint32_t count : counts) {
            lines_.push_back(first_line);
            first_line += lines_for(count);
        }
    } else {
        std::array<std::vector<std::uint16_t>, kCells> by_cell;
        for (std::size_t value = 0; value < kValues; ++value) {
            if (counts[value] != 0)
                by_cell[cell_of(static_cast<std::uint16_t>(value))].push_back(static_cast<std::uint16_t>(value));
        }
        cells_.reserve(kCells + 1);
        for (const std::vector<std::uint16_t>& members : by_cell) {
            cells_.push_back(static_cast<std::uint32_t>(values_.size()));
            for (const std::uint16_t value : members) {
                values_.push_back(value);
                lines_.push_back(first_line);
                first_line += lines_for(counts[value]);
            }
        }
        cells_.push_back(static_cast<std::uint32_t>(values_.size()));
    }
    lines_.push_back(first_line);
}

LineRange BandDirectory::lines_of(std::uint16_t value) const noexcept {
    std::size_t rank = value;
    if (form_ == BandForm::branching) {
        const std::size_t cell = cell_of(value);
        const auto begin = values_.begin() + cells_[cell];
        const auto end = values_.begin() + cells_[cell + 1];
        const auto place = std::lower_bound(begin, end, value);
        if (place == end || *place != value) return {0, 0};
        rank = static_cast<std::size_t>(place - values_.begin());
    }
    return {lines_[rank], lines_[rank + 1]};
}

std::size_t BandDirectory::memory_bytes() const noexcept {
    return lines_.capacity() * sizeof lines_[0] + values_.capacity() * sizeof values_[0] +
           cells_.capacity() * sizeof cells_[0];
}

// Appends ranks, begin and end, for finish().
void BandDirectory::find_in_cell(std::size_t cell, std::uint16_t value, int distance,
                                 std::vector<LineRange>& ranges) const {
    std::array<std::uint32_t, kMostInACell + 1> places;
    const std::size_t begin = cells_[cell];
    const std::size_t found = match_values_(value, values_.data() + begin, cells_[cell + 1] - begin,
                                            static_cast<std::uint32_t>(distance), places.data());
    for (std::size_t i = 0; i < found; ++i) {
        const auto rank = static_cast<std::uint32_t>(begin + places[i]);
        __builtin_prefetch(&lines_[rank]);
        ranges.push_back({rank, rank + 1});
    }
}

// Visits the cells at a distance from the query's cell, coordinate differences added up, each once.
struct BandDirectory::CellWalk {
    const BandDirectory& directory;
    std::uint16_t value;
    int distance;
    std::vector<LineRange>& ranges;

    void visit(std::size_t cell, std::size_t first_block, std::size_t place_value, int left) const {
        if (left == 0) return directory.find_in_cell(cell, value, distance, ranges);
        for (std::size_t block = first_block; block < kBlocks; ++block, place_value *= 3) {
            const int ones = ones_of(value, block);
            for (int to = std::max(0, ones - left); to <= std::min(2, ones + left); ++to) {
                if (to == ones) continue;
                const std::size_t moved = to > ones ? cell + static_cast<std::size_t>(to - ones) * place_value
                                                    : cell - static_cast<std::size_t>(ones - to) * place_value;
                visit(moved, block + 1, place_value * 3, left - std::abs(to - ones));
            }
        }
    }
};

void BandDirectory::find_resolved(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const {
    for (const std::uint16_t flip : flips()[static_cast<std::size_t>(distance)]) {
        const auto other = static_cast<std::size_t>(value ^ flip);
        ranges.push_back({lines_[other], lines_[other + 1]});
    }
}

void BandDirectory::find(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const {
    if (form_ == BandForm::resolved) return find_resolved(value, distance, ranges);
    // Cells differ by the difference of the ones in each block; what exchanges ones within a block takes two bits more.
    for (int apart = distance; apart >= 0; apart -= 2)
        CellWalk{*this, value, distance, ranges}.visit(cell_of(value), 0, 1, apart);
}

void BandDirectory::finish(std::span<LineRange> ranges) const noexcept {
    if (form_ == BandForm::resolved) return;
    for (LineRange& range : ranges)
        range = {lines_[range.begin], lines_[range.end]};
}

void BandDirectory::prefetch(std::uint16_t value, int max_distance) const noexcept {
    if (max_distance < 0) return;
    if (form_ == BandForm::resolved) {
        __builtin_prefetch(&lines_[value]);
        if (max_distance == 0) return;
        for (unsigned bit = 4; bit < 16; ++bit)  // lower bits stay within the cache line
            __builtin_prefetch(&lines_[value ^ (1U << bit)]);
        return;
    }
    const std::size_t cell = cell_of(value);
    __builtin_prefetch(&cells_[cell]);
    if (max_distance == 0) return;
    std::size_t place_value = 1;
    for (std::size_t block = 0; block < kBlocks; ++block, place_value *= 3) {
        const int ones = ones_of(value, block);
        if (ones > 0) __builtin_prefetch(&cells_[cell - place_value]);
        if (ones < 2) __builtin_prefetch(&cells_[cell + place_value]);
    }
}

}  // namespace tutela
