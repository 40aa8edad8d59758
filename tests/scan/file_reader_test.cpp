#include "scan/file_reader.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <random>

#include "scan/folder.hpp"

namespace tutela {
namespace {

using test::TestFolder;

std::string random_bytes(std::size_t size, std::string_view start) {
    std::mt19937 random(40);
    std::string bytes(start);
    while (bytes.size() < size)
        bytes += static_cast<char>(random());
    return bytes;
}

std::span<const std::uint8_t> view(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

constexpr std::string_view kJpegStart = "\xff\xd8\xff\xe0";

Result<FileContent> read_file(FileReader& reader, const std::string& path) {
    const Descriptor fd = open_for_reading(AT_FDCWD, path.c_str(), false);
    struct stat facts {};
    EXPECT_EQ(::fstat(fd.get(), &facts), 0);
    return reader.read(fd.get(), facts);
}

TEST(FileReader, ReadsPicturesWholeAndStreamsTheRest) {
    const TestFolder folder;
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    for (const std::size_t size : {4UL, 5000UL, (1UL << 20) - 1, 1UL << 20, (1UL << 20) + 1, 3'500'000UL}) {
        const std::string picture = random_bytes(size, kJpegStart);
        const std::string other = random_bytes(size, "text");
        folder.write("picture", picture);
        folder.write("other", other);

        Result<FileContent> content = read_file(reader, folder / "picture");
        ASSERT_TRUE(content.ok());
        EXPECT_EQ(content.value().format, MediaFormat::jpeg);
        EXPECT_FALSE(content.value().changed);
        EXPECT_EQ(content.value().digests.sha256, sha256(view(picture)));
        EXPECT_EQ(content.value().digests.xxh3, xxh3_128(view(picture)));
        ASSERT_TRUE(std::equal(content.value().bytes.begin(), content.value().bytes.end(), view(picture).begin(),
                               view(picture).end()));

        content = read_file(reader, folder / "other");
        ASSERT_TRUE(content.ok());
        EXPECT_EQ(content.value().format, MediaFormat::unknown);
        EXPECT_TRUE(content.value().bytes.empty());
        EXPECT_EQ(content.value().digests.sha256, sha256(view(other)));
        decoder->trim();
    }
}

TEST(FileReader, KeepsAGroupOfSmallFiles) {
    const TestFolder folder;
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr, false);
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(reader.begin_group().ok());
        std::vector<std::string> written;
        std::vector<FileContent> read;
        for (std::size_t i = 0; i < FileReader::kGroupFiles; ++i) {
            const std::size_t size = i % 3 == 0 ? FileReader::kSmallBytes : 10 + i * 100;
            const std::string_view start = i % 4 == 1 ? "text" : i % 4 == 2 ? "PK\x03\x04" : kJpegStart;
            written.push_back(random_bytes(size, start) + static_cast<char>(i));
            if (written.back().size() > FileReader::kSmallBytes) written.back().erase(100, 1);
            const Descriptor fd = open_for_reading(AT_FDCWD, folder.write("f", written.back()).c_str(), false);
            struct stat facts {};
            ASSERT_EQ(::fstat(fd.get(), &facts), 0);
            const Result<FileContent> content = reader.read_small(fd.get(), facts);
            ASSERT_TRUE(content.ok()) << content.status().to_string();
            read.push_back(content.value());
        }
        for (std::size_t i = 0; i < read.size(); ++i) {
            EXPECT_EQ(read[i].size_bytes, written[i].size());
            EXPECT_EQ(read[i].digests.sha256, sha256(view(written[i])));
            EXPECT_FALSE(read[i].changed);
            EXPECT_EQ(read[i].unwanted, i % 4 == 2);
            const bool picture = i % 4 == 0 || i % 4 == 3;
            EXPECT_EQ(read[i].format, picture      ? MediaFormat::jpeg
                                      : i % 4 == 1 ? MediaFormat::unknown
                                                   : MediaFormat::zip);
            const std::span<const std::uint8_t> kept = picture ? view(written[i]) : std::span<const std::uint8_t>();
            EXPECT_TRUE(std::equal(read[i].bytes.begin(), read[i].bytes.end(), kept.begin(), kept.end())) << i;
        }
    }
}

TEST(FileReader, StreamsAPictureOverTheLimit) {
    const TestFolder folder;
    DecodeLimits limits;
    limits.max_bytes = 2'000'000;
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, limits, nullptr);
    const std::string picture = random_bytes(2'000'001, kJpegStart);
    folder.write("picture", picture);
    const Result<FileContent> content = read_file(reader, folder / "picture");
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(content.value().over_limit);
    EXPECT_TRUE(content.value().bytes.empty());
    EXPECT_EQ(content.value().digests.sha256, sha256(view(picture)));
}

