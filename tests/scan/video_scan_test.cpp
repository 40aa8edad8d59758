// Videos in a scan: rows like those of any file, with the frames and times of their matches.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "core/temp_folder.hpp"
#include "media/video_clips.hpp"
#include "scan/examiner.hpp"
#include "scan/scanning.hpp"
#include "tutela/journal.hpp"

namespace tutela::test {
namespace {

constexpr std::size_t kKnown = 30;  // a frame between two key frames

// A list that knows one frame of a video.
HashList list_of_frame(const std::filesystem::path& path, std::size_t number) {
    const DecodedVideo video = decode_video(path);
    const GivenFrame& frame = video.frames.at(number);
    PdqHasher hasher(PdqRounding::likely);
    const auto hash = hasher.hash({frame.pixels.data(), frame.width, frame.height, frame.width, frame.format});
    EXPECT_TRUE(hash.ok());
    EXPECT_GE(hash.value().quality, kPdqMinQuality);
    ListBuilder builder;
    EXPECT_TRUE(builder.add({hash.value().hash, "known", "cat", "label"}).ok());
    return builder.build().value();
}

ScanOptions exactly(const tutela::Sampling& sampling = {}) {
    ScanOptions options;
    options.radius = 0;
    options.profile = Profile::plain;
    options.sampling = sampling;
    return options;
}

Scanner scanner_for(const HashList& list, const ScanOptions& options) {
    Result<Scanner> scanner = Scanner::create(list, options);
    EXPECT_TRUE(scanner.ok()) << scanner.status().to_string();
    return std::move(scanner).value();
}

class VideoScan : public testing::Test {
protected:
    VideoScan() : path_(folder_ / "clip.mp4") {
        encode(moving_crop(48, 320, 240), "-c:v libx264 -preset veryfast -bf 2 -g 12 -sc_threshold 0", path_);
    }

