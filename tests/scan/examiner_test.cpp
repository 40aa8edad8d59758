#include "scan/examiner.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <new>
#include <optional>
#include <utility>

#include "scan/scanning.hpp"

namespace tutela {
namespace {

using test::flat_picture;
using test::hash_of;
using test::picture;

// Frames, failures and damage as a test wants them.
class ScriptedSource final : public FrameSource {
public:
    struct Step {
        Frame frame;  // unless it fails
        Status failure;
        std::string damage;
    };

    ScriptedSource() { info_.format = MediaFormat::png; }
    ScriptedSource& then(Frame frame, std::string damage = {}) {
        steps_.push_back({std::move(frame), {}, std::move(damage)});
        return *this;
    }
    ScriptedSource& in(DecodeMode mode, std::uint32_t denominator = 1) {
        facts_ = {mode, denominator};
        return *this;
    }
    ScriptedSource& fail(StatusCode code, std::string message) {
        steps_.push_back({{}, Status(code, std::move(message)), {}});
        return *this;
    }

    Result<bool> next(Frame& frame) override {
        if (steps_.empty()) return false;
        Step step = std::move(steps_.front());
        steps_.pop_front();
        if (!step.failure.ok()) return step.failure;
        frame = std::move(step.frame);
        facts_.index = index_++;
        damage_.damaged = !step.damage.empty();
        damage_.reason = step.damage;
        return true;
    }

private:
    std::uint32_t index_ = 0;
    std::deque<Step> steps_;
};

class ExaminerTest : public ::testing::Test {
protected:
    ExaminerTest() {
        // Entry 0 is a few bits off picture 1; entry 1 is picture 2 exactly.
        hashes_ = {hash_of(picture(1)), hash_of(picture(2))};
        hashes_[0].bytes[31] ^= 0x0F;
        ListBuilder builder;
        for (const Hash256& hash : hashes_)
            EXPECT_TRUE(builder.add(hash, "").ok());
        list_.emplace(builder.build().value());
        index_ = list_->open_index().value();
    }

    Finding examine(ScriptedSource& source) {
        Result<Finding> finding = Examiner(*decoder_, *list_, *index_, options_).examine_source(source);
        EXPECT_TRUE(finding.ok());
        return std::move(finding).value();
    }

