// A file's timeline as a drawing: qualities and distances over time, and where known videos run along.
#pragma once

#include <string>

#include "tutela/report.hpp"

namespace tutela {

// Appends an SVG; nothing when the row has neither points nor segments. Distances are drawn up to the radius, or up to
// the farthest that matched. Of the segments the first kMaxHtmlItems are drawn.
void append_plot(std::string& out, const FileRow& row, const RunFacts& facts);

}  // namespace tutela
