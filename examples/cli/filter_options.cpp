#include "filter_options.hpp"

#include <string>

namespace tutela::cli {

void add_filter_options(Options& options) {
    options.values("only-source", "S", "only entries of this source (may be given several times, as the next two)");
    options.values("only-category", "C", "only this category: C, SCHEME:C or SCHEME/REGION:C");
    options.values("only-label", "L", "only entries of this label");
}

ListFilter filter_option(const Options& options, std::string_view command) {
    ListFilter filter;
    filter.sources = options.texts("only-source");
    filter.labels = options.texts("only-label");
    for (const std::string& text : options.texts("only-category")) {
        Result<CategoryName> name = parse_category_name(text);
        if (!name.ok()) throw UsageError(command, "--only-category names no category");
        filter.categories.push_back(std::move(name).value());
    }
    return filter;
}

}  // namespace tutela::cli
