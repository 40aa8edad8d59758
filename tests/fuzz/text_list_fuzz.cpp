// Any bytes as a text list: each line is an entry, a comment or counted as bad; the list of the entries is sound, and
// its texts, written down again, make the same list.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tutela/list.hpp"

namespace {

using tutela::HashList;

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

std::string text_of(const HashList& list) {
    std::string text;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const tutela::EntryView entry = list.entry(i);
        text += tutela::to_hex(entry.hash);
        if (entry.phash.has_value()) text += '+' + tutela::to_hex(*entry.phash);
        for (const std::string_view field : {entry.id, entry.category, entry.label})
            text += ',' + std::string(field);
        text += '\n';
    }
    return text;
}

HashList list_of(std::string_view text, std::uint64_t expected_skipped) {
    tutela::ListBuilder builder;
    const auto import = tutela::parse_text_list(text, builder);
    require(import.ok() && import.value().skipped == expected_skipped);
    return builder.build().value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    tutela::ListBuilder builder;
    const auto import = tutela::parse_text_list(text, builder);
    if (!import.ok()) {
        require(!import.status().message().empty());
        return 0;
    }
    const tutela::TextImport& told = import.value();
    require(told.added == builder.size() && told.added + told.skipped <= told.lines);
    require(told.first_skipped.size() == std::min<std::uint64_t>(told.skipped, tutela::TextImport::kMaxSkippedKept));
    for (const tutela::SkippedLine& line : told.first_skipped)
        require(line.line >= 1 && line.line <= told.lines && !line.reason.empty());
    const auto list = builder.build();
    require(list.ok());
    const auto loaded = HashList::from_bytes(list.value().bytes());
    require(loaded.ok() && loaded.value().digest_hex() == list.value().digest_hex());
    require(list_of(text_of(list.value()), 0).digest_hex() == list.value().digest_hex());
    return 0;
}
