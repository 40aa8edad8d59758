// Lists written out and read back.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/digest.hpp"
#include "list/import_support.hpp"
#include "list/list_access.hpp"
#include "list/list_layers.hpp"
#include "list_test_support.hpp"
#include "tutela/list_export.hpp"

namespace tutela {
namespace {

class TextSink final : public ExportSink {
public:
    Status write(std::string_view bytes) override {
        text += bytes;
        return text.size() > most ? Status(StatusCode::io_error, "the disk is full") : Status();
    }
    std::string text;
    std::size_t most = SIZE_MAX;
};

struct Exported {
    Exported(const HashList& list, ExportOptions options) {
        TextSink sink;
        const Status status = export_list(list, options, sink, report);
        EXPECT_TRUE(status.ok()) << status.to_string();
        text = std::move(sink.text);
    }
    std::string text;
    ExportReport report;
};

std::string exported(const HashList& list, ExportFormat format) {
    return Exported(list, {.format = format}).text;
}

// What is dropped from a description, as a format cannot carry it.
struct Without {
    bool source = false;
    bool phash = false;
    bool videos = false;  // their frames
};

std::string texts_of(const auto& view, const Without& without) {
    std::string text = "|" + std::string(view.category) + "|" + std::string(view.label) + "|" +
                       (without.source ? "" : std::string(view.origin.source)) + "|" + std::string(view.origin.scheme) +
                       "|" + std::string(view.origin.region) + "|" +
                       (view.updated_us ? std::to_string(*view.updated_us) : "");
    for (std::size_t i = 0; i < view.carried.size(); ++i)
        text += "|" + std::string(view.carried[i].kind) + (view.carried[i].binary ? "=" : ":") +
                std::string(view.carried[i].value);
    return text;
}

// All that a list knows, thing by thing, in no order.
std::multiset<std::string> described(const HashList& list, const Without& without = {}) {
    const Snapshot& snapshot = ListAccess::layers(list)->base();
    std::vector<std::string> files(list.file_entry_count());
    const auto add = [&](const auto& records) {
        for (const auto& record : records)
            files.at(record.entry) += bytes_to_hex(record.hash) + "/";
    };
    add(snapshot.md5s);
    add(snapshot.sha1s);
    add(snapshot.sha256s);
    std::multiset<std::string> things;
    std::vector<std::string> of_entries(list.size());
    for (std::size_t i = 0; i < files.size(); ++i) {
        const FileEntryView view = list.file_entry(i);
        if (view.position) {
            of_entries.at(*view.position) += files[i];
        } else {
            things.insert(std::string(view.id) + "|" + files[i] + (view.harmless ? "|harmless" : "") +
                          (view.unmatchable ? "|unmatchable" : "") + texts_of(view, without));
        }
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
        const EntryView view = list.entry(i);
        const auto place = list.frame_at(i);
        if (place && without.videos) {
            if (place->frame == 0 && !of_entries[i].empty())
                things.insert(std::string(view.id) + "|" + of_entries[i] + texts_of(view, without));
            continue;
        }
        std::string text = to_hex(view.hash) + "|" + of_entries[i];
        if (place) text += "|frame " + std::to_string(place->pts_us) + " " + std::to_string(place->quality);
        if (view.phash && !without.phash) text += "|" + to_hex(*view.phash);
        // All frames have the video's times; what it carries stands with the first.
        things.insert(std::string(view.id) + "|" + text + texts_of(view, without));
    }
    return things;
}

const std::vector<std::string> kHostile = {"",
                                           "plain",
                                           "a, b; c",
                                           "=cmd|' /C calc'!A0",
                                           "+1",
                                           "-1",
                                           "@x",
                                           "'quoted",
                                           "\"",
                                           "a\"b\",\"c",
                                           " blank at the ends ",
                                           "\ttab",
                                           "line\r\nbreak",
                                           "back\\slash\\n",
                                           "\x01\x1b[31m\x7f",
                                           "\xc2\x85\xe2\x80\xa8\xe2\x80\xae",
                                           "\xef\xbc\x9d"
                                           "1",
                                           "série \xf0\x9f\x8c\xb2",
                                           "{\"tutela_list\":2}",
                                           "#comment"};

struct Generator {
    explicit Generator(std::uint64_t seed) : random(seed) {}
    std::mt19937_64 random;
    const std::string photodna = std::string(143, '\xfe') + '\0';
    const std::string text_value = "=x,\"\xf0\x9f\x8c\xb2\n";

