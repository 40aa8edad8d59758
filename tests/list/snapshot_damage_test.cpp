// Snapshots that are not as written: damaged by accident, or made by somebody who knows the format.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <initializer_list>

#include "list/list_test_support.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

using model::Bytes;

constexpr std::size_t kRecord = 64;
constexpr std::size_t kHashes = 0;
constexpr std::size_t kIds = 1;
constexpr std::size_t kLabels = 3;
constexpr std::size_t kOffsets = 4;
constexpr std::size_t kTexts = 5;

std::vector<Entry> small_entries() {
    return {{Hash256{{1, 2, 3}}, "id", "A1", "lab\xc3\xa9l"}, {Hash256{{4, 5, 6}}, "", "A1", "other"}};
}

StatusCode code_of(const Bytes& bytes) {
    return HashList::from_bytes(bytes).status().code();
}

// Where field `offset` of section record `section` lies.
constexpr std::size_t field(std::size_t section, std::size_t offset) {
    return kRecord * (1 + section) + offset;
}

// Where the bytes of `section` begin.
std::size_t content(const Bytes& bytes, std::size_t section) {
    return model::load(bytes, field(section, 8), 8);
}

// What a reader says of a small snapshot after `change`, all checksums computed anew.
StatusCode code_after(const std::function<void(Bytes&)>& change) {
    Bytes bytes = model::snapshot_of(small_entries());
    change(bytes);
    model::seal(bytes);
    return code_of(bytes);
}

StatusCode code_with(std::size_t offset, std::uint64_t value, std::size_t size) {
    return code_after([&](Bytes& bytes) { model::store(bytes, offset, value, size); });
}

// What a reader says of the sections of a small list after `change`.
StatusCode code_of_sections(const std::function<void(std::vector<model::Section>&)>& change) {
    std::vector<model::Section> sections = model::sections_of(small_entries());
    change(sections);
    return code_of(model::assemble(2, sections));
}

TEST(SnapshotDamage, EverySingleBitFlipIsRefused) {
    const HashList list = build(random_entries(9, 1));
    Bytes bytes(list.bytes().begin(), list.bytes().end());
    ASSERT_EQ(code_of(bytes), StatusCode::ok);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_NE(code_of(bytes), StatusCode::ok) << "bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST(SnapshotDamage, EveryTruncationAndExtensionIsRefused) {
    const HashList list = build(random_entries(9, 2));
    const std::span<const std::uint8_t> bytes = list.bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(HashList::from_bytes(bytes.first(size)).ok()) << size;
    for (const std::size_t more : {1U, 31U, 32U, 64U, 4096U}) {
        Bytes longer(bytes.begin(), bytes.end());
        longer.resize(bytes.size() + more);
        EXPECT_EQ(code_of(longer), StatusCode::corrupt) << more;
    }
}

TEST(SnapshotDamage, ATruncationWithAnHonestHeaderIsRefused) {
    const Bytes whole = model::snapshot_of(small_entries());
    for (std::size_t size = 64; size < whole.size(); ++size) {
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        model::store(cut, 16, size, 8);
        model::seal(cut);
        ASSERT_NE(code_of(cut), StatusCode::ok) << size;
    }
}

TEST(SnapshotDamage, EachChecksumIsLookedAt) {
    const Bytes good = model::snapshot_of(small_entries());
    Bytes bytes = good;
    bytes[field(0, 40)] ^= 1;  // a section's checksum: the table's own no longer fits
    EXPECT_EQ(code_of(bytes), StatusCode::checksum_mismatch);
    bytes = good;
    bytes[content(good, kHashes)] ^= 1;
    EXPECT_EQ(code_of(bytes), StatusCode::checksum_mismatch);
    bytes = good;
    bytes.back() ^= 1;
    EXPECT_EQ(code_of(bytes), StatusCode::checksum_mismatch);
}

