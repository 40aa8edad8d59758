// Archives in a scan: which rows come, in which order, and what they say.
#include <algorithm>

#include "media/archive_files.hpp"
#include "scan/folder.hpp"
#include "scan/scanned_file.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using namespace test;

Bytes png(std::uint32_t seed) {
    return encode_png(picture(seed).view());
}

std::string summary_of(const std::vector<FileRow>& rows) {
    std::string text;
    for (const FileRow& row : rows)
        text += row.path.substr(row.path.rfind('/') + 1) + (row.inner.empty() ? "" : "!/" + row.inner) + ' ' +
                std::string(outcome_name(row.outcome)) + '\n';
    return text;
}

const FileRow& row_of(const RunResult& run, const std::string& inner) {
    const auto found =
        std::find_if(run.rows.begin(), run.rows.end(), [&](const FileRow& row) { return row.inner == inner; });
    if (found != run.rows.end()) return *found;
    ADD_FAILURE() << "no row of " << inner;
    return run.rows.front();
}

std::uint64_t outcomes(const RunTotals& totals) {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : totals.by_outcome)
        sum += count;
    return sum;
}

Bytes nested() {
    const Bytes zip = make_archive(zip_writer(), {{"known.png", png(1)}, {"d/", {}, AE_IFDIR}, {"t", bytes_of("x")}});
    return make_archive(tar_writer(), {{"other.png", png(2)}, {"in.zip", zip}, {"link", {}, AE_IFLNK}});
}

TEST(ArchiveScan, NamesAKnownPictureInAZipInATar) {
    const TestFolder folder;
    folder.write("a.tar", nested());
    folder.write("b.png", png(1));
    const Scanner scanner = scanner_of({1});
    const RunResult result = run(scanner, {folder.path()});
    EXPECT_EQ(summary_of(result.rows),
              "a.tar container\n"
              "a.tar!/other.png clean\n"
              "a.tar!/in.zip container\n"
              "a.tar!/in.zip!/known.png matched\n"
              "a.tar!/in.zip!/t unsupported\n"
              "a.tar!/link unsupported\n"
              "b.png matched\n");
    EXPECT_EQ(result.rows[0].reason, "an archive of 3 files");
    EXPECT_EQ(result.rows[0].format, "tar");
    EXPECT_EQ(result.rows[2].format, "zip");
    EXPECT_EQ(result.totals.files, result.rows.size());
    EXPECT_EQ(outcomes(result.totals), result.totals.files);
    EXPECT_EQ(result.totals.duplicates, 1U);

    // The same bytes, the same row, but for the names.
    FileRow inside = row_of(result, "in.zip!/known.png");
    EXPECT_TRUE(inside.sha256 && inside.quality && inside.hash);
    inside.path = result.rows.back().path;
    inside.inner.clear();
    EXPECT_EQ(inside, result.rows.back());

    ThreadPool pool(4);
    EXPECT_EQ(run(scanner, {folder.path()}, pool).rows, result.rows);
    std::vector<FileRow> in_memory = scanner.scan_all_bytes(nested(), result.rows[0].path);
    EXPECT_TRUE(std::equal(in_memory.begin(), in_memory.end(), result.rows.begin()));
    EXPECT_EQ(in_memory.size() + 1, result.rows.size());
    EXPECT_EQ(scanner.scan_bytes(nested(), "x").outcome, Outcome::unsupported);
    ASSERT_EQ(scanner.scan_all_bytes(png(1), "x").size(), 1U);
    EXPECT_EQ(scanner.scan_all_bytes(png(1), "x").front(), scanner.scan_bytes(png(1), "x"));
}

TEST(ArchiveScan, ArchivesStayClosedWhenAsked) {
    const TestFolder folder;
    folder.write("a.tar", nested());
    ScanOptions options;
    options.open_archives = false;
    const Scanner scanner = scanner_of({1}, options);
    const RunResult result = run(scanner, {folder.path()});
    ASSERT_EQ(result.rows.size(), 1U);
    EXPECT_EQ(result.rows[0].outcome, Outcome::unsupported);
    EXPECT_EQ(result.rows[0].reason, "an archive, which was not opened");
    EXPECT_EQ(result.rows[0].format, "tar");
    EXPECT_TRUE(result.rows[0].sha256);
    EXPECT_EQ(scanner.scan_all_bytes(nested(), result.rows[0].path), result.rows);
}

