// Segments from pairs, on sequences whose truth is known because they are made here.
#include "scan/alignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "scan/random.hpp"

namespace tutela {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

std::int64_t seconds(double s) {
    return std::llround(s * kSecond);
}

// A stretch of the known video in the query.
struct Part {
    double query = 0;  // seconds, where it starts
    double known = 0;
    double length = 0;   // in the query
    double speed = 1.0;  // seconds of the known video for each of the query
};

// How two videos are sampled, and what is wrong with the matches.
struct Making {
    double query_step = 1.0;  // seconds from frame to frame
    double known_step = 1.0;
    double query_phase = 0.0;
    double known_phase = 0.0;
    double reach = 0.5;         // frames of the same scene so near in time match
    double missing = 0.0;       // share of the query's frames without a match
    double false_share = 0.0;   // false pairs, as a share of the true ones
    double query_length = 600;  // where false pairs lie
    double known_length = 600;
};

// `seen`, if not null, becomes what the frames that were not missing show of the parts, cut at gaps over the limit.
std::vector<FramePair> make_pairs(const std::vector<Part>& parts, const Making& making, std::uint32_t seed,
                                  std::vector<Part>* seen = nullptr) {
    std::map<double, std::vector<Part>> shown;
    Random random(seed);
    std::vector<FramePair> pairs;
    for (double q = making.query_phase; q < making.query_length; q += making.query_step) {
        const bool misses = random.unit() < making.missing;
        for (const Part& part : parts) {
            if (q < part.query || q >= part.query + part.length || misses) continue;
            const double known = part.known + (q - part.query) * part.speed;
            std::vector<Part>& show = shown[part.query];
            if (show.empty() || q - show.back().query - show.back().length > 8)
                show.push_back({q, known, 0, part.speed});
            show.back().length = q - show.back().query;
            const double first = std::ceil((known - making.reach - making.known_phase) / making.known_step);
            for (double n = std::max(first, 0.0);; ++n) {
                const double k = making.known_phase + n * making.known_step;
                if (k > known + making.reach) break;
                const auto distance = static_cast<std::uint32_t>(std::abs(k - known) * 20);
                pairs.push_back({seconds(q), seconds(k), distance});
            }
        }
    }
    const auto count = static_cast<std::size_t>(making.false_share * static_cast<double>(pairs.size()));
    for (std::size_t i = 0; i < count; ++i) {
        pairs.push_back({seconds(random.unit() * making.query_length), seconds(random.unit() * making.known_length),
                         20 + static_cast<std::uint32_t>(i % 12)});
    }
    if (seen != nullptr) {
        seen->clear();
        for (const auto& [start, stretches] : shown)
            seen->insert(seen->end(), stretches.begin(), stretches.end());
    }
    return pairs;
}

std::string text_of(const std::vector<Segment>& segments) {
    std::string text;
    for (const Segment& s : segments) {
        text += "[" + std::to_string(s.query_start_us) + " .. " + std::to_string(s.query_end_us) + "] = [" +
                std::to_string(s.known_start_us) + " .. " + std::to_string(s.known_end_us) + "] " +
                std::to_string(s.frames) + " frames\n";
    }
    return text;
}

// How far the boundaries of the segments, one for each part, are off in either video, in seconds; without an end when
// there are more or fewer.
double worst_boundary(const std::vector<Segment>& segments, std::vector<Part> parts) {
    if (segments.size() != parts.size()) return std::numeric_limits<double>::infinity();
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.query < b.query; });
    double worst = 0;
    const auto compare = [&](std::int64_t us, double s) {
        worst = std::max(worst, std::abs(static_cast<double>(us) / kSecond - s));
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const Part& part = parts[i];
        compare(segments[i].query_start_us, part.query);
        compare(segments[i].query_end_us, part.query + part.length);
        compare(segments[i].known_start_us, part.known);
        compare(segments[i].known_end_us, part.known + part.length * part.speed);
    }
    return worst;
}

void expect_parts(const std::vector<Segment>& segments, const std::vector<Part>& parts, double tolerance) {
    EXPECT_LE(worst_boundary(segments, parts), tolerance) << text_of(segments);
}

TEST(Alignment, NothingOfNothing) {
    EXPECT_TRUE(align({}).empty());
    const FramePair one{5 * kSecond, 9 * kSecond, 0};
    EXPECT_TRUE(align({&one, 1}).empty());
}

TEST(Alignment, ACopyIsOneSegment) {
    std::vector<FramePair> pairs;
    for (std::int64_t s = 0; s < 60; ++s)
        pairs.push_back({s * kSecond, s * kSecond, static_cast<std::uint32_t>(s % 5) + 2});
    const std::vector<Segment> expected = {{0, 59 * kSecond, 0, 59 * kSecond, 60, 2}};
    EXPECT_EQ(align(pairs), expected);
}