// The reader believes what it was told before the read, so a change is made by telling it something else.
TEST(FileReader, NoticesAChange) {
    const TestFolder folder;
    folder.write("f", random_bytes(5000, kJpegStart));
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    const Descriptor fd = open_for_reading(AT_FDCWD, (folder / "f").c_str(), false);
    struct stat facts {};
    ASSERT_EQ(::fstat(fd.get(), &facts), 0);
    const auto read_as = [&](struct stat before) {
        EXPECT_EQ(::lseek(fd.get(), 0, SEEK_SET), 0);
        auto content = reader.read(fd.get(), before);
        EXPECT_TRUE(content.ok());
        return content.value();
    };
    EXPECT_FALSE(read_as(facts).changed);
    struct stat other = facts;
    other.st_size = 4000;  // it grew
    EXPECT_TRUE(read_as(other).changed);
    EXPECT_EQ(read_as(other).bytes.size(), 4000U);
    other.st_size = 3'000'000;  // it shrank
    EXPECT_TRUE(read_as(other).changed);
    EXPECT_EQ(read_as(other).bytes.size(), 5000U);
    other = facts;
    other.st_mtim.tv_nsec ^= 1;  // it was written to
    EXPECT_TRUE(read_as(other).changed);

    const auto read_small_as = [&](struct stat before) {
        EXPECT_EQ(::lseek(fd.get(), 0, SEEK_SET), 0);
        EXPECT_TRUE(reader.begin_group().ok());
        const auto content = reader.read_small(fd.get(), before);
        EXPECT_TRUE(content.ok());
        return content.ok() && content.value().changed;
    };
    EXPECT_FALSE(read_small_as(facts));
    EXPECT_TRUE(read_small_as(other));
    other = facts;
    other.st_size = 6000;  // it shrank
    EXPECT_TRUE(read_small_as(other));
}

TEST(FileReader, ReadsNoFileThatLiesAboutItsSize) {
    const Descriptor fd = open_for_reading(AT_FDCWD, "/proc/self/status", false);
    if (!fd.valid()) GTEST_SKIP() << "no /proc";
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    const Result<FileContent> content = read_file(reader, "/proc/self/status");
    ASSERT_TRUE(content.ok());
    EXPECT_TRUE(content.value().unstated);
}

TEST(FileReader, AnInputErrorIsAReason) {
    const Descriptor fd = open_for_reading(AT_FDCWD, "/proc/self/mem", false);  // nothing lies at address 0
    if (!fd.valid()) GTEST_SKIP() << "no /proc";
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    const Result<FileContent> content = read_file(reader, "/proc/self/mem");
    ASSERT_FALSE(content.ok());
    EXPECT_EQ(content.status().message(), "input/output error");
}

TEST(FileReader, AFolderIsNoFile) {
    const TestFolder folder;
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    const Result<FileContent> content = read_file(reader, folder.path());
    ASSERT_FALSE(content.ok());
    EXPECT_EQ(content.status().code(), StatusCode::io_error);
    EXPECT_EQ(content.status().message(), "a folder stands where a file was expected");
}

TEST(FileReader, GivesUpABigFileWhenStopped) {
    const TestFolder folder;
    folder.write("big", random_bytes(3'000'000, "text"));
    folder.write("small", "text");
    const std::atomic<bool> stop{true};
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, &stop);
    EXPECT_EQ(read_file(reader, folder / "big").status().code(), StatusCode::cancelled);
    folder.write("picture", random_bytes(3'000'000, kJpegStart));
    EXPECT_EQ(read_file(reader, folder / "picture").status().code(), StatusCode::cancelled);
    EXPECT_TRUE(read_file(reader, folder / "small").ok());
}

TEST(OpenForReading, FollowsNoLinkAndWaitsForNoFifo) {
    const TestFolder folder;
    folder.write("file", "x");
    folder.link("link", "file");
    folder.fifo("fifo");
    EXPECT_FALSE(open_for_reading(AT_FDCWD, (folder / "link").c_str(), false).valid());
    EXPECT_EQ(errno, ELOOP);
    EXPECT_TRUE(open_for_reading(AT_FDCWD, (folder / "link").c_str(), true).valid());
    EXPECT_TRUE(open_for_reading(AT_FDCWD, (folder / "fifo").c_str(), false).valid());
    EXPECT_FALSE(open_for_reading(AT_FDCWD, (folder / "none").c_str(), false).valid());
    EXPECT_EQ(errno, ENOENT);
}

TEST(OpenForReading, LeavesTheAccessTimeAlone) {
    const TestFolder folder;
    const std::string path = folder.write("f", "text");
    const timespec old[2] = {{1000, 0}, {2000, 0}};  // an access before the change is what relatime updates
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), old, 0), 0);
    const std::unique_ptr<Decoder> decoder = make_decoder();
    FileReader reader(*decoder, {}, nullptr);
    ASSERT_TRUE(read_file(reader, path).ok());
    struct stat facts {};
    ASSERT_EQ(::stat(path.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_atim.tv_sec, 1000);
}

}  // namespace
}  // namespace tutela
