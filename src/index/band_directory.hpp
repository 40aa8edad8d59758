// For one band: from a value of 16 bits to the lines of the entries that have it, for all values within a distance.
// Layer: index.
//
// It is a BK-tree over the band's values, of one node whose pivot is 0. A child is keyed not by the distance to the pivot
// but by the vector of distances in eight blocks of 2 bits, which says more: a value within distance t of the query has a
// vector within t, coordinate differences added up, of the query's vector. The node has two forms behind one contract:
//   branching  3^8 cells, one a vector; the values that occur hang in their cell and are compared one by one. At distance
//              1 it visits at most 17 cells. For bands where few values occur.
//   resolved   the same node taken to the limit, where the blocks are single bits: every value is its own child, nothing
//              is left to compare, and the cells are a table of all 65,536 values. That is what the literature calls
//              multi-index hashing. For bands where most values occur.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/kernels.hpp"

namespace tutela {

enum class BandForm : std::uint8_t { branching, resolved };

// For builds; automatic lets each band have the form that suits it.
enum class BandFormChoice : std::uint8_t { automatic, branching, resolved };

// Lines begin .. end - 1.
struct LineRange {
    std::uint32_t begin;
    std::uint32_t end;
};

class BandDirectory {
public:
    static constexpr std::size_t kValues = 65536;

    // `counts`: how many entries have each value; each gets lines of kernels::kLineSketches entries, in the order that
    // lines_of() then tells, from `first_line` on. Throws std::bad_alloc.
    BandDirectory(std::span<const std::uint32_t, kValues> counts, std::uint32_t first_line, BandForm form,
                  const kernels::Table& table);

    // The form that a band with this many different values should have. Both visit 17 places at distance 1; the
    // resolved one reads a word in each, the branching one compares what hangs there. Measured in bench_index.
    [[nodiscard]] static BandForm choose(std::size_t different_values) noexcept {
        return different_values < kResolveFrom ? BandForm::branching : BandForm::resolved;
    }

    [[nodiscard]] BandForm form() const noexcept { return form_; }
    // One past the last line.
    [[nodiscard]] std::uint32_t end_line() const noexcept { return lines_.back(); }
    // The lines of one value; empty when it does not occur.
    [[nodiscard]] LineRange lines_of(std::uint16_t value) const noexcept;
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

    // Appends to `ranges` one range for every value that differs from `value` in exactly `distance` bits,
    // 0 <= distance <= kMaxBandRadius. They become the lines of the values by finish(): where they wait for memory, find()
    // only asks for it. Empty ranges may be among them.
    void find(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;

    // Completes ranges that find() of this band appended, each once. Best called after find() of all bands.
    void finish(std::span<LineRange> ranges) const noexcept;

    // Asks the processor for the words that find() reads first, for distances up to 1 of those up to `max_distance`.
    void prefetch(std::uint16_t value, int max_distance) const noexcept;

private:
    static constexpr std::size_t kResolveFrom = 8192;

    struct CellWalk;

    void find_resolved(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;
    void find_in_cell(std::size_t cell, std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;

    BandForm form_;
    kernels::MatchValues match_values_;
    std::vector<std::uint32_t> lines_;   // where the lines of each value begin (branching: of each rank), and their end
    std::vector<std::uint16_t> values_;  // branching: the values that occur, cell by cell; a place here is a rank
    std::vector<std::uint32_t> cells_;   // branching: the rank where each cell begins, and the number of ranks
};

}  // namespace tutela