    TempFolder folder_;
    std::filesystem::path path_;
};

TEST_F(VideoScan, ARowSaysWhichFrameMatchesAndWhen) {
    const RunResult found = run(scanner_for(list_of_frame(path_, kKnown), exactly()), {path_.string()});
    ASSERT_EQ(found.rows.size(), 1U);
    const FileRow& row = found.rows.front();
    EXPECT_EQ(row.outcome, Outcome::matched) << row.reason;
    EXPECT_EQ(row.format, "mp4");
    EXPECT_EQ(row.width, 320U);
    EXPECT_EQ(row.height, 240U);
    EXPECT_EQ(row.frames, 48U);
    EXPECT_EQ(row.decode, "luma");
    EXPECT_FALSE(row.damaged) << row.damage_reason;
    EXPECT_TRUE(row.sha256.has_value());
    ASSERT_EQ(row.matches.size(), 1U);
    EXPECT_EQ(row.matches.front().frame, kKnown);
    EXPECT_EQ(row.matches.front().pts_us, static_cast<std::int64_t>(kKnown) * kFrameUs);
}

TEST_F(VideoScan, SamplingDecidesWhatIsLookedAt) {
    const HashList list = list_of_frame(path_, kKnown);
    const RunResult keys = run(scanner_for(list, exactly({.kind = SamplingKind::key_frames})), {path_.string()});
    EXPECT_EQ(keys.rows.front().outcome, Outcome::clean) << "what it says it can miss";
    EXPECT_EQ(keys.rows.front().frames, 4U);
    const RunResult second = run(scanner_for(list, exactly({SamplingKind::per_second, 5})), {path_.string()});
    EXPECT_EQ(second.rows.front().frames, 10U);
    EXPECT_EQ(second.rows.front().outcome, Outcome::matched) << "frame 30 is the first of its fifth";
    EXPECT_EQ(second.rows.front().matches.front().frame, kKnown);
}

TEST_F(VideoScan, TheSandboxGivesTheSameRows) {
    encode(moving_crop(20), "-c:v mpeg4", folder_ / "other.avi");
    const auto bytes = read_file(path_);
    write_file(folder_ / "cut.mp4", std::span<const std::uint8_t>(bytes).first(bytes.size() - 1000));
    write_file(folder_ / "stub.mp4", std::span<const std::uint8_t>(bytes).first(300));
    encode("-f lavfi -i sine=duration=1", "-c:a aac", folder_ / "sound.mp4");
    std::filesystem::copy(path_, folder_ / "same.bin");
    const HashList list = list_of_frame(path_, kKnown);
    const std::vector<std::string> paths{folder_.path().string()};
    const RunResult here = run(scanner_for(list, exactly()), paths);
    ScanOptions options = exactly();
    options.isolation = Isolation::sandboxed;
    options.worker = {TUTELA_WORKER, TUTELA_VIDEO_WORKER};
    const RunResult there = run(scanner_for(list, options), paths);
    EXPECT_TRUE(here.rows == there.rows);
    ASSERT_EQ(here.rows.size(), 6U);
    EXPECT_EQ(here.totals.count(Outcome::matched), 2U);
    EXPECT_EQ(here.totals.count(Outcome::clean), 1U);
    EXPECT_EQ(here.totals.count(Outcome::unsupported), 1U);
    EXPECT_EQ(here.totals.count(Outcome::corrupt), 2U) << "the index of cut.mp4 is lost, as it lies at the end";
    EXPECT_EQ(here.totals.duplicates, 1U);
}

TEST_F(VideoScan, LimitsOfTheirOwn) {
    const HashList list = list_of_frame(path_, kKnown);
    ScanOptions options = exactly();
    options.limits.max_bytes = 100;
    options.limits.max_frames = 1;
    EXPECT_EQ(run(scanner_for(list, options), {path_.string()}).rows.front().outcome, Outcome::matched);
    options.limits.max_video_bytes = 1000;
    const FileRow large = run(scanner_for(list, options), {path_.string()}).rows.front();
    EXPECT_EQ(large.outcome, Outcome::limit);
    EXPECT_NE(large.reason.find("over the limit of 1000"), std::string::npos) << large.reason;
    EXPECT_TRUE(large.sha256.has_value());
    options.limits.max_video_bytes = 1U << 30;
    options.limits.max_video_frames = 10;
    const FileRow cut = run(scanner_for(list, options), {path_.string()}).rows.front();
    EXPECT_EQ(cut.outcome, Outcome::limit) << "nobody can say that it is clean";
    EXPECT_EQ(cut.frames, 10U);
}

TEST_F(VideoScan, AJournalOfOtherSamplingIsRefused) {
    const HashList list = list_of_frame(path_, kKnown);
    const std::string name = (folder_ / "journal").string();
    const std::vector<std::string> paths{path_.string()};
    const auto scan = [&](const tutela::Sampling& sampling, Result<Journal> journal) {
        EXPECT_TRUE(journal.ok()) << journal.status().to_string();
        InlineExecutor executor;
        const ScanControl control{.journal = &journal.value()};
        return scanner_for(list, exactly(sampling))
            .scan(
                paths, executor, [](const FileRow&) { return Status(); }, control)
            .status();
    };
    EXPECT_TRUE(scan({}, Journal::create(name)).ok());
    const Status other = scan({.kind = SamplingKind::adaptive}, Journal::open(name));
    EXPECT_EQ(other.code(), StatusCode::invalid_argument);
    EXPECT_NE(other.message().find("sampling of videos"), std::string::npos) << other.message();
    EXPECT_TRUE(scan({.max_gap_us = 5}, Journal::open(name)).ok()) << "changes nothing where every frame counts";
}

TEST_F(VideoScan, AStopGivesAVideoUpBetweenTwoFrames) {
    const HashList list = list_of_frame(path_, kKnown);
    const auto index = list.open_index({});
    ASSERT_TRUE(index.ok());
    const ScanOptions options = exactly();
    const auto decoder = make_decoder();
    Examiner examiner(*decoder, list, *index.value(), options);
    const auto bytes = read_file(path_);
    const std::atomic<bool> stop = true;
    EXPECT_EQ(examiner.examine_video({.bytes = bytes}, MediaFormat::mp4, &stop).status().code(), StatusCode::cancelled);
    EXPECT_EQ(examiner.examine_video({.bytes = bytes}, MediaFormat::mp4, nullptr).value().outcome, Outcome::matched);
}

TEST_F(VideoScan, BytesInMemoryAreScannedAsWell) {
    const auto bytes = read_file(path_);
    const Scanner scanner = scanner_for(list_of_frame(path_, kKnown), exactly());
    const FileRow row = scanner.scan_bytes(bytes, "upload");
    EXPECT_EQ(row.outcome, Outcome::matched);
    EXPECT_EQ(row.frames, 48U);
}

TEST(VideoScanOptions, SamplingIsChecked) {
    ScanOptions options;
    options.sampling.per_second = 0;
    EXPECT_EQ(Scanner::create(list_of({1}), options).status().code(), StatusCode::invalid_argument);
}

}  // namespace
}  // namespace tutela::test
