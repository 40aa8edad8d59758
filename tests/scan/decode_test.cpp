// Decode modes in whole scans: what rows say, what a screen decides, and what waits in memory.
#include <gtest/gtest.h>
#include <malloc.h>

#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::Bytes;
using test::encode_jpeg;
using test::encode_png;
using test::encode_webp;
using test::hash_of;
using test::picture;
using test::PngOptions;
using test::Sampling;
using test::TestFolder;

ScanOptions in_mode(DecodeMode mode) {
    ScanOptions options;
    options.decode = mode;
    options.profile = Profile::plain;
    return options;
}

Bytes progressive(std::uint32_t seed) {
    return encode_jpeg(picture(seed, 1040).view(), {.sampling = Sampling::s420, .progressive = true});
}

HashList list_of_files(const std::vector<Bytes>& files) {
    const Scanner hasher = Scanner::create(test::list_of({}), in_mode(DecodeMode::exact)).value();
    ListBuilder builder;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const FileRow row = hasher.scan_bytes(files[i], "");
        EXPECT_TRUE(row.hash.has_value());
        EXPECT_TRUE(builder.add({row.hash.value_or(Hash256{}), std::to_string(i), "", ""}).ok());
    }
    return builder.build().value();
}

// A mirrored picture must be found whatever the mode: variants of a first scan would drift too far.
TEST(ScanDecode, AScreenIsForThePlainProfile) {
    ScanOptions options = in_mode(DecodeMode::screen);
    options.profile = Profile::standard;
    EXPECT_EQ(test::scanner_of({}, options).scan_bytes(progressive(1), "f").decode, "luma");
    EXPECT_EQ(test::scanner_of({}, in_mode(DecodeMode::screen)).scan_bytes(progressive(1), "f").decode, "screen");
}

TEST(ScanDecode, LumaIsTheDefaultAndRowsNameWhatTheyHad) {
    EXPECT_EQ(ScanOptions{}.decode, DecodeMode::luma);
    const Bytes jpeg = encode_jpeg(picture(1).view());
    const Bytes png = encode_png(picture(1).view());
    const Bytes large = encode_jpeg(picture(1, 1100).view());
    const Bytes first_scan = progressive(1);
    const auto decoded = [&](const Bytes& file, const ScanOptions& options) {
        return test::scanner_of({}, options).scan_bytes(file, "f").decode;
    };
    EXPECT_EQ(decoded(jpeg, {}), "luma");
    EXPECT_EQ(decoded(png, {}), "exact");
    EXPECT_EQ(decoded(encode_webp(picture(1).view()), {}), "luma");
    EXPECT_EQ(decoded(jpeg, in_mode(DecodeMode::exact)), "exact");
    EXPECT_EQ(decoded(jpeg, in_mode(DecodeMode::scaled)), "luma");
    EXPECT_EQ(decoded(large, in_mode(DecodeMode::scaled)), "scaled");
    EXPECT_EQ(decoded(first_scan, in_mode(DecodeMode::screen)), "screen");
    EXPECT_EQ(decoded(jpeg, in_mode(DecodeMode::screen)), "luma");
    EXPECT_EQ(decoded({'w', 'o', 'r', 'd'}, {}), "");
    EXPECT_EQ(decoded(Bytes(jpeg.begin(), jpeg.begin() + 100), {}), "") << "no pixel";
}

TEST(ScanDecode, TheRunNamesWhatWasAsked) {
    EXPECT_EQ(test::scanner_of({}).facts().decode, "luma");
    EXPECT_EQ(test::scanner_of({}, in_mode(DecodeMode::screen)).facts().decode, "screen");
    const auto code_of = [](std::uint32_t mode) {
        return Scanner::create(test::list_of({}), in_mode(static_cast<DecodeMode>(mode))).status().code();
    };
    EXPECT_EQ(code_of(0), StatusCode::invalid_argument);
    EXPECT_EQ(code_of(5), StatusCode::invalid_argument);
}

