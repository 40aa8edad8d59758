#include "media/heif_codecs.hpp"

#include <libheif/heif_plugin.h>

#include <vector>

#include "media/heif_planes.hpp"

namespace tutela {

namespace {

thread_local HeifCodecs* current_codecs = nullptr;

}  // namespace

HeifCodecs::HeifCodecs(std::uint64_t max_pixels, bool fill, Padding padding)
    : max_pixels_(max_pixels), fill_(fill), padding_(padding) {
    static const bool registered = heif_register_decoder_plugin(hevc_plugin()).code == heif_error_Ok &&
                                   heif_register_decoder_plugin(av1_plugin()).code == heif_error_Ok;
    if (!registered) fault_ = "libheif takes no codecs";
    current_codecs = this;
}

HeifCodecs::~HeifCodecs() {
    current_codecs = nullptr;
}

const char* HeifCodecs::name() noexcept {
    return "tutela";
}

int HeifCodecs::priority() noexcept {
    return current_codecs != nullptr ? 10'000 : 0;
}

HeifCodecs* HeifCodecs::current() noexcept {
    return current_codecs;
}

void HeifCodecs::complain(const char* text) {
    if (fault_.empty()) fault_ = text;
}

void HeifCodecs::remember(const heif_image* image) noexcept {
    width_ = heif_image_get_primary_width(image);
    height_ = heif_image_get_primary_height(image);
    bits_ = heif_image_get_bits_per_pixel_range(image, heif_channel_Y);
    chroma_ = heif_image_get_chroma_format(image);
}

heif_image* HeifCodecs::filled() const {
    if (!fill_ || width_ == 0) return nullptr;
    // One row, given for all of them.
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width_) * 2);
    pad(row.data(), row.size(), padding_, 0);
    if (bits_ > 8) {
        for (std::size_t i = 1; i < row.size(); i += 2)
            row[i] &= 3;  // wide samples have ten bits at least
    }
    HeifPicture picture{width_, height_, bits_, chroma_, {}, {}};
    for (HeifPlane& plane : picture.planes)
        plane = {row.data(), 0};
    return make_heif_image(picture);
}

}  // namespace tutela
