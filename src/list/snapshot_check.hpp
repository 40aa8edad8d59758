// Whether what a snapshot says can be: everything but its header, its table and its checksums.
#pragma once

#include "list/snapshot_format.hpp"
#include "tutela/status.hpp"

namespace tutela {

// All sections but the index. corrupt.
[[nodiscard]] Status check_content(const Snapshot& snapshot);

// Whether the stored index, if there is one, is safe to use and, when asked, right.
[[nodiscard]] Status check_index(const Snapshot& snapshot, bool postings);

}  // namespace tutela
