// Small pictures that a sandboxed decoder decodes together: each is answered as it is by itself, whatever its
// neighbours do to the worker.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "media/decode.hpp"
#include "media/samples.hpp"
#include "media/sandboxing.hpp"

namespace tutela::test {
namespace {

using Span = std::span<const std::uint8_t>;

// Puts the files side by side into the decoder's room.
std::vector<Span> place(Decoder& decoder, const std::vector<Bytes>& files) {
    std::size_t total = 0;
    for (const Bytes& file : files)
        total += file.size();
    const auto room = decoder.room(total);
    EXPECT_TRUE(room.ok());
    std::vector<Span> placed;
    std::size_t at = 0;
    for (const Bytes& file : files) {
        if (!file.empty()) std::memcpy(room.value().data() + at, file.data(), file.size());
        placed.emplace_back(room.value().data() + at, file.size());
        at += file.size();
    }
    return placed;
}

using Answers = std::vector<std::vector<std::string>>;

Answers answers_ahead(Decoder& decoder, const std::vector<Bytes>& files, DecodeMode mode,
                      const DecodeLimits& limits = {}) {
    const std::vector<Span> placed = place(decoder, files);
    decoder.decode_ahead(placed, limits, mode);
    Answers given;
    for (const Span& file : placed)
        given.push_back(answers(decoder, file, mode, limits));
    return given;
}

Answers answers_alone(Decoder& decoder, const std::vector<Bytes>& files, DecodeMode mode,
                      const DecodeLimits& limits = {}) {
    Answers given;
    for (const Bytes& file : files)
        given.push_back(answers(decoder, file, mode, limits));
    return given;
}

Bytes small_jpeg(std::uint32_t seed = 1) {
    return encode_jpeg(make_picture(40, 30, PixelFormat::rgb24, seed).view());
}

Bytes small_png() {
    return encode_png(make_picture(33, 21, PixelFormat::rgb24).view());
}

// Good, cut off, and with a byte altered in the middle, by turns.
std::vector<Bytes> all_kinds_of_files() {
    std::vector<Bytes> files;
    for (const Sample& sample : all_samples()) {
        files.push_back(sample.bytes);
        for (const std::size_t part : {3, 2}) {
            files.push_back(sample.bytes);
            files.back().resize(sample.bytes.size() / part);
        }
        for (const std::size_t part : {3, 2}) {
            files.push_back(sample.bytes);
            files.back()[sample.bytes.size() / part] ^= 0x55;
        }
    }
    files.emplace_back();
    return files;
}

TEST(DecodeAhead, AnswersAllSamplesAsAlone) {
    const auto ours = make_decoder();
    const auto theirs = sandbox(real_worker());
    const std::vector<Bytes> files = all_kinds_of_files();
    DecodeLimits few_pixels;
    few_pixels.max_pixels = 500;
    for (const DecodeMode mode : kAllModes) {
        for (std::size_t first = 0; first < files.size(); first += 16) {
            const std::vector<Bytes> group(
                files.begin() + static_cast<std::ptrdiff_t>(first),
                files.begin() + static_cast<std::ptrdiff_t>(std::min(first + 16, files.size())));
            for (const DecodeLimits& limits : {DecodeLimits(), few_pixels}) {
                EXPECT_TRUE(answers_ahead(*theirs, group, mode, limits) == answers_alone(*ours, group, mode, limits))
                    << "files from " << first << " in mode " << decode_mode_name(mode);
            }
        }
    }
}

TEST(DecodeAhead, TakesAnyNumberOfFiles) {
    const auto ours = make_decoder();
    const auto theirs = sandbox(real_worker());
    std::vector<Bytes> files;
    for (std::uint32_t count = 0; count < 20; ++count) {
        EXPECT_TRUE(answers_ahead(*theirs, files, DecodeMode::exact) == answers_alone(*ours, files, DecodeMode::exact))
            << count;
        files.push_back(count % 2 == 0 ? small_jpeg(count) : small_png());
    }
}

// A worker that is gone gives nothing more: what can be had still was there before.
class GoneWorker : public ::testing::Test {
protected:
    void decode_ahead(DecodeMode mode = DecodeMode::exact) {
        placed_ = place(*decoder_, files_);
        decoder_->decode_ahead(placed_, {}, mode);
    }
    static void end_worker() { ASSERT_EQ(kill(child_of(getpid()), SIGABRT), 0); }
    StatusCode open(std::size_t file, const DecodeLimits& limits = {}, DecodeMode mode = DecodeMode::exact) {
        return decoder_->open(placed_[file], limits, mode).status().code();
    }

