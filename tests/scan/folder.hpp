// A folder that a test fills, and that is gone after it.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace tutela::test {

class TestFolder {
public:
    TestFolder() : path_(::testing::TempDir() + "tutela-XXXXXX") {
        if (::mkdtemp(path_.data()) == nullptr) std::perror("mkdtemp");
    }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;
    ~TestFolder() {
        flatten();
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

    std::string write(std::string_view name, std::string_view bytes) const {
        const std::string file = *this / name;
        const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        EXPECT_GE(fd, 0) << file;
        EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
        ::close(fd);
        return file;
    }
    std::string write(std::string_view name, std::span<const std::uint8_t> bytes) const {
        return write(name, std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    void folder(std::string_view name) const { EXPECT_EQ(::mkdir((*this / name).c_str(), 0700), 0) << name; }
    void link(std::string_view name, const std::string& target) const {
        EXPECT_EQ(::symlink(target.c_str(), (*this / name).c_str()), 0) << name;
    }
    void fifo(std::string_view name) const { EXPECT_EQ(::mkfifo((*this / name).c_str(), 0600), 0) << name; }
    void socket(std::string_view name) const {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string file = *this / name;
        ASSERT_LT(file.size(), sizeof address.sun_path);
        file.copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::close(fd);
    }
    // `levels` folders called "d", each in the one before; every `step`th level, from this folder on, holds a file "f".
    void nest(int levels, int step) {
        int at = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (int i = 0; i <= levels; ++i) {
            if (i % step == 0) {
                const int fd = ::openat(at, "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                ASSERT_GE(fd, 0);
                ::close(fd);
            }
            if (i == levels) break;
            ASSERT_EQ(::mkdirat(at, "d", 0700), 0);
            const int next = ::openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            ASSERT_GE(next, 0);
            ::close(at);
            at = next;
        }
        ::close(at);
        nested_ = true;
    }

private:
    // remove_all() would hold a descriptor for each level.
    void flatten() const {
        if (!nested_) return;
        const std::string outer = *this / "d";
        const std::string inner = outer + "/d";
        const std::string aside = *this / "aside";
        std::error_code ignored;
        while (::rename(inner.c_str(), aside.c_str()) == 0) {
            std::filesystem::remove_all(outer, ignored);
            if (::rename(aside.c_str(), outer.c_str()) != 0) return;
        }
    }

    std::string path_;
    bool nested_ = false;
};

}  // namespace tutela::test
