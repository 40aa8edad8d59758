#include <sstream>

#include "list/import_support.hpp"

namespace tutela {
namespace {

std::string document(const std::string& records, const std::string& version = "2.0", const std::string& region = "US",
                     const std::string& what = "Media") {
    const bool old = version[0] == '1';
    return std::string("{\"") + (old ? "odata.metadata" : "@odata.context") +
           "\":\"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/" + version + ".xml" +
           (old ? "" : "/" + region + "/$metadata") + "#" + what + "\", \"value\":[" + records + "]}";
}

std::string media(const std::string& members) {
    return "{" + members + "}";
}

std::string with_md5(std::uint64_t number, const std::string& more = "") {
    return media("\"MediaID\":" + std::to_string(number) + ",\"MD5\":\"" + md5_of(number) + "\"" + more);
}

TEST(Vics, ARecordBecomesOneThingWithAllItsHashes) {
    const std::string text = document(
        "{\"MediaID\":7,\"Category\":1,\"MD5\":\"" + upper(md5_of(1)) + "\",\"SHA1\":\"" + sha1_of(1) +
        "\",\"VictimIdentified\":\"false\",\"IsDistributed\":true,\"OffenderIdentified\":\"True\",\"Series\":\"SYNTH-"
        "A\","
        "\"MediaSize\":48213,\"MimeType\":\"image/"
        "jpeg\",\"RelativeFilePath\":\"a\\\\b.jpg\",\"Exifs\":[{\"PropertyName\":"
        "\"MD5\",\"PropertyValue\":\"x\"}],\"MediaFiles\":[{\"MD5\":\"" +
        md5_of(2) + "\",\"FileName\":\"c.jpg\"}],\"AlternativeHashes\":[{\"HashName\":\"PDQ\",\"HashValue\":\"" +
        pdq_of(1) + "\"},{\"HashName\":\"PhotoDNA\",\"HashValue\":\"AAAA\"}]}");
    const Imported import(text);
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::vics);
    EXPECT_EQ(import.report.added, 1U);
    EXPECT_FALSE(import.has_md5(md5_of(2)));
    const FileEntryView file = import.by_md5(md5_of(1));
    EXPECT_EQ(file.id, "7");
    EXPECT_EQ(file.category, "1");
    EXPECT_EQ(file.label, "SYNTH-A; offender identified; distributed");
    EXPECT_EQ(file.origin, (OriginView{"", "vics", "US"}));
    EXPECT_FALSE(file.harmless);
    ASSERT_EQ(import.list.size(), 1U);
    EXPECT_EQ(to_hex(import.list.hashes()[0]), pdq_of(1));
    EXPECT_EQ(file.position, 0U);
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::sha1), 1U);
}

TEST(Vics, CarriesWhatItCannotMatch) {
    std::string bytes;
    std::string decimals;
    std::string base64 = std::string(4, 'A');
    for (int i = 0; i < 144; ++i) {
        bytes += "0" + std::string(1, "0123456789abcdef"[i % 16]);
        decimals += (i > 0 ? "," : "") + std::to_string(i % 16);
    }
    for (int i = 0; i < 48; ++i) {
        const int v[] = {3 * i % 16, (3 * i + 1) % 16, (3 * i + 2) % 16};
        const int three = v[0] << 16 | v[1] << 8 | v[2];
        if (i == 0) base64.clear();
        for (int k = 0; k < 4; ++k)
            base64 += "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[three >> (18 - 6 * k) & 63];
    }
    const std::string hex = upper(bytes);
    const Imported import(document(
        media("\"MediaID\":1,\"DateUpdated\":\"2026-01-02T03:04:05+01:00\",\"PhotoDNA\":\"" + base64 + "\"") + "," +
        media("\"MediaID\":2,\"MD5\":\"" + md5_of(2) + "\",\"DateUpdated\":\"soon\",\"PhotoDNA\":\"" + hex + "\"") +
        "," +
        media("\"MediaID\":3,\"Hashes\":[{\"HashName\":\"PDNA\",\"HashValue\":\"" + decimals +
              "\"},{\"HashName\":\"PhotoDNA\",\"HashValue\":\"" + base64 +
              "\"},{\"HashName\":\"D-Hash 9\",\"HashValue\":\"x=1\"}]") +
        "," + media("\"MediaID\":4,\"PhotoDNA\":\"" + decimals + ",1\",\"MD5\":\"zz\"") + "," +
        media("\"MediaID\":5,\"Category\":0,\"AlternativeHashes\":[{\"HashName\":\"PDQ\",\"HashValue\":\"" + pdq_of(5) +
              "\"}]") +
        "," + media("\"MediaID\":6,\"PhotoDNA\":\"" + std::string(65536, 'A') + "\"")));
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.added, 1U);
    EXPECT_EQ(import.report.never_matchable, 4U);
    EXPECT_EQ(import.report.partly_bad, 1U);
    EXPECT_EQ(import.report.skipped, 1U);
    EXPECT_EQ(import.list.unmatchable_count(), 4U);
    EXPECT_EQ(import.list.size(), 0U);
    const std::map<std::string, std::string> expected = {{"1 photodna", "x" + bytes},     {"2 photodna", "x" + bytes},
                                                         {"3 photodna", "x" + bytes},     {"3 dhash9", "x=1"},
                                                         {"4 photodna", decimals + ",1"}, {"5 pdq", pdq_of(5)}};
    EXPECT_EQ(carried_by(import.list), expected);
    EXPECT_EQ(import.list.file_entry(0).updated_us, parse_record_time("2026-01-02T02:04:05Z"));
    EXPECT_EQ(import.by_md5(md5_of(2)).updated_us, std::nullopt);
}

