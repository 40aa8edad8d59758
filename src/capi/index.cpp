// Exact search, for the C interface.
#include "tutela/index.hpp"

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "capi/handles.hpp"
#include "capi/translate.hpp"

namespace {

using tutela::Engine;
using tutela::Hash256;
using tutela::Result;
using tutela::Status;
using tutela::capi::guarded;
using tutela::capi::require;
using tutela::capi::require_array;

static_assert(TUTELA_ENGINE_AUTOMATIC == static_cast<int>(Engine::automatic));
static_assert(TUTELA_ENGINE_FLAT == static_cast<int>(Engine::flat));
static_assert(TUTELA_ENGINE_BK_TREE == static_cast<int>(Engine::bk_tree));
static_assert(TUTELA_ENGINE_BK_FOREST == static_cast<int>(Engine::bk_forest));
static_assert(sizeof(tutela_hash256) == 32 && alignof(tutela_hash256) == 1);
static_assert(sizeof(Hash256) == 32 && alignof(Hash256) == 1);

tutela_index_options default_index_options() noexcept {
    tutela_index_options options{};
    options.engine = static_cast<std::uint32_t>(tutela::IndexOptions{}.engine);
    return options;
}

Result<tutela::IndexOptions> read_options(const tutela_index_options* options) {
    tutela_index_options known = default_index_options();
    if (options != nullptr) TUTELA_TRY(tutela::capi::read_struct(options, known));
    return tutela::IndexOptions{.engine = static_cast<Engine>(known.engine)};
}

Status hand_over(Result<std::unique_ptr<const tutela::Index<256>>> made, tutela_index** index) {
    TUTELA_TRY(made.status());
    *index = new tutela_index{std::move(made).value()};
    return {};
}

}  // namespace

const char* tutela_engine_name(std::uint32_t engine) {
    return tutela::engine_name(static_cast<Engine>(engine)).data();
}

void tutela_index_options_init(tutela_index_options* options, std::size_t struct_size) {
    tutela::capi::init_struct(default_index_options(), options, struct_size);
}

tutela_status tutela_index_create_from_list(const tutela_list* list, const tutela_index_options* options,
                                            tutela_index** index, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(list, "list"));
        TUTELA_TRY(require(index, "index"));
        TUTELA_ASSIGN(const tutela::IndexOptions known, read_options(options));
        return hand_over(list->list.open_index(known), index);
    });
}

tutela_status tutela_index_create_from_hashes(const tutela_hash256* hashes, std::size_t count,
                                              const tutela_index_options* options, tutela_index** index,
                                              tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require_array(hashes, count, "hashes"));
        TUTELA_TRY(require(index, "index"));
        // Both are 32 bytes in an array and nothing else (asserted above), read as bytes: no copy is needed.
        TUTELA_ASSIGN(const tutela::IndexOptions known, read_options(options));
        const std::span span(reinterpret_cast<const Hash256*>(hashes), count);
        return hand_over(tutela::build_index<256>(span, known), index);
    });
}

void tutela_index_destroy(tutela_index* index) {
    delete index;
}

tutela_status tutela_index_search(const tutela_index* index, const tutela_hash256* query, std::uint32_t radius,
                                  tutela_neighbor* neighbors, std::size_t capacity, std::size_t* count,
                                  tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(index, "index"));
        TUTELA_TRY(require(query, "query"));
        TUTELA_TRY(require_array(neighbors, capacity, "neighbors"));
        TUTELA_TRY(require(count, "count"));
        std::vector<tutela::Neighbor> found;
        TUTELA_TRY(index->index->search(tutela::capi::to_cpp(*query), radius, found));
        const std::size_t written = std::min(capacity, found.size());
        for (std::size_t i = 0; i < written; ++i)
            neighbors[i] = {.position = found[i].position, .distance_bits = found[i].distance_bits};
        *count = found.size();
        return {};
    });
}

tutela_status tutela_index_search_batch(const tutela_index* index, const tutela_hash256* queries,
                                        std::size_t query_count, std::uint32_t radius, std::uint32_t threads,
                                        std::uint64_t* offsets, tutela_neighbor* neighbors, std::size_t capacity,
                                        std::size_t* count, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(index, "index"));
        TUTELA_TRY(require_array(queries, query_count, "queries"));
        TUTELA_TRY(require(offsets, "offsets"));
        TUTELA_TRY(require_array(neighbors, capacity, "neighbors"));
        TUTELA_TRY(require(count, "count"));
        TUTELA_ASSIGN(const auto executor, tutela::capi::make_executor(threads));
        tutela::BatchAnswer answer;
        const std::span<const Hash256> hashes(reinterpret_cast<const Hash256*>(queries), query_count);
        TUTELA_TRY(index->index->search_batch(hashes, radius, *executor, answer));
        std::copy(answer.offsets.begin(), answer.offsets.end(), offsets);
        const std::size_t written = std::min(capacity, answer.positions.size());
        for (std::size_t i = 0; i < written; ++i)
            neighbors[i] = {.position = answer.positions[i], .distance_bits = answer.distances_bits[i]};
        *count = answer.positions.size();
        return {};
    });
}

std::size_t tutela_index_size(const tutela_index* index) {
    return index == nullptr ? 0 : index->index->size();
}

tutela_status tutela_index_explain(const tutela_index* index, char* buffer, std::size_t capacity, std::size_t* length,
                                   tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(index, "index"));
        return tutela::capi::copy_text(index->index->explain(), buffer, capacity, length);
    });
}
