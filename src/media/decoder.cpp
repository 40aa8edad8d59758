// The decoder that works in this process.
#include <cstring>
#include <memory>
#include <utility>

#include "tutela/media.hpp"

namespace tutela {

namespace {

class InProcessDecoder final : public Decoder {
public:
    Result<std::span<std::uint8_t>> room(std::size_t bytes) override {
        if (bytes > capacity_bytes_) {
            auto grown = std::make_unique_for_overwrite<std::uint8_t[]>(bytes);
            if (capacity_bytes_ != 0) std::memcpy(grown.get(), room_.get(), capacity_bytes_);
            room_ = std::move(grown);
            capacity_bytes_ = bytes;
        }
        return std::span(room_.get(), capacity_bytes_);
    }

    Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                              DecodeMode mode) override {
        return open_media(bytes, limits, mode);
    }

    Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                        const ArchiveLimits& limits,
                                                        const DecodeLimits& /*spending*/) override {
        return tutela::open_archive(bytes, limits);
    }

    Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                    const Sampling& sampling) override {
        return tutela::open_video(input, limits, sampling);
    }

    void trim() noexcept override {
        if (capacity_bytes_ <= kKeptBytes) return;
        room_.reset();
        capacity_bytes_ = 0;
    }

private:
    static constexpr std::size_t kKeptBytes = 64U << 20;

    std::unique_ptr<std::uint8_t[]> room_;
    std::size_t capacity_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Decoder> make_decoder() {
    return std::make_unique<InProcessDecoder>();
}

std::string_view isolation_name(Isolation isolation) noexcept {
    switch (isolation) {
        case Isolation::in_process: return "in_process";
        case Isolation::sandboxed: return "sandboxed";
    }
    return "unknown";
}

Result<std::unique_ptr<Decoder>> make_decoder(Isolation isolation, const WorkerOptions& worker) {
    switch (isolation) {
        case Isolation::in_process: return make_decoder();
        case Isolation::sandboxed: return make_sandboxed_decoder(worker);
    }
    return Status(StatusCode::invalid_argument, "the kind of isolation is unknown");
}

}  // namespace tutela
