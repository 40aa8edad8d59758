#include "tutela/list_filter.hpp"

#include <algorithm>

#include "tutela/list.hpp"

namespace tutela {

namespace {

constexpr std::string_view kSeparator = "; ";

bool has_label(std::string_view labels, std::string_view wanted) noexcept {
    if (labels == wanted) return true;
    for (;;) {
        const std::size_t end = labels.find(kSeparator);
        if (labels.substr(0, end) == wanted) return true;
        if (end == std::string_view::npos) return false;
        labels.remove_prefix(end + kSeparator.size());
    }
}

bool is_category(const CategoryName& name, const OriginView& origin, std::string_view category) noexcept {
    return name.category == category && (!name.scheme || *name.scheme == origin.scheme) &&
           (!name.region || *name.region == origin.region);
}

// Quoted, so that no text can pass for another; what could steer a terminal is left to whoever writes the report.
std::string in_quotes(std::string_view text) {
    std::string whole = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') whole += '\\';
        whole += c;
    }
    return whole + '"';
}

std::string name_of(const CategoryName& name) {
    std::string text;
    if (name.scheme) text += in_quotes(*name.scheme);
    if (name.region) text += '/' + in_quotes(*name.region);
    return (text.empty() ? text : text + ':') + in_quotes(name.category);
}

template <typename Names, typename NameOf>
void append(std::string& text, std::string_view what, const Names& names, const NameOf& name) {
    if (names.empty()) return;
    if (!text.empty()) text += ", ";
    text += what;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? " " : " or ") + name(names[i]);
}

}  // namespace

bool ListFilter::admits(const OriginView& origin, std::string_view category, std::string_view label) const noexcept {
    const auto is_one = [](const auto& all, const auto& fits) {
        return all.empty() || std::any_of(all.begin(), all.end(), fits);
    };
    return is_one(sources, [&](const std::string& source) { return source == origin.source; }) &&
           is_one(categories, [&](const CategoryName& name) { return is_category(name, origin, category); }) &&
           is_one(labels, [&](const std::string& wanted) { return has_label(label, wanted); });
}

bool ListFilter::admits(const EntryView& entry) const noexcept {
    return admits(entry.origin, entry.category, entry.label);
}

std::string ListFilter::text() const {
    std::string text;
    append(text, "source", sources, in_quotes);
    append(text, "category", categories, name_of);
    append(text, "label", labels, in_quotes);
    return text;
}

Result<CategoryName> parse_category_name(std::string_view text) {
    CategoryName name;
    if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
        const std::string_view scheme = text.substr(0, colon);
        const std::size_t slash = scheme.find('/');
        if (colon > 0) name.scheme = scheme.substr(0, slash);
        if (slash != std::string_view::npos) name.region = scheme.substr(slash + 1);
        text.remove_prefix(colon + 1);
    }
    if (text.empty()) return Status(StatusCode::invalid_argument, "it names no category");
    name.category = text;
    return name;
}

}  // namespace tutela