TEST(ArchiveScan, EachLimitIsARow) {
    const auto scan = [](const Bytes& file, const ArchiveLimits& limits) {
        ScanOptions options;
        options.archives = limits;
        return summary_of(scanner_of({1}, options).scan_all_bytes(file, "a"));
    };
    EXPECT_EQ(scan(nested(), {.max_depth = 1}),
              "a container\na!/other.png clean\na!/in.zip limit\na!/link unsupported\n");
    EXPECT_EQ(scan(nested(), {.max_entries = 2}),
              "a limit\na!/other.png clean\na!/in.zip limit\na!/in.zip!/known.png matched\n");
    EXPECT_EQ(scan(nested(), {.max_entry_bytes = 10}),
              "a container\na!/other.png limit\na!/in.zip limit\na!/link unsupported\n");
    EXPECT_EQ(scan(nested(), {.max_total_bytes = 1000}), "a limit\na!/other.png limit\n");
}

// Each level holds sixteen copies of the one below: what comes out is limited for all of it together.
TEST(ArchiveScan, ANestOfBombsIsCutShort) {
    Bytes file = make_archive(zip_writer(), std::vector<Member>(4, {"zeros", Bytes(5'000'000)}));
    for (int level = 0; level < 2; ++level)
        file = make_archive(zip_writer(), std::vector<Member>(16, {"in.zip", file}));
    const std::vector<FileRow> rows = scanner_of({1}).scan_all_bytes(file, "bomb.zip");
    std::uint64_t zeros = 0;
    for (const FileRow& row : rows)
        if (row.inner.ends_with("zeros")) zeros += row.size_bytes;
    EXPECT_LE(zeros, 64U << 20);
    EXPECT_GT(zeros, 32U << 20);
    EXPECT_TRUE(
        std::any_of(rows.begin(), rows.end(), [](const FileRow& row) { return row.outcome == Outcome::limit; }));
}

