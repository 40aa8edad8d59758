#include "tutela/index.hpp"

#include <utility>

#include "core/try.hpp"
#include "index/bk_forest.hpp"
#include "index/bk_tree.hpp"
#include "index/engine.hpp"
#include "index/flat.hpp"
#include "index/planner.hpp"

namespace tutela {

std::string_view engine_name(Engine engine) noexcept {
    switch (engine) {
        case Engine::automatic: return "automatic";
        case Engine::flat: return "flat";
        case Engine::bk_tree: return "bk_tree";
        case Engine::bk_forest: return "bk_forest";
    }
    return "unknown";
}

Engine automatic_engine(std::size_t bits, std::size_t count, std::uint32_t radius) {
    return plan_engine(Engine::automatic, bits, count, radius).engine;
}

template <std::size_t Bits>
Index<Bits>::~Index() = default;

template <std::size_t Bits>
Result<std::unique_ptr<const Index<Bits>>> build_index(std::span<const Hash<Bits>> hashes,
                                                       const IndexOptions& options) {
    using Built = std::unique_ptr<const Index<Bits>>;
    TUTELA_TRY(check_hash_count(hashes.size()));
    Plan plan = plan_engine(options.engine, Bits, hashes.size(), options.radius);
    switch (plan.engine) {
        case Engine::flat: return Built(std::make_unique<FlatIndex<Bits>>(hashes, std::move(plan.reason)));
        case Engine::bk_tree: return Built(std::make_unique<BkTree<Bits>>(hashes, std::move(plan.reason)));
        case Engine::bk_forest: {
            InlineExecutor here;
            Executor& executor = options.executor != nullptr ? *options.executor : here;
            return Built(std::make_unique<BkForest<Bits>>(hashes, executor, std::move(plan.reason)));
        }
        case Engine::automatic: break;
    }
    return Status(StatusCode::invalid_argument,
                  "no engine has the number " + std::to_string(static_cast<std::uint32_t>(options.engine)));
}

template class Index<64>;
template class Index<256>;
template Result<std::unique_ptr<const Index<64>>> build_index<64>(std::span<const Hash<64>>, const IndexOptions&);
template Result<std::unique_ptr<const Index<256>>> build_index<256>(std::span<const Hash<256>>, const IndexOptions&);

}  // namespace tutela
