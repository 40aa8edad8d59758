// Hashes that lists carry and by which nothing is found here: PhotoDNA, TMK and others. Layer: list.
//
// They are kept as they came, so that a list can be passed on whole. They are no coverage: what has nothing else is not
// found but by a scan with an engine of the user's (carried_engine.hpp), counts apart, and is part of no size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tutela/export.h"

namespace tutela {

// The largest value of one, in bytes.
inline constexpr std::size_t kMaxCarriedBytes = 65535;
// PhotoDNA, as bytes: "photodna".
inline constexpr std::size_t kPhotoDnaBytes = 144;

// One of them. The views live as long as what they were taken from.
struct CarriedHashView {
    // What it is, in lower case: "photodna", "tmk", "sha512", "edonkey", "netclean", "videntifier", or the letters and
    // digits of the source's own name for it. 1 to 64 of a-z, 0-9, '.', '_' and '-'.
    std::string_view kind;
    std::string_view value;  // 1 to kMaxCarriedBytes
    // Whether `value` is bytes; else it is text as the source wrote it: UTF-8 without NUL. A PhotoDNA of 144 bytes is
    // bytes, however it was written; all else that importers read is text.
    bool binary = false;

    bool operator==(const CarriedHashView&) const noexcept = default;
};

struct CarriedRecord;
struct Snapshot;

// Those of one thing in a list, in the order in which they came. A cheap view that lives as long as any copy of the list.
class TUTELA_API CarriedHashes {
public:
    CarriedHashes() noexcept = default;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    // Precondition: i < size(). Of a list loaded by its layout, a damaged one is empty.
    [[nodiscard]] CarriedHashView operator[](std::size_t i) const noexcept;

private:
    friend struct Snapshot;
    const Snapshot* snapshot_ = nullptr;
    const CarriedRecord* first_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace tutela
