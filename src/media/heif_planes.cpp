#include "media/heif_planes.hpp"

#include <cstring>

namespace tutela {

namespace {

constexpr heif_channel kChannels[] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};

bool copy_plane(heif_image* image, heif_channel channel, const HeifPlane& from, int width, int height,
                int bits) noexcept {
    if (from.data == nullptr || heif_image_add_plane(image, channel, width, height, bits).code != heif_error_Ok) {
        return false;
    }
    int stride = 0;
    std::uint8_t* to = heif_image_get_plane(image, channel, &stride);
    if (to == nullptr) return false;
    const auto row_bytes = static_cast<std::size_t>(width) * (bits > 8 ? 2 : 1);
    for (int y = 0; y < height; ++y)
        std::memcpy(to + static_cast<std::size_t>(y) * static_cast<std::size_t>(stride),
                    from.data + static_cast<std::size_t>(y) * from.stride_bytes, row_bytes);
    return true;
}

void set_colors(heif_image* image, const HeifColors& colors) noexcept {
    heif_color_profile_nclx* profile = heif_nclx_color_profile_alloc();
    if (profile == nullptr) return;
    // Numbers that libheif does not know leave what it assumes.
    heif_nclx_color_profile_set_color_primaries(profile, colors.primaries);
    heif_nclx_color_profile_set_transfer_characteristics(profile, colors.transfer);
    heif_nclx_color_profile_set_matrix_coefficients(profile, colors.matrix);
    profile->full_range_flag = colors.full_range ? 1 : 0;
    heif_image_set_nclx_color_profile(image, profile);
    heif_nclx_color_profile_free(profile);
}

}  // namespace

int chroma_width(int width, heif_chroma chroma) noexcept {
    return chroma == heif_chroma_444 ? width : (width + 1) / 2;
}

int chroma_height(int height, heif_chroma chroma) noexcept {
    return chroma == heif_chroma_420 ? (height + 1) / 2 : height;
}

heif_image* make_heif_image(const HeifPicture& picture) noexcept {
    const bool gray = picture.chroma == heif_chroma_monochrome;
    heif_image* image = nullptr;
    const heif_error error =
        heif_image_create(picture.width, picture.height, gray ? heif_colorspace_monochrome : heif_colorspace_YCbCr,
                          picture.chroma, &image);
    if (error.code != heif_error_Ok) return nullptr;
    bool copied = copy_plane(image, kChannels[0], picture.planes[0], picture.width, picture.height, picture.bits);
    for (int i = 1; i < 3 && !gray && copied; ++i)
        copied = copy_plane(image, kChannels[i], picture.planes[i], chroma_width(picture.width, picture.chroma),
                            chroma_height(picture.height, picture.chroma), picture.bits);
    if (!copied) {
        heif_image_release(image);
        return nullptr;
    }
    set_colors(image, picture.colors);
    return image;
}

}  // namespace tutela
