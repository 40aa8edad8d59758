#include "list/import_support.hpp"

namespace tutela {
namespace {

std::string entry(const std::string& kind, const std::string& id, const std::string& time, const std::string& more = "",
                  const std::string& member = "42") {
    return "<" + kind + "><member id=\"" + member + "\">Synthetic ESP</member><timestamp>" + time + "</timestamp><id>" +
           id + "</id>" + more + "</" + kind + ">\n";
}

std::string md5_print(std::uint64_t number) {
    return "<fingerprints><md5>" + md5_of(number) + "</md5></fingerprints>";
}

std::string response(const std::string& entries) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<queryResult "
           "xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\"><images count=\"2\">" +
           entries + "</images><paging><next>/x</next></paging></queryResult>\n";
}

TEST(Ncmec, EntriesHaveTheirMemberClassAndHashes) {
    const Imported import(response(
        entry("image", "img-1", "2026-01-02T03:00:00Z",
              "<classification>A1</classification><fingerprints><md5>" + md5_of(1) + "</md5><pdq> " + pdq_of(1) +
                  "\n</pdq><pdna>x</pdna></fingerprints><feedback><md5>" + md5_of(9) + "</md5></feedback>") +
        entry("video", "v-1", "2026-01-02T03:00:00Z",
              "<fingerprints><tmk-pdqf rel=\"x\" href=\"https://example.org/\"/></fingerprints>")));
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::ncmec_xml);
    EXPECT_EQ(import.report.added, 1U);
    EXPECT_EQ(import.report.never_matchable_by[static_cast<std::size_t>(CarriedHash::tmk)], 1U);
    const FileEntryView file = import.by_md5(md5_of(1));
    EXPECT_EQ(file.id, "img-1");
    EXPECT_EQ(file.category, "A1");
    EXPECT_EQ(file.origin, (OriginView{"Synthetic ESP", "ncmec", ""}));
    EXPECT_EQ(file.position, 0U);
    EXPECT_EQ(file.updated_us, parse_record_time("2026-01-02T03:00:00Z"));
    EXPECT_FALSE(import.has_md5(md5_of(9)));
    // The TMK is a link, of which there is nothing to carry.
    EXPECT_EQ(carried_by(import.list), (std::map<std::string, std::string>{{"img-1 photodna", "x"}}));
    EXPECT_EQ(import.list.unmatchable_count(), 0U);
}

TEST(Ncmec, TheNewestTimestampStandsInWhateverOrder) {
    const Imported import(response(
        entry("image", "a", "2026-01-02T03:00:02Z", md5_print(2)) +
        entry("image", "a", "2026-01-02T03:00:01Z", md5_print(1)) +
        entry("image", "a", "2026-01-02T04:00:02.5+01:00", md5_print(3)) +
        entry("image", "a", "2026-01-02T03:00:09Z", md5_print(4), "43") +
        entry("deletedImage", "b", "2026-01-02T03:00:05Z") + entry("image", "b", "2026-01-02T03:00:04Z", md5_print(5)) +
        entry("image", "c", "2026-01-02T03:00:04Z", md5_print(6)) + entry("deletedImage", "c", "2026-01-02T03:00:04Z") +
        entry("deletedVideo", "a", "2026-01-02T03:00:10Z") + entry("image", "d", "yesterday", md5_print(7)) +
        entry("image", "", "2026-01-02T03:00:04Z", md5_print(8))));
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.records, 11U);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.superseded, 4U);
    EXPECT_EQ(import.report.deleted, 3U);
    EXPECT_EQ(import.report.skipped, 2U);
    EXPECT_TRUE(import.has_md5(md5_of(3)) && import.has_md5(md5_of(4)));
    EXPECT_EQ(import.list.file_hash_count(FileHashKind::md5), 2U);
}

TEST(Ncmec, LaterPagesTakeBackWhatEarlierOnesSaid) {
    ListBuilder builder;
    ListImporter importer(builder);
    ImportReport report;
    ASSERT_TRUE(importer
                    .add_bytes(response(entry("image", "a", "2026-01-02T03:00:00Z", md5_print(1)) +
                                        entry("image", "b", "2026-01-02T03:00:00Z", md5_print(2))),
                               {}, report)
                    .ok());
    EXPECT_EQ(report.added, 2U);
    ASSERT_TRUE(importer
                    .add_bytes(response(entry("deletedImage", "a", "2026-01-02T03:00:01Z") +
                                        entry("image", "b", "2025-01-02T03:00:00Z", md5_print(3))),
                               {}, report)
                    .ok());
    EXPECT_EQ(report.replaced, 1U);
    EXPECT_EQ(report.superseded, 1U);
    ASSERT_TRUE(importer.finish().ok());
    const HashList list = builder.build().value();
    ASSERT_EQ(list.file_entry_count(), 1U);
    EXPECT_EQ(list.file_entry(0).id, "b");
}

