// Files that lists know by the hashes of their bytes.
#include "core/digest.hpp"
#include "media/archive_files.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

using namespace test;

Bytes png(std::uint32_t seed) {
    return encode_png(picture(seed).view());
}

FileHashes only(const Bytes& bytes, FileHashKind kind) {
    const FileHashes all = hash_file_bytes(bytes);
    switch (kind) {
        case FileHashKind::md5: return {.md5 = all.md5};
        case FileHashKind::sha1: return {.sha1 = all.sha1};
        case FileHashKind::sha256: return {.sha256 = all.sha256};
    }
    return {};
}

Scanner scanner_with(const ListBuilder& builder, ScanOptions options = {}) {
    Result<Scanner> scanner = Scanner::create(builder.build().value(), std::move(options));
    EXPECT_TRUE(scanner.ok()) << scanner.status().to_string();
    return std::move(scanner).value();
}

std::shared_ptr<const HashList> harmless_list(const std::vector<Bytes>& files, bool marked = true) {
    ListBuilder builder;
    for (const Bytes& file : files)
        EXPECT_TRUE(builder.add({.file = only(file, FileHashKind::sha1), .harmless = marked}).ok());
    return std::make_shared<const HashList>(builder.build().value());
}

// The rows of scan(), in any number of threads, and those of scan_bytes().
void expect_same_in_memory(const Scanner& scanner, const TestFolder& folder, const std::vector<Bytes>& files) {
    const RunResult result = run(scanner, {folder.path()});
    ThreadPool pool(3);
    EXPECT_EQ(run(scanner, {folder.path()}, pool).rows, result.rows);
    ASSERT_EQ(result.rows.size(), files.size());
    for (std::size_t i = 0; i < files.size(); ++i)
        EXPECT_EQ(scanner.scan_bytes(files[i], result.rows[i].path), result.rows[i]);
}

TEST(KnownFiles, AnyFileIsKnownByAnyOfItsHashes) {
    for (const FileHashKind kind : {FileHashKind::md5, FileHashKind::sha1, FileHashKind::sha256}) {
        const Bytes text = bytes_of("no picture at all");
        const Bytes whole = png(1);
        const Bytes broken(whole.begin(), whole.begin() + 60);
        ListBuilder builder;
        ASSERT_TRUE(builder.add({.file = only(text, kind), .id = "text", .category = "c", .label = "l"}).ok());
        ASSERT_TRUE(builder.add({.file = only(broken, kind), .id = "broken"}).ok());
        const TestFolder folder;
        folder.write("a", text);
        folder.write("b", broken);
        folder.write("c", bytes_of("another"));
        folder.write("d", Bytes{});
        const Scanner scanner = scanner_with(builder);
        const std::vector<FileRow> rows = run(scanner, {folder.path()}).rows;
        ASSERT_EQ(rows.size(), 4U);
        EXPECT_EQ(rows[0].outcome, Outcome::matched);
        EXPECT_EQ(rows[0].reason, "");
        MatchFact match{.entry_id = "text", .category = "c", .label = "l"};
        match.variant = file_hash_name(kind);
        EXPECT_EQ(rows[0].matches, std::vector<MatchFact>{match});
        EXPECT_EQ(rows[1].outcome, Outcome::matched);
        EXPECT_EQ(rows[2].outcome, Outcome::unsupported);
        EXPECT_EQ(rows[3].outcome, Outcome::unsupported);
        expect_same_in_memory(scanner, folder, {text, broken, bytes_of("another"), {}});
    }
}

