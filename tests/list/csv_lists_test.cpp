#include "list/import_support.hpp"

namespace tutela {
namespace {

TEST(CsvLists, NsrlOfBothVersions) {
    const std::string two =
        "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\",\"OpSystemCode\",\"SpecialCode\"\r\n\"" +
        upper(sha1_of(1)) + "\",\"" + upper(md5_of(1)) + "\",\"00000000\",\"a \xe9, b.dll\",5,1,\"362\",\"\"\r\n\"" +
        std::string(kEmptySha1) + "\",\"" + std::string(kEmptyMd5) + "\",\"0\",\"c\",0,1,\"362\",\"\"\r\n\"" +
        sha1_of(2) + "\",\"" + md5_of(2) + "\",\"0\",\"d\",1,1,\"3\",\"\"\r\n";
    ImportOptions options;
    options.harmless = true;
    const Imported import(two, options);
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::nsrl_text);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.empty_files, 1U);
    EXPECT_EQ(import.list.file_entry_count(), 1U);
    EXPECT_TRUE(import.by_md5(md5_of(2)).harmless);

    const Imported one(
        "\"SHA-1\",\"FileName\",\"FileSize\",\"ProductCode\",\"OpSystemCode\",\"MD4\",\"MD5\",\"CRC32\","
        "\"SpecialCode\"\n\"" +
        sha1_of(1) + "\",\"a\",1,1,\"1\",\"" + md5_of(7) + "\",\"" + md5_of(1) + "\",\"0\",\"\"\n");
    EXPECT_EQ(one.report.format, ListFormat::nsrl_text);
    EXPECT_TRUE(one.has_md5(md5_of(1)));
    EXPECT_FALSE(one.has_md5(md5_of(7)));
    EXPECT_FALSE(one.by_md5(md5_of(1)).harmless);
}

TEST(CsvLists, Icse) {
    const Imported import(
        "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;Number of "
        "submissions;File Available;Media Type;Baseline;More\n" +
        md5_of(1) + ";" + sha1_of(1) + ";AAAA;17;Yes;t;n;SYNTH;3;true;Image;Y;x;y;z\n" + md5_of(2) +
        ";;;18\n;;AAAA;19;F\n");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::icse_csv);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.never_matchable_by[0], 1U);
    const FileEntryView file = import.by_md5(md5_of(1));
    EXPECT_EQ(file.id, "17");
    EXPECT_EQ(file.category, "baseline");
    EXPECT_EQ(file.label, "distributed; victim identified; SYNTH");
    EXPECT_EQ(file.origin.scheme, "icse");
    EXPECT_EQ(import.by_md5(md5_of(2)).category, "");
}

TEST(CsvLists, Iped) {
    const Imported import("MD5,SHA-1,SHA512,EDONKEY,set,status,vicCategory,photoDna\n" + md5_of(1) + ",,,," +
                          "NSRL,known,,\n" + md5_of(2) + ",,,,ICSE,pedo,,\n" + md5_of(3) + ",,,,X,known|pedo,,\n" +
                          md5_of(4) + ",,,,X,known,1,\n,," + hex_of(1, 128) + "," + hex_of(1, 32) + ",X,pedo,,\n");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::iped_csv);
    EXPECT_EQ(import.report.added, 4U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::sha512)], 1U);
    EXPECT_TRUE(import.by_md5(md5_of(1)).harmless);
    EXPECT_EQ(import.by_md5(md5_of(1)).label, "NSRL");
    EXPECT_FALSE(import.by_md5(md5_of(2)).harmless);
    EXPECT_EQ(import.by_md5(md5_of(2)).category, "pedo");
    EXPECT_FALSE(import.by_md5(md5_of(3)).harmless);
    EXPECT_FALSE(import.by_md5(md5_of(4)).harmless);
    EXPECT_EQ(import.by_md5(md5_of(4)).category, "1");
}

TEST(CsvLists, Signals) {
    const Imported import("signal_type,signal_str,collab,category,tags\npdq," + pdq_of(1) +
                          ",\"a, b\",POSITIVE_CLASS,x y\nmd5," + md5_of(1) + ",c,NEGATIVE_CLASS,\nvideo_md5," +
                          md5_of(2) +
                          ",c,DISPUTED,\"say \"\"z\"\"\"\nraw_text,hello,c,POSITIVE_CLASS,\nnew_kind,1,c,,\n");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::threatexchange_csv);
    EXPECT_EQ(import.report.added, 3U);
    EXPECT_EQ(import.report.never_matchable, 2U);
    ASSERT_EQ(import.list.size(), 1U);
    EXPECT_EQ(import.list.entry(0).label, "x y");
    EXPECT_EQ(import.list.entry(0).category, "POSITIVE_CLASS");
    EXPECT_EQ(import.list.entry(0).origin.source, "a, b");
    EXPECT_TRUE(import.by_md5(md5_of(1)).harmless);
    EXPECT_FALSE(import.by_md5(md5_of(2)).harmless);
    EXPECT_EQ(import.by_md5(md5_of(2)).label, "say \"z\"; disputed");
}

TEST(CsvLists, PlainByTheUsualNamesOrByAMap) {
    const std::string bytes = "\xef\xbb\xbfName;MD5;Severity;PDQ\n\"a; b\";" + upper(md5_of(1)) + ";9;" + pdq_of(1) +
                              "\r\n\"c;" + md5_of(2) + "\nd;" + md5_of(3) + ";8\n;;;\n";
    const Imported plain(bytes);
    EXPECT_EQ(plain.report.format, ListFormat::csv);
    EXPECT_EQ(plain.report.added, 2U);
    EXPECT_EQ(plain.report.skipped, 2U);  // the stray quote costs its own line alone
    EXPECT_EQ(plain.list.size(), 1U);

    ImportOptions options;
    options.columns = {{"id", "name"}, {"md5", "MD5"}, {"category", "severity"}};
    const Imported mapped(bytes, options);
    ASSERT_TRUE(mapped.status.ok()) << mapped.status.to_string();
    EXPECT_EQ(mapped.by_md5(md5_of(1)).id, "a; b");
    EXPECT_EQ(mapped.by_md5(md5_of(3)).category, "8");
    EXPECT_EQ(mapped.list.size(), 0U);  // the map says all

    options.columns = {{"md5", "no such"}};
    EXPECT_EQ(Imported(bytes, options).status.code(), StatusCode::invalid_argument);
    options.columns = {{"colour", "MD5"}};
    EXPECT_EQ(Imported(bytes, options).status.code(), StatusCode::invalid_argument);
    options.columns = {{"id", "MD5"}};
    EXPECT_EQ(Imported(bytes, options).status.code(), StatusCode::unsupported);
}

}  // namespace
}  // namespace tutela
