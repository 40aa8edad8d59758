// What the tests of the sandbox share: the worker programs, and files that tell the one for tests what to do.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "media/encoders.hpp"
#include "tutela/media.hpp"

namespace tutela::test {

// The program as it is installed.
inline WorkerOptions real_worker() {
    return {TUTELA_WORKER};
}

// Does what script() says.
inline WorkerOptions fault_worker() {
    return {TUTELA_FAULT_WORKER};
}

inline Bytes script(std::string_view words) {
    Bytes bytes{0xFF, 0xD8, 0xFF, '!'};
    bytes.insert(bytes.end(), words.begin(), words.end());
    return bytes;
}

inline Bytes archive_script(std::string_view words) {
    Bytes bytes{'P', 'K', 3, 4, '!'};
    bytes.insert(bytes.end(), words.begin(), words.end());
    return bytes;
}

inline std::unique_ptr<Decoder> sandbox(const WorkerOptions& options) {
    Result<std::unique_ptr<Decoder>> decoder = make_sandboxed_decoder(options);
    EXPECT_TRUE(decoder.ok()) << decoder.status().to_string();
    return decoder.ok() ? std::move(decoder).value() : nullptr;
}

// Of opening the file.
inline Status status_of(Decoder& decoder, const Bytes& bytes, const DecodeLimits& limits = {}) {
    return decoder.open(bytes, limits, DecodeMode::exact).status();
}

// The number of a process whose parent is `parent`; 0 when there is none.
inline pid_t child_of(pid_t parent) {
    std::ifstream list("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
    pid_t child = 0;
    list >> child;
    return child;
}

// All that a decoder says about a file, and its frames, in words.
inline std::vector<std::string> answers(Decoder& decoder, std::span<const std::uint8_t> bytes, DecodeMode mode,
                                        const DecodeLimits& limits = {}, bool views = true) {
    std::vector<std::string> said;
    const auto number = [](auto value) { return std::to_string(value) + " "; };
    auto source = decoder.open(bytes, limits, mode);
    if (!source.ok()) return {source.status().to_string()};
    Frame scratch;
    for (bool more = true; more;) {
        FrameView view;
        const Result<bool> next = views ? source.value()->next_view(scratch, view) : source.value()->next(scratch);
        if (!views) view = scratch.view();
        more = next.ok() && next.value();
        const MediaInfo& info = source.value()->info();
        const FrameFacts& facts = source.value()->facts();
        const Damage& damage = source.value()->damage();
        std::string words = next.status().to_string() + "; " + std::string(format_name(info.format)) + " ";
        words += number(info.width) + number(info.height) + number(info.orientation);
        words += std::string(decode_mode_name(facts.mode)) + " " + number(facts.denominator) + number(facts.index);
        words += number(damage.damaged) + damage.reason + " " + number(damage.rows_decoded);
        if (more) {
            words += number(view.width) + number(view.height) + number(static_cast<unsigned>(view.format));
            words += number(view.pts_us);
            for (std::uint32_t y = 0; y < view.height; ++y) {
                const auto* row = reinterpret_cast<const char*>(view.row(y));
                words.append(row, std::size_t{view.width} * bytes_per_pixel(view.format));
            }
        }
        said.push_back(std::move(words));
    }
    return said;
}

}  // namespace tutela::test
