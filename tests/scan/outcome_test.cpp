// One file, one outcome: what each kind of input becomes.
#include <gtest/gtest.h>
#include <sys/fsuid.h>

#include "core/digest.hpp"
#include "scan/file_reader.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::Bytes;
using test::encode_jpeg;
using test::encode_png;
using test::encode_webp;
using test::flat_picture;
using test::hash_of;
using test::picture;
using test::run;
using test::RunResult;
using test::scanner_of;
using test::TestFolder;

// The row of a file with these bytes, which must be the row of the same bytes in memory.
FileRow row_of(const Scanner& scanner, const Bytes& bytes) {
    const TestFolder folder;
    const std::string path = folder.write("file", bytes);
    const RunResult result = run(scanner, {path});
    EXPECT_EQ(result.rows.size(), 1U);
    if (result.rows.empty()) return {};
    EXPECT_EQ(result.rows[0], scanner.scan_bytes(bytes, path));
    EXPECT_EQ(result.rows[0].sha256, bytes_to_hex(sha256(bytes)));
    EXPECT_EQ(result.rows[0].size_bytes, bytes.size());
    EXPECT_EQ(result.totals.count(result.rows[0].outcome), 1U);
    return result.rows[0];
}

Bytes text(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

TEST(ScanOutcome, MatchedInEveryFormat) {
    const Scanner scanner = scanner_of({7, 8});
    const Frame frame = picture(7);
    for (const Bytes& bytes : {encode_png(frame.view()), encode_jpeg(frame.view()), encode_webp(frame.view())}) {
        const FileRow row = row_of(scanner, bytes);
        EXPECT_EQ(row.outcome, Outcome::matched);
        EXPECT_EQ(row.reason, "");
        EXPECT_FALSE(row.damaged);
        EXPECT_EQ(row.width, 200U);
        EXPECT_EQ(row.height, 200U);
        EXPECT_GE(row.quality, 50);
        ASSERT_EQ(row.matches.size(), 1U);
        EXPECT_EQ(row.matches[0].entry_id, "s7");
        EXPECT_EQ(row.matches[0].category, "cat");
        EXPECT_EQ(row.matches[0].label, "label 7");
        EXPECT_EQ(row.matches[0].distance_bits, distance(*row.hash, hash_of(frame)));
        EXPECT_EQ(row.format.empty(), false);
    }
    EXPECT_EQ(row_of(scanner, encode_png(frame.view())).matches[0].distance_bits, 0U);
    EXPECT_EQ(row_of(scanner, encode_png(frame.view())).format, "png");
}

TEST(ScanOutcome, MatchesComeNearestFirstAndOnlyWithinTheRadius) {
    const Hash256 hash = hash_of(picture(7));
    ListBuilder builder;
    for (const unsigned bits : {31U, 3U, 32U, 0U, 3U}) {
        Entry entry{hash, std::to_string(bits), "", ""};
        for (unsigned k = 0; k < bits; ++k)
            entry.hash.bytes[k / 8] ^= static_cast<std::uint8_t>(1U << (k % 8));
        ASSERT_TRUE(builder.add(entry).ok());
    }
    const Scanner scanner = Scanner::create(builder.build().value()).value();
    const FileRow row = row_of(scanner, encode_png(picture(7).view()));
    EXPECT_EQ(row.matches,
              (std::vector<MatchFact>{{"0", 0, "", ""}, {"3", 3, "", ""}, {"3", 3, "", ""}, {"31", 31, "", ""}}));
}

TEST(ScanOutcome, CleanIsAPictureThatIsNotInTheList) {
    const FileRow row = row_of(scanner_of({7}), encode_png(picture(8).view()));
    EXPECT_EQ(row.outcome, Outcome::clean);
    EXPECT_EQ(row.hash, hash_of(picture(8)));
    EXPECT_TRUE(row.matches.empty());
    EXPECT_EQ(row_of(scanner_of({}), encode_png(picture(8).view())).outcome, Outcome::clean);
}

TEST(ScanOutcome, AFlatPictureIsOfLowQualityAndMatchesNothing) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add({hash_of(flat_picture(9)), "poison", "", ""}).ok());
    const Scanner scanner = Scanner::create(builder.build().value()).value();
    const FileRow row = row_of(scanner, encode_png(flat_picture(9).view()));
    EXPECT_EQ(row.outcome, Outcome::low_quality);
    EXPECT_EQ(row.quality, 0);
    EXPECT_TRUE(row.hash.has_value());
    EXPECT_EQ(row.reason, "the quality 0 is below the minimum of 50");
}

TEST(ScanOutcome, APictureUnderFivePixelsIsTooSmall) {
    const FileRow row = row_of(scanner_of({7}), encode_png(flat_picture(9, 4, 300).view()));
    EXPECT_EQ(row.outcome, Outcome::too_small);
    EXPECT_FALSE(row.reason.empty());
    EXPECT_FALSE(row.hash.has_value());
}

