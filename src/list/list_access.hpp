// How the rest of the layer makes a HashList.
#pragma once

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/list.hpp"

namespace tutela {

struct ListAccess {
    // A list of a snapshot's bytes, checked as `check` says.
    [[nodiscard]] static Result<HashList> adopt(Mapping memory, Check check);
    // A list of an open snapshot file, mapped and checked.
    [[nodiscard]] static Result<HashList> load(const InputFile& file);
};

}  // namespace tutela
