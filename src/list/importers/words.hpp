// What the words of some formats say of a record.
#pragma once

#include <string_view>

#include "list/importers/item_draft.hpp"

namespace tutela {

// Of python-threatexchange, by the draft's category.
inline void name_signal_verdict(ItemDraft& draft) {
    draft.harmless = draft.category == "NEGATIVE_CLASS" || draft.category == "NON_MALICIOUS";
    if (draft.category == "DISPUTED") draft.add_label("disputed");
}

// Of IPED, whose values may be several, with `|` in between.
inline void name_iped_verdict(ItemDraft& draft, std::string_view status, std::string_view vic_category) {
    draft.category = utf8_of(vic_category.empty() ? status : vic_category);
    if (!vic_category.empty()) draft.add_label(utf8_of(status));
    draft.harmless = vic_category.empty() && !status.empty();
    for (std::string_view rest = status; draft.harmless;) {
        const std::size_t bar = rest.find('|');
        if (!equals_ignoring_case(trimmed(rest.substr(0, bar)), "known")) draft.harmless = false;
        if (bar == std::string_view::npos) break;
        rest.remove_prefix(bar + 1);
    }
}

}  // namespace tutela
