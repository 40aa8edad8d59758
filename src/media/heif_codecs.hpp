// HEVC and AV1 for libheif. Its own plugins start threads; these decode in the thread that asks, keep to a limit on
// pixels, and say what they had to repair. They are registered with libheif under a name of their own, and offer
// themselves in a thread that has a HeifCodecs alone, so that nobody else in the process is given them.
#pragma once

#include <libheif/heif.h>

#include <cstdint>
#include <string>

#include "media/padding.hpp"

namespace tutela {

// What the codecs are told, and tell, while this object lives: one for each thread at most.
class HeifCodecs {
public:
    // A picture that libheif asks for (a tile, or all of one) may have `max_pixels`. One that cannot be decoded is made
    // of `padding` when one was decoded before it, as the tiles of a grid have one size; `fill` switches this on. What
    // is missing within a picture is of it too.
    HeifCodecs(std::uint64_t max_pixels, bool fill, Padding padding);
    ~HeifCodecs();
    HeifCodecs(const HeifCodecs&) = delete;
    HeifCodecs& operator=(const HeifCodecs&) = delete;

    // To be given as heif_decoding_options::decoder_id.
    static const char* name() noexcept;
    // The codecs' answer to whether they can read their format: before all others where this thread has an object, else
    // no. libheif forgets the name for pictures that a picture is made of, such as its alpha plane.
    static int priority() noexcept;

    // The first complaint of a codec since clear_fault(); empty for none.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }
    void clear_fault() { fault_.clear(); }

    // For the codecs.
    static HeifCodecs* current() noexcept;
    void complain(const char* text);
    [[nodiscard]] std::uint64_t max_pixels() const noexcept { return max_pixels_; }
    [[nodiscard]] Padding padding() const noexcept { return padding_; }
    void remember(const heif_image* image) noexcept;
    // An image like the one remembered; null when there is none, or filling is off.
    [[nodiscard]] heif_image* filled() const;

private:
    std::uint64_t max_pixels_;
    bool fill_;
    Padding padding_;
    std::string fault_;
    int width_ = 0;
    int height_ = 0;
    int bits_ = 0;
    heif_chroma chroma_ = heif_chroma_undefined;
};

// The plugins, for heif_register_decoder_plugin().
const struct heif_decoder_plugin* hevc_plugin() noexcept;
const struct heif_decoder_plugin* av1_plugin() noexcept;

}  // namespace tutela