// An archive that was opened before those in it has no more than they leave.
TEST(ArchiveScan, TheLimitsOfNestedArchivesHoldForAllTogether) {
    const Bytes inner = make_archive(tar_writer(), std::vector<Member>(8, {"f", Bytes(50'000)}));
    std::vector<Member> members(9, {"g", bytes_of("text")});
    members.insert(members.begin(), {"inner.tar", inner});
    const Bytes file = make_archive(tar_writer(), {{"outer.tar", make_archive(tar_writer(), members)}});
    const auto nested_rows = [&](const ArchiveLimits& limits, const std::string& reason) {
        ScanOptions options;
        options.archives = limits;
        const std::vector<FileRow> rows = scanner_of({1}, options).scan_all_bytes(file, "a");
        EXPECT_EQ(rows[1].inner, "outer.tar");
        EXPECT_EQ(rows[1].outcome, reason.empty() ? Outcome::container : Outcome::limit);
        EXPECT_TRUE(rows[1].reason.starts_with(reason)) << rows[1].reason;
        return rows.size() - 2;
    };
    EXPECT_EQ(nested_rows({.max_entries = 18}, ""), 18U);
    EXPECT_EQ(nested_rows({.max_entries = 17}, "the archives within archives are over the limit of 17 entries"), 17U);
    EXPECT_EQ(nested_rows({.max_entries = 10}, "the archives within archives are over the limit of 10 entries"), 10U);
    const std::uint64_t bytes = inner.size() + 8 * 50'000 + 9 * 4;
    EXPECT_EQ(nested_rows({.max_total_bytes = bytes}, ""), 18U);
    EXPECT_EQ(nested_rows({.max_total_bytes = bytes - 1}, "the archives within archives are over the limit of "), 17U);
}

// Each row repeats the name of the archive that its file lies in.
TEST(ArchiveScan, NamesAreLimitedForAllFilesTogether) {
    const Bytes empty_files = make_archive(tar_writer(), std::vector<Member>(100, {"f"}));
    const std::string name(1'000'000, 'a');
    const Bytes file =
        make_archive(format_writer(&archive_write_set_format_gnutar), {{name, empty_files}, {"b", bytes_of("x")}});
    const std::vector<FileRow> rows = scanner_of({1}).scan_all_bytes(file, "x");
    ASSERT_GT(rows.size(), 60U);
    EXPECT_LT(rows.size(), 70U);
    EXPECT_EQ(rows[0].outcome, Outcome::limit);
    EXPECT_EQ(rows[0].reason,
              "the names of the files in archives are over the limit of 67108864 bytes (1 file before)");
    EXPECT_EQ(rows[1].outcome, Outcome::limit);
    EXPECT_TRUE(rows[1].inner == name);
    EXPECT_TRUE(rows.back().inner == name + "!/f");
    std::size_t names = 0;
    for (const FileRow& row : rows)
        names += row.inner.size();
    EXPECT_LE(names, 64U << 20);
    EXPECT_GT(names, 63U << 20);
}

TEST(ArchiveScan, RowsThatWaitWeighWhatTheirNamesDo) {
    ScannedItem item(2);
    const std::size_t before = weight_of(item);
    item.back().row.inner = std::string(20'000, 'a');
    EXPECT_EQ(weight_of(item), before + 1000);
}

TEST(ArchiveScan, ACutArchiveKeepsItsRowsAndSaysSo) {
    const Bytes whole = make_archive(tar_writer(), {{"a.png", png(1)}, {"b.png", png(2)}, {"c.png", png(3)}});
    const Scanner scanner = scanner_of({1, 2});
    const std::vector<FileRow> all = scanner.scan_all_bytes(whole, "x.tar");
    ASSERT_EQ(all.size(), 4U);
    for (std::size_t size = 2000; size < whole.size(); size += 7919) {
        const std::vector<FileRow> rows = scanner.scan_all_bytes(std::span(whole).first(size), "x.tar");
        ASSERT_LE(rows.size(), all.size());
        if (rows.size() == 1) continue;
        EXPECT_EQ(rows[0].outcome, Outcome::container);
        for (std::size_t i = 1; i + 1 < rows.size(); ++i)
            EXPECT_EQ(rows[i], all[i]);
        const FileRow& last = rows.back();
        if (last == all[rows.size() - 1]) continue;
        EXPECT_TRUE(rows[0].damaged) << size;
        EXPECT_FALSE(last.sha256) << size;
        EXPECT_TRUE(last.damaged || last.outcome == Outcome::corrupt) << size;
    }
}

TEST(ArchiveScan, HalfOfAPictureInACutArchiveIsStillLookedAt) {
    const Frame frame = picture(1, 600);
    const Bytes whole = make_archive(tar_writer(), {{"a.jpg", encode_jpeg(frame.view(), {.quality = 95})}});
    const std::vector<FileRow> rows = scanner_of({1}).scan_all_bytes(std::span(whole).first(whole.size() / 2), "x");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_TRUE(rows[1].damaged && rows[1].hash) << rows[1].reason;
    EXPECT_LT(rows[1].decoded_percent.value_or(100), 100U);
    EXPECT_NE(rows[1].damage_reason.find("its bytes are damaged"), std::string::npos);
}

TEST(ArchiveScan, WhatIsNoArchiveAfterAllIsCorrupt) {
    const FileRow row = scanner_of({1}).scan_all_bytes(bytes_of("PK\3\4 and nothing more"), "x").front();
    EXPECT_EQ(row.outcome, Outcome::corrupt);
    EXPECT_FALSE(row.reason.empty());
    EXPECT_EQ(row.format, "zip");
}

TEST(ArchiveScan, ACompressedPictureIsNamedByItsFile) {
    for (const auto& [path, inner] :
         {std::pair{"d/a.png.gz", "a.png"}, {"d/a.svgz", "a.svgz"}, {".gz", ".gz"}, {"", "data"}, {"d/", "data"}}) {
        const Bytes file = make_archive(raw_writer(&archive_write_add_filter_gzip), {{"", png(1)}});
        const std::vector<FileRow> rows = scanner_of({1}).scan_all_bytes(file, path);
        ASSERT_EQ(rows.size(), 2U);
        EXPECT_EQ(rows[1].inner, inner);
        EXPECT_EQ(rows[1].outcome, Outcome::matched);
    }
}

TEST(ArchiveScan, AnEncryptedEntryIsUnreadable) {
    const auto writer = [](archive* to) {
        archive_write_set_format_zip(to);
        ASSERT_EQ(archive_write_set_options(to, "zip:encryption=aes256"), ARCHIVE_OK);
        ASSERT_EQ(archive_write_set_passphrase(to, "secret"), ARCHIVE_OK);
    };
    const std::vector<FileRow> rows = scanner_of({1}).scan_all_bytes(make_archive(writer, {{"a.png", png(1)}}), "x");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].outcome, Outcome::unreadable);
    EXPECT_EQ(rows[1].reason, "the entry is encrypted");
}

TEST(ArchiveScan, AStopIsHonouredBetweenEntries) {
    const TestFolder folder;
    folder.write("a.png", png(2));
    folder.write("b.tar", nested());
    std::atomic<bool> stop = false;
    InlineExecutor executor;
    std::size_t rows = 0;
    const auto totals = scanner_of({1}).scan(std::vector<std::string>{folder.path()}, executor,
                                             [&](const FileRow&) {
                                                 ++rows;
                                                 stop = true;
                                                 return Status();
                                             },
                                             {.stop = &stop});
    ASSERT_TRUE(totals.ok());
    EXPECT_TRUE(totals.value().interrupted);
    EXPECT_EQ(rows, 1U);
}

}  // namespace
}  // namespace tutela
