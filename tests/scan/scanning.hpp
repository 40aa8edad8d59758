// What the tests of whole scans share: lists of pictures made by code, and runs collected as rows.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "media/encoders.hpp"
#include "media/pictures.hpp"
#include "tutela/scan.hpp"

namespace tutela::test {

inline Frame picture(std::uint32_t seed, std::uint32_t side = 200) {
    return make_picture(side, side, PixelFormat::rgb24, seed);
}

inline Frame flat_picture(std::uint8_t value, std::uint32_t width = 96, std::uint32_t height = 96) {
    Frame frame;
    EXPECT_TRUE(frame.reshape(width, height, PixelFormat::gray8).ok());
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x)
            frame.row(y)[x] = value;
    return frame;
}

inline Hash256 hash_of(const Frame& frame) {
    PdqHasher hasher;
    const Result<FrameHash> hash = hasher.hash(frame.view());
    EXPECT_TRUE(hash.ok());
    return hash.ok() ? hash.value().hash : Hash256{};
}

// A list of the pictures of the given seeds: ids "s<seed>", category "cat", label "label <seed>".
inline HashList list_of(const std::vector<std::uint32_t>& seeds) {
    ListBuilder builder;
    for (const std::uint32_t seed : seeds) {
        const std::string number = std::to_string(seed);
        EXPECT_TRUE(builder.add({hash_of(picture(seed)), "s" + number, "cat", "label " + number}).ok());
    }
    return builder.build().value();
}

inline Scanner scanner_of(const std::vector<std::uint32_t>& seeds, ScanOptions options = {}) {
    Result<Scanner> scanner = Scanner::create(list_of(seeds), std::move(options));
    EXPECT_TRUE(scanner.ok()) << scanner.status().to_string();
    return std::move(scanner).value();
}

struct RunResult {
    std::vector<FileRow> rows;
    RunTotals totals;
};

inline RunResult run(const Scanner& scanner, const std::vector<std::string>& paths, Executor& executor) {
    RunResult run;
    const Result<RunTotals> totals = scanner.scan(paths, executor, [&](const FileRow& row) {
        run.rows.push_back(row);
        return Status();
    });
    EXPECT_TRUE(totals.ok()) << totals.status().to_string();
    if (totals.ok()) run.totals = totals.value();
    return run;
}

inline RunResult run(const Scanner& scanner, const std::vector<std::string>& paths) {
    InlineExecutor executor;
    return run(scanner, paths, executor);
}

}  // namespace tutela::test
