// What the tests of the sandbox share: the worker programs, and files that tell the one for tests what to do.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

}  // namespace tutela::test