TEST(ScanOutcome, WhatIsNoPictureIsUnsupported) {
    const Scanner scanner = scanner_of({7});
    EXPECT_EQ(row_of(scanner, {}).outcome, Outcome::unsupported);
    EXPECT_EQ(row_of(scanner, {}).reason, "an empty file");
    const FileRow row = row_of(scanner, text("plain words"));
    EXPECT_EQ(row.outcome, Outcome::unsupported);
    EXPECT_EQ(row.reason, "no picture of a kind that this build reads");
    EXPECT_EQ(row.format, "");
}

TEST(ScanOutcome, TheNameOfAFileSaysNothing) {
    const TestFolder folder;
    folder.write("a.txt", encode_jpeg(picture(7).view()));
    folder.write("b.png", encode_jpeg(picture(7).view()));
    folder.write("c.jpg", "plain words");
    const RunResult result = run(scanner_of({7}), {folder.path()});
    ASSERT_EQ(result.rows.size(), 3U);
    EXPECT_EQ(result.rows[0].outcome, Outcome::matched);
    EXPECT_EQ(result.rows[1].outcome, Outcome::matched);
    EXPECT_EQ(result.rows[1].format, "jpeg");
    EXPECT_EQ(result.rows[2].outcome, Outcome::unsupported);
}

TEST(ScanOutcome, ATruncatedPictureIsHashedAndDeclaredDamaged) {
    const Frame frame = picture(7);
    Bytes bytes = encode_jpeg(frame.view());
    bytes.resize(bytes.size() - 2);  // the end marker
    const FileRow row = row_of(Scanner::create(test::list_of({})).value(), bytes);
    EXPECT_EQ(row.outcome, Outcome::clean);
    EXPECT_TRUE(row.damaged);
    EXPECT_FALSE(row.damage_reason.empty());
    EXPECT_TRUE(row.hash.has_value());
}

TEST(ScanOutcome, APictureWithoutPixelsIsCorrupt) {
    const Bytes whole = encode_png(picture(7).view());
    const FileRow row = row_of(scanner_of({7}), Bytes(whole.begin(), whole.begin() + 20));
    EXPECT_EQ(row.outcome, Outcome::corrupt);
    EXPECT_FALSE(row.reason.empty());
    EXPECT_EQ(row.format, "png");
    EXPECT_FALSE(row.damaged);
}

TEST(ScanOutcome, LimitsOnBytesAndPixels) {
    const Bytes bytes = encode_png(picture(7).view());
    ScanOptions options;
    options.limits.max_bytes = bytes.size() - 1;
    const FileRow row = row_of(scanner_of({7}, options), bytes);
    EXPECT_EQ(row.outcome, Outcome::limit);
    EXPECT_EQ(row.reason, "the file has " + std::to_string(bytes.size()) + " bytes, over the limit of " +
                              std::to_string(bytes.size() - 1));
    EXPECT_EQ(row.format, "png");
    EXPECT_EQ(row_of(scanner_of({7}, options), Bytes(bytes.size() * 2, 'x')).outcome, Outcome::unsupported);

    options = {};
    options.limits.max_pixels = 200 * 200 - 1;
    EXPECT_EQ(row_of(scanner_of({7}, options), bytes).outcome, Outcome::limit);
    options.limits.max_pixels = 200 * 200;
    EXPECT_EQ(row_of(scanner_of({7}, options), bytes).outcome, Outcome::matched);
}

TEST(ScanOutcome, SpecialFilesAndLinksAreNeitherOpenedNorFollowed) {
    const TestFolder folder;
    folder.write("0", encode_png(picture(7).view()));
    folder.fifo("1");
    folder.socket("2");
    folder.link("3", "0");
    folder.link("4", "nowhere");
    const RunResult result = run(scanner_of({7}), {folder.path(), "/dev/zero"});
    ASSERT_EQ(result.rows.size(), 6U);
    const std::vector<std::string> reasons{"",
                                           "a FIFO, not a file",
                                           "a socket, not a file",
                                           "a symbolic link, not followed",
                                           "a symbolic link, not followed",
                                           "a character device, not a file"};
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        EXPECT_EQ(result.rows[i].outcome, i == 0 ? Outcome::matched : Outcome::unsupported);
        EXPECT_EQ(result.rows[i].reason, reasons[i]);
        EXPECT_EQ(result.rows[i].sha256.has_value(), i == 0);
    }
}

TEST(ScanOutcome, FollowsLinksWhenAsked) {
    const TestFolder folder;
    folder.folder("a");
    folder.link("a/loop", "..");
    folder.write("b", encode_png(picture(7).view()));
    folder.link("c", "b");
    folder.link("d", "nowhere");
    ScanOptions options;
    options.follow_symlinks = true;
    const RunResult result = run(scanner_of({7}, options), {folder.path()});
    ASSERT_EQ(result.rows.size(), 4U);
    EXPECT_EQ(result.rows[0].reason, "a folder that was entered by another path already");
    EXPECT_EQ(result.rows[1].outcome, Outcome::matched);
    EXPECT_EQ(result.rows[2].outcome, Outcome::matched);
    EXPECT_EQ(result.rows[3].outcome, Outcome::unreadable);
    EXPECT_EQ(result.rows[3].reason, "a symbolic link that leads nowhere");
    EXPECT_EQ(result.totals.duplicates, 1U);
}

