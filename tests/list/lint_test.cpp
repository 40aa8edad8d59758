#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

#include "list/list_test_support.hpp"
#include "tutela/hasher.hpp"
#include "tutela/list_lint.hpp"
#include "tutela/list_update.hpp"

namespace tutela {
namespace {

// A hash with 128 ones, as photographs have.
Hash256 photograph_hash(std::mt19937_64& random) {
    std::vector<bool> bits(256);
    std::fill_n(bits.begin(), 128, true);
    std::shuffle(bits.begin(), bits.end(), random);
    Hash256 hash;
    for (std::size_t i = 0; i < 256; ++i)
        hash.bytes[i / 8] = static_cast<std::uint8_t>(hash.bytes[i / 8] | (bits[i] ? 1U << (i % 8) : 0U));
    return hash;
}

// Near `hash` by exactly so many bits; as many ones as before when that is even.
Hash256 moved(Hash256 hash, std::uint32_t bits, std::mt19937_64& random) {
    std::uint32_t ones = bits / 2;
    std::uint32_t zeroes = bits - ones;
    std::vector<bool> done(256);
    while (ones + zeroes > 0) {
        const std::size_t bit = random() % 256;
        const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
        std::uint32_t& left = (hash.bytes[bit / 8] & mask) != 0 ? ones : zeroes;
        if (left == 0 || done[bit]) continue;
        done[bit] = true;
        --left;
        hash.bytes[bit / 8] ^= mask;
    }
    return hash;
}

std::vector<LintFinding> lint(const HashList& list, const LintOptions& options = {}) {
    std::vector<LintFinding> findings;
    const Status status = lint_list(list, options, [&](const LintFinding& finding) {
        findings.push_back(finding);
        return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return findings;
}

template <typename Pixel>
FrameHash hash_of_picture(std::uint32_t side, const Pixel& pixel) {
    std::vector<std::uint8_t> pixels(std::size_t{side} * side);
    for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < side; ++x)
            pixels[std::size_t{y} * side + x] = static_cast<std::uint8_t>(pixel(x, y));
    }
    return PdqHasher().hash({pixels.data(), side, side, side, PixelFormat::gray8}).value();
}

TEST(Lint, PicturesWithoutContentAreFlat) {
    for (const std::uint32_t side : {64U, 100U, 512U}) {
        for (const int gray : {0, 1, 90, 128, 255})
            EXPECT_TRUE(is_flat_hash(hash_of_picture(side, [&](auto, auto) { return gray; }).hash)) << side << gray;
        EXPECT_TRUE(is_flat_hash(hash_of_picture(side, [&](auto x, auto) { return x * 8 / side % 2 * 255; }).hash))
            << side;
        EXPECT_TRUE(is_flat_hash(hash_of_picture(side, [&](auto x, auto) { return x < side / 2 ? 255 : 0; }).hash));
    }
}

TEST(Lint, PicturesWithContentAreNot) {
    std::mt19937_64 random(1);
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        EXPECT_FALSE(is_flat_hash(photograph_hash(random)));
        std::vector<std::uint32_t> grays(9 * 9);
        std::generate(grays.begin(), grays.end(), [&] { return random() % 256; });
        const auto smooth = [&](std::uint32_t x, std::uint32_t y) {
            const std::uint32_t cell = y / 16 * 9 + x / 16;
            const std::uint32_t right = x % 16;
            const std::uint32_t down = y % 16;
            return ((grays[cell] * (16 - right) + grays[cell + 1] * right) * (16 - down) +
                    (grays[cell + 9] * (16 - right) + grays[cell + 10] * right) * down) /
                   256;
        };
        EXPECT_FALSE(is_flat_hash(hash_of_picture(128, smooth).hash)) << seed;
    }
}

TEST(Lint, TheBoundsOfFlat) {
    std::mt19937_64 random(2);
    for (const auto& [ones, flat] : {std::pair{96, true}, {97, false}, {159, false}, {160, true}}) {
        std::vector<int> bits(256);
        std::iota(bits.begin(), bits.end(), 0);
        std::shuffle(bits.begin(), bits.end(), random);
        Hash256 hash{};
        for (int i = 0; i < ones; ++i)
            hash.bytes[static_cast<std::size_t>(bits[i] / 8)] |= static_cast<std::uint8_t>(1U << (bits[i] % 8));
        EXPECT_EQ(is_flat_hash(hash), flat) << ones;
    }
    for (const std::size_t different : {8U, 9U}) {  // so many different rows among the 16
        Hash256 hash = photograph_hash(random);
        for (std::size_t byte = 2 * different; byte < hash.bytes.size(); ++byte)
            hash.bytes[byte] = hash.bytes[byte - 2 * different];
        EXPECT_EQ(is_flat_hash(hash), different == 8) << different;
    }
}

TEST(Lint, ACleanListHasNoFindings) {
    std::mt19937_64 random(3);
    ListBuilder builder;
    for (int i = 0; i < 500; ++i)
        ASSERT_TRUE(builder.add(photograph_hash(random), "id", "A1").ok());
    EXPECT_TRUE(lint(builder.build().value()).empty());
    EXPECT_TRUE(lint(ListBuilder().build().value()).empty());
}

TEST(Lint, DuplicatesNameTheFirst) {
    std::mt19937_64 random(4);
    const Hash256 a = photograph_hash(random);
    const Hash256 b = photograph_hash(random);
    ListBuilder builder;
    for (const Hash256& hash : {b, a, b, a, a})
        ASSERT_TRUE(builder.add(hash, "").ok());
    const std::vector<LintFinding> expected = {{LintKind::duplicate, false, 2, 0, 0},
                                               {LintKind::duplicate, false, 3, 1, 0},
                                               {LintKind::duplicate, false, 4, 1, 0}};
    EXPECT_EQ(lint(builder.build().value()), expected);
}

TEST(Lint, CategoriesConflictWithinOneSchemeOnly) {
    std::mt19937_64 random(5);
    ListBuilder builder;
    std::uint32_t added = 0;
    const auto add = [&](const Hash256& hash, std::string_view category, const OriginView& origin) {
        ASSERT_TRUE(
            builder.add({.pdq = hash, .id = std::to_string(added++), .category = category, .origin = origin}).ok());
    };
    const Hash256 same_scheme = photograph_hash(random);
    add(same_scheme, "1", {"police", "vics", "US"});
    add(same_scheme, "2", {"hotline", "vics", "US"});  // conflicts
    add(same_scheme, "1", {"other", "vics", "US"});
    add(same_scheme, "2", {"other", "vics", "UK"});  // another region
    add(same_scheme, "3", {"other", "ncmec", "US"});
    add(same_scheme, "", {"other", "vics", "US"});
    const Hash256 no_scheme = photograph_hash(random);
    add(no_scheme, "1", {"police", "", ""});
    add(no_scheme, "2", {"hotline", "", ""});  // another's words
    add(no_scheme, "3", {"police", "", ""});   // conflicts
    std::vector<LintFinding> conflicts = lint(builder.build().value());
    std::erase_if(conflicts, [](const LintFinding& finding) { return finding.kind != LintKind::conflict; });
    const std::vector<LintFinding> expected = {{LintKind::conflict, false, 0, 1, 0},
                                               {LintKind::conflict, false, 1, 0, 0},
                                               {LintKind::conflict, false, 2, 1, 0},
                                               {LintKind::conflict, false, 6, 8, 0},
                                               {LintKind::conflict, false, 8, 6, 0}};
    EXPECT_EQ(conflicts, expected);
}

TEST(Lint, HashesOfFilesAreComparedToo) {
    ListBuilder builder;
    const auto add = [&](std::uint8_t md5, std::optional<std::uint8_t> sha256, std::string_view category) {
        KnownItem item;
        item.file.md5 = Md5{md5, 1};
        if (sha256) item.file.sha256 = Sha256{*sha256, 2};
        item.id = std::string_view("abcdef").substr(md5 + sha256.value_or(0), 1);
        item.category = category;
        item.origin.scheme = "vics";
        ASSERT_TRUE(builder.add(item).ok());
    };
    add(0, std::nullopt, "1");
    add(1, std::nullopt, "1");
    add(0, 2, "2");  // of the first's MD5
    add(3, 2, "2");  // of the third's SHA-256
    const std::vector<LintFinding> expected = {{LintKind::duplicate, true, 2, 0, 0},
                                               {LintKind::duplicate, true, 3, 2, 0},
                                               {LintKind::conflict, true, 0, 2, 0},
                                               {LintKind::conflict, true, 2, 0, 0}};
    EXPECT_EQ(lint(builder.build().value()), expected);
}

TEST(Lint, FramesOfVideos) {
    std::mt19937_64 random(6);
    const Hash256 shown = photograph_hash(random);
    const std::vector<FrameHash> frames = {{shown, 90, 0}, {Hash256{}, 0, 1}, {shown, 49, 2}, {Hash256{}, 50, 3}};
    ListBuilder builder;
    ASSERT_TRUE(builder.add(photograph_hash(random), "still").ok());
    ASSERT_TRUE(builder.add_video(frames, "video").ok());
    ASSERT_TRUE(builder.add(shown, "still of it").ok());
    const std::vector<LintFinding> expected = {
        {LintKind::low_quality, false, 2, {}, 0},
        {LintKind::low_quality, false, 3, {}, 49},
        {LintKind::flat, false, 4, {}, 0},      // the blank frame of no quality is not told twice
        {LintKind::duplicate, false, 5, 1, 0},  // and a video may repeat itself
    };
    EXPECT_EQ(lint(builder.build().value()), expected);
}

TEST(Lint, TheNearestHarmlessPhotographIsNamed) {
    std::mt19937_64 random(7);
    const Hash256 known = photograph_hash(random);
    ListBuilder builder;
    for (const Hash256& hash : {photograph_hash(random), known, photograph_hash(random)})
        ASSERT_TRUE(builder.add(hash, "").ok());
    const HashList list = builder.build().value();
    const std::vector<Hash256> harmless = {photograph_hash(random), moved(known, 31, random), moved(known, 30, random),
                                           moved(known, 30, random)};
    LintOptions options;
    options.harmless = harmless;
    EXPECT_EQ(lint(list, options), (std::vector<LintFinding>{{LintKind::near_harmless, false, 1, 2, 30}}));
    options.harmless = std::span(harmless).subspan(0, 2);
    EXPECT_EQ(lint(list, options), (std::vector<LintFinding>{{LintKind::near_harmless, false, 1, 1, 31}}));
    options.radius = 30;
    EXPECT_TRUE(lint(list, options).empty());
}

// What lies within the radius of so many other things, counted one by one.
std::vector<std::uint32_t> naive_dense(const HashList& list, const LintOptions& options) {
    std::vector<std::uint32_t> dense;
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::vector<std::size_t> things;
        for (std::size_t j = 0; j < list.size(); ++j) {
            if (distance(list.hashes()[i], list.hashes()[j]) > options.radius) continue;
            const std::optional<FramePlace> place = list.frame_at(j);
            things.push_back(place ? list.video(place->video).first_position : j);
        }
        std::sort(things.begin(), things.end());
        if (std::unique(things.begin(), things.end()) - things.begin() > options.dense_things)
            dense.push_back(static_cast<std::uint32_t>(i));
    }
    return dense;
}