TEST(SnapshotDamage, HeaderFields) {
    EXPECT_EQ(code_after([](Bytes&) {}), StatusCode::ok);
    EXPECT_EQ(code_with(0, 0x88, 1), StatusCode::unsupported);
    for (const std::uint32_t version : {0U, 2U, 0xffffffffU})
        EXPECT_EQ(code_with(8, version, 4), StatusCode::version_mismatch);
    EXPECT_EQ(code_with(16, 0, 8), StatusCode::corrupt);
    EXPECT_EQ(code_with(16, ~0ULL, 8), StatusCode::corrupt);
    EXPECT_EQ(code_with(24, 1, 8), StatusCode::corrupt);
    EXPECT_EQ(code_with(24, 3, 8), StatusCode::corrupt);
    EXPECT_EQ(code_with(24, 1ULL << 32, 8), StatusCode::limit);
    EXPECT_EQ(code_with(24, ~0ULL, 8), StatusCode::limit);
    for (std::size_t offset = 32; offset < 64; ++offset)
        EXPECT_EQ(code_with(offset, 1, 1), StatusCode::corrupt) << offset;
    for (const std::uint32_t sections : {0U, 5U, 7U, 64U, 65U, 0x7fffffffU, 0xffffffffU}) {
        Bytes bytes = model::snapshot_of(small_entries());
        model::store(bytes, 12, sections, 4);
        if (sections < 20) model::seal(bytes);
        EXPECT_NE(code_of(bytes), StatusCode::ok) << sections;
    }
}

TEST(SnapshotDamage, SectionRecords) {
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    for (std::size_t section = 0; section < 6; ++section) {
        const Bytes good = model::snapshot_of(small_entries());
        const std::uint64_t offset = content(good, section);
        const std::uint64_t size = model::load(good, field(section, 16), 8);
        const std::uint64_t count = model::load(good, field(section, 24), 8);
        for (const std::uint64_t wrong : std::initializer_list<std::uint64_t>{
                 offset - 64, offset + 64, offset + 1, offset + 8, 0, kAll, kAll - 63, good.size(), 1ULL << 63}) {
            EXPECT_EQ(code_with(field(section, 8), wrong, 8), StatusCode::corrupt) << section << " " << wrong;
        }
        for (const std::uint64_t wrong : std::initializer_list<std::uint64_t>{
                 size - 1, size + 1, size + 64, good.size(), kAll, kAll - offset + 1, 1ULL << 63}) {
            EXPECT_EQ(code_with(field(section, 16), wrong, 8), StatusCode::corrupt) << section << " " << wrong;
        }
        for (const std::uint64_t wrong : std::initializer_list<std::uint64_t>{
                 count - 1, count + 1, kAll, (1ULL << 59) + count, (1ULL << 61) + count, (1ULL << 62) + count}) {
            EXPECT_EQ(code_with(field(section, 24), wrong, 8), StatusCode::corrupt) << section << " " << wrong;
        }
        for (const std::uint32_t wrong : {0U, 2U, 16U, 64U, 0xffffffffU})
            EXPECT_EQ(code_with(field(section, 32), wrong, 4), StatusCode::corrupt) << section << " " << wrong;
        EXPECT_EQ(code_with(field(section, 4), 0, 4), StatusCode::corrupt);  // known, and not marked required
        EXPECT_EQ(code_with(field(section, 4), 2, 4), StatusCode::corrupt);  // derived
        EXPECT_EQ(code_with(field(section, 4), 3, 4), StatusCode::corrupt);
        EXPECT_EQ(code_with(field(section, 4), 5, 4), StatusCode::version_mismatch);
        EXPECT_EQ(code_with(field(section, 4), 0x80000001U, 4), StatusCode::version_mismatch);
        EXPECT_EQ(code_with(field(section, 36), 1, 4), StatusCode::corrupt);
        EXPECT_EQ(code_with(field(section, 56), 1ULL << 56, 8), StatusCode::corrupt);
    }
}

// A record of another size whose count and bytes agree with it.
TEST(SnapshotDamage, RecordsOfAWrongSize) {
    for (std::size_t section = 0; section < 5; ++section) {
        EXPECT_EQ(code_of_sections([&](auto& sections) { sections[section].record_bytes /= 2; }), StatusCode::corrupt);
        EXPECT_EQ(code_of_sections([&](auto& sections) { sections[section].record_bytes = 1; }), StatusCode::corrupt);
    }
}

