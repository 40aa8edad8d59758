// A sandboxed decoder has a second worker for formats with large libraries, and only once such a file is met.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/temp_folder.hpp"
#include "media/decode.hpp"
#include "media/sandboxing.hpp"
#include "media/still_samples.hpp"

namespace tutela::test {
namespace {

std::vector<pid_t> workers() {
    const std::string self = std::to_string(getpid());
    std::ifstream list("/proc/" + self + "/task/" + self + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; list >> child;)
        children.push_back(child);
    return children;
}

class RareWorker : public ::testing::Test {
protected:
    RareWorker() {
        for (const Sample& sample : still_samples()) {
            const MediaFormat format = sniff_format(sample.bytes);
            if (format == MediaFormat::tiff && tiff_.empty()) tiff_ = sample.bytes;
            if (format == MediaFormat::jxl && jxl_.empty()) jxl_ = sample.bytes;
        }
        EXPECT_FALSE(tiff_.empty() || jxl_.empty());
    }
    // Whether the sandbox says of a file what the decoder in this process says.
    bool is_right(std::span<const std::uint8_t> bytes) {
        return answers(*decoder_, bytes, DecodeMode::exact) == answers(*ours_, bytes, DecodeMode::exact);
    }

    Bytes tiff_;
    Bytes jxl_;
    Bytes jpeg_ = encode_jpeg(make_picture(40, 30, PixelFormat::rgb24).view());
    std::unique_ptr<Decoder> ours_ = make_decoder();
    std::unique_ptr<Decoder> decoder_ = sandbox(real_worker());
};

TEST_F(RareWorker, SaysOfAllRarePicturesWhatIsSaidInThisProcess) {
    for (const Sample& sample : still_samples()) {
        EXPECT_TRUE(is_right(sample.bytes)) << sample.name;
        for (const std::size_t part : {2, 3}) {
            Bytes broken = sample.bytes;
            broken[broken.size() / part] ^= 0x55;
            EXPECT_TRUE(is_right(broken)) << sample.name << " with a byte altered";
            broken.resize(broken.size() / part);
            EXPECT_TRUE(is_right(broken)) << sample.name << " cut off";
        }
    }
}

TEST_F(RareWorker, IsStartedForTheFirstRareFile) {
    EXPECT_TRUE(is_right(jpeg_));
    EXPECT_EQ(workers().size(), 1U);
    EXPECT_TRUE(is_right(tiff_));
    const std::vector<pid_t> both = workers();
    EXPECT_EQ(both.size(), 2U);
    for (const Bytes& file : {jxl_, jpeg_, tiff_})
        EXPECT_TRUE(is_right(file));
    EXPECT_EQ(workers(), both) << "each goes from file to file";
}

TEST_F(RareWorker, IsStartedAnewByItself) {
    EXPECT_TRUE(is_right(tiff_));
    const std::vector<pid_t> before = workers();
    ASSERT_EQ(before.size(), 2U);
    ASSERT_EQ(kill(before[1], SIGABRT), 0);
    EXPECT_EQ(status_of(*decoder_, jxl_).code(), StatusCode::crashed);
    EXPECT_TRUE(is_right(jpeg_));
    EXPECT_TRUE(is_right(jxl_));
    const std::vector<pid_t> after = workers();
    ASSERT_EQ(after.size(), 2U);
    EXPECT_EQ(after[0], before[0]);
    EXPECT_NE(after[1], before[1]);
}

TEST_F(RareWorker, LeavesOneFileOpenAtATime) {
    const auto is_at_its_end = [](FrameSource& source) {
        Frame frame;
        const Result<bool> next = source.next(frame);
        return next.ok() && !next.value();
    };
    const auto open = [&](const Bytes& bytes) { return decoder_->open(bytes, {}, DecodeMode::exact); };
    const auto jpeg = open(jpeg_);
    ASSERT_TRUE(jpeg.ok());
    const auto tiff = open(tiff_);
    ASSERT_TRUE(tiff.ok());
    EXPECT_TRUE(is_at_its_end(*jpeg.value()));
    ASSERT_TRUE(open(jpeg_).ok());
    EXPECT_TRUE(is_at_its_end(*tiff.value()));
    const auto jxl = open(jxl_);
    ASSERT_TRUE(jxl.ok());
    ASSERT_TRUE(decoder_->room(10).ok());
    EXPECT_TRUE(is_at_its_end(*jxl.value()));
    const auto again = open(jxl_);
    ASSERT_TRUE(again.ok());
    Frame frame;
    EXPECT_TRUE(again.value()->next(frame).value());
}

TEST_F(RareWorker, ReadsFromMemoryThatIsReplaced) {
    const auto fill = [&](const Bytes& file, std::size_t size) {
        const auto room = decoder_->room(size);
        EXPECT_TRUE(room.ok());
        std::memcpy(room.value().data(), file.data(), file.size());
        return std::span<const std::uint8_t>(room.value()).first(file.size());
    };
    EXPECT_TRUE(is_right(fill(tiff_, tiff_.size())));
    EXPECT_TRUE(is_right(fill(jxl_, 100U << 20)));
    decoder_->trim();  // gives the memory back, as it is large
    EXPECT_TRUE(is_right(fill(jpeg_, jpeg_.size())));
    EXPECT_TRUE(is_right(fill(tiff_, tiff_.size())));
    EXPECT_TRUE(is_right(fill(jxl_, (2ULL << 30) + 4096)));  // more than there was
    EXPECT_TRUE(is_right(fill(jpeg_, jpeg_.size())));
    EXPECT_TRUE(is_right(tiff_)) << "from elsewhere";
}

TEST_F(RareWorker, IsTheParentsAfterAFork) {
    EXPECT_TRUE(is_right(tiff_));
    const std::vector<pid_t> before = workers();
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) _exit(is_right(jpeg_) && is_right(tiff_) && is_right(jpeg_) && is_right(jxl_) ? 0 : 1);
    int state = 0;
    ASSERT_EQ(waitpid(child, &state, 0), child);
    EXPECT_TRUE(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    EXPECT_TRUE(is_right(jxl_));
    EXPECT_TRUE(is_right(jpeg_));
    EXPECT_EQ(workers(), before);
}

TEST(RareWorkerProgram, IsNotMissedOnlyWhenItIsNeeded) {
    const TempFolder folder;
    const std::filesystem::path program = folder / "tutela-worker";
    std::filesystem::copy_file(TUTELA_WORKER, program);
    const auto half = make_sandboxed_decoder({program.string()});
    EXPECT_EQ(half.status().code(), StatusCode::not_found) << half.status().to_string();
    EXPECT_NE(half.status().message().find("tutela-worker-rare"), std::string::npos) << half.status().to_string();
    std::filesystem::copy_file(std::string(TUTELA_WORKER) + "-rare", program.string() + "-rare");
    EXPECT_TRUE(make_sandboxed_decoder({program.string()}).ok());
}

}  // namespace
}  // namespace tutela::test
