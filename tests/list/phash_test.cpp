// The pHash that an entry may carry: kept, written, read from text, and refused where it contradicts the format.
#include <gtest/gtest.h>

#include <functional>

#include "list/list_test_support.hpp"
#include "list/snapshot_model.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

Hash64 random_phash(std::mt19937_64& random) {
    Hash64 hash;
    for (auto& byte : hash.bytes)
        byte = static_cast<std::uint8_t>(random());
    return hash;
}

// Entries of which one in `rarity` has a pHash.
std::vector<Entry> entries_with_phashes(std::size_t count, std::uint64_t rarity, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Entry> entries = random_entries(count, seed);
    for (Entry& entry : entries) {
        if (random() % rarity == 0) entry.phash = random_phash(random);
    }
    return entries;
}

// The two sections as FORMAT.md describes them, put into their place.
std::vector<model::Section> sections_with_phashes(const std::vector<Entry>& entries) {
    std::vector<model::Section> sections = model::sections_of(entries);
    model::Section hashes{0x11, 0, 8, {}};
    model::Section presence{0x12, 0, 1, model::Bytes((entries.size() + 7) / 8)};
    bool any = false;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Hash64 hash = entries[i].phash.value_or(Hash64{});
        hashes.bytes.insert(hashes.bytes.end(), hash.bytes.begin(), hash.bytes.end());
        if (!entries[i].phash) continue;
        presence.bytes[i / 8] |= static_cast<std::uint8_t>(1 << i % 8);
        any = true;
    }
    if (any) sections.insert(sections.begin() + 1, {hashes, presence});
    return sections;
}

void expect_phashes(const HashList& list, const std::vector<Entry>& entries) {
    expect_entries(list, entries);
    for (std::size_t i = 0; i < entries.size(); ++i)
        ASSERT_EQ(list.entry(i).phash, entries[i].phash) << i;
}

TEST(EntryPhash, IsKeptAndWrittenAsTheSpecificationSays) {
    for (std::size_t count = 0; count < 70; ++count) {
        for (const std::uint64_t rarity : {1U, 2U, 20U}) {
            const std::vector<Entry> entries = entries_with_phashes(count, rarity, 100 * count + rarity);
            const HashList list = build(entries);
            expect_phashes(list, entries);
            ASSERT_EQ(model::Bytes(list.bytes().begin(), list.bytes().end()),
                      model::assemble(count, sections_with_phashes(entries)));
            const Result<HashList> again = HashList::from_bytes(list.bytes());
            ASSERT_TRUE(again.ok()) << again.status().to_string();
            expect_phashes(again.value(), entries);
        }
    }
}

TEST(EntryPhash, OfAllZeroesIsNoAbsence) {
    const HashList list = build({{.hash = {}, .id = "a", .category = {}, .label = {}, .phash = Hash64{}},
                                 {.hash = {}, .id = "b", .category = {}, .label = {}}});
    EXPECT_EQ(list.entry(0).phash, Hash64{});
    EXPECT_EQ(list.entry(1).phash, std::nullopt);
    EXPECT_TRUE(HashList::from_bytes(list.bytes()).ok());
}

TEST(EntryPhash, AListWithoutOneHasTheBytesItAlwaysHad) {
    const std::vector<Entry> entries = random_entries(40, 3);
    const HashList list = build(entries);
    EXPECT_EQ(model::Bytes(list.bytes().begin(), list.bytes().end()), model::snapshot_of(entries));
}

TEST(EntryPhash, StaysWhenAnIndexIsStored) {
    const std::vector<Entry> entries = entries_with_phashes(30, 2, 12);
    const HashList list = build(entries);
    InlineExecutor executor;
    const Result<HashList> indexed = list.with_index(executor);
    ASSERT_TRUE(indexed.ok()) << indexed.status().to_string();
    expect_phashes(indexed.value(), entries);
    expect_phashes(HashList::from_bytes(indexed.value().bytes()).value(), entries);
    EXPECT_EQ(indexed.value().digest_hex(), list.digest_hex());
}

TEST(EntryPhash, ComesLateToABuilderThatGoesOn) {
    std::mt19937_64 random(9);
    std::vector<Entry> entries = random_entries(21, 9);
    ListBuilder builder;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i == 13 || i == 20) entries[i].phash = random_phash(random);
        ASSERT_TRUE(builder.add(entries[i]).ok());
        expect_phashes(builder.build().value(),
                       {entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i) + 1});
    }
}

