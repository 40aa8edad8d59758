#include "core/digest.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace tutela {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// FIPS 180-2, appendix B, and the empty message.
TEST(Digest, Sha256OfPublishedMessages) {
    EXPECT_EQ(bytes_to_hex(sha256(bytes_of("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(bytes_to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// The canonical form of the empty input, as the xxHash project publishes it.
TEST(Digest, Xxh3OfNothing) {
    EXPECT_EQ(bytes_to_hex(xxh3_128({})), "99aa06d3014798d86001c324468d497f");
}

TEST(Digest, AStreamInPiecesIsTheWhole) {
    std::vector<std::uint8_t> data(100'000);
    for (std::size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    StreamDigest stream;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{63}, std::size_t{4096}, data.size()}) {
        for (std::size_t at = 0; at < data.size(); at += piece) {
            stream.update(std::span(data).subspan(at, std::min(piece, data.size() - at)));
        }
        const StreamDigest::Digests digests = stream.finish();
        EXPECT_EQ(digests.sha256, sha256(data));
        EXPECT_EQ(digests.xxh3, xxh3_128(data));
        stream.reset();
    }
    EXPECT_EQ(stream.finish().sha256, sha256({}));
}

}  // namespace
}  // namespace tutela
