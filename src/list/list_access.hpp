// How the rest of the layer makes a HashList.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "core/file.hpp"
#include "core/mapping.hpp"
#include "list/list_layers.hpp"
#include "list/snapshot_format.hpp"
#include "tutela/list.hpp"
#include "tutela/list_key.hpp"

namespace tutela {

// What of a list is taken over, and as what. A function that is not set takes everything as it is.
struct ListSelection {
    enum class Take : std::uint8_t { nothing, active, disabled };
    // What lies before these is passed over.
    std::size_t first_entry = 0;
    std::size_t first_file = 0;
    // Of a still or of a video, by the position of its first frame; what the list knows of its file comes along.
    std::function<Take(std::size_t position)> entry{};
    // Of a file entry without a position.
    std::function<Take(std::size_t number)> file{};
    // Whether one hash of such a file entry is taken.
    std::function<bool(std::size_t number, const FileHashes& hash)> file_hash{};
};

struct ListAccess {
    // A list of a snapshot's bytes, checked as `check` says.
    [[nodiscard]] static Result<HashList> adopt(Mapping memory, Check check);
    // The same of bytes that were not made here. invalid_argument for an unknown check.
    [[nodiscard]] static Result<HashList> adopt_foreign(Mapping memory, LoadCheck check);
    // What a list holds, as views that live as long as any copy of it.
    [[nodiscard]] static const std::shared_ptr<const ListLayers>& layers(const HashList& list) noexcept;
    // The list that `base` becomes by a delta, which is a snapshot's bytes and is checked likewise. A delta that `base`
    // has is replaced. corrupt when it is not one of this base.
    [[nodiscard]] static Result<HashList> apply(const HashList& base, Mapping delta, Check check);
    // `list`, its delta being what `added` holds, with these entries and file entries of its base withdrawn, which
    // rise.
    [[nodiscard]] static Result<HashList> change(const HashList& list, const HashList& added,
                                                 std::span<const std::uint32_t> withdrawn,
                                                 std::span<const std::uint32_t> withdrawn_files);
    // The list without its delta.
    [[nodiscard]] static HashList base_of(const HashList& list);
    // The bytes of a list without a delta, as a snapshot that says that it replaces one with the delta of that digest.
    [[nodiscard]] static Result<Mapping> replacing(const HashList& list, const Sha256& delta);
    // An index of the list over one that was made of its base: see HashList::open_index().
    [[nodiscard]] static Result<std::shared_ptr<const Index<256>>> open_base_index(const HashList& list,
                                                                                   const IndexOptions& options);
    [[nodiscard]] static Result<std::unique_ptr<const Index<256>>> index_over(const HashList& list,
                                                                              std::shared_ptr<const Index<256>> base,
                                                                              const IndexOptions& options);
    // Whether an index can be one of this list, as far as that can be seen. One of its hashes alone cannot be, when some
    // of its entries do not take part.
    [[nodiscard]] static bool is_index_of(const Index<256>& index, const HashList& list) noexcept;
    // Adds what is selected of a list, in its order, as ListBuilder::add_list() adds all that is not withdrawn.
    [[nodiscard]] static Status add_some(ListBuilder& builder, const HashList& list, const ListSelection& selection);
    // A list of an open snapshot file, mapped (or decrypted with the key) and checked.
    [[nodiscard]] static Result<HashList> load(const InputFile& file, LoadCheck check, const ListKey* key = nullptr);
};

}  // namespace tutela
