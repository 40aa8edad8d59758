// Status, version, hashes and hashing through the C interface.
#include <stdlib.h>

#include "check.h"
#include "picture.h"

static void test_status(void) {
    CHECK(strcmp(tutela_status_name(TUTELA_OK), "ok") == 0);
    CHECK(strcmp(tutela_status_name(TUTELA_CHECKSUM_MISMATCH), "checksum_mismatch") == 0);
    CHECK(strcmp(tutela_status_name(TUTELA_INTERNAL), "internal") == 0);
    CHECK(strcmp(tutela_status_name(-5), "unknown") == 0);
    CHECK(strcmp(tutela_outcome_name(TUTELA_OUTCOME_LOW_QUALITY), "low_quality") == 0);
    CHECK(strcmp(tutela_outcome_name(77), "unknown") == 0);
    CHECK(strcmp(tutela_engine_name(TUTELA_ENGINE_BK_TREE), "bk_tree") == 0);
    CHECK(strcmp(tutela_engine_name(77), "unknown") == 0);
    CHECK(strcmp(tutela_format_name(TUTELA_FORMAT_WEBP), "webp") == 0);
    CHECK(strcmp(tutela_format_name(77), "unknown") == 0);
    CHECK(strcmp(tutela_decode_mode_name(TUTELA_DECODE_EXACT), "exact") == 0);
    CHECK(strcmp(tutela_decode_mode_name(TUTELA_DECODE_SCREEN), "screen") == 0);
    CHECK(strcmp(tutela_decode_mode_name(TUTELA_DECODE_AUTOMATIC), "unknown") == 0);

    char version[40];
    snprintf(version, sizeof version, "%d.%d.%d", TUTELA_VERSION_MAJOR, TUTELA_VERSION_MINOR, TUTELA_VERSION_PATCH);
    CHECK(strcmp(tutela_version(), version) == 0);
    CHECK(sizeof(tutela_error) == 256);
}

