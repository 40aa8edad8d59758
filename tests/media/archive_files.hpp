// Archives made by code, with libarchive's own writers.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "media/bytes.hpp"
#include "tutela/media.hpp"

namespace tutela::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

// Bytes that do not shrink.
inline Bytes noise(std::uint32_t seed, std::size_t size) {
    Bytes bytes(size);
    std::uint32_t state = seed * 2654435761U + 1;
    for (std::uint8_t& byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return bytes;
}

struct Member {
    std::string path;
    Bytes bytes{};
    unsigned type = AE_IFREG;
};

using Writer = std::function<void(archive*)>;

// `set_up` chooses the format and the filter, such as [](archive* a) { archive_write_set_format_zip(a); }.
inline Bytes make_archive(const Writer& set_up, const std::vector<Member>& members) {
    Bytes file;
    archive* writer = archive_write_new();
    set_up(writer);
    archive_write_set_bytes_in_last_block(writer, 1);
    const auto write = [](archive*, void* to, const void* data, size_t size) -> la_ssize_t {
        const auto* from = static_cast<const std::uint8_t*>(data);
        static_cast<Bytes*>(to)->insert(static_cast<Bytes*>(to)->end(), from, from + size);
        return static_cast<la_ssize_t>(size);
    };
    EXPECT_EQ(archive_write_open(writer, &file, nullptr, write, nullptr), ARCHIVE_OK);
    for (const Member& member : members) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, member.path.c_str());
        archive_entry_set_filetype(entry, member.type);
        archive_entry_set_perm(entry, 0600);
        if (member.type == AE_IFLNK) archive_entry_set_symlink(entry, "/etc/passwd");
        if (member.type == AE_IFREG) archive_entry_set_size(entry, static_cast<la_int64_t>(member.bytes.size()));
        EXPECT_GE(archive_write_header(writer, entry), ARCHIVE_WARN) << archive_error_string(writer);
        if (!member.bytes.empty()) {
            EXPECT_EQ(archive_write_data(writer, member.bytes.data(), member.bytes.size()),
                      static_cast<la_ssize_t>(member.bytes.size()));
        }
        archive_entry_free(entry);
    }
    EXPECT_EQ(archive_write_close(writer), ARCHIVE_OK) << archive_error_string(writer);
    archive_write_free(writer);
    return file;
}

inline Writer zip_writer(const char* compression = "deflate") {
    return [compression](archive* writer) {
        archive_write_set_format_zip(writer);
        EXPECT_EQ(archive_write_set_format_option(writer, "zip", "compression", compression), ARCHIVE_OK);
    };
}
inline Writer tar_writer(int (*filter)(archive*) = nullptr) {
    return [filter](archive* writer) {
        archive_write_set_format_pax_restricted(writer);
        if (filter != nullptr) {
            EXPECT_EQ(filter(writer), ARCHIVE_OK);
        }
    };
}
inline Writer raw_writer(int (*filter)(archive*)) {
    return [filter](archive* writer) {
        archive_write_set_format_raw(writer);
        EXPECT_EQ(filter(writer), ARCHIVE_OK);
    };
}
inline Writer format_writer(int (*format)(archive*)) {
    return [format](archive* writer) { EXPECT_EQ(format(writer), ARCHIVE_OK); };
}

// One answer of ArchiveSource::next().
struct Given {
    ArchiveEntry entry;
    Bytes bytes;
    Status status;

    [[nodiscard]] bool of_entry() const { return entry.is_file || !entry.path.empty(); }
};

struct Opened {
    Status status;             // of opening it
    std::vector<Given> given;  // all answers, but for the last one's false
};

inline Opened read_archive(std::span<const std::uint8_t> file, const ArchiveLimits& limits = {}) {
    Opened opened;
    const auto source = open_archive(file, limits);
    opened.status = source.status();
    if (!source.ok()) return opened;
    for (std::size_t calls = 0; calls < 1'000'000; ++calls) {
        Given given;
        std::span<const std::uint8_t> bytes;
        const Result<bool> next = source.value()->next(given.entry, bytes);
        if (next.ok() && !next.value()) break;
        given.bytes.assign(bytes.begin(), bytes.end());
        given.status = next.status();
        EXPECT_EQ(given.entry.size_bytes, given.bytes.size());
        opened.given.push_back(std::move(given));
        if (source.value()->ended()) break;
    }
    ArchiveEntry entry;
    std::span<const std::uint8_t> bytes;
    const Result<bool> after = source.value()->next(entry, bytes);
    EXPECT_TRUE(source.value()->ended());
    EXPECT_TRUE(after.ok() && !after.value());
    return opened;
}

}  // namespace tutela::test