StatusCode code_after(const std::function<void(std::vector<model::Section>&)>& change) {
    std::vector<Entry> entries = random_entries(11, 4);
    entries[2].phash = Hash64{{1, 2, 3, 4, 5, 6, 7, 8}};
    std::vector<model::Section> sections = sections_with_phashes(entries);
    change(sections);
    return HashList::from_bytes(model::assemble(entries.size(), sections)).status().code();
}

TEST(EntryPhash, DamageIsRefused) {
    using Sections = std::vector<model::Section>;
    constexpr std::size_t kHashes = 1;
    constexpr std::size_t kPresence = 2;
    EXPECT_EQ(code_after([](Sections&) {}), StatusCode::ok);
    const std::vector<std::function<void(Sections&)>> changes = {
        [](Sections& s) { s.erase(s.begin() + kHashes); },
        [](Sections& s) { s.erase(s.begin() + kPresence); },
        [](Sections& s) { s[kHashes].flags = 1; },
        [](Sections& s) { s[kPresence].flags = 1; },
        [](Sections& s) { s[kHashes].record_bytes = 4; },
        [](Sections& s) { s[kPresence].record_bytes = 2; },
        [](Sections& s) { s[kHashes].bytes.resize(8 * 10); },
        [](Sections& s) { s[kHashes].bytes.resize(8 * 12); },
        [](Sections& s) { s[kHashes].bytes.clear(); },
        [](Sections& s) { s[kPresence].bytes.resize(1); },
        [](Sections& s) { s[kPresence].bytes.resize(3); },
        [](Sections& s) { s[kPresence].bytes.clear(); },
        [](Sections& s) { s[kPresence].bytes[1] |= 0x08; },  // a twelfth entry
        [](Sections& s) { s[kPresence].bytes[1] |= 0x80; },
        [](Sections& s) { s[kPresence].bytes[0] = 0; },    // of entry 2, which has one
        [](Sections& s) { s[kHashes].bytes[8 * 5] = 1; },  // of entry 5, which has none
        [](Sections& s) {
            s[kHashes].bytes.assign(s[kHashes].bytes.size(), 0);
            s[kPresence].bytes.assign(2, 0);
        },
    };
    for (std::size_t i = 0; i < changes.size(); ++i)
        EXPECT_EQ(code_after(changes[i]), StatusCode::corrupt) << i;
}

TEST(EntryPhash, EverySingleBitFlipIsRefused) {
    const HashList list = build(entries_with_phashes(9, 2, 5));
    std::vector<std::uint8_t> bytes(list.bytes().begin(), list.bytes().end());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(HashList::from_bytes(bytes).ok()) << "bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST(EntryPhash, StandsAfterAPlusInATextList) {
    const std::string hex(64, '7');
    const std::string phash = "00112233445566Ff";
    ListBuilder builder;
    const Result<TextImport> import = parse_text_list(hex + "+" + phash + ",id,category,a+b, label\n" + hex + "\n  " +
                                                          hex + "+" + phash + "  ,id+2\r\n" + hex + "+" + phash,
                                                      builder);
    ASSERT_TRUE(import.ok());
    EXPECT_EQ(import.value().skipped, 0U);
    const Hash256 hash = hash_from_hex<256>(hex).value();
    const Hash64 second = hash_from_hex<64>(phash).value();
    expect_phashes(builder.build().value(), {{hash, "id", "category", "a+b, label", second},
                                             {hash, "", "", ""},
                                             {hash, "id+2", "", "", second},
                                             {hash, "", "", "", second}});
}

TEST(EntryPhash, ThatIsNoneMakesTheLineBad) {
    const std::string hex(64, '7');
    const std::vector<std::string> fields = {hex + "+",
                                             hex + "+123456789abcdef",
                                             hex + "+0123456789abcdef0",
                                             hex + " +0123456789abcdef",
                                             hex + "+ 0123456789abcdef",
                                             hex + "+0123456789abcdeg",
                                             hex + "++0123456789abcdef",
                                             hex + "+0123456789abcdef+",
                                             "+0123456789abcdef",
                                             hex + "0123456789abcdef",
                                             hex + "+" + hex};
    for (const std::string& field : fields) {
        ListBuilder builder;
        const Result<TextImport> import = parse_text_list(field + ",id\n", builder);
        ASSERT_TRUE(import.ok());
        EXPECT_EQ(import.value().skipped, 1U) << field;
        EXPECT_EQ(builder.size(), 0U) << field;
        EXPECT_EQ(import.value().first_skipped.at(0).reason.find("0123456789"), std::string::npos);
    }
}

}  // namespace
}  // namespace tutela
