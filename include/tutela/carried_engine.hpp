// Finding by hashes that lists carry (carried_hash.hpp) and this library cannot compute: with an engine of the user's,
// such as one of PhotoDNA. Layer: scan.
//
// None comes with the library. Scanner takes engines in ScanOptions::engines.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tutela/carried_hash.hpp"
#include "tutela/export.h"
#include "tutela/frame.hpp"
#include "tutela/status.hpp"

namespace tutela {

// What computes and compares values of one kind. It works in the scanner's own process, also when pictures are decoded
// in a sandbox. All functions are called by several threads at once, on one object, and must answer the same for the
// same. What they throw: compute() std::bad_alloc as want of memory, and anything else as its failure; the others
// nothing.
class TUTELA_API CarriedEngine {
public:
    virtual ~CarriedEngine();
    CarriedEngine(const CarriedEngine&) = delete;
    CarriedEngine& operator=(const CarriedEngine&) = delete;

    // Of the values that it knows: CarriedHashView::kind, such as "photodna". The `variant` of its matches.
    [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
    // Its own name and version, for reports and journals: UTF-8.
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    // The value of a frame, or an empty one when there is none, as for a picture that is too small: then nothing is
    // found by it, and that is no failure. The pixels are nobody else's during the call. In every decode mode but
    // `exact` they may be gray8, and in `scaled` fewer than the picture has. An error is a failure, see
    // ScanOptions::engines; its message goes into the file's row, so it must hold no value.
    [[nodiscard]] virtual Result<std::vector<std::uint8_t>> compute(const FrameView& frame) const = 0;
    // How far apart two values are, `computed` being one of compute(); nothing when `known` is none that it can read.
    // Lists are hostile input: of `known`, the kind alone is certain. Called for each value of the kind in the list.
    [[nodiscard]] virtual std::optional<std::uint32_t> distance(std::span<const std::uint8_t> computed,
                                                                const CarriedHashView& known) const noexcept = 0;
    // The largest distance that is a match.
    [[nodiscard]] virtual std::uint32_t threshold() const noexcept = 0;

protected:
    CarriedEngine() = default;
};

}  // namespace tutela
