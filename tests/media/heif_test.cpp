// HEIF files that libheif refuses. What it decodes is compared with other decoders in tests/python/heif_test.py.
#include <gtest/gtest.h>
#include <libheif/heif_plugin.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "media/decode.hpp"
#include "media/pictures.hpp"
#include "media/still_encoders.hpp"

namespace tutela::test {
namespace {

std::vector<std::uint8_t> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

// libheif hands out texts that its next call frees.
TEST(Heif, TheReasonIsNotWhatLibheifHasFreed) {
    using namespace std::string_view_literals;
    const auto no_items = bytes_of(
        "\0\0\0\x18"sv
        "ftypavif\0\0\0\0avifmif1\0\0\0\x0c"sv
        "meta\0\0\0\0"sv);
    const Decoded first = decode(no_items);
    ASSERT_EQ(first.status.code(), StatusCode::corrupt);
    const std::string reason = first.status.to_string();
    EXPECT_TRUE(std::ranges::all_of(reason, [](char c) { return c >= ' ' && c <= '~'; })) << reason;
    for (int again = 0; again < 20; ++again)
        EXPECT_EQ(decode(no_items).status.to_string(), reason);
}

// A codec of libheif's own kind, which counts how often it is asked for a picture.
int strangers_asked = 0;

heif_error refuse(void** /*decoder*/) {
    ++strangers_asked;
    return {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, "a stranger's codec"};
}

const heif_decoder_plugin* stranger() {
    static const heif_decoder_plugin plugin = {1,
                                               [] { return "a stranger"; },
                                               nullptr,
                                               nullptr,
                                               [](heif_compression_format) { return 5'000; },
                                               refuse,
                                               [](void*) {},
                                               nullptr,
                                               nullptr,
                                               nullptr,
                                               nullptr};
    return &plugin;
}

int status_of_another_user(const std::vector<std::uint8_t>& bytes) {
    heif_context* context = heif_context_alloc();
    heif_image_handle* handle = nullptr;
    heif_image* image = nullptr;
    heif_context_read_from_memory_without_copy(context, bytes.data(), bytes.size(), nullptr);
    heif_context_get_primary_image_handle(context, &handle);
    const heif_error error =
        heif_decode_image(handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, nullptr);
    heif_image_release(image);
    heif_image_handle_release(handle);
    heif_context_free(context);
    return error.code;
}

// libheif's own codecs start threads, of which a worker has none: they would wait for ever.
TEST(Heif, AllPartsOfAPictureHaveOurCodecsAndNobodyElseHasThem) {
    ASSERT_EQ(heif_register_decoder_plugin(stranger()).code, heif_error_Ok);
    const Frame rgba = make_picture(40, 32, PixelFormat::bgra32);
    for (const heif_compression_format format : {heif_compression_HEVC, heif_compression_AV1}) {
        const Bytes bytes = encode_heif(rgba.view(), format, true);
        ASSERT_FALSE(bytes.empty());
        strangers_asked = 0;
        const Decoded decoded = decode(bytes);
        EXPECT_TRUE(decoded.ok()) << decoded.status.to_string();
        EXPECT_EQ(strangers_asked, 0);
        EXPECT_EQ(status_of_another_user(bytes), heif_error_Decoder_plugin_error);
        EXPECT_EQ(strangers_asked, 1);
    }
}

}  // namespace
}  // namespace tutela::test
