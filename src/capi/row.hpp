// Rows and totals between C and C++.
#pragma once

#include <vector>

#include "tutela/report.hpp"
#include "tutela/status.hpp"
#include "tutela/tutela.h"

namespace tutela::capi {

// A row as C sees it; points into the FileRow it was made of and into itself.
class RowView {
public:
    explicit RowView(const FileRow& row);
    RowView(const RowView&) = delete;
    RowView& operator=(const RowView&) = delete;

    [[nodiscard]] const tutela_row* get() const noexcept { return &row_; }

private:
    tutela_row row_;
    tutela_hash256 hash_;
    // What the row's arrays point to, and these arrays.
    template <typename Item>
    struct Items {
        std::vector<Item> items;
        std::vector<const Item*> pointers;

        // How many they are; `array` is set.
        template <typename Facts>
        std::uint32_t fill(const Facts& facts, const Item* const*& array);
    };
    Items<tutela_match> matches_;
    Items<tutela_match_segment> segments_;
    Items<tutela_timeline_point> timeline_;
};

// Points into the segment.
tutela_match_segment view_of(const MatchSegment& segment) noexcept;

// Copies a row that a caller of C made or was given.
Result<FileRow> read_row(const tutela_row* from);

tutela_totals to_c(const RunTotals& totals) noexcept;
Result<RunTotals> read_totals(const tutela_totals* from);

}  // namespace tutela::capi
