// Which entries of a list take part: by who says so, in which category, under which label. Layer: list.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/export.h"
#include "tutela/index.hpp"
#include "tutela/known_item.hpp"
#include "tutela/status.hpp"

namespace tutela {

struct EntryView;
class HashList;

// A category in the words of its source. One and the same word means different things in different schemes, so that it
// should be named with its scheme.
struct CategoryName {
    std::optional<std::string> scheme{};  // any, when not given
    std::optional<std::string> region{};  // likewise
    std::string category{};

    bool operator==(const CategoryName&) const = default;
};

// An entry takes part when it has one of the sources, one of the categories and one of the labels. An empty set stands
// for all. Texts are compared byte for byte; a label may also be one of those that "; " separates in the entry's.
struct ListFilter {
    std::vector<std::string> sources{};
    std::vector<CategoryName> categories{};
    std::vector<std::string> labels{};

    // Whether all entries take part.
    [[nodiscard]] bool admits_all() const noexcept { return sources.empty() && categories.empty() && labels.empty(); }
    [[nodiscard]] TUTELA_API bool admits(const OriginView& origin, std::string_view category,
                                         std::string_view label) const noexcept;
    [[nodiscard]] TUTELA_API bool admits(const EntryView& entry) const noexcept;
    [[nodiscard]] bool admits(const FileEntryView& entry) const noexcept {
        return admits(entry.origin, entry.category, entry.label);
    }
    // As reports name it, such as `source "a" or "b", category vics/US:1`; empty when all take part. Throws
    // std::bad_alloc.
    [[nodiscard]] TUTELA_API std::string text() const;

    bool operator==(const ListFilter&) const = default;
};

// An index that answers all that `index`, one of this list, does, but for entries that the filter leaves out: the search
// is as exact, and of the nearest few the filter takes its share first. Holds `index`, a copy of the list's handle and a
// bit an entry, for which every entry is looked at once. Throws std::bad_alloc.
TUTELA_API std::shared_ptr<const Index<256>> filter_index(std::shared_ptr<const Index<256>> index, const HashList& list,
                                                          const ListFilter& filter);

// Reads `CATEGORY`, `:CATEGORY`, `SCHEME:CATEGORY` or `SCHEME/REGION:CATEGORY`; the first colon separates.
// invalid_argument for a text without a category. Throws std::bad_alloc.
TUTELA_API Result<CategoryName> parse_category_name(std::string_view text);

}  // namespace tutela
