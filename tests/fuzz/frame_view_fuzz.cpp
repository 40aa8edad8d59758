// Any frame view: it is refused, or hashed as the reference does and without a read outside its pixels. The first bytes
// say how the view looks, the rest are its pixels, over and over.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "hash/pdq_unfused.hpp"
#include "tutela/hash64.hpp"
#include "tutela/hasher.hpp"

namespace {

struct Input {
    const std::uint8_t* data;
    std::size_t size;

    template <typename T>
    T take() noexcept {
        T value{};
        const std::size_t taken = std::min(size, sizeof value);
        std::memcpy(&value, data, taken);
        data += taken;
        size -= taken;
        return value;
    }
};

// The bytes that the view says it has; 0 when that is more than a test should take.
std::size_t needed_bytes(const tutela::FrameView& view) noexcept {
    constexpr std::size_t kMost = std::size_t{1} << 20;
    const std::size_t row = std::size_t{view.width} * tutela::bytes_per_pixel(view.format);
    if (row > kMost || view.stride_bytes > kMost || view.height > kMost) return 0;
    const std::size_t need = (view.height - 1) * view.stride_bytes + row;
    return need > kMost ? 0 : need;
}

void require(bool condition) noexcept {
    if (!condition) std::abort();
}

void require_exact(const tutela::FrameView& view) {
    tutela::PdqHasher hasher;
    const auto plain = hasher.hash(view);
    const auto dihedral = hasher.hash_dihedral(view);
    if (std::min(view.width, view.height) < tutela::kPdqMinSide) {
        require(plain.status().code() == tutela::StatusCode::too_small);
        require(dihedral.status().code() == tutela::StatusCode::too_small);
        return;
    }
    tutela::testing::UnfusedPdq model;
    require(plain.value() == model.hash(view));
    const tutela::DihedralHashes want = model.hash_dihedral(view);
    require(dihedral.value().hashes == want.hashes && dihedral.value().quality == want.quality);
}

// As the reduced form of some full picture.
void require_reduced(const tutela::FrameView& view) {
    tutela::PdqHasher hasher;
    for (const std::uint32_t denominator : {2U, 4U, 8U}) {
        const std::uint32_t width = (view.width - 1) * denominator + 1;
        const std::uint32_t height = view.height * denominator;
        require(hasher.hash_reduced(view, width, height, denominator).ok() ==
                (std::min(width, height) >= tutela::kPdqMinSide));
    }
}

void hash_exactly(tutela::FrameView view, const Input& pixels, std::size_t need) {
    const auto memory = std::make_unique<std::uint8_t[]>(need);  // not a byte more, so that the sanitizer sees all
    for (std::size_t i = 0; i < need && pixels.size > 0; ++i)
        memory[i] = pixels.data[i % pixels.size];
    view.data = memory.get();
    require_exact(view);
    require_reduced(view);
    tutela::Hash64Hasher hasher64;
    for (std::uint32_t kind = 1; kind <= 4; ++kind)
        require(hasher64.hash(view, static_cast<tutela::Hash64Kind>(kind)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input{data, size};
    tutela::FrameView view;
    const auto shape = input.take<std::uint8_t>();
    const bool wild = shape >= 224;  // any numbers at all; else small ones
    view.width = wild ? input.take<std::uint32_t>() : input.take<std::uint16_t>() % 300U;
    view.height = wild ? input.take<std::uint32_t>() : input.take<std::uint16_t>() % 300U;
    view.format = static_cast<tutela::PixelFormat>(wild ? input.take<std::uint32_t>() : shape % 7U);
    const std::size_t row = std::size_t{view.width} * tutela::bytes_per_pixel(view.format);
    view.stride_bytes = wild ? input.take<std::size_t>() : row + input.take<std::uint8_t>() % 70U;

    tutela::PdqHasher hasher;
    require(!hasher.hash(view).ok());  // no data
    view.data = data;                  // somewhere, but not that many bytes
    if (!tutela::check(view).ok()) {
        require(!hasher.hash(view).ok() && !hasher.hash_dihedral(view).ok());
        return 0;
    }
    if (const std::size_t need = needed_bytes(view); need > 0) hash_exactly(view, input, need);
    return 0;
}
