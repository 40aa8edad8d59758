// What a file of several frames has given, has lost and may still give.
#pragma once

#include <cstdint>
#include <string>

#include "tutela/media.hpp"

namespace tutela {

class FrameLedger {
public:
    explicit FrameLedger(const DecodeLimits& limits) noexcept : limits_(limits) {}

    // To be asked before memory is taken for the next frame: the status `limit` when the file may not give it.
    Status admit(std::uint32_t width, std::uint32_t height);
    [[nodiscard]] bool has_given() const noexcept { return given_; }
    // After an error that ends the file: end() has no other to give.
    void stop() noexcept { given_ = true; }
    // A frame that is left out, as "page 3: the reason". The first one is reported.
    void lose(const char* kind, std::uint32_t index, const Status& why);
    // The damage of a frame that is given: its own ("" for none), else the loss of one before.
    [[nodiscard]] Damage given(std::string reason, std::uint32_t rows_decoded);
    // The end of the file: ok when a frame was given. Else, once, why there is none: the first loss, or `otherwise`.
    [[nodiscard]] Status end(const char* otherwise);
    // Adds to the damage of the last frame what was lost after it, or what else is wrong with the file ("": nothing).
    void close(Damage& damage, const std::string& otherwise) const;

private:
    DecodeLimits limits_;
    std::uint32_t admitted_ = 0;
    std::uint64_t total_pixels_ = 0;
    bool given_ = false;  // a frame, or the reason why there is none
    Status first_loss_;
};

}  // namespace tutela
