#include <memory>
#include <utility>

#include "core/try.hpp"
#include "media/decoders.hpp"
#include "media/dib.hpp"

namespace tutela {

namespace {

constexpr std::size_t kFileHeaderBytes = 14;

class BmpSource final : public FrameSource {
public:
    explicit BmpSource(ByteSpan bytes) noexcept : bytes_(bytes), dib_(slice(bytes, kFileHeaderBytes, bytes.size())) {}

    Status open(const DecodeLimits& limits) {
        TUTELA_ASSIGN(header_, read_dib_header(dib_));
        info_.format = MediaFormat::bmp;
        info_.width = header_.width;
        info_.height = header_.height;
        return check_pixels(info_.width, info_.height, limits);
    }

    Result<bool> next(Frame& frame) override {
        if (done_) return false;
        done_ = true;
        TUTELA_ASSIGN(const DibRows result, decode_dib(dib_, header_, pixels_at(), frame));
        damage_.rows_decoded = result.rows;
        if (result.reason[0] != '\0') {
            damage_.reason = "the BMP is damaged: " + std::string(result.reason);
        } else if (announced_bytes() > bytes_.size()) {
            damage_.reason = "the BMP is shorter than its header says";
        }
        damage_.damaged = !damage_.reason.empty();
        if (result.rows == 0) return Status(StatusCode::corrupt, damage_.reason);
        return true;
    }

private:
    [[nodiscard]] std::uint32_t announced_bytes() const noexcept {
        std::uint32_t size = 0;
        read_uint(bytes_, 2, 4, ByteOrder::little, size);
        return size;
    }

    // From the bitmap's header on. Some writers name the end of the header although a palette follows, or nothing.
    [[nodiscard]] std::uint64_t pixels_at() const noexcept {
        std::uint32_t offset = 0;
        read_uint(bytes_, 10, 4, ByteOrder::little, offset);
        const bool palette_forgotten =
            header_.bits <= 8 && offset == kFileHeaderBytes + std::uint64_t{header_.palette_begin};
        if (palette_forgotten || offset < kFileHeaderBytes) return header_.bytes();
        return offset - kFileHeaderBytes;
    }

    ByteSpan bytes_;
    ByteSpan dib_;
    DibHeader header_;
    bool done_ = false;
};

}  // namespace

Result<std::unique_ptr<FrameSource>> open_bmp(ByteSpan bytes, const DecodeLimits& limits) {
    auto source = std::make_unique<BmpSource>(bytes);
    TUTELA_TRY(source->open(limits));
    return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace tutela