    std::unique_ptr<Decoder> decoder_ = sandbox(real_worker());
    std::vector<Bytes> files_{small_jpeg(), small_png(),
                              encode_jpeg(make_picture(300, 300, PixelFormat::rgb24).view(), {.quality = 30}),
                              small_jpeg(2)};
    std::vector<Span> placed_;
};

TEST_F(GoneWorker, HasDecodedTheSmallOnes) {
    decode_ahead();
    end_worker();
    const auto ours = make_decoder();
    EXPECT_EQ(answers(*decoder_, placed_[1], DecodeMode::exact), answers(*ours, files_[1], DecodeMode::exact));
    EXPECT_EQ(answers(*decoder_, placed_[0], DecodeMode::exact), answers(*ours, files_[0], DecodeMode::exact));
    EXPECT_EQ(open(2), StatusCode::crashed) << "a large picture was decoded ahead";
    // What broke the worker may have written anywhere: nothing from before is used.
    const pid_t worker = child_of(getpid());
    EXPECT_EQ(open(3), StatusCode::ok);
    EXPECT_NE(child_of(getpid()), worker);
}

TEST_F(GoneWorker, GivesEachOnce) {
    decode_ahead();
    end_worker();
    EXPECT_EQ(open(0), StatusCode::ok);
    EXPECT_EQ(open(0), StatusCode::crashed);
}

TEST_F(GoneWorker, GivesWhatWasAskedFor) {
    decode_ahead();
    end_worker();
    EXPECT_EQ(open(0, {}, DecodeMode::luma), StatusCode::crashed);
    decode_ahead();
    end_worker();
    DecodeLimits other;
    other.max_jpeg_scans = 7;
    EXPECT_EQ(open(0, other), StatusCode::crashed);
    decode_ahead();
    end_worker();
    ASSERT_TRUE(decoder_->room(10).ok());  // for other bytes
    EXPECT_EQ(open(0), StatusCode::crashed);
    decode_ahead();
    const Bytes zip{'P', 'K', 3, 4};
    (void)decoder_->open_archive(placed_[1], {}, {});  // writes to where they lie
    end_worker();
    EXPECT_EQ(open(0), StatusCode::crashed);
}

TEST_F(GoneWorker, IsNotAskedForOneFile) {
    files_.resize(1);
    decode_ahead();
    end_worker();
    EXPECT_EQ(open(0), StatusCode::crashed);
}

TEST(DecodeAhead, ANeighbourThatBreaksTheWorkerChangesNothing) {
    DecodeLimits limits;
    limits.max_frame_seconds = 1;
    for (const char* words :
         {"crash", "fault", "abort", "exit", "close", "spin", "throw", "socket", "lie call", "lie status", "lie length",
          "frames 1 crash", "still frames 1 crash", "still frames 1 throw", "still frames 2", "frames 3",
          "still frames 0", "still lie nothing", "write to input"}) {
        const std::vector<Bytes> files{small_jpeg(), script(words), small_png()};
        const auto together = sandbox(fault_worker());
        const auto alone = sandbox(fault_worker());
        EXPECT_EQ(answers_ahead(*together, files, DecodeMode::exact, limits),
                  answers_alone(*alone, files, DecodeMode::exact, limits))
            << words;
    }
}

// The lie is told by the first of three pictures about the second.
bool is_believed(const char* lie) {
    const std::vector<Bytes> files{script(std::string("still lie ") + lie), small_jpeg(), small_png()};
    const auto decoder = sandbox(fault_worker());
    const auto ours = make_decoder();
    const pid_t worker = child_of(getpid());
    const std::vector<Span> placed = place(*decoder, files);
    decoder->decode_ahead(placed, {}, DecodeMode::exact);
    const bool wrong = answers(*decoder, placed[1], DecodeMode::exact) != answers(*ours, files[1], DecodeMode::exact) ||
                       answers(*decoder, placed[2], DecodeMode::exact) != answers(*ours, files[2], DecodeMode::exact);
    EXPECT_EQ(child_of(getpid()) == worker, wrong) << lie << ": a worker that lies is ended";
    return wrong;
}

TEST(DecodeAhead, BelievesNoAnswerThatCannotBe) {
    EXPECT_TRUE(is_believed("nothing")) << "what could be true would be taken for true";
    for (const char* lie : {"call", "serial", "opened", "given", "flag", "not the last", "damaged", "damage", "text",
                            "mode", "rows", "format", "stride", "offset", "outside", "size"}) {
        EXPECT_FALSE(is_believed(lie)) << lie;
    }
}

}  // namespace
}  // namespace tutela::test
