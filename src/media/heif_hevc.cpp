// HEVC by libde265, without its worker threads.
#include <libde265/de265.h>
#include <libheif/heif_plugin.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "media/heif_codecs.hpp"
#include "media/heif_planes.hpp"

namespace tutela {

namespace {

using Context = de265_decoder_context;

// How far decoders may read past a plane's end, in bytes: what libde265's own allocation leaves room for, and more.
constexpr std::size_t kPastTheEnd = 64;

struct PlaneShape {
    std::size_t stride = 0;  // in samples, as libde265 wants it
    std::size_t bytes = 0;
};

PlaneShape plane_shape(const de265_image_spec& spec, const de265_image* image, int plane) {
    const bool half_width = plane > 0 && spec.format != de265_image_format_YUV444P8;
    const bool half_height = plane > 0 && spec.format == de265_image_format_YUV420P8;
    const auto width = static_cast<std::size_t>(half_width ? (spec.width + 1) / 2 : spec.width);
    const auto height = static_cast<std::size_t>(half_height ? (spec.height + 1) / 2 : spec.height);
    const auto alignment = static_cast<std::size_t>(std::max(spec.alignment, 1));
    const std::size_t stride = (width + alignment - 1) / alignment * alignment;
    const std::size_t sample_bytes = de265_get_bits_per_pixel(image, plane) > 8 ? 2 : 1;
    return {stride, stride * height * sample_bytes + kPastTheEnd};
}

void release_buffer(Context* /*context*/, de265_image* image, void* /*user*/) {
    for (int i = 0; i < 3; ++i) {
        std::free(de265_get_image_plane_user_data(image, i));
        de265_set_image_plane(image, i, nullptr, 0, nullptr);
    }
}

// Refuses pictures over the limit before their memory is taken, and fills that memory: a slice that is missing must
// not show what lay there. libde265's own allocation gives no access to the planes at this time, so it is not used.
int get_buffer(Context* context, de265_image_spec* spec, de265_image* image, void* user) {
    const HeifCodecs* codecs = HeifCodecs::current();
    if (codecs == nullptr || spec->width <= 0 || spec->height <= 0) return 0;
    const auto pixels = static_cast<std::uint64_t>(spec->width) * static_cast<std::uint64_t>(spec->height);
    // Coded sides are multiples of up to 64.
    if (pixels > codecs->max_pixels() + 64ULL * static_cast<std::uint64_t>(spec->width + spec->height)) return 0;
    for (int i = 0; i < 3; ++i)
        de265_set_image_plane(image, i, nullptr, 0, nullptr);
    const int planes = spec->format == de265_image_format_mono8 ? 1 : 3;
    for (int i = 0; i < planes; ++i) {
        const PlaneShape shape = plane_shape(*spec, image, i);
        constexpr std::size_t kAlignment = 64;
        void* memory = std::aligned_alloc(kAlignment, (shape.bytes + kAlignment - 1) / kAlignment * kAlignment);
        if (memory == nullptr) {
            release_buffer(context, image, user);
            return 0;
        }
        pad(static_cast<std::uint8_t*>(memory), shape.bytes, codecs->padding(), 0);
        de265_set_image_plane(image, i, memory, static_cast<int>(shape.stride), memory);
    }
    return 1;
}

heif_error hevc_new_decoder(void** decoder) {
    Context* context = de265_new_decoder();
    if (context == nullptr) return heif_failure("libde265 has no memory");
    static de265_image_allocation allocation = {get_buffer, release_buffer};
    de265_set_image_allocation_functions(context, &allocation, nullptr);
    // Encoders may state a checksum of the picture; then damage shows.
    de265_set_parameter_bool(context, DE265_DECODER_PARAM_BOOL_SEI_CHECK_HASH, 1);
    *decoder = context;
    return kHeifOk;
}

void hevc_free_decoder(void* decoder) {
    de265_free_decoder(static_cast<Context*>(decoder));
}

// NAL units, each after its length in four bytes.
heif_error hevc_push_data(void* decoder, const void* data, size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    for (std::size_t at = 0; at < size;) {
        if (size - at < 4) return heif_failure("an HEVC unit without its length");
        const std::size_t length = std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 |
                                   std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
        at += 4;
        if (length > size - at) return heif_failure("an HEVC unit goes on past its data");
        if (de265_push_NAL(static_cast<Context*>(decoder), bytes + at, static_cast<int>(length), 0, nullptr) !=
            DE265_OK) {
            return heif_failure("libde265 takes no more data");
        }
        at += length;
    }
    return kHeifOk;
}

HeifPicture describe(const de265_image* image) {
    HeifPicture picture;
    picture.width = de265_get_image_width(image, 0);
    picture.height = de265_get_image_height(image, 0);
    picture.bits = de265_get_bits_per_pixel(image, 0);
    switch (de265_get_chroma_format(image)) {
        case de265_chroma_mono: picture.chroma = heif_chroma_monochrome; break;
        case de265_chroma_420: picture.chroma = heif_chroma_420; break;
        case de265_chroma_422: picture.chroma = heif_chroma_422; break;
        case de265_chroma_444: picture.chroma = heif_chroma_444; break;
    }
    const int planes = picture.chroma == heif_chroma_monochrome ? 1 : 3;
    for (int i = 0; i < planes; ++i) {
        int stride = 0;
        picture.planes[i].data = de265_get_image_plane(image, i, &stride);
        picture.planes[i].stride_bytes = static_cast<std::size_t>(stride);
        const bool sides =
            i == 0 || (de265_get_image_width(image, i) >= chroma_width(picture.width, picture.chroma) &&
                       de265_get_image_height(image, i) >= chroma_height(picture.height, picture.chroma));
        // libheif has one depth for the whole picture.
        if (!sides || de265_get_bits_per_pixel(image, i) != picture.bits) picture.planes[i].data = nullptr;
    }
    picture.colors = {static_cast<std::uint16_t>(de265_get_image_colour_primaries(image)),
                      static_cast<std::uint16_t>(de265_get_image_transfer_characteristics(image)),
                      static_cast<std::uint16_t>(de265_get_image_matrix_coefficients(image)),
                      de265_get_image_full_range_flag(image) != 0};
    return picture;
}

void report_warnings(Context* context, HeifCodecs& codecs) {
    for (de265_error warning = de265_get_warning(context); warning != DE265_OK; warning = de265_get_warning(context))
        codecs.complain(de265_get_error_text(warning));
}

heif_error hevc_decode_image(void* decoder, heif_image** out) {
    auto* context = static_cast<Context*>(decoder);
    HeifCodecs* codecs = HeifCodecs::current();
    if (codecs == nullptr) return heif_failure("called from elsewhere");
    *out = nullptr;
    de265_flush_data(context);
    int more = 1;
    de265_error error = DE265_OK;
    while (more != 0 && *out == nullptr && error == DE265_OK) {
        more = 0;
        error = de265_decode(context, &more);
        const de265_image* image = de265_get_next_picture(context);
        if (image == nullptr) continue;
        *out = make_heif_image(describe(image));
        de265_release_next_picture(context);
        if (*out == nullptr) return heif_failure("an HEVC picture of an unusual kind");
    }
    report_warnings(context, *codecs);
    if (error != DE265_OK) codecs->complain(de265_get_error_text(error));
    if (*out != nullptr) {
        codecs->remember(*out);
        return kHeifOk;
    }
    if (error == DE265_OK) codecs->complain("no picture in HEVC data");
    *out = codecs->filled();
    return *out != nullptr ? kHeifOk : heif_failure("no picture in HEVC data");
}

const char* hevc_plugin_name() {
    return "libde265 in one thread";
}

int hevc_does_support(heif_compression_format format) {
    return format == heif_compression_HEVC ? HeifCodecs::priority() : 0;
}

void hevc_set_strict(void* /*decoder*/, int /*flag*/) {}

}  // namespace

const heif_decoder_plugin* hevc_plugin() noexcept {
    static const heif_decoder_plugin plugin = {3,
                                               hevc_plugin_name,
                                               nullptr,
                                               nullptr,
                                               hevc_does_support,
                                               hevc_new_decoder,
                                               hevc_free_decoder,
                                               hevc_push_data,
                                               hevc_decode_image,
                                               hevc_set_strict,
                                               HeifCodecs::name()};
    return &plugin;
}

}  // namespace tutela
