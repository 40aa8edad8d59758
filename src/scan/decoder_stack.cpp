#include "scan/decoder_stack.hpp"

#include <utility>

#include "core/try.hpp"

namespace tutela {

DecoderStack::DecoderStack(DecoderPool& pool, const HashList& list, const Index<256>& index, const ScanOptions& options,
                           Decoder& own, const CarriedSearch* carried)
    : pool_(pool), list_(list), index_(index), options_(options), carried_(carried) {
    levels_.push_back(std::make_unique<Level>(own, list, index, options, carried));
}

Status DecoderStack::reach(std::size_t level) {
    while (levels_.size() <= level) {
        TUTELA_ASSIGN(std::unique_ptr<Decoder> decoder, pool_.take());
        taken_.push_back(std::make_unique<PooledDecoder>(pool_, std::move(decoder)));
        levels_.push_back(std::make_unique<Level>(**taken_.back(), list_, index_, options_, carried_));
    }
    return {};
}

void DecoderStack::trim() noexcept {
    for (const std::unique_ptr<Level>& level : levels_)
        level->decoder.trim();
}

}  // namespace tutela
