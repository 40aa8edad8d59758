// --only-source, --only-category, --only-label: which entries of a list take part.
#pragma once

#include "tutela/list_filter.hpp"
#include "usage.hpp"

namespace tutela::cli {

void add_filter_options(Options& options);
// Throws UsageError for a category that is none, in the name of `command`.
[[nodiscard]] ListFilter filter_option(const Options& options, std::string_view command);

}  // namespace tutela::cli
