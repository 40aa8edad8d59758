// AV1 by dav1d, in one thread.
#include <dav1d/dav1d.h>
#include <libheif/heif_plugin.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "media/heif_codecs.hpp"
#include "media/heif_planes.hpp"

namespace tutela {

namespace {

struct Av1 {
    Dav1dContext* context = nullptr;
    std::vector<std::uint8_t> data;

    Av1() = default;
    ~Av1() {
        if (context != nullptr) dav1d_close(&context);
    }
    Av1(const Av1&) = delete;
    Av1& operator=(const Av1&) = delete;
};

heif_error new_decoder(void** decoder) {
    const HeifCodecs* codecs = HeifCodecs::current();
    auto av1 = std::unique_ptr<Av1>(new (std::nothrow) Av1);
    if (codecs == nullptr || av1 == nullptr) return heif_failure("dav1d cannot be started");
    Dav1dSettings settings;
    dav1d_default_settings(&settings);
    settings.n_threads = 1;
    settings.max_frame_delay = 1;
    settings.all_layers = 0;
    settings.logger.callback = nullptr;
    settings.frame_size_limit =
        static_cast<unsigned>(std::min<std::uint64_t>(codecs->max_pixels(), std::numeric_limits<unsigned>::max()));
    if (dav1d_open(&av1->context, &settings) != 0) return heif_failure("dav1d cannot be started");
    *decoder = av1.release();
    return kHeifOk;
}

void free_decoder(void* decoder) {
    delete static_cast<Av1*>(decoder);
}

heif_error push_data(void* decoder, const void* data, size_t size) {
    auto& bytes = static_cast<Av1*>(decoder)->data;
    const auto* first = static_cast<const std::uint8_t*>(data);
    try {
        bytes.insert(bytes.end(), first, first + size);
    } catch (const std::bad_alloc&) {
        return heif_failure("not enough memory");
    }
    return kHeifOk;
}

HeifPicture describe(const Dav1dPicture& frame) {
    HeifPicture picture;
    picture.width = frame.p.w;
    picture.height = frame.p.h;
    picture.bits = frame.p.bpc;
    switch (frame.p.layout) {
        case DAV1D_PIXEL_LAYOUT_I400: picture.chroma = heif_chroma_monochrome; break;
        case DAV1D_PIXEL_LAYOUT_I420: picture.chroma = heif_chroma_420; break;
        case DAV1D_PIXEL_LAYOUT_I422: picture.chroma = heif_chroma_422; break;
        case DAV1D_PIXEL_LAYOUT_I444: picture.chroma = heif_chroma_444; break;
    }
    for (int i = 0; i < 3; ++i)
        picture.planes[i] = {static_cast<const std::uint8_t*>(frame.data[i]),
                             static_cast<std::size_t>(frame.stride[i == 0 ? 0 : 1])};
    picture.colors = {static_cast<std::uint16_t>(frame.seq_hdr->pri), static_cast<std::uint16_t>(frame.seq_hdr->trc),
                      static_cast<std::uint16_t>(frame.seq_hdr->mtrx), frame.seq_hdr->color_range != 0};
    return picture;
}

// The first picture; its 0, or dav1d's error.
int first_picture(Dav1dContext* context, Dav1dData& data, Dav1dPicture& frame) {
    while (true) {
        if (data.sz > 0) {
            const int sent = dav1d_send_data(context, &data);
            if (sent < 0 && sent != DAV1D_ERR(EAGAIN)) return sent;
        }
        const int got = dav1d_get_picture(context, &frame);
        if (got != DAV1D_ERR(EAGAIN)) return got;
        if (data.sz == 0) return got;  // all data is taken, and there is no picture
    }
}

heif_error decode_image(void* decoder, heif_image** out) {
    auto& av1 = *static_cast<Av1*>(decoder);
    HeifCodecs* codecs = HeifCodecs::current();
    *out = nullptr;
    if (codecs == nullptr || av1.data.empty()) return heif_failure("no AV1 data");
    Dav1dData data{};
    std::uint8_t* copy = dav1d_data_create(&data, av1.data.size());
    if (copy == nullptr) return heif_failure("not enough memory");
    std::memcpy(copy, av1.data.data(), av1.data.size());
    Dav1dPicture frame{};
    const int error = first_picture(av1.context, data, frame);
    if (data.sz > 0) dav1d_data_unref(&data);
    if (error != 0) {
        codecs->complain("AV1 data is damaged");
        *out = codecs->filled();
        return *out != nullptr ? kHeifOk : heif_failure("no picture in AV1 data");
    }
    *out = make_heif_image(describe(frame));
    dav1d_picture_unref(&frame);
    if (*out == nullptr) return heif_failure("an AV1 picture of an unusual kind");
    codecs->remember(*out);
    return kHeifOk;
}

const char* plugin_name() {
    return "dav1d in one thread";
}

int does_support(heif_compression_format format) {
    return format == heif_compression_AV1 ? HeifCodecs::priority() : 0;
}

void set_strict(void* /*decoder*/, int /*flag*/) {}

}  // namespace

const heif_decoder_plugin* av1_plugin() noexcept {
    static const heif_decoder_plugin plugin = {
        3,         plugin_name,  nullptr,    nullptr,           does_support, new_decoder, free_decoder,
        push_data, decode_image, set_strict, HeifCodecs::name()};
    return &plugin;
}

}  // namespace tutela
