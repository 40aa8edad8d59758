#include "scan/decoder_pool.hpp"

#include <utility>

namespace tutela {

Result<std::unique_ptr<Decoder>> DecoderPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<Decoder> decoder = std::move(idle_.back());
            idle_.pop_back();
            return decoder;
        }
        idle_.reserve(kKept);  // so that give() never needs memory
    }
    return make_decoder(isolation_, worker_);
}

void DecoderPool::give(std::unique_ptr<Decoder> decoder) {
    decoder->trim();
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kKept) idle_.push_back(std::move(decoder));
}

}  // namespace tutela
