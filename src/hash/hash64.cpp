#include "tutela/hash64.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/try.hpp"
#include "hash/dct32.hpp"
#include "hash/lanczos.hpp"
#include "hash/phash_opencv.hpp"

namespace tutela {

namespace {

constexpr std::size_t kSide = 8;  // of the square of bits
constexpr std::size_t kBits = kSide * kSide;

// The hash whose bits are those that `is_set` tells of 0..63, in the order in which they are written.
template <typename IsSet>
Hash64 hash_of(IsSet is_set) {
    Hash64 hash;
    for (std::size_t i = 0; i < kBits; ++i) {
        if (is_set(i)) hash.set_bit(kBits - 1 - i);
    }
    return hash;
}

Hash64 phash(hash64::GrayResizer& resizer, const FrameView& frame) {
    constexpr std::size_t kSamples = hash64::kDctSize;
    std::array<std::uint8_t, kSamples * kSamples> samples;
    resizer.resize(frame, kSamples, kSamples, samples.data());
    std::array<hash64::DctLine, kSide> rows;
    for (std::size_t x = 0; x < kSamples; ++x) {
        hash64::DctLine column;
        for (std::size_t y = 0; y < kSamples; ++y)
            column[y] = samples[y * kSamples + x];
        hash64::dct32(column);
        for (std::size_t v = 0; v < kSide; ++v)
            rows[v][x] = column[v];
    }
    std::array<double, kBits> low;
    for (std::size_t v = 0; v < kSide; ++v) {
        hash64::dct32(rows[v]);
        std::copy_n(rows[v].begin(), kSide, low.begin() + static_cast<std::ptrdiff_t>(v * kSide));
    }
    std::array<double, kBits> sorted = low;
    std::sort(sorted.begin(), sorted.end());
    const double median = (sorted[kBits / 2 - 1] + sorted[kBits / 2]) / 2;
    return hash_of([&](std::size_t i) { return low[i] > median; });
}

Hash64 dhash(hash64::GrayResizer& resizer, const FrameView& frame) {
    constexpr std::size_t kWidth = kSide + 1;
    std::array<std::uint8_t, kWidth * kSide> samples;
    resizer.resize(frame, kWidth, kSide, samples.data());
    return hash_of([&](std::size_t i) {
        const std::size_t left = i / kSide * kWidth + i % kSide;
        return samples[left + 1] > samples[left];
    });
}

Hash64 ahash(hash64::GrayResizer& resizer, const FrameView& frame) {
    std::array<std::uint8_t, kBits> samples;
    resizer.resize(frame, kSide, kSide, samples.data());
    const std::uint32_t sum = std::accumulate(samples.begin(), samples.end(), 0U);
    return hash_of([&](std::size_t i) { return samples[i] * kBits > sum; });
}

}  // namespace

std::string_view hash64_name(Hash64Kind kind) noexcept {
    switch (kind) {
        case Hash64Kind::phash: return "phash";
        case Hash64Kind::dhash: return "dhash";
        case Hash64Kind::ahash: return "ahash";
        case Hash64Kind::phash_opencv: return "phash-opencv";
    }
    return "unknown";
}

struct Hash64Hasher::Scratch {
    hash64::GrayResizer resizer;
};

Hash64Hasher::Hash64Hasher() : scratch_(std::make_unique<Scratch>()) {}
Hash64Hasher::Hash64Hasher(Hash64Hasher&&) noexcept = default;
Hash64Hasher& Hash64Hasher::operator=(Hash64Hasher&&) noexcept = default;
Hash64Hasher::~Hash64Hasher() = default;

Result<Hash64> Hash64Hasher::hash(const FrameView& frame, Hash64Kind kind) {
    TUTELA_TRY(check(frame));
    switch (kind) {
        case Hash64Kind::phash: return phash(scratch_->resizer, frame);
        case Hash64Kind::dhash: return dhash(scratch_->resizer, frame);
        case Hash64Kind::ahash: return ahash(scratch_->resizer, frame);
        case Hash64Kind::phash_opencv: return hash64::phash_opencv(frame);
    }
    return Status(StatusCode::invalid_argument,
                  "no hash of 64 bits has the number " + std::to_string(static_cast<std::uint32_t>(kind)));
}

}  // namespace tutela