    [[nodiscard]] std::string_view any(const std::vector<std::string>& texts) { return texts[random() % texts.size()]; }
    bool one_in(std::uint64_t n) { return random() % n == 0; }
    template <std::size_t N>
    std::array<std::uint8_t, N> hash() {
        std::array<std::uint8_t, N> bytes{};
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(random());
        return bytes;
    }

    // A thing with anything, or only with what VICS can carry.
    void add(ListBuilder& builder, bool vics) {
        std::vector<CarriedHashView> carried;
        if (one_in(3)) carried.push_back({"photodna", photodna, true});
        if (one_in(4)) carried.push_back({"tmk", vics ? std::string_view("AB=") : std::string_view(text_value), false});
        if (!vics && one_in(5)) carried.push_back({"d-hash.9_", photodna, true});
        KnownItem item;
        const std::string id = one_in(3) ? "" : std::to_string(random() % 1000);
        const std::string trimmed_label = one_in(2) ? "série, \"A\"" : "";
        item.id = vics ? std::string_view(id) : any(kHostile);
        item.label = vics ? std::string_view(trimmed_label) : any(kHostile);
        item.category = vics ? std::string_view(one_in(2) ? "1" : "2") : any(kHostile);
        item.origin = {any(kHostile), any(kHostile), any(kHostile)};
        if (vics) item.origin = {"x", "vics", "US"};
        item.carried = carried;
        if (one_in(2)) item.updated_us = static_cast<std::int64_t>(random() % 4'000'000'000'000'000);
        if (one_in(2)) item.file.md5 = hash<16>();
        if (one_in(3)) item.file.sha1 = hash<20>();
        if (one_in(4)) item.file.sha256 = hash<32>();
        if (item.file != FileHashes{} && one_in(6)) {
            item.harmless = true;
            if (vics) item.category = "0";
        } else if (one_in(8)) {
            std::vector<FrameHash> frames;
            for (std::size_t i = 0; i < 3; ++i)
                frames.push_back({random_hash(random), static_cast<std::int32_t>(random() % 101),
                                  static_cast<std::int64_t>(i * 40'000)});
            ASSERT_TRUE(builder.add_known_video(frames, item).ok());
            return;
        } else if (one_in(2)) {
            item.pdq = random_hash(random);
            if (one_in(3)) item.phash = Hash64{{1, 2, 3}};
        }
        if (!item.pdq && item.file == FileHashes{} && item.carried.empty()) item.file.md5 = hash<16>();
        ASSERT_TRUE(builder.add(item).ok());
    }
};

HashList generated(std::uint64_t seed, bool vics) {
    Generator generator(seed);
    ListBuilder builder;
    for (int i = 0; i < 300; ++i)
        generator.add(builder, vics);
    return builder.build().value();
}

TEST(Export, JsonLinesKeepAll) {
    const HashList list = generated(1, false);
    const Exported out(list, {.format = ExportFormat::jsonl});
    EXPECT_EQ(out.report.reduced + out.report.left_out + out.report.filtered, 0U);
    const Imported back(out.text);
    ASSERT_TRUE(back.status.ok()) << back.status.to_string();
    EXPECT_EQ(back.report.format, ListFormat::jsonl);
    EXPECT_EQ(back.report.skipped + back.report.partly_bad, 0U);
    EXPECT_EQ(back.report.records, out.report.written);
    EXPECT_EQ(described(back.list), described(list));
    const HashList again = Imported(exported(back.list, ExportFormat::jsonl)).list;
    EXPECT_EQ(again.digest_hex(), back.list.digest_hex());
    for (const char c : out.text)
        EXPECT_TRUE(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
}

TEST(Export, CsvKeepsAllButFrames) {
    const HashList list = generated(2, false);
    const Exported out(list, {.format = ExportFormat::csv});
    const Imported back(out.text);
    ASSERT_TRUE(back.status.ok()) << back.status.to_string();
    EXPECT_EQ(back.report.format, ListFormat::csv);
    EXPECT_EQ(back.report.skipped + back.report.partly_bad, 0U);
    EXPECT_EQ(back.report.records, out.report.written);
    EXPECT_GT(out.report.reduced + out.report.left_out, 0U);
    EXPECT_EQ(out.report.reduced + out.report.left_out, list.video_count());
    // A video with hashes of its file or with what it carries is there without its frames.
    const auto stills = [](const HashList& all) {
        auto things = described(all, {.videos = true});
        std::erase_if(things, [](const std::string& thing) { return thing.find("|unmatchable") != std::string::npos; });
        return things;
    };
    EXPECT_EQ(stills(back.list), stills(list));
    // No cell begins as a formula does.
    EXPECT_EQ(out.text.find(",=cmd"), std::string::npos);
    EXPECT_EQ(out.text.find(",\"=cmd"), std::string::npos);
    EXPECT_NE(out.text.find("'=cmd"), std::string::npos);
}

TEST(Export, VicsKeepsWhatItHasWordsFor) {
    const HashList list = generated(3, true);
    const Exported out(list, {.format = ExportFormat::vics});
    EXPECT_NE(out.text.find("/2.0.xml/US/$metadata#Media"), std::string::npos);
    ImportOptions options;
    options.source = "x";
    const Imported back(out.text, options);
    ASSERT_TRUE(back.status.ok()) << back.status.to_string();
    EXPECT_EQ(back.report.format, ListFormat::vics);
    EXPECT_EQ(back.report.skipped + back.report.partly_bad, 0U);
    EXPECT_EQ(back.report.records, out.report.written);
    const auto stills = [](const HashList& all) {
        auto things = described(all, {.phash = true, .videos = true});
        std::erase_if(things, [](const std::string& thing) { return thing.find("|unmatchable") != std::string::npos; });
        return things;
    };
    EXPECT_EQ(stills(back.list), stills(list));
}

TEST(Export, VicsNeverTurnsTheHarmlessIntoAHitOrTheReverse) {
    ListBuilder builder;
    const auto add = [&](std::uint8_t number, const char* scheme, const char* region, const char* category,
                         bool harmless) {
        Md5 md5{};
        md5[0] = number;
        const std::string id = std::to_string(number);
        ASSERT_TRUE(builder
                        .add({.file = {.md5 = md5},
                              .id = id,
                              .category = category,
                              .origin = {"", scheme, region},
                              .harmless = harmless})
                        .ok());
    };
    add(1, "vics", "US", "1", false);
    add(2, "vics", "US", "0", true);
    add(3, "vics", "US", "0", false);  // said by somebody else than VICS
    add(4, "vics", "", "5", true);     // of version 1
    add(5, "vics", "UK", "0", false);
    add(6, "ncmec", "", "A1", false);
    add(7, "", "", "", true);
    const HashList list = builder.build().value();
    const Exported out(list, {.format = ExportFormat::vics});
    EXPECT_EQ(out.report.written, 5U);
    EXPECT_EQ(out.report.left_out, 2U);
    const Imported back(out.text);
    ASSERT_TRUE(back.status.ok());
    ASSERT_EQ(back.list.file_entry_count(), 5U);
    const std::vector<std::string> expected = {"1 1   ", "2 0  harmless", "3  vics/US: 0 ", "5  vics/UK: 0 ",
                                               "6  ncmec: A1 "};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const FileEntryView view = back.list.file_entry(i);
        EXPECT_EQ(std::string(view.id) + " " + std::string(view.category) + " " + std::string(view.label) + " " +
                      (view.harmless ? "harmless" : (view.label.empty() ? " " : "")),
                  expected[i]);
    }
    EXPECT_NE(Exported(list, {.format = ExportFormat::vics, .region = "UK"}).text.find("\"Category\":0,\"MD5\":\"05"),
              std::string::npos);
    TextSink sink;
    ExportReport report;
    EXPECT_EQ(export_list(list, {.format = ExportFormat::vics, .region = "US/../x"}, sink, report).code(),
              StatusCode::invalid_argument);
}

TEST(Export, ThreatExchangeHasALineASignal) {
    ListBuilder builder;
    Hash256 pdq;
    pdq.set_bit(9);
    const CarriedHashView text{"text", "=1+1\nx", false};
    ASSERT_TRUE(builder
                    .add({.pdq = pdq,
                          .file = {.md5 = Md5{1}, .sha1 = Sha1{2}},
                          .category = "DISPUTED",
                          .label = "a, b",
                          .origin = {"collab", "threatexchange", ""},
                          .carried = {&text, 1}})
                    .ok());
    ASSERT_TRUE(builder.add({.file = {.md5 = Md5{3}}, .category = "7", .harmless = true}).ok());
    ASSERT_TRUE(builder.add({.file = {.sha1 = Sha1{4}}}).ok());
    const Exported out(builder.build().value(), {.format = ExportFormat::threatexchange});
    EXPECT_EQ(out.report.written, 2U);
    EXPECT_EQ(out.report.reduced, 1U);
    EXPECT_EQ(out.report.left_out, 1U);
    EXPECT_EQ(out.text, "signal_type,signal_str,collab,category,tags\r\npdq," + to_hex(pdq) +
                            ",collab,DISPUTED,\"a, b\"\r\nvideo_md5,01000000000000000000000000000000,collab,DISPUTED,"
                            "\"a, b\"\r\ntext,\"'=1+1 x\",collab,DISPUTED,\"a, b\"\r\n"
                            "video_md5,03000000000000000000000000000000,,NEGATIVE_CLASS,\r\n");
    const Imported back(out.text);
    EXPECT_EQ(back.report.format, ListFormat::threatexchange_csv);
    EXPECT_EQ(back.report.added, 3U);
    EXPECT_EQ(back.report.harmless, 1U);
    EXPECT_EQ(back.list.entry(0).origin, (OriginView{"collab", "threatexchange", ""}));
}

TEST(Export, FilesThatNobodyNamedHaveALineAHash) {
    ListBuilder builder;
    for (std::uint8_t i = 1; i <= 5; ++i)
        ASSERT_TRUE(
            builder.add({.file = {.md5 = Md5{i}, .sha1 = Sha1{i}}, .origin = {"NSRL", "", ""}, .harmless = true}).ok());
    const HashList list = builder.build().value();
    ASSERT_EQ(list.file_entry_count(), 1U);
    for (const ExportFormat format : {ExportFormat::jsonl, ExportFormat::csv}) {
        const Exported out(list, {.format = format});
        EXPECT_EQ(std::count(out.text.begin(), out.text.end(), '\n'), 11);
        EXPECT_EQ(Imported(out.text).list.digest_hex(), list.digest_hex());
    }
}

TEST(Export, LongVideosTakeSeveralLines) {
    std::mt19937_64 random(5);
    std::vector<FrameHash> frames;
    for (std::int64_t i = 0; i < 10'000; ++i)
        frames.push_back({random_hash(random), 50, i * 1000});
    ListBuilder builder;
    ASSERT_TRUE(builder.add_video(frames, "long", "1").ok());
    ASSERT_TRUE(builder.add(Hash256{}, "still").ok());
    const HashList list = builder.build().value();
    const std::string text = exported(list, ExportFormat::jsonl);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5);
    EXPECT_EQ(Imported(text).list.digest_hex(), list.digest_hex());
    // A line of frames alone is bad, and so is one with a bad frame.
    const std::size_t more = text.find("{\"more\"");
    const Imported alone("{\"tutela_list\":1}\n" + text.substr(more));
    EXPECT_EQ(alone.report.skipped, 2U);
    EXPECT_EQ(alone.report.added, 1U);
}

TEST(Export, OfAFilterOnlyWhatItAdmits) {
    const HashList list = generated(7, false);
    ExportOptions options;
    options.filter.sources = {"plain", "=cmd|' /C calc'!A0"};
    const Exported some(list, options);
    const Exported all(list, {});
    EXPECT_GT(some.report.filtered, 0U);
    EXPECT_EQ(some.report.filtered + some.report.written, all.report.written);
    const HashList back = Imported(some.text).list;
    EXPECT_GT(back.file_entry_count(), 0U);
    for (std::size_t i = 0; i < back.file_entry_count(); ++i)
        EXPECT_TRUE(options.filter.admits(back.file_entry(i)));
}

TEST(Export, AFullSinkEndsIt) {
    const HashList list = generated(8, false);
    for (const ExportFormat format :
         {ExportFormat::vics, ExportFormat::csv, ExportFormat::jsonl, ExportFormat::threatexchange}) {
        TextSink sink;
        sink.most = 100;
        ExportReport report;
        EXPECT_EQ(export_list(list, {.format = format}, sink, report).code(), StatusCode::io_error);
        EXPECT_EQ(export_format_of_name(export_format_name(format)), format);
    }
    TextSink sink;
    ExportReport report;
    EXPECT_EQ(export_list(list, {.format = static_cast<ExportFormat>(99)}, sink, report).code(),
              StatusCode::invalid_argument);
    EXPECT_EQ(export_format_name(static_cast<ExportFormat>(99)), "unknown");
}

TEST(JsonLines, BadLinesAreCountedAndTheRestIsRead) {
    const std::string pdq = pdq_of(1);
    const Imported import(
        "{\"tutela_list\":1}\n"
        "{\"pdq\":\"" +
        pdq +
        "\"}\n"
        "[1]\n"
        "7\n"
        "{\"pdq\":\"" +
        pdq +
        "\"\n"
        "{\"pdq\":\"12\"}\n"
        "{}\n"
        "\n"
        "{\"video\":[\"" +
        pdq +
        ",50,0\",\"x\"]}\n"
        "{\"more\":[]}\n"
        "{\"video\":[\"" +
        pdq +
        ",101,0\"]}\n"
        "{\"md5\":\"" +
        md5_of(1) +
        "\",\"updated\":\"soon\",\"new\":{\"a\":[[1]]},\"harmless\":true}\r\n"
        "{\"carried\":[{\"kind\":\"A\",\"text\":\"x\"}]}\n"
        "{\"carried\":[{\"kind\":\"a\",\"base64\":\"x\"}],\"md5\":\"" +
        md5_of(2) +
        "\"}\n"
        "{\"id\":\"\\ud800\",\"md5\":\"" +
        md5_of(3) + "\"}");
    ASSERT_TRUE(import.status.ok()) << import.status.to_string();
    EXPECT_EQ(import.report.records, 13U);
    EXPECT_EQ(import.report.added, 3U);
    EXPECT_EQ(import.report.partly_bad, 2U);
    EXPECT_EQ(import.report.skipped, 10U);
    EXPECT_TRUE(import.by_md5(md5_of(1)).harmless);
    EXPECT_EQ(Imported("{\"tutela_list\":2}\n").status.code(), StatusCode::version_mismatch);
}

TEST(ListFilters, AdmitBySourceCategoryAndLabel) {
    const OriginView us{"hotline", "vics", "US"};
    EXPECT_TRUE(ListFilter{}.admits(us, "1", "a; b"));
    EXPECT_TRUE((ListFilter{.sources = {"x", "hotline"}}.admits(us, "1", "")));
    EXPECT_FALSE((ListFilter{.sources = {"hot"}}.admits(us, "1", "")));
    EXPECT_TRUE((ListFilter{.categories = {{{}, {}, "1"}}}.admits(us, "1", "")));
    EXPECT_TRUE((ListFilter{.categories = {{"vics", "US", "1"}}}.admits(us, "1", "")));
    EXPECT_FALSE((ListFilter{.categories = {{"vics", "UK", "1"}, {"ncmec", {}, "1"}}}.admits(us, "1", "")));
    EXPECT_TRUE((ListFilter{.labels = {"b"}}.admits(us, "1", "a; b; c")));
    EXPECT_TRUE((ListFilter{.labels = {"a; b"}}.admits(us, "1", "a; b")));
    EXPECT_FALSE((ListFilter{.labels = {"ab", ""}}.admits(us, "1", "a; b")));
    EXPECT_TRUE((ListFilter{.labels = {""}}.admits(us, "1", "")));
    EXPECT_FALSE((ListFilter{.sources = {"hotline"}, .labels = {"x"}}.admits(us, "1", "a")));
    EXPECT_EQ((ListFilter{.sources = {"a\"", "b"}, .categories = {{"vics", "US", "1"}, {{}, {}, "A"}}, .labels = {"c"}}
                   .text()),
              "source \"a\\\"\" or \"b\", category \"vics\"/\"US\":\"1\" or \"A\", label \"c\"");
    const auto name = [](const char* text) { return parse_category_name(text).value(); };
    EXPECT_EQ(name("1"), (CategoryName{{}, {}, "1"}));
    EXPECT_EQ(name(":a:b"), (CategoryName{{}, {}, "a:b"}));
    EXPECT_EQ(name("vics:1"), (CategoryName{"vics", {}, "1"}));
    EXPECT_EQ(name("vics/US:a/b"), (CategoryName{"vics", "US", "a/b"}));
    EXPECT_EQ(name("a/b"), (CategoryName{{}, {}, "a/b"}));
    EXPECT_EQ(parse_category_name("vics:").status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela
