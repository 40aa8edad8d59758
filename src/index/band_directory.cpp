#include "index/band_directory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "index/ring_filter.hpp"

namespace tutela {

namespace {

constexpr std::size_t kBlocks = 8;
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
    : form_(form), match_runs_(table.match_runs) {
    if (form == BandForm::resolved) {
        own_lines_.reserve(kValues + 1);
        for (const std::uint32_t count : counts) {
            own_lines_.push_back(first_line);
            first_line += lines_for(count);
        }
    } else {
        std::array<std::vector<std::uint16_t>, kCells> by_cell;
        for (std::size_t value = 0; value < kValues; ++value) {
            if (counts[value] != 0)
                by_cell[cell_of(static_cast<std::uint16_t>(value))].push_back(static_cast<std::uint16_t>(value));
        }
        own_cells_.reserve(kCells + 1);
        for (const std::vector<std::uint16_t>& members : by_cell) {
            own_cells_.push_back(static_cast<std::uint32_t>(own_values_.size()));
            for (const std::uint16_t value : members) {
                own_values_.push_back(value);
                own_lines_.push_back(first_line);
                first_line += lines_for(counts[value]);
            }
        }
        own_cells_.push_back(static_cast<std::uint32_t>(own_values_.size()));
    }
    own_lines_.push_back(first_line);
    lines_ = own_lines_;
    cells_ = own_cells_;
    values_ = own_values_;
}

BandDirectory::BandDirectory(const Arrays& arrays, const kernels::Table& table) noexcept
    : form_(arrays.form),
      match_runs_(table.match_runs),
      lines_(arrays.lines),
      cells_(arrays.cells),
      values_(arrays.values) {}

namespace {

// Whether every cell has values of its own alone, each once: so a cell has at most kMostInACell.
bool are_cells(std::span<const std::uint32_t> cells, std::span<const std::uint16_t> values) noexcept {
    if (cells.size() != BandDirectory::kCells + 1 || cells.front() != 0 || cells.back() != values.size()) return false;
    for (std::size_t cell = 0; cell < BandDirectory::kCells; ++cell) {
        if (cells[cell] > cells[cell + 1] || cells[cell + 1] > values.size()) return false;
        for (std::size_t rank = cells[cell]; rank < cells[cell + 1]; ++rank) {
            if (cell_of(values[rank]) != cell) return false;
            if (rank > cells[cell] && values[rank - 1] >= values[rank]) return false;
        }
    }
    return true;
}

}  // namespace

std::optional<BandDirectory> BandDirectory::borrow(const Arrays& arrays, std::uint32_t first_line,
                                                   std::uint32_t end_line, const kernels::Table& table) {
    const bool branching = arrays.form == BandForm::branching;
    const std::size_t ranks = branching ? arrays.values.size() : kValues;
    if (arrays.lines.size() != ranks + 1) return std::nullopt;
    if (arrays.lines.front() != first_line || arrays.lines.back() > end_line) return std::nullopt;
    if (!std::is_sorted(arrays.lines.begin(), arrays.lines.end())) return std::nullopt;
    if (branching ? !are_cells(arrays.cells, arrays.values) : !arrays.cells.empty() || !arrays.values.empty())
        return std::nullopt;
    return BandDirectory(arrays, table);
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
    return own_lines_.capacity() * sizeof own_lines_[0] + own_values_.capacity() * sizeof own_values_[0] +
           own_cells_.capacity() * sizeof own_cells_[0];
}

// Visits the cells at a distance from the query's cell, coordinate differences added up, each once. What hangs in them
// is compared a few cells at a time: by then the memory asked for at the first has come.
struct BandDirectory::CellWalk {
    static constexpr std::size_t kAtATime = 32;

    const BandDirectory& directory;
    std::uint16_t value;
    int distance;
    std::vector<LineRange>& ranges;
    std::size_t count = 0;
    std::array<kernels::Run, kAtATime> runs;

    void visit(std::size_t cell, std::size_t first_block, std::size_t place_value, int left) {
        if (left == 0) return add(cell);
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

    void add(std::size_t cell) {
        const kernels::Run run{directory.cells_[cell], directory.cells_[cell + 1]};
        if (run.begin == run.end) return;
        __builtin_prefetch(&directory.values_[run.begin]);
        runs[count++] = run;
        if (count == kAtATime) compare();
    }

    // Appends ranks, begin and end, for finish().
    void compare() {
        std::array<std::uint32_t, kAtATime * kMostInACell + 1> ranks;
        const std::size_t found =
            directory.match_runs_(value, directory.values_.data(), runs.data(), std::exchange(count, 0),
                                  static_cast<std::uint32_t>(distance), ranks.data());
        for (std::size_t i = 0; i < found; ++i) {
            __builtin_prefetch(&directory.lines_[ranks[i]]);
            ranges.push_back({ranks[i], ranks[i] + 1});
        }
    }
};

void BandDirectory::find_branching(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const {
    CellWalk walk{*this, value, distance, ranges, 0, {}};
    // Cells differ by the difference of the ones in each block; what exchanges ones within a block takes two bits more.
    for (int apart = distance; apart >= 0; apart -= 2)
        walk.visit(cell_of(value), 0, 1, apart);
    walk.compare();
}

void BandDirectory::find_resolved(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const {
    for (const std::uint16_t flip : flips()[static_cast<std::size_t>(distance)]) {
        const auto other = static_cast<std::size_t>(value ^ flip);
        ranges.push_back({lines_[other], lines_[other + 1]});
    }
}

void BandDirectory::find(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const {
    if (form_ == BandForm::resolved) return find_resolved(value, distance, ranges);
    find_branching(value, distance, ranges);
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
