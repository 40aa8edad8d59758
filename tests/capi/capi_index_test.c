// Exact search through the C interface.
#include <stdlib.h>

#include "check.h"

enum { HASHES = 40 };

// Hash i has i bits set: its distance from zero is i.
static void fill(tutela_hash256 hashes[HASHES]) {
    memset(hashes, 0, HASHES * sizeof *hashes);
    for (int i = 0; i < HASHES; ++i) {
        for (int bit = 0; bit < i; ++bit)
            hashes[i].bytes[bit / 8] |= (uint8_t)(1 << (bit % 8));
    }
}

static void check_search(const tutela_index* index) {
    const tutela_hash256 zero = {{0}};
    tutela_neighbor near[HASHES];
    size_t count = 77;
    CHECK(tutela_index_size(index) == HASHES);
    CHECK_OK(tutela_index_search(index, &zero, 31, near, HASHES, &count, &error));
    CHECK(count == 32);
    for (uint32_t i = 0; i < 32; ++i)
        CHECK(near[i].position == i && near[i].distance_bits == i);

    // A buffer too small holds the nearest; the count tells of the rest.
    memset(near, 0x33, sizeof near);
    CHECK_OK(tutela_index_search(index, &zero, 31, near, 2, &count, &error));
    CHECK(count == 32 && near[1].position == 1 && near[2].position == 0x33333333);
    CHECK_OK(tutela_index_search(index, &zero, 256, NULL, 0, &count, &error));
    CHECK(count == HASHES);

    count = 77;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_search(index, &zero, 257, near, HASHES, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_search(NULL, &zero, 1, near, HASHES, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_search(index, NULL, 1, near, HASHES, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_search(index, &zero, 1, NULL, HASHES, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_search(index, &zero, 1, near, HASHES, NULL, &error));
    CHECK(count == 77);
}

static void check_search_batch(const tutela_index* index, const tutela_hash256 hashes[HASHES]) {
    uint64_t offsets[HASHES + 1];
    tutela_neighbor all[HASHES * 5];
    size_t count = 0;
    for (uint32_t threads = 0; threads < 3; ++threads) {
        CHECK_OK(
            tutela_index_search_batch(index, hashes, HASHES, 2, threads, offsets, all, HASHES * 5, &count, &error));
        CHECK(offsets[0] == 0 && offsets[HASHES] == count && count == HASHES * 5 - 6);
        for (size_t q = 0; q < HASHES; ++q) {
            tutela_neighbor near[5];
            size_t alone = 0;
            CHECK_OK(tutela_index_search(index, &hashes[q], 2, near, 5, &alone, &error));
            CHECK(alone == offsets[q + 1] - offsets[q]);
            CHECK(memcmp(near, all + offsets[q], alone * sizeof *near) == 0);
        }
    }
    memset(all, 0x33, sizeof all);
    CHECK_OK(tutela_index_search_batch(index, hashes, HASHES, 2, 1, offsets, all, 4, &count, &error));
    CHECK(count == HASHES * 5 - 6 && offsets[HASHES] == count);
    CHECK(all[3].position != 0x33333333 && all[4].position == 0x33333333);
    CHECK_OK(tutela_index_search_batch(index, NULL, 0, 2, 1, offsets, NULL, 0, &count, &error));
    CHECK(count == 0 && offsets[0] == 0);

    count = 77;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, hashes, 1, 257, 1, offsets, all, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, hashes, 1, 2, 1025, offsets, all, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(NULL, hashes, 1, 2, 1, offsets, all, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, NULL, 1, 2, 1, offsets, all, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, hashes, 1, 2, 1, NULL, all, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, hashes, 1, 2, 1, offsets, NULL, 4, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_search_batch(index, hashes, 1, 2, 1, offsets, all, 4, NULL, &error));
    CHECK(count == 77);
}

static void test_engines(const tutela_hash256 hashes[HASHES]) {
    static const uint32_t kEngines[] = {TUTELA_ENGINE_AUTOMATIC, TUTELA_ENGINE_FLAT, TUTELA_ENGINE_BK_TREE,
                                        TUTELA_ENGINE_BK_FOREST};
    for (size_t i = 0; i < sizeof kEngines / sizeof *kEngines; ++i) {
        tutela_index_options options;
        tutela_index_options_init(&options, sizeof options);
        CHECK(options.engine == TUTELA_ENGINE_AUTOMATIC);
        options.engine = kEngines[i];
        tutela_index* index = NULL;
        CHECK_OK(tutela_index_create_from_hashes(hashes, HASHES, &options, &index, &error));
        check_search(index);
        check_search_batch(index, hashes);

        char text[200];
        size_t length = 0;
        CHECK_OK(tutela_index_explain(index, text, sizeof text, &length, &error));
        CHECK(length > 0 && length < sizeof text && strlen(text) == length);
        if (kEngines[i] != TUTELA_ENGINE_AUTOMATIC) CHECK(strstr(text, tutela_engine_name(kEngines[i])) != NULL);
        tutela_index_destroy(index);
    }
}

static void test_create(const tutela_hash256 hashes[HASHES]) {
    tutela_index* index = NULL;
    tutela_index_options options;
    tutela_index_options_init(&options, sizeof options);
    CHECK_OK(tutela_index_create_from_hashes(NULL, 0, NULL, &index, &error));
    CHECK(tutela_index_size(index) == 0 && tutela_index_size(NULL) == 0);
    tutela_index_destroy(index);
    tutela_index_destroy(NULL);

    index = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_hashes(NULL, 1, NULL, &index, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_hashes(hashes, HASHES, NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_list(NULL, NULL, &index, &error));
    options.engine = 99;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_hashes(hashes, HASHES, &options, &index, &error));
    options.struct_size = 4;  // from before there was an engine to choose
    CHECK_OK(tutela_index_create_from_hashes(hashes, HASHES, &options, &index, &error));
    tutela_index_destroy(index);
    index = NULL;
    options.struct_size = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_hashes(hashes, HASHES, &options, &index, &error));
    CHECK(index == NULL);
    tutela_index_options_init(NULL, sizeof options);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_explain(NULL, NULL, 0, NULL, &error));
}

// A newer program, whose options are bigger than this library knows.
static void test_newer_options(const tutela_hash256 hashes[HASHES]) {
    struct {
        tutela_index_options options;
        uint32_t field_to_come;
    } newer;
    tutela_index* index = NULL;
    tutela_index_options_init(&newer.options, sizeof newer);
    CHECK(newer.options.struct_size == sizeof newer && newer.field_to_come == 0);
    CHECK_OK(tutela_index_create_from_hashes(hashes, HASHES, &newer.options, &index, &error));
    tutela_index_destroy(index);
    newer.field_to_come = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_index_create_from_hashes(hashes, HASHES, &newer.options, &index, &error));
}

static void test_from_list(const tutela_hash256 hashes[HASHES]) {
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    tutela_index* index = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    for (int i = 0; i < HASHES; ++i)
        CHECK_OK(tutela_list_builder_add(builder, &hashes[i], NULL, NULL, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_index_create_from_list(list, NULL, NULL, &error));
    CHECK_OK(tutela_index_create_from_list(list, NULL, &index, &error));
    tutela_list_destroy(list);
    tutela_list_builder_destroy(builder);
    check_search(index);  // after its list is gone
    tutela_index_destroy(index);
}

int main(void) {
    tutela_hash256 hashes[HASHES];
    fill(hashes);
    test_engines(hashes);
    test_create(hashes);
    test_newer_options(hashes);
    test_from_list(hashes);
    return check_result();
}
