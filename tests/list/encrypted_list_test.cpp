// Lists encrypted at rest: they come back with the key, and are refused whole in every other case.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/dump_flags.hpp"
#include "core/temp_folder.hpp"
#include "list/encrypted_file.hpp"
#include "list/list_test_support.hpp"
#include "tutela/list_key.hpp"

namespace tutela {
namespace {

using Bytes = std::vector<std::uint8_t>;

ListKey key_of(std::uint8_t seed) {
    Bytes bytes(ListKey::kBytes);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(seed + i);
    return ListKey::from_bytes(bytes).value();
}

Bytes encrypted(const Bytes& plain, const ListKey& key) {
    const TempFolder folder;
    EXPECT_TRUE(publish_encrypted(folder / "file", plain, key).ok());
    EXPECT_EQ(folder.count(), 1U);
    return read_file(folder / "file");
}

Bytes random_bytes(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Bytes bytes(size);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

StatusCode refusal(const Bytes& file, const ListKey& key) {
    const Result<Mapping> plain = decrypt(file, &key);
    return plain.status().code();
}

TEST(EncryptedList, ComesBackWithItsKeyAndWithNoOther) {
    const TempFolder folder;
    const ListKey key = key_of(1);
    for (const std::size_t count : {0U, 3U, 5000U}) {
        const HashList list = build(random_entries(count, count));
        ASSERT_TRUE(save_encrypted(list, folder / "list", key).ok());
        const Bytes file = read_file(folder / "list");
        EXPECT_TRUE(begins_encrypted_list(file));
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 20); ++i) {
            const auto& hash = list.hashes()[i].bytes;
            EXPECT_EQ(std::search(file.begin(), file.end(), hash.begin(), hash.begin() + 8), file.end());
        }
        const Result<HashList> opened = open_list(folder / "list", ListOpenOptions{.key = key});
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        EXPECT_TRUE(std::ranges::equal(opened.value().bytes(), list.bytes()));
        EXPECT_EQ(opened.value().digest_hex(), list.digest_hex());
        EXPECT_EQ(open_list(folder / "list", ListOpenOptions{.check = LoadCheck::layout, .key = key}).value().size(),
                  count);

        EXPECT_EQ(open_list(folder / "list", ListOpenOptions{.key = key_of(2)}).status().code(),
                  StatusCode::permission_denied);
        EXPECT_EQ(open_list(folder / "list").status().code(), StatusCode::permission_denied);
        EXPECT_EQ(HashList::load(folder / "list").status().code(), StatusCode::permission_denied);
    }
    struct stat facts {};
    ASSERT_EQ(stat((folder / "list").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(EncryptedList, AListInTheOpenIsOpenedWithAKeyToo) {
    const TempFolder folder;
    ASSERT_TRUE(build(random_entries(3, 1)).save(folder / "list").ok());
    write_file(folder / "text", std::string(64, 'a') + "\n");
    EXPECT_EQ(open_list(folder / "list", ListOpenOptions{.key = key_of(1)}).value().size(), 3U);
    TextImport import;
    EXPECT_EQ(open_list(folder / "text", ListOpenOptions{.key = key_of(1)}, &import).value().size(), 1U);
    EXPECT_EQ(import.added, 1U);
}

TEST(EncryptedList, EverySizeAroundTheChunksComesBack) {
    for (const std::size_t size : {0UL, 1UL, 65535UL, 65536UL, 65537UL, 131072UL, 200000UL}) {
        const Bytes plain = random_bytes(size, size);
        const Bytes file = encrypted(plain, key_of(3));
        const std::size_t chunks = std::max<std::size_t>(1, (size + 65535) / 65536);
        EXPECT_EQ(file.size(), 64 + size + 17 * chunks);
        const ListKey key = key_of(3);
        const Result<Mapping> back = decrypt(file, &key);
        ASSERT_TRUE(back.ok()) << size << ' ' << back.status().to_string();
        EXPECT_TRUE(std::ranges::equal(back.value().bytes(), plain)) << size;
    }
    EXPECT_NE(encrypted({1, 2, 3}, key_of(3)), encrypted({1, 2, 3}, key_of(3)));
}

TEST(EncryptedList, EverySingleFlippedBitIsRefused) {
    const TempFolder folder;
    const ListKey key = key_of(4);
    ASSERT_TRUE(save_encrypted(build(random_entries(3, 4)), folder / "list", key).ok());
    const Bytes good = read_file(folder / "list");
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes bad = good;
        bad[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_NE(refusal(bad, key), StatusCode::ok) << bit;
        if (bit >= 64 * 8 && bit % 37 != 0) continue;  // through a file, all of the header and a part of the rest
        write_file(folder / "bad", bad);
        ASSERT_FALSE(open_list(folder / "bad", ListOpenOptions{.key = key}).ok()) << bit;
    }
}

TEST(EncryptedList, EveryTruncationAndExtensionIsRefused) {
    const ListKey key = key_of(5);
    const Bytes good = encrypted(random_bytes(150'000, 5), key);
    for (std::size_t size = 0; size < good.size(); size += size < 200 || size + 200 > good.size() ? 1 : 997)
        ASSERT_NE(refusal(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), key), StatusCode::ok);
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_EQ(refusal(longer, key), StatusCode::corrupt);
    longer = good;
    longer.insert(longer.end(), good.begin() + 64, good.end());
    EXPECT_EQ(refusal(longer, key), StatusCode::corrupt);

    const TempFolder folder;
    ASSERT_TRUE(save_encrypted(build(random_entries(3, 5)), folder / "list", key).ok());
    const Bytes list = read_file(folder / "list");
    for (std::size_t size = 0; size < list.size(); ++size) {
        write_file(folder / "cut", Bytes(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(size)));
        ASSERT_FALSE(open_list(folder / "cut", ListOpenOptions{.key = key}).ok()) << size;
    }
}

// Whoever knows the format makes the lengths agree.
TEST(EncryptedList, ChunksThatWereMovedAreRefused) {
    constexpr std::size_t kChunk = 65536 + 17;
    const ListKey key = key_of(6);
    const Bytes good = encrypted(random_bytes(4 * 65536, 6), key);
    const auto chunk = [&](std::size_t i) { return good.begin() + static_cast<std::ptrdiff_t>(64 + i * kChunk); };

    Bytes swapped = good;
    std::swap_ranges(swapped.begin() + 64, swapped.begin() + 64 + kChunk, swapped.begin() + 64 + kChunk);
    EXPECT_EQ(refusal(swapped, key), StatusCode::checksum_mismatch);

    const auto with_plain_size = [](Bytes file, std::uint64_t size) {
        for (std::size_t i = 0; i < 8; ++i)
            file[16 + i] = static_cast<std::uint8_t>(size >> (8 * i));
        return file;
    };
    Bytes cut(good.begin(), chunk(3));
    EXPECT_EQ(refusal(with_plain_size(cut, 3 * 65536), key), StatusCode::checksum_mismatch);
    Bytes left_out = good;
    left_out.erase(left_out.begin() + 64 + kChunk, left_out.begin() + 64 + 2 * kChunk);
    EXPECT_EQ(refusal(with_plain_size(left_out, 3 * 65536), key), StatusCode::checksum_mismatch);
    Bytes repeated = good;
    repeated.insert(repeated.end(), chunk(3), good.end());
    EXPECT_EQ(refusal(with_plain_size(repeated, 5 * 65536), key), StatusCode::checksum_mismatch);

    const Bytes other = encrypted(random_bytes(4 * 65536, 7), key);
    Bytes mixed = good;
    std::copy_n(other.begin() + 64 + kChunk, kChunk, mixed.begin() + 64 + kChunk);
    EXPECT_EQ(refusal(mixed, key), StatusCode::checksum_mismatch);
    EXPECT_EQ(refusal(with_plain_size(good, std::uint64_t{1} << 63), key), StatusCode::limit);
}

TEST(EncryptedList, TheReasonIsSaid) {
    const ListKey key = key_of(8);
    const ListKey other = key_of(9);
    const Bytes good = encrypted({1, 2, 3}, key);
    EXPECT_EQ(decrypt(good, nullptr).status().code(), StatusCode::permission_denied);
    EXPECT_EQ(decrypt(good, &other).status().message(),
              "the list is encrypted with another key, or its header is damaged");
    Bytes newer = good;
    newer[8] = 2;
    EXPECT_EQ(refusal(newer, key), StatusCode::version_mismatch);
    EXPECT_EQ(refusal({}, key), StatusCode::unsupported);
    EXPECT_EQ(refusal(Bytes(good.begin(), good.end() - 1), key), StatusCode::corrupt);
}

TEST(EncryptedList, ThePlaintextIsLeftOutOfCoreDumps) {
    if (!kernel_shows_dump_flags()) GTEST_SKIP() << "this kernel does not show the flags of a region";
    const TempFolder folder;
    const ListKey key = key_of(10);
    ASSERT_TRUE(save_encrypted(build(random_entries(3000, 10)), folder / "list", key).ok());
    const Result<HashList> list = open_list(folder / "list", ListOpenOptions{.key = key});
    EXPECT_TRUE(is_left_out_of_dumps(list.value().hashes().data()));
    EXPECT_TRUE(is_left_out_of_dumps(key.bytes().data()));
}

TEST(ListKey, IsReadFromHexAndBase64) {
    Bytes bytes(32);
    for (std::size_t i = 0; i < 32; ++i)
        bytes[i] = static_cast<std::uint8_t>(200 + i);
    const std::string hex = "c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7";
    const std::string base64 = "yMnKy8zNzs/Q0dLT1NXW19jZ2tvc3d7f4OHi4+Tl5uc=";
    std::string upper = hex;
    std::ranges::transform(upper, upper.begin(), [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    for (const std::string& text :
         {hex, upper, base64, base64.substr(0, 43), " " + hex + "\r\n", "\n" + base64 + "\n"}) {
        const Result<ListKey> key = ListKey::from_text(text);
        ASSERT_TRUE(key.ok()) << text << key.status().to_string();
        EXPECT_TRUE(std::ranges::equal(key.value().bytes(), bytes)) << text;
    }
    for (const std::string& text : {std::string(), std::string("\n"), hex.substr(1), hex + "0", "g" + hex.substr(1),
                                    hex.substr(0, 32) + " " + hex.substr(32), base64.substr(1), base64 + base64,
                                    std::string(64, '0'), std::string("password")}) {
        const Result<ListKey> key = ListKey::from_text(text);
        ASSERT_EQ(key.status().code(), StatusCode::invalid_argument) << text;
        const std::string begin = text.substr(0, 8);
        EXPECT_TRUE(begin.size() < 8 || key.status().message().find(begin) == std::string::npos);
    }
    EXPECT_EQ(ListKey::from_bytes(Bytes(31, 1)).status().code(), StatusCode::invalid_argument);
    EXPECT_EQ(ListKey::from_bytes({}).status().code(), StatusCode::invalid_argument);
}

TEST(ListKey, IsWrittenForItsOwnerAloneAndReplacesNothing) {
    const TempFolder folder;
    const ListKey key = ListKey::generate().value();
    ASSERT_TRUE(key.save(folder / "key").ok());
    struct stat facts {};
    ASSERT_EQ(stat((folder / "key").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
    EXPECT_TRUE(std::ranges::equal(ListKey::load(folder / "key").value().bytes(), key.bytes()));
    EXPECT_FALSE(std::ranges::equal(ListKey::generate().value().bytes(), key.bytes()));
    EXPECT_EQ(key.save(folder / "key").code(), StatusCode::invalid_argument);
    EXPECT_EQ(key.save(folder / "none" / "key").code(), StatusCode::not_found);
    EXPECT_EQ(ListKey::load(folder / "none").status().code(), StatusCode::not_found);
    EXPECT_EQ(ListKey::load(folder.path()).status().code(), StatusCode::unsupported);
    write_file(folder / "large", std::string(5000, '0'));
    EXPECT_EQ(ListKey::load(folder / "large").status().code(), StatusCode::limit);
}

}  // namespace
}  // namespace tutela