TEST(SnapshotDamage, MissingDoubleAndMisorderedSections) {
    for (std::size_t section = 0; section < 6; ++section) {
        const auto at = static_cast<std::ptrdiff_t>(section);
        EXPECT_EQ(code_of_sections([&](auto& sections) { sections.erase(sections.begin() + at); }),
                  StatusCode::corrupt);
        EXPECT_EQ(code_of_sections([&](auto& sections) {
                      sections.insert(sections.begin() + at, model::Section(sections[section]));
                  }),
                  StatusCode::corrupt);
        if (section > 0) {
            EXPECT_EQ(code_of_sections([&](auto& sections) { std::swap(sections[section], sections[section - 1]); }),
                      StatusCode::corrupt);
        }
    }
    EXPECT_EQ(code_of(model::assemble(0, {})), StatusCode::corrupt);
}

TEST(SnapshotDamage, ColumnsOfAnotherLengthThanTheList) {
    for (std::size_t section = 0; section < 4; ++section) {
        EXPECT_EQ(code_of_sections([&](auto& sections) {
                      sections[section].bytes.resize(sections[section].bytes.size() + sections[section].record_bytes);
                  }),
                  StatusCode::corrupt);
        EXPECT_EQ(code_of_sections([&](auto& sections) { sections[section].bytes.clear(); }), StatusCode::corrupt);
    }
}

TEST(SnapshotDamage, UnknownSectionsAreSkippedUnlessRequired) {
    const std::vector<Entry> entries = small_entries();
    for (const std::uint32_t type : {0x01U, 0x16U, 0x3fU, 0x50U, 0xffffffffU}) {
        std::vector<model::Section> sections = model::sections_of(entries);
        const auto place = std::ranges::find_if(sections, [&](const auto& section) { return section.type > type; });
        const auto added = sections.insert(place, {type, 0, 24, Bytes(72, 0xaa)});
        const Result<HashList> list = HashList::from_bytes(model::assemble(2, sections));
        ASSERT_TRUE(list.ok()) << list.status().to_string();
        expect_entries(list.value(), entries);
        added->flags = 1;
        EXPECT_EQ(code_of(model::assemble(2, sections)), StatusCode::version_mismatch);
    }
}

TEST(SnapshotDamage, ANewerSnapshotIsCalledNewerWhateverElseIsStrangeInIt) {
    EXPECT_EQ(code_of_sections([](auto& sections) {
                  sections[kLabels].record_bytes = 2;
                  sections[kIds].bytes.clear();
                  sections.pop_back();
                  sections.push_back({0x50, 1, 24, Bytes(72, 0xaa)});
              }),
              StatusCode::version_mismatch);
}

TEST(SnapshotDamage, AnUnknownSectionIsStillChecked) {
    std::vector<model::Section> sections = model::sections_of(small_entries());
    sections.push_back({0x50, 0, 8, Bytes(72, 0xaa)});
    const Bytes good = model::assemble(2, sections);
    ASSERT_EQ(code_of(good), StatusCode::ok);
    Bytes bytes = good;
    bytes[content(good, 6)] ^= 1;
    EXPECT_EQ(code_of(bytes), StatusCode::checksum_mismatch);
    bytes = good;
    model::store(bytes, field(6, 24), 10, 8);
    model::seal(bytes);
    EXPECT_EQ(code_of(bytes), StatusCode::corrupt);
}

TEST(SnapshotDamage, AsManySectionsAsAllowedAndOneMore) {
    std::vector<model::Section> sections = model::sections_of(small_entries());
    while (sections.size() < 64)
        sections.push_back({static_cast<std::uint32_t>(0x100 + sections.size()), 0, 1, Bytes(sections.size(), 1)});
    EXPECT_EQ(code_of(model::assemble(2, sections)), StatusCode::ok);
    sections.push_back({0x1000, 0, 1, {}});
    EXPECT_EQ(code_of(model::assemble(2, sections)), StatusCode::corrupt);
}

TEST(SnapshotDamage, PaddingThatIsNotZero) {
    const Bytes good = model::snapshot_of(small_entries());
    std::size_t used = 64 + 64 * 6 + 16;
    for (std::size_t section = 0; section <= 6; ++section) {
        const std::size_t end = section < 6 ? content(good, section) : good.size() - 32;
        for (std::size_t offset = used; offset < end; ++offset)
            EXPECT_EQ(code_with(offset, 1, 1), StatusCode::corrupt) << offset;
        if (section < 6) used = end + model::load(good, field(section, 16), 8);
    }
}

