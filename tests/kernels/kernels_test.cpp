// Every level against one bit-by-bit model, over all lengths and misaligned memory; and the choice of the level.
#include "kernels/kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "kernels/levels.hpp"

namespace tutela::kernels {

bool operator==(const Hit& a, const Hit& b) {
    return a.position == b.position && a.distance_bits == b.distance_bits;
}

void PrintTo(const Hit& hit, std::ostream* out) {
    *out << hit.position << '@' << hit.distance_bits;
}

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMaxCount = 70;
constexpr std::uint8_t kGuard = 0xa5;

std::uint32_t model_distance(const std::uint8_t* a, const std::uint8_t* b, std::size_t bytes) {
    std::uint32_t sum = 0;
    for (std::size_t bit = 0; bit < bytes * 8; ++bit)
        sum += ((a[bit / 8] ^ b[bit / 8]) >> (bit % 8)) & 1;
    return sum;
}

std::vector<Hit> model_scan(const std::uint8_t* query, const std::uint8_t* hashes, std::size_t bytes, std::size_t count,
                            std::uint32_t radius) {
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t distance = model_distance(query, hashes + i * bytes, bytes);
        if (distance <= radius) hits.push_back({static_cast<std::uint32_t>(i), distance});
    }
    return hits;
}

// A query and hashes at `offset` bytes from an aligned address; the hashes are 0..all bits away from the query.
struct Data {
    Data(std::size_t bytes, std::size_t count, std::size_t offset, std::mt19937_64& random)
        : memory((count + 1) * bytes + offset) {
        query = memory.data() + offset;
        hashes = query + bytes;
        for (std::size_t i = 0; i < bytes; ++i)
            query[i] = static_cast<std::uint8_t>(random());
        for (std::size_t i = 0; i < count; ++i) {
            std::uint8_t* hash = hashes + i * bytes;
            std::copy(query, query + bytes, hash);
            for (std::size_t flips = random() % (bytes * 8 + 1); flips > 0; --flips) {
                const std::size_t bit = random() % (bytes * 8);
                hash[bit / 8] = static_cast<std::uint8_t>(hash[bit / 8] ^ (1U << (bit % 8)));
            }
            if (random() % 16 == 0) std::transform(query, query + bytes, hash, [](std::uint8_t b) { return ~b; });
        }
    }
    Bytes memory;
    std::uint8_t* query;
    std::uint8_t* hashes;
};

class LevelTest : public testing::TestWithParam<Level> {
protected:
    void expect_scans_agree(Scan scan, std::size_t bytes) {
        std::mt19937_64 random(bytes);
        for (std::size_t count = 0; count <= kMaxCount; ++count) {
            const Data data(bytes, count, count % 9, random);
            const auto bits = static_cast<std::uint32_t>(bytes * 8);
            for (const std::uint32_t radius : {0U, 1U, bits / 8, bits / 4, bits / 2, bits - 1, bits}) {
                std::vector<Hit> hits(count + 1, Hit{77, 77});
                const std::size_t found = scan(data.query, data.hashes, count, radius, hits.data());
                ASSERT_LE(found, count);
                EXPECT_EQ(hits.back(), (Hit{77, 77})) << "wrote past the room for " << count;
                hits.resize(found);
                EXPECT_EQ(hits, model_scan(data.query, data.hashes, bytes, count, radius))
                    << count << " hashes, radius " << radius;
            }
        }
    }

    void expect_distances_agree(Distances distances, std::size_t bytes) {
        std::mt19937_64 random(bytes + 1);
        for (std::size_t count = 0; count <= kMaxCount; ++count) {
            const Data data(bytes, count, count % 9, random);
            std::vector<std::uint16_t> got(count + 1, kGuard);
            std::vector<std::uint16_t> want(count + 1, kGuard);
            for (std::size_t i = 0; i < count; ++i)
                want[i] = static_cast<std::uint16_t>(model_distance(data.query, data.hashes + i * bytes, bytes));
            distances(data.query, data.hashes, count, got.data());
            EXPECT_EQ(got, want) << count << " hashes";
        }
    }