TEST(ScanOutcome, WhatCannotBeReadIsARowWithItsReason) {
    const TestFolder folder;
    folder.write("file", "x");
    const RunResult result =
        run(scanner_of({}), {folder / "none", folder / "file/below", folder / std::string(300, 'n'), ""});
    ASSERT_EQ(result.rows.size(), 4U);
    EXPECT_EQ(result.totals.count(Outcome::unreadable), 4U);
    EXPECT_EQ(result.rows[0].path, folder / "none");
    EXPECT_EQ(result.rows[0].reason, "no such file or folder");
    EXPECT_EQ(result.rows[1].reason, "a part of the path is not a folder");
    EXPECT_EQ(result.rows[2].reason, "the path is too long for the system");
    EXPECT_EQ(result.rows[3].reason, "no such file or folder");
}

// Everything was listed before the first row, so the first row can still change what comes after.
TEST(ScanOutcome, WhatVanishesOrIsSwappedDuringTheRunIsARow) {
    const TestFolder folder;
    for (const char* name : {"a", "b", "c", "d", "secret"})
        folder.write(name, encode_png(picture(7).view()));
    folder.folder("e");
    folder.write("e/f", encode_png(picture(7).view()));
    folder.folder("elsewhere");
    folder.write("elsewhere/f", encode_png(picture(7).view()));
    const Scanner scanner = scanner_of({7});
    InlineExecutor executor;
    std::vector<FileRow> rows;
    const auto on_row = [&](const FileRow& row) {
        if (rows.empty()) {
            std::filesystem::remove(folder / "b");
            std::filesystem::remove(folder / "c");
            folder.link("c", "secret");
            std::filesystem::remove(folder / "d");
            folder.fifo("d");
            std::filesystem::remove_all(folder / "e");
            folder.link("e", "elsewhere");
        }
        rows.push_back(row);
        return Status();
    };
    const std::vector<std::string> paths{folder.path()};
    ASSERT_TRUE(scanner.scan(paths, executor, on_row).ok());
    ASSERT_EQ(rows.size(), 7U);
    EXPECT_EQ(rows[0].outcome, Outcome::matched);
    const std::vector<std::string> reasons{
        "no such file or folder", "a symbolic link stands where none was expected, or links lead in a circle",
        "it was a file when the folder was listed, and is none now", "a part of the path is not a folder"};
    for (std::size_t i = 0; i < reasons.size(); ++i) {
        EXPECT_EQ(rows[i + 1].outcome, Outcome::unreadable) << rows[i + 1].path;
        EXPECT_EQ(rows[i + 1].reason, reasons[i]);
        EXPECT_FALSE(rows[i + 1].sha256.has_value());
    }
}

// Root may read everything, but not this thread while it looks at files as somebody else.
class AsNobody {
public:
    AsNobody() : before_(::setfsuid(65534)) {}
    AsNobody(const AsNobody&) = delete;
    AsNobody& operator=(const AsNobody&) = delete;
    ~AsNobody() { ::setfsuid(static_cast<uid_t>(before_)); }

private:
    int before_;
};

TEST(ScanOutcome, WhatMayNotBeReadIsARow) {
    const TestFolder folder;
    folder.folder("closed");
    folder.write("closed/inside", "x");
    folder.write("open", "words");
    folder.write("secret", "words");
    ASSERT_EQ(::chmod(folder.path().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((folder / "open").c_str(), 0644), 0);
    ASSERT_EQ(::chmod((folder / "secret").c_str(), 0), 0);
    ASSERT_EQ(::chmod((folder / "closed").c_str(), 0), 0);
    const Scanner scanner = scanner_of({});
    RunResult result;
    {
        const AsNobody nobody;
        if (open_for_reading(AT_FDCWD, (folder / "secret").c_str(), false).valid()) {
            GTEST_SKIP() << "this system does not tell users apart";
        }
        result = run(scanner, {folder.path()});
    }
    ASSERT_EQ(::chmod((folder / "closed").c_str(), 0700), 0);
    ASSERT_EQ(result.rows.size(), 3U);
    EXPECT_EQ(result.rows[0].path, folder / "closed");
    EXPECT_EQ(result.rows[0].outcome, Outcome::unreadable);
    EXPECT_EQ(result.rows[0].reason, "a folder that could not be listed: permission denied");
    EXPECT_EQ(result.rows[1].outcome, Outcome::unsupported);
    EXPECT_TRUE(result.rows[1].sha256.has_value());
    EXPECT_EQ(result.rows[2].outcome, Outcome::unreadable);
    EXPECT_EQ(result.rows[2].reason, "permission denied");
}

}  // namespace
}  // namespace tutela
