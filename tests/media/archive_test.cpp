#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <random>

#include "media/archive_files.hpp"

namespace tutela {
namespace {

using namespace test;

struct Kind {
    const char* name;
    MediaFormat format;
    Writer writer;
};

// Every format that libarchive can write and we read as an archive of several files.
std::vector<Kind> kinds() {
    return {{"zip", MediaFormat::zip, zip_writer()},
            {"stored zip", MediaFormat::zip, zip_writer("store")},
            {"tar", MediaFormat::tar, tar_writer()},
            {"ustar", MediaFormat::tar, format_writer(&archive_write_set_format_ustar)},
            {"v7 tar", MediaFormat::tar, format_writer(&archive_write_set_format_v7tar)},
            {"gnu tar", MediaFormat::tar, format_writer(&archive_write_set_format_gnutar)},
            {"7z", MediaFormat::seven_zip, format_writer(&archive_write_set_format_7zip)},
            {"cpio newc", MediaFormat::cpio, format_writer(&archive_write_set_format_cpio_newc)},
            {"cpio odc", MediaFormat::cpio, format_writer(&archive_write_set_format_cpio)},
            {"tar.gz", MediaFormat::gzip, tar_writer(&archive_write_add_filter_gzip)},
            {"tar.bz2", MediaFormat::bzip2, tar_writer(&archive_write_add_filter_bzip2)},
            {"tar.xz", MediaFormat::xz, tar_writer(&archive_write_add_filter_xz)},
            {"tar.zst", MediaFormat::zstd, tar_writer(&archive_write_add_filter_zstd)}};
}

const std::vector<Member>& members() {
    static const std::vector<Member> kMembers{{"a.jpg", noise(1, 70'000)},
                                              {"d/b", bytes_of("hello")},
                                              {"d/c.png", noise(2, 300'000)},
                                              {"d/b", noise(3, 1000)}};
    return kMembers;
}

TEST(Archive, GivesTheFilesOfEveryKindInOrder) {
    for (const Kind& kind : kinds()) {
        const Bytes file = make_archive(kind.writer, members());
        EXPECT_EQ(sniff_format(std::span(file).first(std::min(file.size(), kSniffBytes))), kind.format) << kind.name;
        const Opened opened = read_archive(file);
        ASSERT_TRUE(opened.status.ok()) << kind.name << ": " << opened.status.to_string();
        ASSERT_EQ(opened.given.size(), members().size()) << kind.name;
        for (std::size_t i = 0; i < members().size(); ++i) {
            const Given& given = opened.given[i];
            EXPECT_TRUE(given.status.ok()) << kind.name << ": " << given.status.to_string();
            EXPECT_EQ(given.entry.path, members()[i].path) << kind.name;
            EXPECT_EQ(given.bytes, members()[i].bytes) << kind.name;
            EXPECT_TRUE(given.entry.is_file && !given.entry.is_folder && !given.entry.encrypted) << kind.name;
        }
    }
}

TEST(Archive, ACompressedFileIsAnArchiveOfOne) {
    const Bytes content = noise(4, 200'000);
    for (const auto filter : {&archive_write_add_filter_gzip, &archive_write_add_filter_bzip2,
                              &archive_write_add_filter_xz, &archive_write_add_filter_zstd}) {
        const Bytes file = make_archive(raw_writer(filter), {{"whatever", content}});
        const Opened opened = read_archive(file);
        ASSERT_TRUE(opened.status.ok());
        ASSERT_EQ(opened.given.size(), 1U);
        EXPECT_EQ(opened.given[0].entry.path, "");
        EXPECT_TRUE(opened.given[0].entry.is_file);
        EXPECT_EQ(opened.given[0].bytes, content);
        // Cut off, it gives what comes before the cut, and says so.
        const Opened cut = read_archive(std::span(file).first(file.size() / 2));
        if (!cut.status.ok()) continue;
        ASSERT_GE(cut.given.size(), 1U);
        EXPECT_EQ(cut.given[0].status.code(), StatusCode::corrupt);
        EXPECT_TRUE(cut.given[0].bytes.size() < content.size() &&
                    std::equal(cut.given[0].bytes.begin(), cut.given[0].bytes.end(), content.begin()));
    }
}

TEST(Archive, OtherBytesAreNone) {
    EXPECT_EQ(read_archive({}).status.code(), StatusCode::unsupported);
    EXPECT_EQ(read_archive(bytes_of("#mtree\n./a type=file content=/etc/passwd\n")).status.code(),
              StatusCode::unsupported);
    EXPECT_EQ(read_archive(bytes_of("\xff\xd8\xffPK\3\4")).status.code(), StatusCode::unsupported);
    EXPECT_FALSE(read_archive(bytes_of("PK\3\4 and nothing more")).status.ok());
    EXPECT_FALSE(read_archive(bytes_of("Rar!\x1a\7\1 and nothing more")).status.ok());
    // lrzip, lzop and grzip would start programs: they are never asked.
    for (const char* magic : {"LRZI", "\x89LZO", "GRZipII"})
        EXPECT_EQ(read_archive(bytes_of(magic)).status.code(), StatusCode::unsupported);
}

TEST(Archive, FoldersAndLinksAreNoFiles) {
    const Bytes file = make_archive(tar_writer(), {{"d", {}, AE_IFDIR}, {"l", {}, AE_IFLNK}, {"f", bytes_of("x")}});
    const Opened opened = read_archive(file);
    ASSERT_EQ(opened.given.size(), 3U);
    EXPECT_TRUE(opened.given[0].entry.is_folder && !opened.given[0].entry.is_file);
    EXPECT_TRUE(!opened.given[1].entry.is_folder && !opened.given[1].entry.is_file);
    EXPECT_TRUE(opened.given[2].entry.is_file);
}

TEST(Archive, NamesAreNamesAndNothingMore) {
    const std::vector<std::string> names{
        "../../etc/passwd",    "/etc/passwd",         "a\nb", "\xff\xfe", "caf\xc3\xa9",
        "\xe2\x80\xaegpj.exe", std::string(5000, 'n')};
    for (const Writer& writer : {zip_writer(), tar_writer(), format_writer(&archive_write_set_format_cpio_newc)}) {
        std::vector<Member> hostile;
        for (const std::string& name : names)
            hostile.push_back({name, bytes_of("x")});
        const Opened opened = read_archive(make_archive(writer, hostile));
        ASSERT_EQ(opened.given.size(), names.size());
        for (std::size_t i = 0; i < names.size(); ++i)
            EXPECT_EQ(opened.given[i].entry.path, names[i]);
    }
}

TEST(Archive, ANameOf100KilobytesIsKept) {
    const std::string name(100'000, 'n');
    const Opened opened = read_archive(make_archive(tar_writer(), {{name, bytes_of("x")}}));
    ASSERT_EQ(opened.given.size(), 1U);
    EXPECT_EQ(opened.given[0].entry.path, name);
    std::vector<Member> many(700, {name, bytes_of("x")});  // 70 MB of names
    const Opened too_many = read_archive(make_archive(tar_writer(), many));
    EXPECT_EQ(too_many.given.back().status.code(), StatusCode::limit);
    EXPECT_LT(too_many.given.size(), many.size());
}

TEST(Archive, EachLimitStopsAndSaysSo) {
    for (const Kind& kind : kinds()) {
        const Bytes file = make_archive(kind.writer, members());
        ArchiveLimits limits;
        limits.max_entries = 2;
        Opened opened = read_archive(file, limits);
        ASSERT_EQ(opened.given.size(), 3U) << kind.name;
        EXPECT_TRUE(opened.given[1].status.ok()) << kind.name;
        EXPECT_EQ(opened.given[2].status.code(), StatusCode::limit) << kind.name;
        EXPECT_FALSE(opened.given[2].of_entry()) << kind.name;

        limits = {};
        limits.max_entry_bytes = 70'000;
        opened = read_archive(file, limits);
        ASSERT_GE(opened.given.size(), 3U) << kind.name;
        EXPECT_TRUE(opened.given[0].status.ok()) << kind.name;
        EXPECT_EQ(opened.given[2].status.code(), StatusCode::limit) << kind.name;
        EXPECT_EQ(opened.given[2].entry.path, "d/c.png") << kind.name;
        EXPECT_TRUE(opened.given[2].bytes.empty()) << kind.name;
        const bool skips =
            kind.format == MediaFormat::zip || kind.format == MediaFormat::tar || kind.format == MediaFormat::cpio;
        EXPECT_EQ(opened.given.size(), skips ? 4U : 3U) << kind.name;

        limits = {};
        limits.max_total_bytes = 100'000;
        opened = read_archive(file, limits);
        ASSERT_EQ(opened.given.size(), 3U) << kind.name;
        EXPECT_EQ(opened.given[2].status.code(), StatusCode::limit) << kind.name;
        limits.max_total_bytes = 371'005;  // all of them, exactly
        EXPECT_EQ(read_archive(file, limits).given.size(), 4U) << kind.name;
        EXPECT_TRUE(read_archive(file, limits).given.back().status.ok()) << kind.name;
    }
}

TEST(Archive, ABombIsCutShort) {
    const Bytes zeros(10'000'000);  // 64 MiB are free
    for (const Writer& writer :
         {zip_writer(), tar_writer(&archive_write_add_filter_gzip), tar_writer(&archive_write_add_filter_xz),
          format_writer(&archive_write_set_format_7zip)}) {
        std::vector<Member> bomb(8, {"zeros", zeros});
        ArchiveLimits limits;
        limits.max_ratio = 10;
        const Opened opened = read_archive(make_archive(writer, bomb), limits);
        ASSERT_TRUE(opened.status.ok());
        EXPECT_EQ(opened.given.size(), 7U);
        EXPECT_EQ(opened.given.back().status.code(), StatusCode::limit);
        EXPECT_NE(opened.given.back().status.message().find("for each byte"), std::string::npos);
    }
}

// What comes before the cut is as it is in the whole, and the cut is noticed.
TEST(Archive, TruncatedArchivesGiveWhatIsThere) {
    for (const Kind& kind : kinds()) {
        const Bytes file = make_archive(kind.writer, members());
        std::mt19937 random(5);
        for (int i = 0; i < 60; ++i) {
            const std::size_t size = i < 20 ? file.size() - 1 - i * 7 : random() % file.size();
            // The zeros after a tar's end marker, and the padding, hold nothing.
            const bool zeros = std::all_of(file.begin() + static_cast<std::ptrdiff_t>(size), file.end(),
                                           [](std::uint8_t byte) { return byte == 0; });
            const Opened opened = read_archive(std::span(file).first(size));
            bool noticed = !opened.status.ok();
            for (std::size_t at = 0; at < opened.given.size(); ++at) {
                const Given& given = opened.given[at];
                noticed = noticed || !given.status.ok();
                if (!given.of_entry()) continue;
                ASSERT_LT(at, members().size()) << kind.name;
                EXPECT_EQ(given.entry.path, members()[at].path) << kind.name;
                const Bytes& whole = members()[at].bytes;
                if (given.status.ok()) {
                    EXPECT_EQ(given.bytes, whole) << kind.name << " cut at " << size;
                } else {
                    ASSERT_LE(given.bytes.size(), whole.size());
                    EXPECT_TRUE(std::equal(given.bytes.begin(), given.bytes.end(), whole.begin())) << kind.name;
                }
            }
            EXPECT_TRUE(noticed || zeros) << kind.name << " cut at " << size << " of " << file.size();
        }
    }
}

TEST(Archive, AZipGivesWhatItsDirectoryHides) {
    const Bytes visible = make_archive(zip_writer(), {{"v", bytes_of("visible")}});
    Bytes file = make_archive(zip_writer(), {{"h1", noise(7, 5000)}, {"h2", noise(8, 6000)}});
    const std::string_view mark = "PK\1\2";
    file.erase(std::search(file.begin(), file.end(), mark.begin(), mark.end()), file.end());
    file.insert(file.end(), visible.begin(), visible.end());
    const Opened opened = read_archive(file);
    ASSERT_EQ(opened.given.size(), 4U);
    EXPECT_EQ(opened.given[0].entry.path, "v");
    EXPECT_EQ(opened.given[1].entry.path, "h1");
    EXPECT_EQ(opened.given[1].bytes, noise(7, 5000));
    EXPECT_EQ(opened.given[2].entry.path, "h2");
    EXPECT_EQ(opened.given[3].status.code(), StatusCode::corrupt);
    EXPECT_EQ(opened.given[3].status.message(), "2 files in the zip not listed in its directory");
    EXPECT_FALSE(opened.given[3].of_entry());
    // The limits hold for both together.
    for (const ArchiveLimits& limits : {ArchiveLimits{.max_entries = 2}, ArchiveLimits{.max_total_bytes = 11'006}}) {
        const Opened limited = read_archive(file, limits);
        ASSERT_EQ(limited.given.size(), 3U);
        EXPECT_EQ(limited.given[1].entry.path, "h1");
        EXPECT_EQ(limited.given[2].status.code(), StatusCode::limit);
        EXPECT_FALSE(limited.given[2].of_entry());
    }
    EXPECT_EQ(read_archive(file, {.max_entries = 3, .max_total_bytes = 11'007}).given.size(), 4U);
    // A zip stored in a zip is not hidden.
    const Bytes nest = make_archive(zip_writer("store"), {{"inner.zip", visible}, {"z", bytes_of("z")}});
    ASSERT_EQ(read_archive(nest).given.size(), 2U);
    EXPECT_TRUE(read_archive(nest).given.back().status.ok());
}

TEST(Archive, AFileWithAWrongChecksumComesWithTheError) {
    const Bytes content = noise(3, 3000);
    Bytes file = make_archive(zip_writer("store"), {{"a", content}, {"b", bytes_of("x")}});
    const auto at = std::search(file.begin(), file.end(), content.begin(), content.end());
    ASSERT_NE(at, file.end());
    at[1000] ^= 1;
    const Opened opened = read_archive(file);
    ASSERT_EQ(opened.given.size(), 2U);
    EXPECT_EQ(opened.given[0].status.code(), StatusCode::corrupt);
    EXPECT_EQ(opened.given[0].bytes.size(), content.size());
    EXPECT_TRUE(opened.given[1].status.ok());
}

TEST(Archive, EncryptedFilesAreNamed) {
    const auto writer = [](archive* to) {
        archive_write_set_format_zip(to);
        ASSERT_EQ(archive_write_set_options(to, "zip:encryption=aes256"), ARCHIVE_OK);
        ASSERT_EQ(archive_write_set_passphrase(to, "secret"), ARCHIVE_OK);
    };
    const Opened opened = read_archive(make_archive(writer, {{"a", bytes_of("x")}, {"b", bytes_of("y")}}));
    ASSERT_EQ(opened.given.size(), 2U);
    for (const Given& given : opened.given) {
        EXPECT_TRUE(given.entry.encrypted);
        EXPECT_EQ(given.status.code(), StatusCode::unsupported);
        EXPECT_TRUE(given.bytes.empty());
    }
}

// Any change of any byte: an answer, never a crash, and always an end.
TEST(Archive, MutationsAlwaysEnd) {
    for (const Kind& kind : kinds()) {
        const Bytes file =
            make_archive(kind.writer, {{"a", noise(1, 900)}, {"b", bytes_of("hello")}, {"c", Bytes(9000)}});
        std::mt19937 random(9);
        ArchiveLimits limits;
        limits.max_entry_bytes = 1 << 20;
        limits.max_entries = 100;
        for (int i = 0; i < 300; ++i) {
            Bytes changed = file;
            for (std::uint32_t n = 1 + random() % 4; n > 0; --n)
                changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
            const Opened first = read_archive(changed, limits);
            const Opened again = read_archive(changed, limits);
            ASSERT_LE(first.given.size(), 210U) << kind.name;
            ASSERT_EQ(first.given.size(), again.given.size()) << kind.name;
            for (std::size_t at = 0; at < first.given.size(); ++at) {
                EXPECT_EQ(first.given[at].bytes, again.given[at].bytes) << kind.name;
                EXPECT_EQ(first.given[at].status.message(), again.given[at].status.message()) << kind.name;
            }
        }
    }
}

TEST(Archive, NamesDoNotDependOnTheLocale) {
    const auto unicode = [](archive* writer) { archive_write_set_format_7zip(writer); };
    ASSERT_NE(std::setlocale(LC_ALL, "C.UTF-8"), nullptr);
    const Bytes file = make_archive(unicode, {{"\xe4\xbd\xa0\xc3\xa9.png", bytes_of("x")}});
    for (const char* locale : {"C", "C.UTF-8"}) {
        ASSERT_NE(std::setlocale(LC_ALL, locale), nullptr);
        const Opened opened = read_archive(file);
        ASSERT_EQ(opened.given.size(), 1U);
        EXPECT_EQ(opened.given[0].entry.path, "\xe4\xbd\xa0\xc3\xa9.png") << locale;
    }
    std::setlocale(LC_ALL, "C");
}

}  // namespace
}  // namespace tutela