// Two frames a second of the query, one of the known video.
TEST(Alignment, FindsTenSecondsOutOfTenMinutes) {
    for (const double phase : {0.0, 0.1, 0.2, 0.3, 0.4}) {
        for (const double known : {0.0, 123.4, 590.0}) {
            const Part part{31.7, known, 10.0};
            const Making making{.query_step = 0.5, .query_phase = phase, .query_length = 90};
            expect_parts(align(make_pairs({part}, making, 1)), {part}, 1.0);
        }
    }
}

// One a second on both sides, at different places within the second: what is between the frames nobody knows.
TEST(Alignment, OneFrameASecondOnBothSides) {
    for (const double phase : {0.0, 0.25, 0.5, 0.75}) {
        for (const double known : {0.0, 123.4, 590.0}) {
            const Part part{31.7, known, 10.0};
            const Making making{.query_phase = phase, .query_length = 90};
            expect_parts(align(make_pairs({part}, making, 1)), {part}, 1.5);
        }
    }
}

TEST(Alignment, FindsTheClipAsAVideoOfItsOwn) {
    const Part part{0, 300.3, 10.0};
    expect_parts(align(make_pairs({part}, {.query_step = 0.5, .query_length = 10.5}, 1)), {part}, 1.0);
}

TEST(Alignment, KeepsUpWithAnotherSpeed) {
    for (int percent = 90; percent <= 110; ++percent) {
        for (const double length : {20.0, 100.0, 400.0}) {
            const Part part{12.0, 40.0, length, percent / 100.0};
            SCOPED_TRACE(std::to_string(percent) + "% for " + std::to_string(length) + " s");
            expect_parts(align(make_pairs({part}, {.known_phase = 0.5}, 1)), {part}, 1.6);
            expect_parts(align(make_pairs({part}, {.query_step = 0.2, .known_step = 1.0}, 2)), {part}, 1.0);
        }
    }
}

TEST(Alignment, AFasterVideoIsNotOne) {
    for (const double speed : {0.5, 1.5, 2.0, -1.0}) {
        const std::vector<Segment> found = align(make_pairs({{10, 300, 200, speed}}, {.reach = 0.3}, 1));
        for (const Segment& segment : found)
            EXPECT_LT(segment.query_end_us - segment.query_start_us, 20 * kSecond) << speed << text_of(found);
    }
}

// Rarely a false pair lies where the next true one would and the segment goes on to it, or a rest of two frames after
// missing ones makes no segment of its own.
TEST(Alignment, SurvivesMissingAndFalsePairs) {
    int farther = 0;
    for (std::uint32_t seed = 0; seed < 1000; ++seed) {
        const Part part{100.0, 250.0, 120.0, 0.9 + 0.0002 * seed};
        const Making making{.known_phase = 0.3, .missing = 0.4, .false_share = 0.3};
        std::vector<Part> seen;
        const std::vector<FramePair> pairs = make_pairs({part}, making, seed, &seen);
        const std::vector<Segment> found = align(pairs);
        EXPECT_FALSE(found.empty()) << seed;
        farther += worst_boundary(found, seen) > 3.0 ? 1 : 0;
    }
    EXPECT_LT(farther, 20);
}

TEST(Alignment, FindsThePartsOfACutInAnotherOrder) {
    const std::vector<Part> parts = {{10, 400, 40}, {50, 100, 25}, {75, 250, 60}};
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        expect_parts(align(make_pairs(parts, {}, seed)), parts, 1.0);
        expect_parts(align(make_pairs(parts, {.false_share = 0.3}, seed)), parts, 3.0);
        std::vector<Part> seen;
        const Making making{.missing = 0.4, .false_share = 0.3};
        const std::vector<FramePair> pairs = make_pairs(parts, making, seed, &seen);
        expect_parts(align(pairs), seen, 3.0);
    }
}

TEST(Alignment, FindsAPartThatInterruptsAnother) {
    const std::vector<Part> parts = {{10, 10, 30}, {40, 400, 60}, {100, 40, 30}};
    expect_parts(align(make_pairs(parts, {}, 1)), parts, 1.0);
}

TEST(Alignment, AGapOverTheLimitBreaksASegment) {
    const std::vector<Part> parts = {{10, 10, 30}, {50, 50, 30}};
    expect_parts(align(make_pairs(parts, {}, 1)), parts, 1.0);
    const std::vector<Part> near = {{10, 10, 30}, {46, 46, 30}};
    expect_parts(align(make_pairs(near, {}, 1)), {{10, 10, 66}}, 1.0);
}