TEST(Vics, EveryVersionRegionAndShapeIsRead) {
    for (const char* version : {"1.2", "1.3", "2.0"}) {
        for (const char* region : {"US", "UK", "Default", "CUSTOM"}) {
            const Imported set(document(with_md5(1) + "," + with_md5(2), version, region));
            ASSERT_TRUE(set.status.ok()) << set.status.to_string();
            EXPECT_EQ(set.report.added, 2U);
            EXPECT_EQ(set.by_md5(md5_of(2)).origin.region, version[0] == '1' ? "" : region);
            const Imported cases(document("{\"CaseID\":\"{1}\",\"TotalMediaFiles\":9,\"Media\":[" + with_md5(1) + "," +
                                              with_md5(2) + "]},{\"CaseID\":\"2\",\"Media\":[]},{\"Media\":[" +
                                              with_md5(3) + "]}",
                                          version, region, "Cases"));
            ASSERT_TRUE(cases.status.ok()) << cases.status.to_string();
            EXPECT_EQ(cases.report.records, 3U);
            EXPECT_EQ(cases.report.added, 3U);
        }
    }
    EXPECT_EQ(Imported(document(with_md5(1), "3.0")).status.code(), StatusCode::version_mismatch);
}

TEST(Vics, CategoriesAreKeptAsTheyAreAndNonPertinentFilesAreHarmless) {
    const auto entry = [](const std::string& category, const std::string& version, const std::string& region) {
        return Imported(document(with_md5(1, category), version, region));
    };
    const auto category = [&](const std::string& text) {
        return std::string(entry(text, "2.0", "US").by_md5(md5_of(1)).category);
    };
    EXPECT_EQ(category(",\"Category\":null"), "");
    EXPECT_EQ(category(""), "");
    EXPECT_EQ(category(",\"Category\":\"2\""), "2");
    const auto harmless = [&](const char* number, const std::string& version, const std::string& region) {
        const Imported import = entry(",\"Category\":" + std::string(number), version, region);
        EXPECT_EQ(import.report.harmless, import.by_md5(md5_of(1)).harmless ? 1U : 0U);
        EXPECT_EQ(import.by_md5(md5_of(1)).category, number);
        return import.by_md5(md5_of(1)).harmless;
    };
    EXPECT_TRUE(harmless("0", "2.0", "US"));
    EXPECT_FALSE(harmless("5", "2.0", "US"));
    EXPECT_FALSE(harmless("0", "2.0", "UK"));
    EXPECT_FALSE(harmless("0", "1.2", ""));
    EXPECT_TRUE(harmless("5", "1.3", ""));
    EXPECT_FALSE(harmless("1", "1.2", ""));
    EXPECT_FALSE(entry("", "2.0", "US").by_md5(md5_of(1)).harmless);

    ImportOptions known;
    known.harmless = true;
    known.source = "CAID";
    const Imported set(document(with_md5(1), "1.2"), known);
    EXPECT_TRUE(set.by_md5(md5_of(1)).harmless);
    EXPECT_EQ(set.by_md5(md5_of(1)).origin.source, "CAID");
    // What only looks like a harmless picture is not known to be one.
    const Imported picture(
        document(media("\"Category\":0,\"Hashes\":[{\"HashName\":\"pdq\",\"HashValue\":\"" + pdq_of(1) + "\"}]")));
    EXPECT_EQ(picture.report.never_matchable, 1U);
    EXPECT_EQ(picture.list.size(), 0U);
}

