// Files that one job of a scan takes together: the same rows as one by one, with a hint to the decoder before.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scan/file_scanner.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"
#include "scan/walk.hpp"

namespace tutela::test {
namespace {

// Decodes in this process, and notes what it is told of before.
class NotingDecoder final : public Decoder {
public:
    Result<std::span<std::uint8_t>> room(std::size_t bytes) override { return decoder_->room(bytes); }
    Result<std::unique_ptr<FrameSource>> open(std::span<const std::uint8_t> bytes, const DecodeLimits& limits,
                                              DecodeMode mode) override {
        const Bytes now(bytes.begin(), bytes.end());
        const auto told = std::find_if(told_.begin(), told_.end(), [&](const Told& file) {
            return file.place.data() == bytes.data() && file.place.size() == bytes.size() && file.bytes == now;
        });
        if (told != told_.end()) {
            ++opened_as_told;
            told_.erase(told);
        }
        return decoder_->open(bytes, limits, mode);
    }
    Result<std::unique_ptr<FrameSource>> open_video(const VideoInput& input, const DecodeLimits& limits,
                                                    const tutela::Sampling& sampling) override {
        return decoder_->open_video(input, limits, sampling);
    }
    Result<std::unique_ptr<ArchiveSource>> open_archive(std::span<const std::uint8_t> bytes,
                                                        const ArchiveLimits& limits,
                                                        const DecodeLimits& spending) override {
        return decoder_->open_archive(bytes, limits, spending);
    }
    void decode_ahead(std::span<const std::span<const std::uint8_t>> files, const DecodeLimits& /*limits*/,
                      DecodeMode mode) override {
        hints.push_back(files.size());
        mode_told = mode;
        told_.clear();
        for (const std::span<const std::uint8_t>& file : files)
            told_.push_back({file, Bytes(file.begin(), file.end())});
        if (short_of_memory) throw std::bad_alloc();
    }
    void trim() noexcept override { decoder_->trim(); }

    std::vector<std::size_t> hints;
    DecodeMode mode_told = DecodeMode::exact;
    std::size_t opened_as_told = 0;  // files that lay where the hint said, with the same bytes
    bool short_of_memory = false;

private:
    struct Told {
        std::span<const std::uint8_t> place;
        Bytes bytes;
    };
    std::unique_ptr<Decoder> decoder_ = make_decoder();
    std::vector<Told> told_;
};

class FileGroup : public ::testing::Test {
protected:
    FileGroup() {
        for (std::uint32_t i = 0; i < 6; ++i)
            folder_.write("a" + std::to_string(i), encode_png(picture(i, 70).view()));
    }

    // The rows by path, each item given once; `before_each` sees how many were given.
    std::map<std::string, FileRow> scan(bool together, const std::function<void(std::size_t)>& before_each = {}) {
        FileTree tree;
        const std::vector<std::string> paths{folder_.path()};
        EXPECT_TRUE(walk(paths, {}, tree));
        const HashList list = list_of({1});
        const auto index = list.open_index({.radius = 31});
        EXPECT_TRUE(index.ok());
        DecoderPool pool(options_);
        FindingCache cache;
        const KnownFiles known(list, nullptr, ListFilter());
        const ScanJob job{tree, list, *index.value(), options_, &stop_, cache, pool, known};
        FileScanner scanner(job, decoder_);
        std::map<std::string, FileRow> rows;
        const std::span<const TreeItem> items = tree.items();
        const std::size_t step = together ? FileReader::kGroupFiles : 1;
        for (std::size_t first = 0; first < items.size(); first += step) {
            const auto group = items.subspan(first, std::min(step, items.size() - first));
            scanner.scan_group(group, [&](std::size_t place, Result<ScannedItem>&& item) {
                if (before_each) before_each(rows.size() + cancelled_);
                if (!item.ok()) {
                    EXPECT_EQ(item.status().code(), StatusCode::cancelled);
                    ++cancelled_;
                    return;
                }
                const FileRow& row = item.value().front().row;
                EXPECT_EQ(row.path, tree.path(group[place]));
                EXPECT_TRUE(rows.emplace(row.path, row).second) << row.path << " twice";
            });
        }
        appetite_ = scanner.appetite();
        return rows;
    }

    TestFolder folder_;
    ScanOptions options_;
    NotingDecoder decoder_;
    std::atomic<bool> stop_{false};
    std::size_t appetite_ = 0;
    std::size_t cancelled_ = 0;
};

TEST_F(FileGroup, HasTheRowsOfFilesOneByOne) {
    const Bytes good = encode_png(picture(1, 70).view());
    folder_.write("b again", good);
    folder_.write("c cut", std::span(good).first(good.size() / 2));
    folder_.write("d text", "no picture");
    folder_.write("e empty", "");
    folder_.write("f large", std::string(100'000, 'x'));
    folder_.write("g picture", encode_png(picture(1, 400).view(), {.bit_depth = 16}));  // over 64 KiB
    folder_.link("h link", "a0");
    folder_.fifo("i fifo");
    folder_.folder("j");
    folder_.write("j/k", encode_jpeg(picture(8, 70).view()));
    const auto together = scan(true);
    ASSERT_EQ(decoder_.hints.size(), 1U);
    EXPECT_EQ(decoder_.hints[0], 9U) << "a0 to a5, b, c and k";
    EXPECT_EQ(decoder_.opened_as_told, 8U) << "a1 and b have the same bytes";
    EXPECT_EQ(appetite_, 16U);
    EXPECT_TRUE(together == scan(false));
    EXPECT_EQ(together.size(), 15U);
    EXPECT_EQ(decoder_.hints.size(), 1U) << "a file by itself needs none";
}

TEST_F(FileGroup, IsTheSameWithoutMemoryForIt) {
    decoder_.short_of_memory = true;
    const auto together = scan(true);
    EXPECT_EQ(decoder_.hints.size(), 1U);
    decoder_.short_of_memory = false;
    EXPECT_TRUE(together == scan(false));
}

TEST_F(FileGroup, TellsTheModeThatIsFirst) {
    options_.decode = DecodeMode::screen;
    options_.profile = Profile::plain;
    (void)scan(true);
    EXPECT_EQ(decoder_.mode_told, DecodeMode::screen);
    options_.profile = Profile::standard;
    (void)scan(true);
    EXPECT_EQ(decoder_.mode_told, DecodeMode::luma);
}

TEST_F(FileGroup, EndsWithTheStop) {
    const auto rows = scan(true, [&](std::size_t given) { stop_ = given == 2; });
    EXPECT_EQ(rows.size(), 3U);
    EXPECT_EQ(cancelled_, 1U) << "the first that is not scanned is the last that is heard of";
}

TEST_F(FileGroup, IsAsLargeAsTheLastFilesWereSmall) {
    (void)scan(true);
    EXPECT_EQ(appetite_, 12U);
    (void)scan(false);
    EXPECT_EQ(appetite_, 2U);
    folder_.write("z", std::string(100'000, 'x'));
    (void)scan(false);
    EXPECT_EQ(appetite_, 1U);
}

}  // namespace
}  // namespace tutela::test