TEST(Alignment, RepeatedContent) {
    // The query shows it twice: two segments. The known video has it twice: one.
    const std::vector<Part> twice = {{10, 100, 20}, {60, 100, 20}};
    expect_parts(align(make_pairs(twice, {}, 1)), twice, 1.0);
    const std::vector<Segment> once = align(make_pairs({{10, 100, 20}, {10, 300, 20}}, {}, 1));
    ASSERT_EQ(once.size(), 1U);
    EXPECT_EQ(once[0].query_start_us, 10 * kSecond);
    EXPECT_EQ(once[0].query_end_us, 29 * kSecond);
    // Of two places the one where more fits.
    expect_parts(align(make_pairs({{10, 100, 20}, {10, 300, 40}}, {}, 1)), {{10, 300, 40}}, 1.0);
}

TEST(Alignment, DenseVideo) {
    const Part part{3.0, 20.0, 30.0, 1.04};
    const Making making{.query_step = 1.0 / 30, .known_step = 1.0 / 30, .query_length = 40, .known_length = 60};
    const std::vector<FramePair> pairs = make_pairs({part}, making, 1);
    EXPECT_GT(pairs.size(), 20'000U);
    expect_parts(align(pairs), {part}, 0.6);
}

TEST(Alignment, AStillSceneInBothIsASegment) {
    std::vector<FramePair> pairs;
    for (std::int64_t q = 40; q < 80; ++q) {
        for (std::int64_t k = 200; k < 240; ++k)
            pairs.push_back({q * kAlignStepUs, k * kAlignStepUs, 3});
    }
    const std::vector<Segment> found = align(pairs);
    ASSERT_EQ(found.size(), 1U) << text_of(found);
    EXPECT_EQ(found[0].query_start_us, 10 * kSecond);
    EXPECT_EQ(found[0].query_end_us, 79 * kAlignStepUs);
    EXPECT_EQ(found[0].known_start_us, 50 * kSecond);
}

TEST(Alignment, AStillIsNoSegment) {
    // One frame of the known video, for a minute of the query; and the other way round.
    std::vector<FramePair> frozen;
    std::vector<FramePair> glimpse;
    for (std::int64_t s = 0; s < 60; ++s) {
        frozen.push_back({s * kSecond, 30 * kSecond, 5});
        glimpse.push_back({30 * kSecond, s * kSecond, 5});
    }
    EXPECT_TRUE(align(frozen).empty());
    EXPECT_TRUE(align(glimpse).empty());
}

// Ten minutes of one picture on both sides: every frame matches every frame. The grid is made coarser.
TEST(Alignment, LongStillScenesStayWithinTheBound) {
    std::vector<FramePair> pairs;
    for (std::int64_t q = 0; q < 1200; ++q) {
        for (std::int64_t k = 0; k < 1200; ++k)
            pairs.push_back({q * kSecond / 2, k * kSecond / 2, 3});
    }
    ASSERT_GT(pairs.size(), kMaxAlignCells);
    const std::vector<Segment> found = align(pairs);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].query_start_us, 0);
    EXPECT_GE(found[0].query_end_us, 598 * kSecond);
}

TEST(Alignment, RandomPairsAreNoSegment) {
    Random random(7);
    for (const std::size_t count : {10U, 100U, 500U, 1000U, 2000U, 4000U}) {
        for (int run = 0; run < 20; ++run) {
            std::vector<FramePair> pairs(count);
            for (FramePair& pair : pairs)
                pair = {random.between(0, 600 * kSecond), random.between(0, 600 * kSecond),
                        static_cast<std::uint32_t>(random.below(32))};
            const std::vector<Segment> found = align(pairs);
            EXPECT_TRUE(found.empty()) << count << " pairs\n" << text_of(found);
        }
    }
}

TEST(Alignment, HostileInputStaysWithinTheBound) {
    Random random(3);
    const auto any = [&] { return random.between(0, std::int64_t{1} << 53); };
    const auto hour = [&] { return random.between(0, 3600 * kSecond); };
    std::vector<FramePair> wide(1'000'000);
    std::vector<FramePair> crowded(1'000'000);
    for (FramePair& pair : wide)
        pair = {any(), any(), 1};
    for (FramePair& pair : crowded)
        pair = {hour() / 10, hour() / 10, 1};
    for (const std::vector<FramePair>* pairs : {&wide, &crowded}) {
        std::int64_t end = -1;
        for (const Segment& segment : align(*pairs)) {
            EXPECT_GT(segment.query_start_us, end);
            EXPECT_GE(segment.query_end_us, segment.query_start_us);
            EXPECT_GE(segment.known_end_us, segment.known_start_us);
            end = segment.query_end_us;
        }
    }
    const FramePair largest{INT64_MAX, INT64_MAX, 0};
    wide.assign(10, largest);
    EXPECT_TRUE(align(wide).empty());
}

