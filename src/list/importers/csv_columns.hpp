// What the columns of a CSV with a header are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "list/importers/item_draft.hpp"
#include "tutela/import.hpp"

namespace tutela {

enum class ColumnRole : std::uint8_t {
    ignored,
    hash,
    id,
    category,
    label,
    flag,          // its name is put into the label when it is yes
    baseline,      // of INTERPOL
    status,        // of IPED
    vic_category,  // likewise
    signal_type,   // of python-threatexchange, as are the next two
    signal,
    collaboration,
    source,
    scheme,
    region,
    harmless,
    updated,
    carried,
};

struct Column {
    ColumnRole role = ColumnRole::ignored;
    NamedHash hash{};          // of ColumnRole::hash
    std::string_view label{};  // of ColumnRole::flag; static
};

// Of a header's field; `ignored` when the format gives it no meaning.
[[nodiscard]] Column column_of(ListFormat format, std::string_view name) noexcept;

// The format of a CSV by its header; automatic when it names no column of a hash.
[[nodiscard]] ListFormat csv_format_of(const std::vector<std::string_view>& header) noexcept;

// Of comma, semicolon and tab the one that is most often in the header.
[[nodiscard]] char csv_separator(std::string_view header) noexcept;

}  // namespace tutela