static void test_hash64(void) {
    tutela_hash64 hash = {{0}};
    tutela_hash64 other = {{0}};
    char hex[TUTELA_HASH64_HEX_SIZE];
    CHECK_OK(tutela_hash64_from_hex("0123456789ABCDEF", &hash, &error));
    CHECK(hash.bytes[0] == 0x01 && hash.bytes[7] == 0xef);
    CHECK_OK(tutela_hash64_to_hex(&hash, hex, &error));
    CHECK(strcmp(hex, "0123456789abcdef") == 0);
    CHECK(tutela_hash64_distance(&hash, &other) == 32);
    CHECK(tutela_hash64_distance(&hash, &hash) == 0);
    CHECK(tutela_hash64_distance(NULL, &hash) == UINT32_MAX);
    CHECK(tutela_hash64_distance(&hash, NULL) == UINT32_MAX);

    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_from_hex("0123456789abcde", &other, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_from_hex("0123456789abcdefg", &other, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_from_hex(NULL, &other, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_from_hex("0123456789abcdef", NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_to_hex(NULL, hex, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash64_to_hex(&hash, NULL, &error));
    CHECK(other.bytes[0] == 0);
}

static void test_hash256(void) {
    tutela_hash256 hash;
    tutela_hash256 other;
    char hex[TUTELA_HASH256_HEX_SIZE];
    CHECK_OK(tutela_hash256_from_hex(BLOCKS_HASH, &hash, &error));
    CHECK_OK(tutela_hash256_to_hex(&hash, hex, &error));
    CHECK(strcmp(hex, BLOCKS_HASH) == 0);
    other = hash;
    other.bytes[31] ^= 0x07;
    CHECK(tutela_hash256_distance(&hash, &other) == 3);
    CHECK(tutela_hash256_distance(NULL, &hash) == UINT32_MAX);
    CHECK(tutela_hash256_distance(&hash, NULL) == UINT32_MAX);

    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash256_from_hex("", &other, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash256_from_hex(NULL, &other, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash256_from_hex(BLOCKS_HASH, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash256_to_hex(NULL, hex, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hash256_to_hex(&hash, NULL, &error));
    CHECK(tutela_hash256_from_hex(BLOCKS_HASH "0", &other, NULL) == TUTELA_INVALID_ARGUMENT);
    CHECK(tutela_hash256_distance(&hash, &other) == 3);
}

static tutela_frame blocks_frame(uint8_t pixels[PICTURE_BYTES]) {
    picture_blocks(pixels);
    tutela_frame frame;
    memset(&frame, 0, sizeof frame);
    frame.data = pixels;
    frame.width = PICTURE_SIDE;
    frame.height = PICTURE_SIDE;
    frame.stride_bytes = PICTURE_SIDE;
    frame.format = TUTELA_PIXEL_GRAY8;
    frame.pts_us = 40000;
    return frame;
}

static void test_frames(tutela_hasher* hasher) {
    static uint8_t pixels[PICTURE_BYTES];
    const tutela_frame frame = blocks_frame(pixels);
    tutela_hash256 golden;
    tutela_frame_hash found;
    CHECK_OK(tutela_hash256_from_hex(BLOCKS_HASH, &golden, &error));
    CHECK_OK(tutela_hasher_hash_frame(hasher, &frame, &found, &error));
    CHECK(tutela_hash256_distance(&golden, &found.hash) == 0);
    CHECK(found.quality == 100);
    CHECK(found.pts_us == 40000);

    static const char* const kGolden[8] = {
        BLOCKS_HASH,
        "088eec119647e9042a126fb3b8af507e698c3d53233537d8dfe3f71c591c2b89",
        "f30c2a715ef5dca1decb1ba32c3d6b0086995ea70728b28983974c59af489996",
        "080346bbc31243ae7f47c519edfa7ad43cd997f976609d720ab65db60c498123",
        "26517f240ba009f48b9e4ef679683e5553cc0bf2527d67dc56c2190cfa1dccc3",
        "720c558e5ef5235edecb645c2c3d14ff8699215807284d768397b3a6af486669",
        "efce13ee964716fb2a12904cb8af2f81698cc2ac2335c827dfe308e3591cd476",
        "989bb944c312bc517f473ae6edfa852b3cd968067660628d8ab6a2490c497edc",
    };
    tutela_dihedral_hashes eight;
    CHECK_OK(tutela_hasher_hash_frame_dihedral(hasher, &frame, &eight, &error));
    for (int i = 0; i < 8; ++i) {
        CHECK_OK(tutela_hash256_from_hex(kGolden[i], &golden, &error));
        CHECK(tutela_hash256_distance(&golden, &eight.hashes[i]) == 0);
    }
    CHECK(eight.quality == 100);
    CHECK(eight.pts_us == 40000);
}

static void test_bad_frames(tutela_hasher* hasher) {
    static uint8_t pixels[PICTURE_BYTES];
    const tutela_frame frame = blocks_frame(pixels);
    tutela_frame_hash found;
    tutela_dihedral_hashes eight;
    memset(&found, 0x11, sizeof found);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(NULL, &frame, &found, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(hasher, NULL, &found, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(hasher, &frame, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame_dihedral(NULL, &frame, &eight, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame_dihedral(hasher, NULL, &eight, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame_dihedral(hasher, &frame, NULL, &error));

    tutela_frame bad = frame;
    bad.data = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(hasher, &bad, &found, &error));
    bad = frame;
    bad.format = 99;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(hasher, &bad, &found, &error));
    bad = frame;
    bad.stride_bytes = PICTURE_SIDE - 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_frame(hasher, &bad, &found, &error));
    bad = frame;
    bad.width = 4;
    CHECK_FAILS(TUTELA_TOO_SMALL, tutela_hasher_hash_frame(hasher, &bad, &found, &error));
    CHECK_FAILS(TUTELA_TOO_SMALL, tutela_hasher_hash_frame_dihedral(hasher, &bad, &eight, &error));
    CHECK(found.quality == 0x11111111);  // untouched by failures
}

static void test_images(tutela_hasher* hasher) {
    static uint8_t pixels[PICTURE_BYTES];
    static uint8_t png[PNG_CAPACITY];
    picture_blocks(pixels);
    const size_t size = picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, png);
    CHECK(size > 0);

    tutela_hash256 golden;
    tutela_frame_hash found;
    tutela_image_facts facts;
    tutela_image_facts_init(&facts, sizeof facts);
    CHECK_OK(tutela_hash256_from_hex(BLOCKS_HASH, &golden, &error));
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size, NULL, &found, &facts, &error));
    CHECK(tutela_hash256_distance(&golden, &found.hash) == 0);
    CHECK(found.pts_us == TUTELA_NO_PTS);
    CHECK(facts.struct_size == sizeof facts);
    CHECK(facts.format == TUTELA_FORMAT_PNG && facts.width == PICTURE_SIDE && facts.height == PICTURE_SIDE);
    CHECK(!facts.damaged && facts.damage_reason[0] == 0 && facts.rows_decoded == PICTURE_SIDE);
    CHECK(facts.orientation == 0);

    // The end of the file is missing: the rows that are there are hashed, and the facts say so.
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size - 20, NULL, &found, &facts, &error));
    CHECK(facts.damaged && facts.damage_reason[0] != 0);
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size, NULL, &found, NULL, &error));

    // A caller with an older, smaller struct gets what fits.
    memset(&facts, 0x77, sizeof facts);
    facts.struct_size = offsetof(tutela_image_facts, height);
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size, NULL, &found, &facts, &error));
    CHECK(facts.width == PICTURE_SIDE && facts.height == 0x77777777);
    CHECK(facts.struct_size == offsetof(tutela_image_facts, height));
}