TEST(Lint, DenseIsWhatANaiveCountSays) {
    std::mt19937_64 random(8);
    ListBuilder builder;
    const auto heap = [&](std::uint32_t count, std::uint32_t bits) {
        const Hash256 center = photograph_hash(random);
        for (std::uint32_t i = 0; i < count; ++i)
            ASSERT_TRUE(builder.add(moved(center, bits == 0 ? 0 : random() % bits, random), "").ok());
    };
    heap(21, 12);  // just enough: each has 20 others
    heap(20, 12);
    heap(60, 40);  // some of it
    heap(50, 0);
    std::vector<FrameHash> frames(40, FrameHash{photograph_hash(random), 90, 0});  // one thing
    ASSERT_TRUE(builder.add_video(frames, "video").ok());
    heap(300, 256);
    const HashList list = builder.build().value();
    LintOptions options;
    options.dense_things = 20;
    ThreadPool pool(4);
    for (Executor* executor : {static_cast<Executor*>(nullptr), static_cast<Executor*>(&pool)}) {
        options.executor = executor;
        std::vector<std::uint32_t> dense;
        for (const LintFinding& finding : lint(list, options)) {
            if (finding.kind != LintKind::dense) continue;
            EXPECT_EQ(finding.value, 20U);
            dense.push_back(finding.position);
        }
        EXPECT_EQ(dense, naive_dense(list, options));
        EXPECT_GT(dense.size(), 71U);
        EXPECT_LT(dense.size(), 131U);
    }
}

