#include "list/import_support.hpp"

namespace tutela {
namespace {

TEST(HashLines, WhatTheToolsOfCoreutilsWriteIsRead) {
    const Imported import(md5_of(1) + "  a name.jpg\n" + upper(sha1_of(2)) + " *b.jpg\r\n" + sha256_of(3) +
                          "  c.jpg\n" + "\\" + md5_of(4) +
                          "  d\\ne\\\\f.jpg\n\n# a remark\nMD5 (g (1).jpg) = " + md5_of(5) + "\n" +
                          "SHA256 (h) = " + sha256_of(6) + "\n" + md5_of(7) + "\n" + md5_of(8) + "  \xe9.jpg");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::hash_lines);
    EXPECT_EQ(import.report.added, 8U);
    EXPECT_EQ(import.report.skipped, 0U);
    EXPECT_EQ(import.by_md5(md5_of(1)).id, "a name.jpg");
    EXPECT_EQ(import.by_md5(md5_of(4)).id, "d\ne\\f.jpg");
    EXPECT_EQ(import.by_md5(md5_of(5)).id, "g (1).jpg");
    EXPECT_EQ(import.by_md5(md5_of(7)).id, "");
    EXPECT_EQ(import.by_md5(md5_of(8)).id, "é.jpg");
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::sha1), 1U);
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::sha256), 2U);
}

TEST(HashLines, NamesOfHarmlessFilesAreNotKept) {
    ImportOptions options;
    options.harmless = true;
    const Imported import(md5_of(1) + "  a\n" + md5_of(2) + "  b\n", options);
    EXPECT_EQ(import.report.harmless, 2U);
    EXPECT_EQ(import.list.file_entry_count(), 1U);
    EXPECT_TRUE(import.by_md5(md5_of(2)).harmless);
}

TEST(HashLines, BadLinesAreCountedWithTheirNumbers) {
    ImportOptions options;
    options.max_line_bytes = 1000;
    const std::string bytes = "\xef\xbb\xbf" + md5_of(1) + "  a\nhello\n" + md5_of(2).substr(1) + "  b\n" + md5_of(3) +
                              "0  c\n" + std::string(100'000, 'f') + "\n" + md5_of(4) + std::string("  d\0e\n", 6) +
                              std::string(kEmptyMd5) + "  empty\n" + md5_of(5) + "  " + std::string(1000, 'n') + "\n" +
                              hex_of(1, 128) + "  sha512\n" + md5_of(6);
    const Imported import(bytes, options);
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_TRUE(import.report.counts_lines);
    EXPECT_EQ(import.report.records, 10U);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.skipped, 6U);
    EXPECT_EQ(import.report.empty_files, 1U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::sha512)], 1U);
    ASSERT_EQ(import.report.first_problems.size(), 6U);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(import.report.first_problems[i].position, i + 2);
    EXPECT_EQ(import.report.first_problems[5].position, 8U);
}

TEST(HashLines, OnlySoManyProblemsAreKept) {
    std::string bytes = md5_of(1) + "\n";
    for (int i = 0; i < 150; ++i)
        bytes += "x\n";
    const Imported import(bytes);
    EXPECT_EQ(import.report.skipped, 150U);
    EXPECT_EQ(import.report.first_problems.size(), ImportReport::kMaxProblemsKept);
}

TEST(Hashdeep, ColumnsAreThoseOfTheHeaderAndTheNameKeepsItsCommas) {
    const Imported import("%%%% HASHDEEP-1.0\r\n%%%% size,md5,sha256,filename\r\n## a remark\r\n##\r\n5," + md5_of(1) +
                          "," + sha256_of(1) + ",/a, \"b\".jpg\r\n6," + md5_of(2) + "\n%%%% size,sha1,filename\n7," +
                          sha1_of(3) + ",c\n0," + std::string(kEmptySha1) + ",d\n");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::hashdeep);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.skipped, 1U);
    EXPECT_EQ(import.report.empty_files, 1U);
    EXPECT_EQ(import.by_md5(md5_of(1)).id, "/a, \"b\".jpg");
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::sha256), 1U);
    EXPECT_EQ(Imported("%%%% HASHDEEP-2.0\n").status.code(), StatusCode::version_mismatch);
}

TEST(SignalLines, TypesNameTheirHashes) {
    const Imported import("pdq " + pdq_of(1) + "\nvideo_md5 " + md5_of(1) +
                          "\nvideo_tmk abc\nurl https://example.org\n" + pdq_of(2) + "\n" + md5_of(2) + "\npdq " +
                          pdq_of(3).substr(2) + "\nhello world\nmd5 " + md5_of(3) + " \n");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::threatexchange_lines);
    EXPECT_EQ(import.list.size(), 2U);
    EXPECT_EQ(import.report.added, 5U);
    EXPECT_EQ(import.report.skipped, 2U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::tmk)], 1U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::url)], 1U);
}

TEST(SignalCache, RowsAreRead) {
    const Imported import(pdq_of(1) + ",123,2024-01-02T03:04:05+0000,a b\n" + md5_of(1) +
                          ",124,2024-01-02T00:00:00,\nx,1,2,3\n");
    EXPECT_EQ(import.report.format, ListFormat::threatexchange_cache);
    ASSERT_EQ(import.list.size(), 1U);
    EXPECT_EQ(import.list.entry(0).id, "123");
    EXPECT_EQ(import.list.entry(0).label, "a b");
    EXPECT_EQ(import.by_md5(md5_of(1)).id, "124");
    EXPECT_EQ(import.report.skipped, 1U);
}

TEST(Sniff, TextListsSnapshotsAndOthersAreNotTakenForLists) {
    for (const std::string& text :
         {pdq_of(1), pdq_of(1) + ",id,category\n", pdq_of(1) + ",1,2024-01-02,x\n", pdq_of(1) + "+0123456789abcdef",
          std::string("# remark\n") + pdq_of(1), std::string("0,100,") + pdq_of(1) + ",0.000\n",
          std::string("\x89TUTELA\n"), std::string("hello"), std::string(), std::string("a,b,c\n1,2,3\n"),
          std::string("<html>"), std::string("SQLite format 3\0...", 19)})
        EXPECT_EQ(sniff_list_format(text), ListFormat::automatic) << text;
}

TEST(Sniff, NamesGoBothWays) {
    for (const auto& [format, name] : list_formats()) {
        EXPECT_EQ(list_format_name(format), name);
        EXPECT_EQ(list_format_of_name(name), format);
    }
    EXPECT_EQ(list_format_name(static_cast<ListFormat>(9999)), "unknown");
    EXPECT_EQ(list_format_of_name("no"), std::nullopt);
    ImportOptions options;
    options.format = static_cast<ListFormat>(9999);
    EXPECT_EQ(Imported("x", options).status.code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