TEST(SnapshotDamage, TextOffsets) {
    const Bytes good = model::snapshot_of(small_entries());
    const std::size_t offsets = content(good, kOffsets);
    const std::uint64_t last = model::load(good, field(kOffsets, 24), 8) - 1;
    for (std::uint64_t i = 0; i <= last; ++i) {
        for (const std::uint64_t wrong :
             std::initializer_list<std::uint64_t>{1ULL << 40, ~0ULL, 1ULL << 63, 1ULL << 32})
            EXPECT_EQ(code_with(offsets + 8 * i, wrong, 8), StatusCode::corrupt) << i;
    }
    EXPECT_EQ(code_with(offsets, 1, 8), StatusCode::corrupt);       // the first is 0
    EXPECT_EQ(code_with(offsets + 8, 1, 8), StatusCode::corrupt);   // text 0 is empty
    EXPECT_EQ(code_with(offsets + 24, 1, 8), StatusCode::corrupt);  // falls: "id" ends at 2
    EXPECT_EQ(code_with(offsets + 8 * last, 3, 8), StatusCode::corrupt);
    // "id" "A1" "labél" "other": the é is the bytes 7 and 8.
    EXPECT_EQ(code_with(offsets + 8 * 4, 8, 8), StatusCode::corrupt);
    EXPECT_EQ(code_of_sections([](auto& sections) {
                  sections[kOffsets].bytes.clear();
                  sections[kTexts].bytes.clear();
              }),
              StatusCode::corrupt);
    EXPECT_EQ(code_of_sections([](auto& sections) { sections[kTexts].bytes.push_back('x'); }), StatusCode::corrupt);
}

TEST(SnapshotDamage, Texts) {
    const std::size_t texts = content(model::snapshot_of(small_entries()), kTexts);
    EXPECT_EQ(code_with(texts, 0, 1), StatusCode::corrupt);
    EXPECT_EQ(code_with(texts, 0xff, 1), StatusCode::corrupt);
    EXPECT_EQ(code_with(texts + 7, 'a', 1), StatusCode::corrupt);
    EXPECT_EQ(code_with(texts, 'X', 1), StatusCode::ok);
    EXPECT_EQ(code_of_sections([](auto& sections) {  // a text of 65,536 bytes
                  sections[kTexts].bytes.insert(sections[kTexts].bytes.end(), 65536, 'x');
                  model::append(sections[kOffsets].bytes, sections[kTexts].bytes.size(), 8);
              }),
              StatusCode::corrupt);
}

TEST(SnapshotDamage, TextNumbers) {
    const Bytes good = model::snapshot_of(small_entries());
    const std::uint64_t texts = model::load(good, field(kOffsets, 24), 8) - 1;
    for (std::size_t column = kIds; column <= kLabels; ++column) {
        for (std::size_t entry = 0; entry < 2; ++entry) {
            const std::size_t at = content(good, column) + 4 * entry;
            EXPECT_EQ(code_with(at, texts - 1, 4), StatusCode::ok);
            EXPECT_EQ(code_with(at, texts, 4), StatusCode::corrupt);
            EXPECT_EQ(code_with(at, 0xffffffff, 4), StatusCode::corrupt);
        }
    }
}

// Whatever is changed by somebody who computes the checksums anew, a list that is accepted can be read to the end.
TEST(SnapshotDamage, WhatIsAcceptedIsSafeToRead) {
    std::mt19937_64 random(11);
    const Bytes good = model::snapshot_of(random_entries(6, 3));
    std::size_t accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        Bytes bytes = good;
        for (std::uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
            const std::size_t at = random() % (bytes.size() - 32);
            bytes[at] = random() % 2 == 0 ? static_cast<std::uint8_t>(random())
                                          : static_cast<std::uint8_t>(bytes[at] ^ (1U << random() % 8));
        }
        if (model::load(bytes, 12, 4) <= 64) model::seal(bytes);
        const Result<HashList> list = HashList::from_bytes(bytes);
        if (!list.ok()) continue;
        ++accepted;
        std::size_t sum = 0;
        for (std::size_t i = 0; i < list.value().size(); ++i) {
            const EntryView entry = list.value().entry(i);
            for (const std::string_view text : {entry.id, entry.category, entry.label}) {
                for (const char c : text)
                    sum += static_cast<unsigned char>(c);
            }
        }
        ASSERT_LT(sum, std::size_t{1} << 32);
    }
    EXPECT_GT(accepted, 1000U);  // the hashes may be anything
    EXPECT_LT(accepted, 19'000U);
}

}  // namespace
}  // namespace tutela