TEST(Lint, OnlyWhatIsActiveIsLookedAtInBothLayers) {
    std::mt19937_64 random(9);
    const Hash256 a = photograph_hash(random);
    const auto item = [&](const Hash256& hash, std::uint8_t md5, std::string_view id, std::string_view category) {
        KnownItem known;
        known.pdq = hash;
        known.file.md5 = Md5{md5};
        known.id = id;
        known.category = category;
        return known;
    };
    ListBuilder base;
    ASSERT_TRUE(base.add(item(a, 1, "first", "1")).ok());
    ASSERT_TRUE(base.add(item(Hash256{}, 2, "blank", "1")).ok());
    ListBuilder more;
    ASSERT_TRUE(more.add(item(a, 1, "second", "2")).ok());
    ListUpdate put;
    put.put = more.build().value();
    ListChanges changes;
    const HashList list = update_list(base.build().value(), put, changes).value();
    const std::vector<LintFinding> expected = {
        {LintKind::flat, false, 1, {}, 0},    {LintKind::duplicate, false, 2, 0, 0},
        {LintKind::duplicate, true, 2, 0, 0}, {LintKind::conflict, false, 0, 2, 0},
        {LintKind::conflict, false, 2, 0, 0}, {LintKind::conflict, true, 0, 2, 0},
        {LintKind::conflict, true, 2, 0, 0}};
    EXPECT_EQ(lint(list), expected);
    ListUpdate disable;
    disable.disable = {{std::nullopt, "first"}, {std::nullopt, "blank"}};
    EXPECT_TRUE(lint(update_list(list, disable, changes).value()).empty());
    EXPECT_EQ(changes.disabled, 2U);
}

TEST(Lint, MisuseAndAFailingReceiver) {
    const HashList list = build({{Hash256{}, "", "", ""}, {Hash256{}, "", "", ""}});
    const auto ignore = [](const LintFinding&) { return Status(); };
    for (const LintOptions& bad : {LintOptions{.radius = 257}, LintOptions{.min_quality = -1},
                                   LintOptions{.min_quality = 101}, LintOptions{.dense_things = 0}})
        EXPECT_EQ(lint_list(list, bad, ignore).code(), StatusCode::invalid_argument);
    EXPECT_EQ(lint_list(list, {}, nullptr).code(), StatusCode::invalid_argument);
    int calls = 0;
    const Status status = lint_list(
        list, {}, [&](const LintFinding&) { return ++calls == 2 ? Status(StatusCode::io_error, "full") : Status(); });
    EXPECT_EQ(status.code(), StatusCode::io_error);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(lint_name(LintKind::dense), "dense");
    EXPECT_EQ(lint_name(static_cast<LintKind>(99)), "unknown");
}

}  // namespace
}  // namespace tutela
