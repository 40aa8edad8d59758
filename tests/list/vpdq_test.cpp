// vPDQ files of both forms, and the percentages, beside a slow model.
#include "tutela/vpdq.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <set>

#include "core/temp_folder.hpp"
#include "list/importers/vpdq_parser.hpp"
#include "list/list_test_support.hpp"

namespace tutela {
namespace {

std::vector<FrameHash> random_frames(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<FrameHash> frames;
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < count; ++i) {
        frames.push_back({random_hash(random), static_cast<std::int32_t>(random() % 101), ms * 1000});
        ms += static_cast<std::int64_t>(random() % 2000);
    }
    return frames;
}

const std::string kHex = "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";

VpdqImport import_of(std::string_view bytes) {
    Result<VpdqImport> import = parse_vpdq(bytes);
    EXPECT_TRUE(import.ok()) << import.status().to_string();
    return import.ok() ? std::move(import).value() : VpdqImport();
}

TEST(Vpdq, WhatIsWrittenIsReadAgain) {
    for (const VpdqFormat format : {VpdqFormat::text, VpdqFormat::json}) {
        for (const std::size_t count : {0U, 1U, 2U, 100U}) {
            if (count == 0 && format == VpdqFormat::text) continue;  // no bytes, which are no file of frames
            const std::vector<FrameHash> frames = random_frames(count, count);
            const std::string bytes = write_vpdq(format, frames).value();
            EXPECT_TRUE(begins_vpdq(bytes));
            const VpdqImport import = import_of(bytes);
            EXPECT_EQ(import.format, format);
            EXPECT_EQ(import.frames, frames);
            EXPECT_EQ(import.rows, count);
            EXPECT_EQ(import.skipped, 0U);
        }
    }
}

TEST(Vpdq, TheFormsAreAsOthersWriteThem) {
    const FrameHash frame{hash_from_hex<256>(kHex).value(), 77, 61'233'500};
    const std::string hex = to_hex(frame.hash);
    const std::vector<FrameHash> frames = {frame, {frame.hash, 0, kNoPts}};
    EXPECT_EQ(write_vpdq(VpdqFormat::text, frames).value(), "0,77," + hex + ",61.234\n1,0," + hex + ",0.000\n");
    EXPECT_EQ(write_vpdq(VpdqFormat::json, frames).value(), "[\"" + hex + ",77,61.234\", \"" + hex + ",0,0.000\"]\n");
    EXPECT_EQ(write_vpdq(static_cast<VpdqFormat>(3), frames).status().code(), StatusCode::invalid_argument);

    // As python-threatexchange has it: three significant digits.
    EXPECT_EQ(import_of("[\"" + kHex + ",100,1.23e+03\"]").frames[0].pts_us, 1'230'000'000);
    EXPECT_EQ(import_of("[\"" + kHex + ",100,0.0\"]").frames[0].pts_us, 0);
    EXPECT_EQ(import_of("[\n  \"" + kHex + ",100,5.0\"\n]").frames[0].pts_us, 5'000'000);
}

TEST(Vpdq, TextMayHaveBlanksAndCarriageReturns) {
    const VpdqImport import = import_of(
        "\xef\xbb\xbf"
        "0,100," +
        kHex + ",0.000\r\n\r\n  \n 7 , 50 ," + kHex + " ,\t0.033\r\n9,50," + kHex + ",1");
    ASSERT_EQ(import.frames.size(), 3U);
    EXPECT_EQ(import.frames[1].pts_us, 33'000);
    EXPECT_EQ(import.frames[2].pts_us, 1'000'000);
    EXPECT_EQ(import.rows, 3U);
}

TEST(Vpdq, FramesComeInTheOrderOfTheirTimes) {
    const VpdqImport import =
        import_of("0,1," + kHex + ",2.0\n1,2," + kHex + ",1.0\n2,3," + kHex + ",2.0\n3,4," + kHex + ",0\n");
    ASSERT_EQ(import.frames.size(), 4U);
    EXPECT_EQ(import.frames[0].quality, 4);
    EXPECT_EQ(import.frames[1].quality, 2);
    EXPECT_EQ(import.frames[2].quality, 1);
    EXPECT_EQ(import.frames[3].quality, 3);
}

const std::vector<std::string> kBadFields = {  // after the hash: quality and time of a JSON element
    "",        ",",      ",50",      ",50,",           ",50,x",    ",50,1,2",   ",-1,1",
    ",101,1",  ",5.0,1", ",50,-1",   ",50,nan",        ",50,inf",  ",50,1e300", ",50,9007199255",
    ",50,1 1", ",+50,1", ",50,1.0s", ",99999999999,1", ",50,0x10", ", ,1"};

TEST(Vpdq, BadRowsAreSkippedCountedAndNotRepeated) {
    const std::string good = kHex + ",50,1.0";
    std::vector<std::string> bad = {"x", kHex.substr(1) + ",50,1.0", kHex + "0,50,1.0", std::string(5000, 'a')};
    for (const std::string& fields : kBadFields)
        bad.push_back(kHex + fields);
    for (const std::string& element : bad) {
        const VpdqImport import = import_of("[\"" + good + "\", \"" + element + "\", \"" + good + "\"]");
        EXPECT_EQ(import.frames.size(), 2U) << element;
        EXPECT_EQ(import.rows, 3U);
        ASSERT_EQ(import.skipped, 1U) << element;
        EXPECT_EQ(import.first_skipped[0].line, 2U);
        EXPECT_EQ(import.first_skipped[0].reason.find(kHex.substr(0, 8)), std::string::npos);
    }
    const std::string line = "0,50," + kHex + ",1.0\n";
    for (const std::string& row :
         {"x," + line.substr(2), "-1," + line.substr(2), kHex + ",id", "0,50," + kHex, "0,50," + kHex + ",1.0,2",
          std::string("0,50"), std::string(",,,"), std::string("# comment"), std::string(100'000, '1')}) {
        const VpdqImport import = import_of(line + "\n" + row + "\n" + line);
        EXPECT_EQ(import.frames.size(), 2U) << row;
        ASSERT_EQ(import.skipped, 1U) << row;
        EXPECT_EQ(import.first_skipped[0].line, 3U);
        EXPECT_EQ(import.first_skipped[0].reason.find(kHex.substr(0, 8)), std::string::npos);
    }
}

TEST(Vpdq, OtherElementsOfTheArrayAreBadRows) {
    const std::string good = "\"" + kHex + ",50,1.0\"";
    const VpdqImport import = import_of("[1, -2, 2.5, true, null, {\"a\": [1, \"b\", {\"c\": null}]}, [[" + good +
                                        "], 3], \"\", " + good + "]");
    EXPECT_EQ(import.frames.size(), 1U);
    EXPECT_EQ(import.skipped, 8U);
    EXPECT_EQ(import.rows, 9U);
}

TEST(Vpdq, WhatIsNoSuchFile) {
    const std::string good = "\"" + kHex + ",50,1.0\"";
    const auto code_of = [](const std::string& bytes) {
        const Result<VpdqImport> import = parse_vpdq(bytes);
        EXPECT_EQ(import.status().message().find(kHex.substr(0, 8)), std::string::npos);
        return import.status().code();
    };
    EXPECT_EQ(code_of(""), StatusCode::corrupt);
    EXPECT_EQ(code_of("hello\n"), StatusCode::corrupt);
    EXPECT_EQ(code_of("[\"" + kHex + "\"]"), StatusCode::corrupt);
    EXPECT_EQ(code_of("{\"0\": {}}"), StatusCode::unsupported);
    for (const char* damaged : {"[", "[%", "[%,", "[%]]", "[%] x", "[% %]", "[%,]", "[\"abc"}) {
        std::string bytes = damaged;
        for (std::size_t at = bytes.find('%'); at != std::string::npos; at = bytes.find('%'))
            bytes.replace(at, 1, good);
        EXPECT_EQ(code_of(bytes), StatusCode::corrupt) << damaged;
    }
    EXPECT_EQ(code_of("[" + std::string(100'000, '[')), StatusCode::corrupt);  // deeper than anything
    EXPECT_EQ(code_of("[\"" + kHex + "\xff\"]"), StatusCode::corrupt);
    EXPECT_EQ(code_of("[]"), StatusCode::ok);
    EXPECT_EQ(code_of("[" + good + "] \n"), StatusCode::ok);
}

TEST(Vpdq, IsToldFromOtherTexts) {
    EXPECT_TRUE(begins_vpdq("12,50," + kHex + ",1.0\nwhatever"));
    EXPECT_TRUE(begins_vpdq("[ \"" + kHex + ",50,1.0\", "));
    EXPECT_TRUE(begins_vpdq("[]"));
    for (const std::string& other : {std::string(), kHex, kHex + ",id,A1,label", "# comment\n0,50," + kHex + ",1",
                                     std::string("[1]"), std::string("[\"a\"]"), std::string("{\"value\": []}"),
                                     std::string("\x89TUTELA\n"), std::string("[\"" + kHex)})
        EXPECT_FALSE(begins_vpdq(other)) << other;
}

TEST(Vpdq, ChunksDoNotMatter) {
    const std::string text = write_vpdq(VpdqFormat::text, random_frames(6, 1)).value() + "bad\n\n1,1";
    const std::string json = "[\"bad\", 7, " + write_vpdq(VpdqFormat::json, random_frames(6, 1)).value().substr(1);
    for (const std::string* bytes : {&text, &json}) {
        const VpdqImport whole = import_of(*bytes);
        for (std::size_t size = 1; size < 40; ++size) {
            VpdqRows rows;
            const auto parser = bytes == &text ? make_vpdq_text_parser(rows) : make_vpdq_json_parser(rows);
            for (std::size_t at = 0; at < bytes->size(); at += size)
                ASSERT_TRUE(parser->feed(std::string_view(*bytes).substr(at, size)).ok());
            ASSERT_TRUE(parser->finish().ok());
            EXPECT_EQ(rows.import().frames, whole.frames);
            EXPECT_EQ(rows.import().skipped, whole.skipped);
            ASSERT_EQ(rows.import().first_skipped.size(), whole.first_skipped.size());
            for (std::size_t i = 0; i < whole.first_skipped.size(); ++i)
                EXPECT_EQ(rows.import().first_skipped[i].line, whole.first_skipped[i].line);
        }
    }
}

TEST(Vpdq, FilesAreReadInChunks) {
    const TempFolder folder;
    const std::vector<FrameHash> frames = random_frames(30'000, 8);  // several chunks
    for (const VpdqFormat format : {VpdqFormat::text, VpdqFormat::json}) {
        const std::filesystem::path path = folder.path() / "video";
        std::ofstream(path, std::ios::binary) << write_vpdq(format, frames).value();
        const Result<VpdqImport> import = read_vpdq(path);
        ASSERT_TRUE(import.ok()) << import.status().to_string();
        EXPECT_EQ(import.value().frames, frames);
    }
    EXPECT_EQ(read_vpdq(folder.path() / "none").status().code(), StatusCode::not_found);
    EXPECT_EQ(read_vpdq(folder.path()).status().code(), StatusCode::unsupported);
}

TEST(Vpdq, MutatedFilesAreReadOrRefused) {
    std::mt19937_64 random(5);
    const std::vector<FrameHash> frames = random_frames(5, 2);
    for (int round = 0; round < 5000; ++round) {
        std::string bytes = write_vpdq(round % 2 == 0 ? VpdqFormat::text : VpdqFormat::json, frames).value();
        for (std::uint64_t changes = 1 + random() % 5; changes > 0; --changes) {
            const std::size_t at = random() % bytes.size();
            switch (random() % 3) {
                case 0: bytes[at] = "[]{}\",\\:.-e0\n\0\xff"[random() % 15]; break;
                case 1: bytes.erase(at, 1 + random() % 9); break;
                default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 90)); break;
            }
            if (bytes.empty()) bytes = "[";
        }
        const Result<VpdqImport> import = parse_vpdq(bytes);
        if (!import.ok()) continue;
        EXPECT_EQ(import.value().rows, import.value().frames.size() + import.value().skipped);
        ListBuilder builder;
        if (import.value().frames.empty()) continue;
        EXPECT_TRUE(builder.add_video(import.value().frames, "v").ok());
    }
}

// The reference's matcher, written down again.
VpdqComparison slow_comparison(std::span<const FrameHash> query, std::span<const FrameHash> compared,
                               const VpdqOptions& options) {
    const auto kept = [&](std::span<const FrameHash> frames) {
        std::set<Hash256> seen;
        std::vector<Hash256> hashes;
        for (const FrameHash& frame : frames) {
            if (seen.insert(frame.hash).second && frame.quality >= options.min_quality) hashes.push_back(frame.hash);
        }
        return hashes;
    };
    const auto matches = [&](const std::vector<Hash256>& of, const std::vector<Hash256>& in) {
        return static_cast<double>(std::ranges::count_if(of, [&](const Hash256& hash) {
            return std::ranges::any_of(in,
                                       [&](const Hash256& other) { return distance(hash, other) <= options.radius; });
        }));
    };
    const std::vector<Hash256> a = kept(query);
    const std::vector<Hash256> b = kept(compared);
    if (a.empty() || b.empty()) return {0, 0, a.size(), b.size()};
    return {matches(a, b) * 100 / static_cast<double>(a.size()), matches(b, a) * 100 / static_cast<double>(b.size()),
            a.size(), b.size()};
}

TEST(VpdqComparison, IsThatOfASlowModel) {
    std::mt19937_64 random(17);
    for (int round = 0; round < 300; ++round) {
        // Few pictures, each with frames within a few bits of it, some of them equal.
        std::vector<Hash256> pictures(1 + random() % 12);
        for (Hash256& picture : pictures)
            picture = random_hash(random);
        const auto make = [&] {
            std::vector<FrameHash> frames(random() % 40);
            for (FrameHash& frame : frames) {
                frame.hash = pictures[random() % pictures.size()];
                for (std::uint64_t flips = random() % 3 * 10; flips > 0; --flips)
                    frame.hash.bytes[random() % 32] ^= static_cast<std::uint8_t>(1U << random() % 8);
                frame.quality = static_cast<std::int32_t>(48 + random() % 5);
            }
            return frames;
        };
        const std::vector<FrameHash> query = make();
        const std::vector<FrameHash> compared = make();
        const VpdqOptions options{static_cast<std::uint32_t>(random() % 3 * 16 + 15), round % 4 == 0 ? 0 : 50};
        const VpdqComparison expected = slow_comparison(query, compared, options);
        const VpdqComparison got = compare_vpdq(query, compared, options).value();
        EXPECT_EQ(got.query_match_percent, expected.query_match_percent);
        EXPECT_EQ(got.compared_match_percent, expected.compared_match_percent);
        EXPECT_EQ(got.query_frames, expected.query_frames);
        EXPECT_EQ(got.compared_frames, expected.compared_frames);
    }
}

TEST(VpdqComparison, Limits) {
    const auto frame = [](std::size_t ones, std::int32_t quality) {
        FrameHash made{{}, quality, 0};
        for (std::size_t bit = 0; bit < ones; ++bit)
            made.hash.set_bit(bit);
        return made;
    };
    const auto percent = [](const std::vector<FrameHash>& a, const std::vector<FrameHash>& b) {
        return compare_vpdq(a, b).value().query_match_percent;
    };
    EXPECT_EQ(percent({frame(0, 50)}, {frame(31, 50)}), 100);  // inclusive, both
    EXPECT_EQ(percent({frame(0, 50)}, {frame(32, 50)}), 0);
    EXPECT_EQ(percent({frame(0, 49)}, {frame(0, 50)}), 0);
    EXPECT_EQ(percent({frame(0, 50)}, {frame(0, 49)}), 0);
    EXPECT_EQ(percent({}, {}), 0);
    // Of equal hashes the first counts, whatever its quality.
    EXPECT_EQ(percent({frame(0, 49), frame(0, 100)}, {frame(0, 50)}), 0);
    EXPECT_EQ(percent({frame(0, 50), frame(0, 1), frame(200, 50)}, {frame(0, 50)}), 50);
    VpdqOptions wide;
    wide.radius = 257;
    EXPECT_EQ(compare_vpdq({}, {}, wide).status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