TEST(Alignment, TheOrderOfThePairsDoesNotMatter) {
    Random random(5);
    const std::vector<Part> parts = {{10, 400, 40}, {50, 100, 25}, {75, 250, 60}};
    std::vector<FramePair> pairs = make_pairs(parts, {.query_step = 0.1, .missing = 0.2, .false_share = 0.3}, 9);
    const std::vector<Segment> expected = align(pairs);
    EXPECT_GE(expected.size(), 3U);
    for (int i = 0; i < 10; ++i) {
        for (std::size_t left = pairs.size(); left > 1; --left)
            std::swap(pairs[left - 1], pairs[random.below(left)]);
        EXPECT_EQ(align(pairs), expected);
    }
    pairs.insert(pairs.end(), pairs.begin(), pairs.begin() + 100);
    EXPECT_EQ(align(pairs), expected);
}

TEST(Alignment, OptionsAreKept) {
    const std::vector<FramePair> pairs = make_pairs({{10, 100, 6.5}}, {}, 1);
    AlignOptions options;
    options.min_frames = 8;
    EXPECT_TRUE(align(pairs, options).empty());
    options.min_frames = 7;
    EXPECT_EQ(align(pairs, options).size(), 1U);
    options.min_length_us = 7 * kSecond;
    EXPECT_TRUE(align(pairs, options).empty());
}

// What lies before and after a run changes nothing about it, noise included.
TEST(Alignment, EachRunIsLookedAtByItself) {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        Random random(seed);
        std::vector<FramePair> all;
        std::vector<Segment> expected;
        double start = 0;
        for (int run = 0; run < 4; ++run) {
            const Part part{start, static_cast<double>(random.below(400)), 5.0 + static_cast<double>(random.below(40)),
                            0.9 + 0.2 * random.unit()};
            std::vector<FramePair> pairs = make_pairs({part}, {.false_share = 0}, seed);
            for (FramePair& pair : pairs) {
                if (random.chance(0.3)) pair.known_us = random.between(0, 600 * kSecond);
            }
            const std::vector<Segment> found = align(pairs);
            expected.insert(expected.end(), found.begin(), found.end());
            all.insert(all.end(), pairs.begin(), pairs.end());
            start += part.length + 9.0 + static_cast<double>(random.below(5));
        }
        EXPECT_EQ(align(all), expected) << seed;
    }
}

// The model: the frames of the longest chain of all, tried one after the other. A chain's neighbours and its ends keep
// to what AlignOptions say, in steps.
class SlowModel {
public:
    explicit SlowModel(const std::vector<FramePair>& pairs) : pairs_(pairs) {
        for (const FramePair& pair : pairs)
            walk(pair, pair, 1);
    }
    [[nodiscard]] std::uint32_t longest() const { return longest_; }

private:
    static std::int64_t steps(std::int64_t us) { return us / kAlignStepUs; }
    static bool fits(const FramePair& a, const FramePair& b, std::int64_t jitter) {
        const std::int64_t query = steps(b.query_us) - steps(a.query_us);
        const std::int64_t known = steps(b.known_us) - steps(a.known_us);
        return std::abs(known - query) <= query / 10 + jitter;
    }
    void walk(const FramePair& start, const FramePair& here, std::uint32_t frames) {
        longest_ = std::max(longest_, frames);
        for (const FramePair& next : pairs_) {
            const std::int64_t gap = steps(next.query_us) - steps(here.query_us);
            if (gap <= 0 || gap > 32 || steps(next.known_us) < steps(here.known_us)) continue;
            if (fits(here, next, 4) && fits(start, next, 8)) walk(start, next, frames + 1);
        }
    }

    const std::vector<FramePair>& pairs_;
    std::uint32_t longest_ = 0;
};

TEST(Alignment, FindsAChainAsLongAsASlowModelDoes) {
    Random random(11);
    AlignOptions options;
    options.min_frames = 2;
    options.min_length_us = 0;
    options.chance = 1e9;
    int shorter = 0;  // a chain is bound to the start of the best chain so far, which is rarely not that of the longest
    for (int run = 0; run < 2000; ++run) {
        std::vector<FramePair> pairs(4 + random.below(12));
        for (FramePair& pair : pairs)
            pair = {random.between(0, 39) * kSecond / 2, random.between(0, 39) * kSecond / 2, 0};
        std::uint32_t longest = 1;
        for (const Segment& segment : align(pairs, options))
            longest = std::max(longest, segment.frames);
        const std::uint32_t model = SlowModel(pairs).longest();
        EXPECT_LE(longest, model);
        shorter += longest < model ? 1 : 0;
    }
    EXPECT_LT(shorter, 40);
}

}  // namespace
}  // namespace tutela
