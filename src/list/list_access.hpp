// How the rest of the layer makes a HashList.
#pragma once

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"

namespace tutela {

struct ListAccess {
    // A list of a snapshot's bytes, checked as `check` says.
    [[nodiscard]] static Result<HashList> adopt(Mapping memory, Check check);
    // The same of bytes that were not made here. invalid_argument for an unknown check.
    [[nodiscard]] static Result<HashList> adopt_foreign(Mapping memory, LoadCheck check);
    // What a list holds, as views that live as long as any copy of it.
    [[nodiscard]] static const Snapshot& snapshot(const HashList& list) noexcept;
    // A list of an open snapshot file, mapped (or decrypted with the key) and checked.
    [[nodiscard]] static Result<HashList> load(const InputFile& file, LoadCheck check, const ListKey* key = nullptr);
};

}  // namespace tutela
