#include "core/file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "core/temp_folder.hpp"

namespace tutela {
namespace {

namespace fs = std::filesystem;

std::vector<std::uint8_t> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

unsigned mode_of(const fs::path& path) {
    struct stat facts {};
    EXPECT_EQ(lstat(path.c_str(), &facts), 0);
    return facts.st_mode & 07777U;
}

TEST(ErrnoStatus, GivesEveryErrorItsCode) {
    EXPECT_EQ(errno_status(ENOENT, "x").code(), StatusCode::not_found);
    EXPECT_EQ(errno_status(ENOTDIR, "x").code(), StatusCode::not_found);
    EXPECT_EQ(errno_status(EACCES, "x").code(), StatusCode::permission_denied);
    EXPECT_EQ(errno_status(EROFS, "x").code(), StatusCode::permission_denied);
    EXPECT_EQ(errno_status(ENOSPC, "x").code(), StatusCode::io_error);
    EXPECT_EQ(errno_status(ENOENT, "the file is gone").message(), "the file is gone: No such file or directory");
}

TEST(InputFile, ReadsFromAnyOffsetUpToTheEnd) {
    const TempFolder folder;
    write_file(folder / "a", "0123456789");
    const Result<InputFile> file = InputFile::open(folder / "a");
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file.value().size(), 10U);
    std::vector<std::uint8_t> into(4);
    EXPECT_EQ(file.value().read_at(3, into).value(), 4U);
    EXPECT_EQ(into, bytes_of("3456"));
    EXPECT_EQ(file.value().read_at(8, into).value(), 2U);
    EXPECT_EQ(file.value().read_at(10, into).value(), 0U);
    EXPECT_EQ(file.value().read_at(10'000, into).value(), 0U);
}

TEST(InputFile, RefusesWhatIsNoRegularFileWithoutWaiting) {
    const TempFolder folder;
    ASSERT_EQ(mkfifo((folder / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(InputFile::open(folder / "fifo").status().code(), StatusCode::unsupported);
    EXPECT_EQ(InputFile::open(folder.path()).status().code(), StatusCode::unsupported);
    EXPECT_EQ(InputFile::open("/dev/zero").status().code(), StatusCode::unsupported);
    EXPECT_EQ(InputFile::open(folder / "none").status().code(), StatusCode::not_found);
}

TEST(PublishFile, CreatesAFileForItsOwnerAlone) {
    const TempFolder folder;
    ASSERT_TRUE(publish_file(folder / "a", bytes_of("content")).ok());
    EXPECT_EQ(read_file(folder / "a"), bytes_of("content"));
    EXPECT_EQ(mode_of(folder / "a"), 0600U);
    ASSERT_TRUE(publish_file(folder / "empty", {}).ok());
    EXPECT_EQ(fs::file_size(folder / "empty"), 0U);
    EXPECT_EQ(folder.count(), 2U);
}

TEST(PublishFile, ReplacesAFileAndKeepsItsMode) {
    const TempFolder folder;
    write_file(folder / "a", "old");
    ASSERT_EQ(chmod((folder / "a").c_str(), 0664), 0);
    ASSERT_TRUE(publish_file(folder / "a", bytes_of("new content")).ok());
    EXPECT_EQ(read_file(folder / "a"), bytes_of("new content"));
    EXPECT_EQ(mode_of(folder / "a"), 0664U);
    EXPECT_EQ(folder.count(), 1U);
}

TEST(PublishFile, ReplacesASymbolicLinkAndNotItsTarget) {
    const TempFolder folder;
    write_file(folder / "target", "old");
    fs::create_symlink("target", folder / "link");
    ASSERT_TRUE(publish_file(folder / "link", bytes_of("new")).ok());
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder / "link")));
    EXPECT_EQ(mode_of(folder / "link"), 0600U);
    EXPECT_EQ(read_file(folder / "target"), bytes_of("old"));
}

TEST(PublishFile, ARelativeNameIsInTheWorkingFolder) {
    const TempFolder folder;
    const fs::path before = fs::current_path();
    fs::current_path(folder.path());
    const Status status = publish_file("plain", bytes_of("x"));
    fs::current_path(before);
    ASSERT_TRUE(status.ok()) << status.to_string();
    EXPECT_EQ(read_file(folder / "plain"), bytes_of("x"));
}

TEST(PublishFile, FailuresLeaveNoTemporaryFile) {
    const TempFolder folder;
    write_file(folder / "file", "f");
    fs::create_directories(folder / "folder" / "inner");
    EXPECT_EQ(publish_file(folder / "none" / "a", bytes_of("x")).code(), StatusCode::not_found);
    EXPECT_EQ(publish_file(folder / "file" / "a", bytes_of("x")).code(), StatusCode::not_found);
    EXPECT_EQ(publish_file(folder / "folder", bytes_of("x")).code(), StatusCode::io_error);
    EXPECT_EQ(publish_file(folder / "folder" / "", bytes_of("x")).code(), StatusCode::io_error);
    EXPECT_EQ(publish_file("", bytes_of("x")).code(), StatusCode::io_error);
    EXPECT_EQ(publish_file(folder / std::string(300, 'n'), bytes_of("x")).code(), StatusCode::io_error);
    EXPECT_EQ(folder.count(), 2U);
}

// A limit on file size stands in for a full disk: write() fails half-way in the same manner.
TEST(PublishFile, AWriteThatFailsKeepsTheOldFile) {
    const TempFolder folder;
    write_file(folder / "a", "old");
    struct rlimit before {};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = before;
    small.rlim_cur = 4096;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
    const Status status = publish_file(folder / "a", std::vector<std::uint8_t>(10'000));
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_EQ(status.code(), StatusCode::io_error);
    EXPECT_EQ(read_file(folder / "a"), bytes_of("old"));
    EXPECT_EQ(folder.count(), 1U);
}

}  // namespace
}  // namespace tutela