TEST(Ncmec, EntitiesAndWhatIsOutsideAreRefused) {
    const std::string body = response(entry("image", "a", "2026-01-02T03:00:00Z", md5_print(1)));
    const std::string declared = body.substr(0, body.find("<queryResult"));
    const std::string rest = body.substr(declared.size());
    ImportOptions options;
    options.format = ListFormat::ncmec_xml;
    for (const char* doctype : {"<!DOCTYPE queryResult>", "<!DOCTYPE a SYSTEM \"file:///etc/passwd\">",
                                "<!DOCTYPE a [<!ENTITY x \"y\"><!ENTITY z SYSTEM \"http://127.0.0.1/\">]>"})
        EXPECT_EQ(Imported(declared + doctype + rest, options).status.code(), StatusCode::unsupported) << doctype;
    EXPECT_EQ(Imported(response("<image>&x;</image>")).status.code(), StatusCode::corrupt);
    EXPECT_EQ(Imported("<other/>", options).status.code(), StatusCode::unsupported);
    std::string deep;
    for (int i = 0; i < 10'000; ++i)
        deep += "<a>";
    EXPECT_EQ(Imported(response(deep)).status.code(), StatusCode::limit);
    EXPECT_EQ(Imported(response("<image a=\"" + std::string(40 << 20, 'a') + "\"/>")).status.code(), StatusCode::limit);
    const Imported endless(
        response(entry("image", "a" + std::string(40 << 20, 'a'), "2026-01-02T03:00:00Z", md5_print(1))));
    EXPECT_EQ(endless.report.skipped, 1U);
}

TEST(Ncmec, TheFileCanBeCutAnywhere) {
    const std::string bytes = response(entry("image", "a", "2026-01-02T03:00:00Z", md5_print(1)));
    const std::size_t end = bytes.find("</queryResult>") + 13;
    ImportOptions options;
    options.format = ListFormat::ncmec_xml;
    for (std::size_t size = 0; size <= end; ++size) {
        const Imported import(std::string_view(bytes).substr(0, size), options);
        EXPECT_EQ(import.status.code(), StatusCode::corrupt) << size;
        EXPECT_EQ(import.report.added, import.list.file_entry_count());
    }
}

std::string record(const std::string& type, const std::string& value, const std::string& status) {
    return "{\"lastModtimestamp\":1,\"signalType\":\"" + type + "\",\"hashValue\":\"" + value + "\",\"hashStatus\":\"" +
           status + "\",\"caseNumbers\":{\"1\":\"2\"},\"CSPFeedbacks\":[{\"hashValue\":\"x\"}]}";
}

TEST(StopNcii, TheLaterRecordReplacesTheEarlier) {
    const Imported import("{\"count\":8,\"nextPageToken\":\"\",\"hasMoreRecords\":false,\"hashRecords\":[" +
                          record("ImagePDQ", pdq_of(1), "Active") + "," + record("VideoMD5", md5_of(1), "Active") +
                          "," + record("ImagePDQ", upper(pdq_of(1)), "Withdrawn") + "," +
                          record("ImagePDQ", pdq_of(2), "Deleted") + "," + record("ImagePDQ", pdq_of(2), "Received") +
                          "," + record("ImagePDQ", "abc", "Active") + "," + record("Text", "hello", "Active") + ",7," +
                          record("", pdq_of(3), "Active") + "]}");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.format, ListFormat::stopncii_json);
    EXPECT_EQ(import.report.records, 9U);
    EXPECT_EQ(import.report.added, 2U);
    EXPECT_EQ(import.report.deleted, 1U);
    EXPECT_EQ(import.report.superseded, 2U);
    EXPECT_EQ(import.report.skipped, 3U);
    EXPECT_EQ(import.report.never_matchable, 1U);
    ASSERT_EQ(import.list.size(), 1U);
    EXPECT_EQ(to_hex(import.list.hashes()[0]), pdq_of(2));
    EXPECT_TRUE(import.has_md5(md5_of(1)));
}

TEST(Descriptors, BothShapesAreRead) {
    const std::string records =
        "{\"id\":\"5\",\"raw_indicator\":\"" + pdq_of(1) +
        "\",\"type\":\"HASH_PDQ\",\"owner\":{\"id\":\"77\",\"name\":\"n\"},\"status\":\"MALICIOUS\","
        "\"tags\":[\"a\",\"b\"],\"added_on\":\"2024-01-01\"},{\"id\":6,\"raw_indicator\":\"" +
        md5_of(1) +
        "\",\"type\":\"HASH_MD5\",\"status\":\"NON_MALICIOUS\",\"tags\":{\"data\":[{\"id\":1,"
        "\"text\":\"c\"}]}},{\"id\":\"7\",\"raw_indicator\":\"x\",\"type\":\"HASH_PHOTODNA\"}";
    for (const std::string& text : {"[" + records + "]", "{\"data\":[" + records + "],\"paging\":{}}"}) {
        const Imported import(text);
        ASSERT_TRUE(import.status.ok()) << import.status.to_string();
        EXPECT_EQ(import.report.format, ListFormat::threatexchange_json);
        EXPECT_EQ(import.report.added, 2U);
        EXPECT_EQ(import.report.never_matchable_by[0], 1U);
        ASSERT_EQ(import.list.size(), 1U);
        EXPECT_EQ(import.list.entry(0).id, "5");
        EXPECT_EQ(import.list.entry(0).label, "a; b");
        EXPECT_EQ(import.list.entry(0).origin.source, "ThreatExchange 77");
        EXPECT_TRUE(import.by_md5(md5_of(1)).harmless);
        EXPECT_EQ(import.by_md5(md5_of(1)).label, "c");
    }
}

}  // namespace
}  // namespace tutela