    void expect_scans_at_places_agree(ScanPlaces scan, std::size_t bytes) {
        std::mt19937_64 random(bytes + 2);
        for (std::size_t count = 0; count <= kMaxCount; ++count) {
            const Data data(bytes, count, count % 9, random);
            std::vector<std::uint32_t> places(count);
            Bytes chosen;
            for (std::uint32_t& place : places) {
                place = static_cast<std::uint32_t>(random() % count);
                chosen.insert(chosen.end(), data.hashes + place * bytes, data.hashes + (place + 1) * bytes);
            }
            const auto bits = static_cast<std::uint32_t>(bytes * 8);
            for (const std::uint32_t radius : {0U, bits / 4, bits / 2, bits}) {
                std::vector<Hit> hits(count + 1);
                hits.resize(scan(data.query, data.hashes, places.data(), count, radius, hits.data()));
                EXPECT_EQ(hits, model_scan(data.query, chosen.data(), bytes, count, radius)) << count << " places";
            }
        }
    }

    const Table* table_ = table(GetParam());
};

std::uint32_t model_distance16(std::uint16_t a, std::uint16_t b) {
    std::uint32_t sum = 0;
    for (int bit = 0; bit < 16; ++bit)
        sum += ((a ^ b) >> bit) & 1;
    return sum;
}

TEST_P(LevelTest, NamesItself) {
    EXPECT_EQ(table_->level, GetParam());
    EXPECT_EQ(&choose(table_->name), table_);
}

TEST_P(LevelTest, Scan64EqualsTheModel) {
    expect_scans_agree(table_->scan64, 8);
}

TEST_P(LevelTest, Scan128EqualsTheModel) {
    expect_scans_agree(table_->scan128, 16);
}

// The heads of Data's 128-bit hashes, moved into blocks; the rest of the last block would all be hits.
Bytes in_blocks(const Data& data, std::size_t count) {
    Bytes blocks;
    for (std::size_t i = 0; i < count; i += kHeadBlock) {
        for (std::size_t word = 0; word < 2; ++word) {
            for (std::size_t lane = 0; lane < kHeadBlock; ++lane) {
                const std::uint8_t* hash = i + lane < count ? data.hashes + (i + lane) * 16 : data.query;
                blocks.insert(blocks.end(), hash + word * 8, hash + word * 8 + 8);
            }
        }
    }
    return blocks;
}

TEST_P(LevelTest, ScannedHeadsEqualTheModel) {
    std::mt19937_64 random(16);
    for (std::size_t count = 0; count <= 2 * kMaxCount; ++count) {
        const Data data(16, count, count % 9, random);
        const Bytes blocks = in_blocks(data, count);
        for (const std::uint32_t radius : {0U, 1U, 31U, 64U, 127U, 128U}) {
            std::vector<Hit> hits(count + 1, Hit{77, 77});
            const std::size_t found = table_->scan_heads(data.query, blocks.data(), count, radius, hits.data());
            ASSERT_LE(found, count);
            EXPECT_EQ(hits.back(), (Hit{77, 77})) << "wrote past the room for " << count;
            hits.resize(found);
            EXPECT_EQ(hits, model_scan(data.query, data.hashes, 16, count, radius)) << count << ", radius " << radius;
        }
    }
}

TEST_P(LevelTest, Scan256EqualsTheModel) {
    expect_scans_agree(table_->scan256, 32);
}

TEST_P(LevelTest, Distances64EqualTheModel) {
    expect_distances_agree(table_->distances64, 8);
}

TEST_P(LevelTest, Distances256EqualTheModel) {
    expect_distances_agree(table_->distances256, 32);
}

TEST_P(LevelTest, ScansAtPlacesEqualTheModel) {
    expect_scans_at_places_agree(table_->scan_places64, 8);
    expect_scans_at_places_agree(table_->scan_places256, 32);
}

TEST_P(LevelTest, ScannedLinesEqualTheModel) {
    constexpr std::size_t kLines = 9;
    std::mt19937_64 random(5);
    for (int round = 0; round < 200; ++round) {
        alignas(64) std::uint16_t sketches[kLines * kLineSketches];
        const auto sought = static_cast<std::uint16_t>(random());
        // Near the sketch sought, so that each limit splits them.
        for (std::uint16_t& sketch : sketches)
            sketch = static_cast<std::uint16_t>(sought ^ (random() & random() & random()));
        const std::size_t count = random() % 30;
        std::vector<std::uint32_t> lines(count + kLineLookAhead);
        for (std::uint32_t& line : lines)
            line = static_cast<std::uint32_t>(random() % kLines);
        const auto limit = static_cast<std::uint32_t>(random() % 17);
        std::vector<std::pair<std::uint32_t, std::uint32_t>> want;
        for (std::size_t i = 0; i < count; ++i) {
            std::uint32_t mask = 0;
            for (std::size_t j = 0; j < kLineSketches; ++j) {
                if (model_distance16(sketches[lines[i] * kLineSketches + j], sought) <= limit) mask |= 1U << j;
            }
            if (mask != 0) want.emplace_back(lines[i], mask);
        }
        std::vector<LineHit> hits(count + 1);
        hits.resize(table_->scan_lines(sought, sketches, lines.data(), count, limit, hits.data()));
        std::vector<std::pair<std::uint32_t, std::uint32_t>> got;
        for (const LineHit& hit : hits)
            got.emplace_back(hit.line, hit.mask);
        EXPECT_EQ(got, want) << "limit " << limit;
    }
}

