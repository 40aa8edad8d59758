#include "list/importers/csv_columns.hpp"

#include <algorithm>
#include <span>

namespace tutela {

namespace {

struct NamedColumn {
    std::string_view name;
    Column column;
};

constexpr NamedColumn kIcse[] = {
    {"image id", {ColumnRole::id}},
    {"series name", {ColumnRole::label}},
    {"baseline", {ColumnRole::baseline}},
    {"victim identified", {.role = ColumnRole::flag, .label = "victim identified"}},
    {"offender identified", {.role = ColumnRole::flag, .label = "offender identified"}},
    {"is distributed", {.role = ColumnRole::flag, .label = "distributed"}},
};

constexpr NamedColumn kIped[] = {
    {"set", {ColumnRole::label}},
    {"status", {ColumnRole::status}},
    {"viccategory", {ColumnRole::vic_category}},
};

constexpr NamedColumn kSignals[] = {
    {"signal_type", {ColumnRole::signal_type}},
    {"signal_str", {ColumnRole::signal}},
    {"collab", {ColumnRole::collaboration}},
    {"category", {ColumnRole::category}},
    {"tags", {ColumnRole::label}},
};

constexpr NamedColumn kPlain[] = {
    {"id", {ColumnRole::id}},
    {"category", {ColumnRole::category}},
    {"label", {ColumnRole::label}},
    {"source", {ColumnRole::source}},
    {"scheme", {ColumnRole::scheme}},
    {"region", {ColumnRole::region}},
    {"harmless", {ColumnRole::harmless}},
    {"updated", {ColumnRole::updated}},
    {"carried", {ColumnRole::carried}},
    {"phash", {.role = ColumnRole::hash, .hash = {HashName::phash}}},
};

std::span<const NamedColumn> columns_of(ListFormat format) noexcept {
    switch (format) {
        case ListFormat::icse_csv: return kIcse;
        case ListFormat::iped_csv: return kIped;
        case ListFormat::threatexchange_csv: return kSignals;
        case ListFormat::csv: return kPlain;
        default: return {};
    }
}

bool has(const std::vector<std::string_view>& header, std::string_view name) noexcept {
    return std::any_of(header.begin(), header.end(),
                       [name](std::string_view field) { return equals_ignoring_case(field, name); });
}

}  // namespace

Column column_of(ListFormat format, std::string_view name) noexcept {
    for (const NamedColumn& known : columns_of(format)) {
        if (equals_ignoring_case(known.name, name)) return known.column;
    }
    const NamedHash hash = hash_of_name(name);
    // What others call "text" or "url" is a remark of a file, and no signal.
    const bool remark = hash.name == HashName::carried && hash.carried >= CarriedHash::text;
    if (hash.name == HashName::none || remark || format == ListFormat::threatexchange_csv) return {};
    return {ColumnRole::hash, hash};
}

ListFormat csv_format_of(const std::vector<std::string_view>& header) noexcept {
    if (has(header, "signal_type") && has(header, "signal_str")) return ListFormat::threatexchange_csv;
    if (has(header, "SHA-1") && has(header, "SpecialCode")) return ListFormat::nsrl_text;
    const bool any_hash = std::any_of(header.begin(), header.end(), [](std::string_view field) {
        const ColumnRole role = column_of(ListFormat::csv, field).role;
        return role == ColumnRole::hash;
    });
    if (!any_hash) return ListFormat::automatic;
    if (has(header, "Image ID") && has(header, "Baseline")) return ListFormat::icse_csv;
    return has(header, "set") || has(header, "status") || has(header, "vicCategory") ? ListFormat::iped_csv
                                                                                     : ListFormat::csv;
}

char csv_separator(std::string_view header) noexcept {
    char most = ',';
    std::ptrdiff_t times = std::count(header.begin(), header.end(), ',');
    for (const char separator : {';', '\t'}) {
        const std::ptrdiff_t count = std::count(header.begin(), header.end(), separator);
        if (count <= times) continue;
        most = separator;
        times = count;
    }
    return most;
}

}  // namespace tutela
