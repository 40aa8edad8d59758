// The decoders of a Scanner, kept from call to call: a sandboxed one is a process.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "tutela/media.hpp"
#include "tutela/scan.hpp"

namespace tutela {

// Thread-safe.
class DecoderPool {
public:
    explicit DecoderPool(const ScanOptions& options) : isolation_(options.isolation), worker_(options.worker) {}

    // One that nobody uses, or a new one. Errors: those of make_decoder().
    Result<std::unique_ptr<Decoder>> take();
    // Keeps it for the next, up to kKept.
    void give(std::unique_ptr<Decoder> decoder);

    static constexpr std::size_t kKept = 64;

private:
    const Isolation isolation_;
    const WorkerOptions worker_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Decoder>> idle_;
};

// One decoder of a pool, given back at the end of its life.
class PooledDecoder {
public:
    PooledDecoder(DecoderPool& pool, std::unique_ptr<Decoder> decoder) : pool_(pool), decoder_(std::move(decoder)) {}
    ~PooledDecoder() { pool_.give(std::move(decoder_)); }
    PooledDecoder(const PooledDecoder&) = delete;
    PooledDecoder& operator=(const PooledDecoder&) = delete;

    Decoder& operator*() const noexcept { return *decoder_; }

private:
    DecoderPool& pool_;
    std::unique_ptr<Decoder> decoder_;
};

}  // namespace tutela
