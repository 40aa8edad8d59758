// For one band: from a value of 16 bits to the lines of the entries that have it, for all values within a distance.
// Layer: index.
//
// It is a BK-tree over the band's values, of one node whose pivot is 0. A child is keyed not by the distance to the
// pivot but by the vector of distances in eight blocks of 2 bits, which says more: a value within distance t of the
// query has a vector within t, coordinate differences added up, of the query's vector. The node has two forms behind
// one contract:
//   branching  3^8 cells, one a vector; the values that occur hang in their cell and are compared one by one. At
//              distance 1 it visits at most 17 cells. For bands where few values occur.
//   resolved   the same node taken to the limit, where the blocks are single bits: every value is its own child,
//              nothing is left to compare, and the cells are a table of all 65,536 values. That is what the literature
//              calls multi-index hashing. For bands where most values occur.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

    // The arrays of a directory, to be stored and used again where they lie.
    struct Arrays {
        BandForm form = BandForm::resolved;
        std::span<const std::uint32_t>
            lines;  // where the lines of each value begin (branching: of each rank), and their end
        std::span<const std::uint32_t> cells;  // branching: the rank where each cell begins, and the number of ranks
        std::span<const std::uint16_t>
            values;  // branching: the values that occur, cell by cell; a place here is a rank
    };
    [[nodiscard]] Arrays arrays() const noexcept { return {form_, lines_, cells_, values_}; }

    // Of arrays from a file, which must outlive it. Nothing, unless they are a directory whose lines begin with
    // `first_line` and do not pass `end_line`: then no query reads outside of them or finds a line twice, whatever the
    // file's maker wanted. Whether the lines hold the right entries is another question.
    [[nodiscard]] static std::optional<BandDirectory> borrow(const Arrays& arrays, std::uint32_t first_line,
                                                             std::uint32_t end_line, const kernels::Table& table);

    BandDirectory(BandDirectory&&) noexcept = default;
    BandDirectory& operator=(BandDirectory&&) noexcept = default;
    BandDirectory(const BandDirectory&) = delete;  // its spans would be those of the other
    BandDirectory& operator=(const BandDirectory&) = delete;
    ~BandDirectory() = default;

    // The cells of a branching directory: 3^8.
    static constexpr std::size_t kCells = 6561;

    // The form that a band with this many different values should have. Both visit 17 places at distance 1; the
    // resolved one reads a word in each, the branching one compares what hangs there. Measured in bench_index.
    [[nodiscard]] static BandForm choose(std::size_t different_values) noexcept {
        return different_values < kResolveFrom ? BandForm::branching : BandForm::resolved;
    }

    [[nodiscard]] BandForm form() const noexcept { return form_; }
    // One past the last line.
    [[nodiscard]] std::uint32_t end_line() const noexcept { return lines_.back(); }
    // Where the first line begins.
    [[nodiscard]] std::uint32_t first_line() const noexcept { return lines_.front(); }
    // The lines of one value; empty when it does not occur.
    [[nodiscard]] LineRange lines_of(std::uint16_t value) const noexcept;
    // Calls visit(value, lines) for every value that may have lines, in the order of the lines.
    template <typename Visit>
    void for_each_value(Visit&& visit) const {
        for (std::size_t rank = 0; rank + 1 < lines_.size(); ++rank) {
            const auto value = form_ == BandForm::resolved ? static_cast<std::uint16_t>(rank) : values_[rank];
            visit(value, LineRange{lines_[rank], lines_[rank + 1]});
        }
    }
    // Of memory of its own.
    [[nodiscard]] std::size_t memory_bytes() const noexcept;

    // Appends to `ranges` one range for every value that differs from `value` in exactly `distance` bits,
    // 0 <= distance <= kMaxBandRadius. They become the lines of the values by finish(): where they wait for memory,
    // find() only asks for it. Empty ranges may be among them.
    void find(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;

    // Completes ranges that find() of this band appended, each once. Best called after find() of all bands.
    void finish(std::span<LineRange> ranges) const noexcept;

    // Asks the processor for the words that find() reads first, for distances up to 1 of those up to `max_distance`.
    void prefetch(std::uint16_t value, int max_distance) const noexcept;

private:
    static constexpr std::size_t kResolveFrom = 8192;

    struct CellWalk;

    void find_resolved(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;
    void find_branching(std::uint16_t value, int distance, std::vector<LineRange>& ranges) const;

    BandDirectory(const Arrays& arrays, const kernels::Table& table) noexcept;

    BandForm form_;
    kernels::MatchRuns match_runs_;
    // Of a directory that was built; those of a borrowed one are empty.
    std::vector<std::uint32_t> own_lines_;
    std::vector<std::uint32_t> own_cells_;
    std::vector<std::uint16_t> own_values_;
    // As in Arrays; of the vectors above, which keep their place when they are moved, or borrowed.
    std::span<const std::uint32_t> lines_;
    std::span<const std::uint32_t> cells_;
    std::span<const std::uint16_t> values_;
};

}  // namespace tutela