    std::unique_ptr<Decoder> decoder_ = make_decoder();
    std::vector<Hash256> hashes_;
    std::optional<HashList> list_;
    std::unique_ptr<const Index<256>> index_;
    ScanOptions options_;
};

TEST_F(ExaminerTest, TakesTheBestFrame) {
    ScriptedSource low;
    const Finding a = examine(low.then(flat_picture(9, 3, 3)).then(flat_picture(9)));
    EXPECT_EQ(a.outcome, Outcome::low_quality);
    EXPECT_EQ(a.quality, 0);

    ScriptedSource clean;
    const Finding b = examine(clean.then(flat_picture(9)).then(picture(50)).then(flat_picture(9)));
    EXPECT_EQ(b.outcome, Outcome::clean);
    EXPECT_EQ(b.hash, hash_of(picture(50)));
    EXPECT_EQ(b.reason, "");

    ScriptedSource matched;
    const Finding c = examine(matched.then(picture(50)).then(picture(1)).then(picture(2)).then(picture(51)));
    EXPECT_EQ(c.outcome, Outcome::matched);
    EXPECT_EQ(c.hash, hash_of(picture(2))) << "the nearest match wins over the first";
    EXPECT_EQ(c.neighbors, (std::vector<Neighbor>{{1, 0}, {0, 4}})) << "those of all frames";
    EXPECT_EQ(c.info.format, MediaFormat::png);

    ScriptedSource first;
    EXPECT_EQ(examine(first.then(picture(50)).then(picture(51))).hash, hash_of(picture(50)));
}

TEST_F(ExaminerTest, NamesTheModeOfTheFrame) {
    ScriptedSource exact;
    EXPECT_EQ(examine(exact.then(picture(1))).decode, DecodeMode::exact);
    ScriptedSource luma;
    EXPECT_EQ(examine(luma.in(DecodeMode::luma).then(picture(50))).decode, DecodeMode::luma);
    ScriptedSource small;
    EXPECT_EQ(examine(small.in(DecodeMode::luma).then(flat_picture(1, 4, 100))).decode, DecodeMode::luma);
    ScriptedSource failing;
    EXPECT_EQ(examine(failing.fail(StatusCode::corrupt, "why")).decode, std::nullopt);
}

// Entry 0 is 4 bits off picture 1.
TEST_F(ExaminerTest, AScreenFrameIsSearchedWider) {
    options_.radius = 0;
    ScriptedSource luma;
    EXPECT_EQ(examine(luma.in(DecodeMode::luma).then(picture(1))).outcome, Outcome::clean);
    const auto outcome_at = [&](std::size_t bytes_off) {
        hashes_[0] = hash_of(picture(1));
        for (std::size_t i = 0; i < bytes_off; ++i)
            hashes_[0].bytes[i] ^= 0x0F;
        hashes_[0].bytes[31] ^= bytes_off == 5 ? 1 : 0;
        ListBuilder builder;
        for (const Hash256& hash : hashes_)
            EXPECT_TRUE(builder.add(hash, "").ok());
        list_.emplace(builder.build().value());
        index_ = list_->open_index().value();
        ScriptedSource screen;
        return examine(screen.in(DecodeMode::screen).then(picture(1))).outcome;
    };
    static_assert(kScreenDriftBits == 20);
    EXPECT_EQ(outcome_at(4), Outcome::matched);
    EXPECT_EQ(outcome_at(5), Outcome::clean) << "21 bits";
    options_.radius = 256;
    ScriptedSource widest;
    EXPECT_EQ(examine(widest.in(DecodeMode::screen).then(picture(50))).neighbors.size(), 2U);
}

TEST_F(ExaminerTest, KeepsNoMemoryOfABigPicture) {
    Examiner examiner(*decoder_, *list_, *index_, options_);
    Frame wide;
    ASSERT_TRUE(wide.reshape(40'000, 2'000, PixelFormat::gray8).ok());
    wide.clear_rows_from(0);
    const test::Bytes big = test::encode_png(wide.view(), {.level = 1});
    ASSERT_TRUE(examiner.examine(big, MediaFormat::png).ok());
    EXPECT_EQ(examiner.kept_bytes(), 0U);
    const test::Bytes usual = test::encode_png(picture(1).view());
    ASSERT_EQ(examiner.examine(usual, MediaFormat::png).value().hash, hash_of(picture(1)));
    EXPECT_EQ(examiner.kept_bytes(), 200U * 200 * 3);
}

TEST_F(ExaminerTest, ASmallFrameIsTooSmall) {
    ScriptedSource source;
    const Finding finding = examine(source.then(flat_picture(1, 4, 100)));
    EXPECT_EQ(finding.outcome, Outcome::too_small);
    EXPECT_FALSE(finding.reason.empty());
    EXPECT_FALSE(finding.hash.has_value());
}

TEST_F(ExaminerTest, KeepsTheDamageOfAnyFrame) {
    ScriptedSource source;
    const Finding finding = examine(source.then(picture(2)).then(picture(50), "cut off").then(picture(51), "later"));
    EXPECT_EQ(finding.outcome, Outcome::matched);
    EXPECT_TRUE(finding.damaged);
    EXPECT_EQ(finding.damage_reason, "cut off");
}

TEST_F(ExaminerTest, AFailureAfterAFrameIsDamage) {
    ScriptedSource source;
    const Finding finding = examine(source.then(picture(2)).fail(StatusCode::corrupt, "nonsense in frame 2"));
    EXPECT_EQ(finding.outcome, Outcome::matched);
    EXPECT_TRUE(finding.damaged);
    EXPECT_EQ(finding.damage_reason, "nonsense in frame 2");
}

TEST_F(ExaminerTest, AFailureWithoutAFrameIsTheOutcome) {
    const auto outcome = [&](StatusCode code) {
        ScriptedSource source;
        const Finding finding = examine(source.fail(code, "why"));
        EXPECT_EQ(finding.reason, "why");
        EXPECT_FALSE(finding.damaged);
        return finding.outcome;
    };
    EXPECT_EQ(outcome(StatusCode::corrupt), Outcome::corrupt);
    EXPECT_EQ(outcome(StatusCode::limit), Outcome::limit);
    EXPECT_EQ(outcome(StatusCode::unsupported), Outcome::unsupported);
    EXPECT_EQ(outcome(StatusCode::too_small), Outcome::too_small);
    EXPECT_EQ(outcome(StatusCode::internal), Outcome::corrupt);
    ScriptedSource empty;
    EXPECT_EQ(examine(empty).outcome, Outcome::corrupt);
}

TEST_F(ExaminerTest, WantOfMemoryIsNoFinding) {
    Examiner examiner(*decoder_, *list_, *index_, options_);
    ScriptedSource first;
    first.fail(StatusCode::out_of_memory, "");
    EXPECT_THROW(static_cast<void>(examiner.examine_source(first)), std::bad_alloc);
    ScriptedSource later;
    later.then(picture(50)).fail(StatusCode::out_of_memory, "");
    EXPECT_THROW(static_cast<void>(examiner.examine_source(later)), std::bad_alloc);
    ScriptedSource matched;
    matched.then(picture(2)).fail(StatusCode::out_of_memory, "");
    EXPECT_EQ(examine(matched).outcome, Outcome::matched) << "what was found is not lost";
}

TEST_F(ExaminerTest, AFileThatWasStoppedIsNeverClean) {
    const auto after = [&](Frame frame, StatusCode code) {
        ScriptedSource source;
        return examine(source.then(std::move(frame)).fail(code, "too much"));
    };
    for (const auto& [code, outcome] :
         {std::pair(StatusCode::limit, Outcome::limit), std::pair(StatusCode::timeout, Outcome::timeout),
          std::pair(StatusCode::crashed, Outcome::crashed)}) {
        const Finding unlike = after(picture(50), code);
        EXPECT_EQ(unlike.outcome, outcome);
        EXPECT_EQ(unlike.reason, "too much (1 frame before)");
        EXPECT_EQ(unlike.hash, hash_of(picture(50)));
        EXPECT_FALSE(unlike.damaged);
        const Finding matched = after(picture(2), code);
        EXPECT_EQ(matched.outcome, Outcome::matched);
        EXPECT_EQ(matched.reason, "too much (1 frame before)");
    }
}

TEST_F(ExaminerTest, EachEntryIsNamedOnceWithItsNearestFrame) {
    ScriptedSource source;
    Frame timed = picture(2);
    timed.set_pts_us(40'000);
    const Finding finding =
        examine(source.then(picture(50)).then(picture(1)).then(std::move(timed)).then(picture(2)).then(picture(1)));
    EXPECT_EQ(finding.frames, 5U);
    EXPECT_EQ(finding.neighbors, (std::vector<Neighbor>{{1, 0}, {0, 4}}));
    ASSERT_EQ(finding.frame_of.size(), 2U);
    EXPECT_EQ(finding.matched_frames[finding.frame_of[0]].index, 2U);
    EXPECT_EQ(finding.matched_frames[finding.frame_of[0]].pts_us, 40'000);
    EXPECT_EQ(finding.matched_frames[finding.frame_of[1]].index, 1U);
    EXPECT_EQ(finding.matched_frames[finding.frame_of[1]].pts_us, kNoPts);
}

TEST_F(ExaminerTest, HashesOfLowQualityAreKeptAndNotSearched) {
    options_.min_quality = 100;
    options_.radius = 256;
    ScriptedSource source;
    const Finding finding = examine(source.then(flat_picture(7)));
    EXPECT_EQ(finding.outcome, Outcome::low_quality);
    EXPECT_TRUE(finding.hash.has_value());
    EXPECT_TRUE(finding.neighbors.empty());
    EXPECT_EQ(finding.reason, "the quality 0 is below the minimum of 100");
}

}  // namespace
}  // namespace tutela