static void test_small_hashes(tutela_hasher* hasher) {
    static const char* const kGolden[] = {"ce16586721e2df58", "24252d55d54da1b1", "b2149c4761f770d8",
                                          "72683ae68447fb1a"};
    static const char* const kNames[] = {"phash", "dhash", "ahash", "phash-opencv"};
    static uint8_t pixels[PICTURE_BYTES];
    picture_blocks(pixels);
    tutela_frame frame = {pixels, PICTURE_SIDE, PICTURE_SIDE, PICTURE_SIDE, TUTELA_PIXEL_GRAY8, TUTELA_NO_PTS};
    tutela_hash64 hash = {{0}};
    for (uint32_t kind = TUTELA_HASH64_PHASH; kind <= TUTELA_HASH64_PHASH_OPENCV; ++kind) {
        char hex[TUTELA_HASH64_HEX_SIZE];
        CHECK_OK(tutela_hasher_hash64_frame(hasher, &frame, kind, &hash, &error));
        CHECK_OK(tutela_hash64_to_hex(&hash, hex, &error));
        CHECK(strcmp(hex, kGolden[kind - 1]) == 0);
        CHECK(strcmp(tutela_hash64_name(kind), kNames[kind - 1]) == 0);
        CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(NULL, &frame, kind, &hash, &error));
        CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(hasher, NULL, kind, &hash, &error));
        CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(hasher, &frame, kind, NULL, &error));
    }
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(hasher, &frame, 0, &hash, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(hasher, &frame, 5, &hash, &error));
    CHECK(strcmp(tutela_hash64_name(0), "unknown") == 0);
    frame.stride_bytes = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash64_frame(hasher, &frame, 1, &hash, &error));
}

static void test_bad_images(tutela_hasher* hasher) {
    static uint8_t pixels[PICTURE_BYTES];
    static uint8_t png[PNG_CAPACITY];
    picture_blocks(pixels);
    const size_t size = picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, png);
    tutela_frame_hash found;
    tutela_image_facts facts;
    tutela_image_facts_init(&facts, sizeof facts);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_image(NULL, png, size, NULL, &found, &facts, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_image(hasher, NULL, size, NULL, &found, &facts, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_image(hasher, png, size, NULL, NULL, &facts, &error));
    CHECK_FAILS(TUTELA_UNSUPPORTED, tutela_hasher_hash_image(hasher, NULL, 0, NULL, &found, &facts, &error));
    CHECK_FAILS(TUTELA_UNSUPPORTED, tutela_hasher_hash_image(hasher, "hello", 5, NULL, &found, &facts, &error));
    CHECK_FAILS(TUTELA_CORRUPT, tutela_hasher_hash_image(hasher, png, 20, NULL, &found, &facts, &error));
    facts.struct_size = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_image(hasher, png, size, NULL, &found, &facts, &error));

    tutela_decode_limits limits;
    tutela_decode_limits_init(&limits, sizeof limits);
    CHECK(limits.max_bytes == 2ULL << 30 && limits.max_pixels == 100000000 && limits.max_jpeg_scans == 200);
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size, &limits, &found, NULL, &error));
    limits.max_pixels = PICTURE_BYTES - 1;
    CHECK_FAILS(TUTELA_LIMIT, tutela_hasher_hash_image(hasher, png, size, &limits, &found, NULL, &error));
    // With a size from before max_pixels existed the field is not looked at.
    limits.struct_size = offsetof(tutela_decode_limits, max_pixels);
    CHECK_OK(tutela_hasher_hash_image(hasher, png, size, &limits, &found, NULL, &error));
    limits.struct_size = 2;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_hash_image(hasher, png, size, &limits, &found, NULL, &error));

    const size_t tiny = picture_png(pixels, 4, 4, png);
    CHECK_FAILS(TUTELA_TOO_SMALL, tutela_hasher_hash_image(hasher, png, tiny, NULL, &found, NULL, &error));
    tutela_decode_limits_init(NULL, sizeof limits);
    tutela_image_facts_init(NULL, sizeof facts);
}

int main(void) {
    test_status();
    test_hash64();
    test_hash256();
    tutela_hasher* hasher = NULL;
    CHECK_OK(tutela_hasher_create(&hasher, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_hasher_create(NULL, &error));
    test_frames(hasher);
    test_bad_frames(hasher);
    test_images(hasher);
    test_bad_images(hasher);
    test_small_hashes(hasher);
    tutela_hasher_destroy(hasher);
    tutela_hasher_destroy(NULL);
    return check_result();
}