// What a list knows by both is one match; what looks like it without being it keeps its distance.
TEST(KnownFiles, AThingThatIsKnownTwiceIsOneMatch) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add(hash_of(picture(1)), "twin").ok());
    ASSERT_TRUE(builder.add({.pdq = hash_of(picture(1)), .file = hash_file_bytes(png(1)), .id = "known"}).ok());
    ASSERT_TRUE(builder.add({.file = only(png(1), FileHashKind::md5), .id = "md5 alone"}).ok());
    const TestFolder folder;
    folder.write("a.jpg", encode_jpeg(picture(1).view(), {.quality = 90}));
    folder.write("b.png", png(1));
    const std::vector<FileRow> rows = run(scanner_with(builder), {folder.path()}).rows;
    ASSERT_EQ(rows.size(), 2U);
    ASSERT_EQ(rows[0].matches.size(), 2U);
    for (const MatchFact& match : rows[0].matches)
        EXPECT_EQ(match.variant, "plain");
    ASSERT_EQ(rows[1].matches.size(), 3U);
    EXPECT_EQ(rows[1].matches[0].entry_id, "md5 alone");
    EXPECT_EQ(rows[1].matches[0].variant, "md5");
    EXPECT_EQ(rows[1].matches[1].entry_id, "twin");
    EXPECT_EQ(rows[1].matches[1].variant, "plain");
    EXPECT_EQ(rows[1].matches[2].entry_id, "known");
    EXPECT_EQ(rows[1].matches[2].variant, "sha256");
    EXPECT_EQ(rows[1].matches[2].distance_bits, 0U);
}

TEST(KnownFiles, InArchivesToo) {
    const Bytes text = bytes_of("in an archive");
    const Bytes zip = make_archive(zip_writer(), {{"t", text}, {"p.png", png(2)}});
    ListBuilder builder;
    ASSERT_TRUE(builder.add({.file = only(text, FileHashKind::md5), .id = "text"}).ok());
    ASSERT_TRUE(builder.add({.file = only(zip, FileHashKind::sha1), .id = "zip"}).ok());
    const TestFolder folder;
    folder.write("a.zip", zip);
    ScanOptions options;
    options.harmless_files = harmless_list({png(2)});
    const Scanner scanner = scanner_with(builder, options);
    const std::vector<FileRow> rows = run(scanner, {folder.path()}).rows;
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].outcome, Outcome::matched);
    EXPECT_EQ(rows[0].matches.at(0).entry_id, "zip");
    EXPECT_EQ(rows[1].outcome, Outcome::matched);
    EXPECT_EQ(rows[1].matches.at(0).variant, "md5");
    EXPECT_EQ(rows[2].outcome, Outcome::harmless);
    EXPECT_EQ(rows[2].reason, "known to be harmless, by its sha1");
    EXPECT_EQ(scanner.scan_all_bytes(zip, rows[0].path), rows);
}

TEST(KnownFiles, HarmlessOnesAreNotDecoded) {
    ListBuilder builder;
    ASSERT_TRUE(builder.add(hash_of(picture(1)), "looks like it").ok());
    ASSERT_TRUE(builder.add({.file = only(png(3), FileHashKind::md5), .id = "known to both"}).ok());
    ASSERT_TRUE(builder.add({.file = only(png(4), FileHashKind::md5), .id = "harmless", .harmless = true}).ok());
    const TestFolder folder;
    const std::vector<Bytes> files = {png(1), png(2), png(3), png(4)};
    for (std::size_t i = 0; i < files.size(); ++i)
        folder.write(std::to_string(i), files[i]);
    ScanOptions options;
    options.harmless_files = harmless_list({png(1), png(3)});
    const Scanner scanner = scanner_with(builder, options);
    const std::vector<FileRow> rows = run(scanner, {folder.path()}).rows;
    ASSERT_EQ(rows.size(), 4U);
    EXPECT_EQ(rows[0].outcome, Outcome::harmless);
    EXPECT_FALSE(rows[0].hash);
    EXPECT_EQ(rows[1].outcome, Outcome::clean);
    EXPECT_EQ(rows[2].outcome, Outcome::matched);
    EXPECT_EQ(rows[3].outcome, Outcome::clean);  // the list's own harmless files are no match, and are looked at
    expect_same_in_memory(scanner, folder, files);
    // A list that does not say that its files are harmless spares none of them.
    options.harmless_files = harmless_list({png(1)}, false);
    EXPECT_EQ(run(scanner_with(builder, options), {folder.path()}).rows[0].outcome, Outcome::matched);
}

}  // namespace
}  // namespace tutela
