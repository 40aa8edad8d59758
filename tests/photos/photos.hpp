// The photographs that `./dev photos` fetches, for tests that need real pictures. Without them such a test fails.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

namespace tutela {

struct Photo {
    std::string sha256;
    std::string package;
    std::string file;
    std::string format;  // "jpeg", "png" or "webp"
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::filesystem::path path;
};

// What the index in this folder names, in its order. Missing or malformed: none, and the running test fails.
inline std::vector<Photo> read_photo_index(const std::filesystem::path& folder) {
    std::ifstream in(folder / "index.tsv");
    std::string line;
    if (!std::getline(in, line)) {
        ADD_FAILURE() << "no photographs in " << folder << ": run ./dev photos";
        return {};
    }
    std::vector<Photo> photos;
    while (std::getline(in, line)) {
        std::istringstream row(line);
        Photo photo;
        std::getline(row, photo.sha256, '\t');
        std::getline(row, photo.package, '\t');
        std::getline(row, photo.file, '\t');
        std::getline(row, photo.format, '\t');
        if (!(row >> photo.width >> photo.height)) {
            ADD_FAILURE() << "malformed line in the index of photographs: " << line;
            return {};
        }
        photo.path = folder / "files" / photo.package / photo.file;
        photos.push_back(std::move(photo));
    }
    return photos;
}

// All of them, at least 300, sorted by package and file.
inline const std::vector<Photo>& all_photos() {
    static const std::vector<Photo> photos = read_photo_index(TUTELA_PHOTOS_DIR);
    EXPECT_GE(photos.size(), 300U) << "too few photographs in " TUTELA_PHOTOS_DIR ": run ./dev photos";
    return photos;
}

inline std::vector<std::uint8_t> photo_bytes(const Photo& photo) {
    std::ifstream in(photo.path, std::ios::binary);
    EXPECT_TRUE(in.is_open()) << "no photograph " << photo.path << ": run ./dev photos";
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace tutela