TEST(Vics, WhatCannotMatchAndWhatIsBadIsCounted) {
    const std::string photodna = "\"photodna\":\"" + hex_of(3, 288) + "\"";
    const Imported import(document(
        media(photodna) + "," + media("\"Hashes\":[{\"HashValue\":\"AAAA\",\"HashName\":\"PhotoDNA\"}]") + "," +
        media("\"MD5\":\"" + std::string(kEmptyMd5) + "\",\"SHA1\":\"" + std::string(kEmptySha1) + "\"") + "," +
        media("\"MD5\":\"" + md5_of(9).substr(1) + "\"") + "," + media("\"MediaID\":5") + "," +
        media("\"MD5\":\"\",\"SHA1\":\"zz\"") + ",17,null,[{}]," +
        media("\"MD5\":\"" + md5_of(1) + "\",\"SHA1\":\"" + sha1_of(1) + "0\"") + "," +
        media("\"MD5\":\"" + md5_of(2) + "\",\"MediaID\":\"a\\u0000b\"") + "," + with_md5(3) + "," + with_md5(3)));
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.records, 13U);
    EXPECT_EQ(import.report.never_matchable, 2U);
    EXPECT_EQ(import.report.never_matchable_by[0], 2U);
    EXPECT_EQ(import.report.empty_files, 1U);
    EXPECT_EQ(import.report.skipped, 7U);
    EXPECT_EQ(import.report.added, 3U);
    EXPECT_EQ(import.report.partly_bad, 1U);
    std::string positions;
    for (const ImportProblem& problem : import.report.first_problems) {
        positions += std::to_string(problem.position) + ' ';
        EXPECT_EQ(problem.reason.find(md5_of(9).substr(1, 8)), std::string::npos);
    }
    EXPECT_EQ(positions, "4 5 6 7 8 9 10 11 ");
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::md5), 3U);  // equal ids are two entries
}

TEST(Vics, TheFileCanBeCutAnywhere) {
    const std::string text = "\xef\xbb\xbf" + document(with_md5(1) + ",\r\n" + with_md5(2, ",\"Series\":\"\\u00e9\""));
    for (std::size_t size = 0; size < text.size(); ++size) {
        const Imported import(std::string_view(text).substr(0, size));
        EXPECT_FALSE(import.status.ok()) << size;
        EXPECT_EQ(import.report.added, import.list.file_entry_count());
    }
    const Imported whole(text);
    EXPECT_TRUE(whole.status.ok());
    EXPECT_EQ(whole.by_md5(md5_of(2)).label, "é");
}

TEST(Vics, WhatIsNestedTooDeeplyIsRefusedAndEndlessTextsAreNotKept) {
    const std::string deep(1'000'000, '[');
    EXPECT_EQ(Imported(document(with_md5(1, ",\"x\":" + deep))).status.code(), StatusCode::limit);
    ImportOptions options;
    options.max_depth = 5;
    EXPECT_EQ(Imported(document(with_md5(1, ",\"x\":[[1]]")), options).status.code(), StatusCode::ok);
    EXPECT_EQ(Imported(document(with_md5(1, ",\"x\":[[[1]]]")), options).status.code(), StatusCode::limit);

    const std::string endless(20 << 20, 'a');
    const Imported import(document(with_md5(1, ",\"Series\":\"" + endless + "\"") + "," +
                                   with_md5(2, ",\"Comments\":\"" + endless + "\",\"" + endless + "\":1")));
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.skipped, 1U);
    EXPECT_EQ(import.report.added, 1U);
}

TEST(Vics, OfEqualKeysTheLastCounts) {
    const Imported import(document(with_md5(1, ",\"MD5\":\"" + md5_of(2) + "\",\"Category\":1,\"Category\":2")));
    EXPECT_EQ(import.by_md5(md5_of(2)).category, "2");
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::md5), 1U);
}

TEST(Vics, OtherJsonIsNone) {
    for (const char* text : {"{}", "[]", "{\"a\":1}", "17", "\"x\""})
        EXPECT_EQ(Imported(text).status.code(), StatusCode::unsupported) << text;
    ImportOptions options;
    options.format = ListFormat::vics;
    for (const char* text : {"{}", "[]", "{\"a\":1}", "17", "\"x\"", "{\"value\":{}}"})
        EXPECT_EQ(Imported(text, options).status.code(), StatusCode::unsupported) << text;
    EXPECT_EQ(Imported("", options).status.code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tutela