TEST(ScanDecode, EveryModeFindsAKnownPicture) {
    const std::vector<Bytes> files{progressive(1), encode_jpeg(picture(2, 1100).view()), encode_png(picture(3).view()),
                                   encode_webp(picture(4).view())};
    for (const DecodeMode mode : {DecodeMode::exact, DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
        const Scanner scanner = Scanner::create(list_of_files(files), in_mode(mode)).value();
        for (std::size_t i = 0; i < files.size(); ++i) {
            const FileRow row = scanner.scan_bytes(files[i], "f");
            ASSERT_EQ(row.outcome, Outcome::matched) << decode_mode_name(mode) << ' ' << i;
            EXPECT_EQ(row.matches[0].entry_id, std::to_string(i));
            if (mode == DecodeMode::exact) {
                EXPECT_EQ(row.matches[0].distance_bits, 0U);
            }
            EXPECT_NE(row.decode, "screen") << "a match is never told by a first scan";
        }
    }
}

// All that is said of a file but its hash, quality and mode is the same whether it was screened or not.
TEST(ScanDecode, AScreenedFileIsCleanAndNothingElse) {
    const Bytes file = progressive(1);
    const Scanner luma = Scanner::create(list_of_files({progressive(2)})).value();
    const Scanner screen = Scanner::create(list_of_files({progressive(2)}), in_mode(DecodeMode::screen)).value();
    FileRow screened = screen.scan_bytes(file, "f");
    const FileRow whole = luma.scan_bytes(file, "f");
    EXPECT_EQ(screened.outcome, Outcome::clean);
    EXPECT_EQ(screened.decode, "screen");
    screened.decode = whole.decode;
    screened.hash = whole.hash;
    screened.quality = whole.quality;
    EXPECT_EQ(screened, whole);
    // Cut off, it is judged by a decode.
    for (const std::size_t size : {file.size() - 2, file.size() / 2, file.size() / 10, std::size_t{300}}) {
        const auto cut = std::span(file).first(size);
        EXPECT_EQ(screen.scan_bytes(cut, "f"), luma.scan_bytes(cut, "f")) << size;
    }
}

TEST(ScanDecode, AScreenLeavesLowQualityToADecode) {
    Frame flat = test::flat_picture(90, 1040, 1040);
    const Bytes file = encode_jpeg(flat.view(), {.progressive = true});
    const FileRow row = test::scanner_of({1}, in_mode(DecodeMode::screen)).scan_bytes(file, "f");
    EXPECT_EQ(row.outcome, Outcome::low_quality);
    EXPECT_EQ(row.decode, "luma");
}

TEST(ScanDecode, RowsDoNotDependOnTheExecutorInAnyMode) {
    const TestFolder folder;
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
        folder.write("p" + std::to_string(seed), progressive(seed));
        folder.write("j" + std::to_string(seed), encode_jpeg(picture(seed, 300 + 200 * seed).view()));
        folder.write("w" + std::to_string(seed), encode_webp(picture(seed).view()));
    }
    for (const DecodeMode mode : {DecodeMode::luma, DecodeMode::scaled, DecodeMode::screen}) {
        const Scanner scanner = Scanner::create(list_of_files({progressive(3)}), in_mode(mode)).value();
        ThreadPool pool(4);
        EXPECT_EQ(test::run(scanner, {folder.path()}, pool).rows, test::run(scanner, {folder.path()}).rows);
    }
}

// Many equal entries and many files that match them: the names of the entries must not pile up while rows wait.
TEST(ScanDecode, MatchesAreNamedWhenTheirRowGoesOut) {
    constexpr std::size_t kEntries = 50'000;
    constexpr std::uint32_t kFiles = 40;
    const TestFolder folder;
    folder.write("000", encode_png(test::flat_picture(9, 6000, 6000).view(), {.level = 1}));  // the others wait for it
    for (std::uint32_t i = 0; i < kFiles; ++i) {
        const PngOptions options{.level = 1 + static_cast<int>(i / 8), .orientation = 1 + i % 8};
        folder.write(std::to_string(100 + i), encode_png(picture(1).view(), options));
    }
    ListBuilder builder;
    const Hash256 hash = hash_of(picture(1));
    for (std::size_t i = 0; i < kEntries; ++i)
        ASSERT_TRUE(
            builder.add({hash, "an id that is longer than a short string " + std::to_string(i), "c", "l"}).ok());
    const Scanner scanner = Scanner::create(builder.build().value()).value();
    std::size_t rows = 0;
    std::size_t most = 0;
    const std::size_t before = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;
    const auto look = [&](const FileRow& row) {
        EXPECT_EQ(row.matches.size(), rows == 0 ? 0 : kEntries);
        const struct mallinfo2 heap = ::mallinfo2();
        most = std::max(most, heap.uordblks + heap.hblkhd);
        ++rows;
        return Status();
    };
    ThreadPool pool(4);
    const std::vector<std::string> paths{folder.path()};
    ASSERT_TRUE(scanner.scan(paths, pool, look).ok());
    EXPECT_EQ(rows, kFiles + 1);
    // One row with its texts takes some 15 MB; forty would take 600.
    EXPECT_LT(most - before, 150U << 20);
}

}  // namespace
}  // namespace tutela
