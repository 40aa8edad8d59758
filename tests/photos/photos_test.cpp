// The photographs are there, and are what the index says.
#include "photos/photos.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <set>

#include "core/temp_folder.hpp"
#include "tutela/media.hpp"

namespace tutela {
namespace {

TEST(Photos, EveryOneOpensWithTheSizeOfTheIndex) {
    std::set<std::string> contents;
    for (const Photo& photo : all_photos()) {
        contents.insert(photo.sha256);
        const std::vector<std::uint8_t> bytes = photo_bytes(photo);
        auto source = open_media(bytes);
        ASSERT_TRUE(source.ok()) << photo.path << ": " << source.status().to_string();
        const MediaInfo& info = source.value()->info();
        EXPECT_EQ(format_name(info.format), photo.format) << photo.path;
        EXPECT_EQ(info.width, photo.width) << photo.path;
        EXPECT_EQ(info.height, photo.height) << photo.path;
    }
    EXPECT_EQ(contents.size(), all_photos().size());
}

TEST(Photos, AMissingIndexFailsTheTest) {
    const TempFolder folder;
    EXPECT_NONFATAL_FAILURE(EXPECT_TRUE(read_photo_index(folder.path()).empty()), "run ./dev photos");
    write_file(folder / "index.tsv",
               std::string_view("sha256\tpackage\tfile\tformat\twidth\theight\nabc\tp\tf\tpng\t12\n"));
    EXPECT_NONFATAL_FAILURE(EXPECT_TRUE(read_photo_index(folder.path()).empty()), "malformed line");
}

}  // namespace
}  // namespace tutela