TEST_P(LevelTest, MatchedValuesEqualTheModel) {
    std::mt19937_64 random(6);
    for (std::size_t count = 0; count <= kMaxCount; ++count) {
        const auto sought = static_cast<std::uint16_t>(random());
        std::vector<std::uint16_t> values(count);
        for (std::uint16_t& value : values)
            value = static_cast<std::uint16_t>(sought ^ (random() & random() & random()));
        for (std::uint32_t distance = 0; distance <= 16; ++distance) {
            const auto end = static_cast<std::uint32_t>(count);
            const auto cut = static_cast<std::uint32_t>(random() % (count + 1));
            const std::vector<kernels::Run> runs = {{cut, end}, {0, 0}, {0, cut}};
            std::vector<std::uint32_t> want;
            for (const kernels::Run& run : runs) {
                for (std::uint32_t i = run.begin; i < run.end; ++i) {
                    if (model_distance16(values[i], sought) == distance) want.push_back(i);
                }
            }
            std::vector<std::uint32_t> places(count + 1);
            places.resize(table_->match_runs(sought, values.data(), runs.data(), runs.size(), distance, places.data()));
            EXPECT_EQ(places, want) << count << " values cut at " << cut << ", distance " << distance;
        }
    }
}

// One hit alone among many hashes, at every place of a block: no lane is forgotten or taken for another.
TEST_P(LevelTest, FindsASingleHitAtEveryPlace) {
    for (const auto& [scan, bytes] :
         {std::tuple(table_->scan64, 8U), std::tuple(table_->scan128, 16U), std::tuple(table_->scan256, 32U)}) {
        const Bytes query(bytes, 0x3c);
        for (std::size_t place = 0; place < kMaxCount; ++place) {
            Bytes hashes(kMaxCount * bytes, static_cast<std::uint8_t>(~0x3c));
            std::copy(query.begin(), query.end(), hashes.begin() + static_cast<std::ptrdiff_t>(place * bytes));
            hashes[place * bytes + place % bytes] ^= 0x81;
            std::vector<Hit> hits(kMaxCount);
            EXPECT_EQ(scan(query.data(), hashes.data(), kMaxCount, 1, hits.data()), 0U);
            ASSERT_EQ(scan(query.data(), hashes.data(), kMaxCount, 2, hits.data()), 1U);
            EXPECT_EQ(hits[0], (Hit{static_cast<std::uint32_t>(place), 2}));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Available, LevelTest, testing::ValuesIn(available_levels()), level_name);

TEST(Choice, PortableIsAlwaysThere) {
    ASSERT_NE(table(Level::portable), nullptr);
    EXPECT_EQ(&choose("portable"), table(Level::portable));
}

TEST(Choice, UnknownNamesChangeNothing) {
    const Table& best = choose(nullptr);
    EXPECT_EQ(&choose(""), &best);
    EXPECT_EQ(&choose("AVX512"), &best);
    EXPECT_EQ(&choose("sse9"), &best);
    EXPECT_EQ(table(static_cast<Level>(99)), nullptr);
}

TEST(Choice, LevelsTheProcessorLacksChangeNothing) {
    const Table& best = choose(nullptr);
    for (const char* name : {"portable", "popcnt", "avx2", "avx512", "neon"}) {
        const Table& chosen = choose(name);
        EXPECT_TRUE(chosen.name == std::string(name) || &chosen == &best) << name;
    }
}

TEST(Choice, BestIsTheLastAvailable) {
    const Table* last = nullptr;
    for (const Level level : kLevels) {
        if (table(level) != nullptr) last = table(level);
    }
    EXPECT_EQ(&choose(nullptr), last);
}

// CTest runs this also with TUTELA_KERNELS=portable and with a name that is none.
TEST(Choice, TheTableFollowsTheEnvironment) {
    EXPECT_EQ(&table(), &choose(std::getenv("TUTELA_KERNELS")));
    EXPECT_EQ(&table(), &table());
}

}  // namespace

}  // namespace tutela::kernels
