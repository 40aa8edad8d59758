// Entries to test with.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "list/snapshot_model.hpp"
#include "tutela/list.hpp"

namespace tutela {

inline Hash256 random_hash(std::mt19937_64& random) {
    Hash256 hash;
    for (auto& byte : hash.bytes)
        byte = static_cast<std::uint8_t>(random());
    return hash;
}

// Entries with ids of their own, few categories, some empty texts, some of several bytes a character, some duplicates.
inline std::vector<Entry> random_entries(std::size_t count, std::uint64_t seed) {
    static const std::vector<std::string> kTexts = {"", "A1", "B2", "1", "série", "a, b, c", "\xf0\x9f\x8c\xb2", "A1 "};
    std::mt19937_64 random(seed);
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && random() % 16 == 0) {
            const std::size_t earlier = random() % entries.size();
            entries.push_back(Entry(entries[earlier]));
            continue;
        }
        const std::string id = random() % 8 == 0 ? "" : "id-" + std::to_string(random() % 1000);
        entries.push_back(
            {random_hash(random), id, kTexts[random() % kTexts.size()], kTexts[random() % kTexts.size()]});
    }
    return entries;
}

inline HashList build(const std::vector<Entry>& entries) {
    ListBuilder builder;
    for (const Entry& entry : entries) {
        const Status status = builder.add(entry);
        EXPECT_TRUE(status.ok()) << status.to_string();
    }
    Result<HashList> list = builder.build();
    EXPECT_TRUE(list.ok()) << list.status().to_string();
    return std::move(list).value();
}

inline void expect_entries(const HashList& list, const std::vector<Entry>& entries) {
    ASSERT_EQ(list.size(), entries.size());
    ASSERT_EQ(list.hashes().size(), entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const EntryView view = list.entry(i);
        ASSERT_EQ(view.hash, entries[i].hash) << i;
        ASSERT_EQ(list.hashes()[i], entries[i].hash) << i;
        ASSERT_EQ(view.id, entries[i].id) << i;
        ASSERT_EQ(view.category, entries[i].category) << i;
        ASSERT_EQ(view.label, entries[i].label) << i;
        ASSERT_EQ(list.entry_name(i), entries[i].id.empty() ? std::to_string(i) : entries[i].id) << i;
    }
}

}  // namespace tutela
