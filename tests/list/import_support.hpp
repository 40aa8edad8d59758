// Made-up hashes and files of other people's formats.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <string_view>

#include "core/digest.hpp"
#include "tutela/import.hpp"

namespace tutela {

// So many hex digits; equal numbers, equal digits.
inline std::string hex_of(std::uint64_t number, std::size_t digits) {
    std::mt19937_64 random(number * 2654435761U + digits);
    std::string hex;
    while (hex.size() < digits)
        hex += "0123456789abcdef"[random() % 16];
    return hex;
}
inline std::string md5_of(std::uint64_t number) {
    return hex_of(number, 32);
}
inline std::string sha1_of(std::uint64_t number) {
    return hex_of(number, 40);
}
inline std::string sha256_of(std::uint64_t number) {
    return hex_of(number, 64);
}
inline std::string pdq_of(std::uint64_t number) {
    return hex_of(number + 1'000'000, 64);
}
inline std::string upper(std::string text) {
    for (char& c : text)
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

constexpr std::string_view kEmptyMd5 = "d41d8cd98f00b204e9800998ecf8427e";
constexpr std::string_view kEmptySha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

inline std::uint64_t sum_of(const ImportReport& report) {
    return report.added + report.skipped + report.deleted + report.superseded + report.never_matchable +
           report.empty_files;
}

// All that a list's file entries carry, by id and kind; bytes as hex, with an x before them.
inline std::map<std::string, std::string> carried_by(const HashList& list) {
    std::map<std::string, std::string> all;
    for (std::size_t i = 0; i < list.file_entry_count(); ++i) {
        const FileEntryView entry = list.file_entry(i);
        for (std::size_t k = 0; k < entry.carried.size(); ++k) {
            const CarriedHashView hash = entry.carried[k];
            const auto* data = reinterpret_cast<const std::uint8_t*>(hash.value.data());
            const std::string value =
                hash.binary ? "x" + bytes_to_hex({data, hash.value.size()}) : std::string(hash.value);
            EXPECT_TRUE(all.emplace(std::string(entry.id) + " " + std::string(hash.kind), value).second);
        }
    }
    return all;
}

// What was read from memory, and the list of it. What is true of every import is checked.
struct Imported {
    explicit Imported(std::string_view bytes, const ImportOptions& options = {}) {
        ListBuilder builder;
        status = import_list_bytes(bytes, builder, options, report);
        list = builder.build().value();
        EXPECT_EQ(report.records, sum_of(report));
        for (const ImportProblem& problem : report.first_problems) {
            EXPECT_GE(problem.position, 1U);
            EXPECT_FALSE(problem.reason.empty());
        }
    }

    Status status;
    ImportReport report;
    HashList list = ListBuilder().build().value();

    // The only file entry that has this MD5; an empty one when there is none.
    [[nodiscard]] FileEntryView by_md5(std::string_view hex) const {
        FileHashes hashes;
        EXPECT_TRUE(file_hash_from_hex(hex, hashes.md5.emplace()));
        const auto found = list.find_file(hashes);
        EXPECT_EQ(found.size(), 1U) << "entries with the MD5";
        return found.empty() ? FileEntryView() : list.file_entry(found[0].entry);
    }
    [[nodiscard]] bool has_md5(std::string_view hex) const {
        FileHashes hashes;
        EXPECT_TRUE(file_hash_from_hex(hex, hashes.md5.emplace()));
        return !list.find_file(hashes).empty();
    }
};

}  // namespace tutela
