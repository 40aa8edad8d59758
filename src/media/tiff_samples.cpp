#include "media/tiff_samples.hpp"

#include <cstddef>
#include <cstring>

#include "media/inks.hpp"

namespace tutela {

namespace {

// Sample number `index` of a row: as it is for up to 8 bits, else its high byte. libtiff gives wide samples in the
// machine's byte order.
std::uint8_t sample(const std::uint8_t* row, std::size_t index, std::uint32_t bits) noexcept {
    if (bits == 8) return row[index];
    if (bits == 16) {
        std::uint16_t wide = 0;
        std::memcpy(&wide, row + 2 * index, 2);
        return static_cast<std::uint8_t>(wide >> 8);
    }
    if (bits == 32) {
        std::uint32_t wide = 0;
        std::memcpy(&wide, row + 4 * index, 4);
        return static_cast<std::uint8_t>(wide >> 24);
    }
    const std::size_t bit = index * bits;
    return static_cast<std::uint8_t>(row[bit / 8] >> (8 - bits - bit % 8) & ((1U << bits) - 1));
}

// To 0..255, for samples that are no indices.
std::uint8_t scaled(const TiffSamples& samples, std::uint8_t value) noexcept {
    if (samples.bits >= 8) return value;
    return static_cast<std::uint8_t>(value * 255U / ((1U << samples.bits) - 1));
}

}  // namespace

void convert_interleaved(const TiffSamples& samples, const std::uint8_t* row, std::uint32_t width, std::uint8_t* out) {
    const auto at = [&](std::uint32_t x, std::uint32_t channel) {
        return sample(row, std::size_t{x} * samples.channels + channel, samples.bits);
    };
    if (samples.bits == 8 && samples.channels == samples.used() && !samples.inverted &&
        (samples.color == TiffColor::gray || samples.color == TiffColor::rgb)) {
        std::memcpy(out, row, std::size_t{width} * samples.channels);
        return;
    }
    for (std::uint32_t x = 0; x < width; ++x) {
        switch (samples.color) {
            case TiffColor::gray: {
                const std::uint8_t gray = scaled(samples, at(x, 0));
                out[x] = samples.inverted ? static_cast<std::uint8_t>(255 - gray) : gray;
                break;
            }
            case TiffColor::palette: std::memcpy(out + 3 * std::size_t{x}, samples.palette[at(x, 0)].data(), 3); break;
            case TiffColor::rgb:
                for (std::uint32_t i = 0; i < 3; ++i)
                    out[3 * std::size_t{x} + i] = scaled(samples, at(x, i));
                break;
            case TiffColor::cmyk: {
                const std::uint32_t black = 255U - scaled(samples, at(x, 3));
                for (std::uint32_t i = 0; i < 3; ++i)
                    out[3 * std::size_t{x} + i] = through_ink(255U - scaled(samples, at(x, i)), black);
                break;
            }
        }
    }
}

void convert_plane(const TiffSamples& samples, std::uint32_t channel, const std::uint8_t* row, std::uint32_t width,
                   std::uint8_t* out) {
    const bool inks = samples.color == TiffColor::cmyk;
    for (std::uint32_t x = 0; x < width; ++x) {
        std::uint8_t* pixel = out + 3 * std::size_t{x};
        const std::uint8_t value = scaled(samples, sample(row, x, samples.bits));
        if (channel < 3) {
            pixel[channel] = inks ? static_cast<std::uint8_t>(255 - value) : value;
        } else {
            for (std::uint32_t i = 0; i < 3; ++i)
                pixel[i] = through_ink(pixel[i], 255U - value);
        }
    }
}

}  // namespace tutela
