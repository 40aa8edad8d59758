// Lists of known hashes through the C interface.
#include <stdlib.h>

#include "check.h"

static const char kHexA[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
static const char kHexB[] = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

static tutela_hash256 hash_of(const char* hex) {
    tutela_hash256 hash;
    memset(&hash, 0, sizeof hash);
    CHECK_OK(tutela_hash256_from_hex(hex, &hash, &error));
    return hash;
}

static bool text_is(tutela_text text, const char* wanted) {
    return text.data != NULL && text.size == strlen(wanted) && memcmp(text.data, wanted, text.size) == 0;
}

static void write_file(const char* path, const char* text) {
    FILE* file = fopen(path, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0);
    if (file != NULL) CHECK(fclose(file) == 0);
}

static tutela_list* two_entries(void) {
    const tutela_hash256 a = hash_of(kHexA);
    const tutela_hash256 b = hash_of(kHexB);
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK(tutela_list_builder_size(builder) == 0);
    CHECK_OK(tutela_list_builder_add(builder, &a, "first", "A1", "a label, with a comma", &error));
    CHECK_OK(tutela_list_builder_add(builder, &b, NULL, NULL, NULL, &error));
    CHECK(tutela_list_builder_size(builder) == 2);
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);  // the list needs its builder no more
    return list;
}

static void test_builder_errors(void) {
    const tutela_hash256 hash = hash_of(kHexA);
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    tutela_text_import import;
    tutela_text_import_init(&import, sizeof import);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_create(NULL, &error));
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add(NULL, &hash, "", "", "", &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add(builder, NULL, "", "", "", &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add(builder, &hash, "\xff", "", "", &error));
    CHECK(tutela_list_builder_size(builder) == 0);
    CHECK(tutela_list_builder_size(NULL) == 0);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_build(NULL, &list, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_build(builder, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_read_text(NULL, "x", &import, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_read_text(builder, NULL, &import, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_builder_read_text(builder, "no such file", &import, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_parse_text(NULL, "", 0, &import, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_parse_text(builder, NULL, 1, &import, &error));
    import.struct_size = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_parse_text(builder, "", 0, &import, &error));
    CHECK(list == NULL);
    tutela_list_builder_destroy(builder);
    tutela_list_builder_destroy(NULL);
}

static void test_text(void) {
    char text[4096];
    snprintf(text, sizeof text, "# a comment\n%s,one,cat,lab\nnot a hash\n%s\n", kHexA, kHexB);
    tutela_text_import import;
    tutela_text_import_init(&import, sizeof import);
    tutela_list_builder* builder = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, text, strlen(text), &import, &error));
    CHECK(import.lines == 4 && import.added == 2 && import.skipped == 1);
    CHECK(import.first_skipped_count == 1 && import.first_skipped[0].line == 3);
    CHECK(import.first_skipped[0].reason[0] != 0);
    CHECK(import.struct_size == sizeof import);
    CHECK_OK(tutela_list_builder_parse_text(builder, NULL, 0, NULL, &error));
    write_file("list.txt", text);
    CHECK_OK(tutela_list_builder_read_text(builder, "list.txt", NULL, &error));
    CHECK(tutela_list_builder_size(builder) == 4);
    tutela_list_builder_destroy(builder);

    // More bad lines than are kept: all are counted.
    for (int i = 0; i < 20; ++i)
        memcpy(text + 2 * i, "x\n", 3);
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, text, strlen(text), &import, &error));
    CHECK(import.skipped == 20 && import.first_skipped_count == 8 && import.first_skipped[7].line == 8);
    tutela_list_builder_destroy(builder);
}

static void test_open(void) {
    char text[200];
    tutela_list* list = NULL;
    tutela_text_import import;
    tutela_text_import_init(&import, sizeof import);
    snprintf(text, sizeof text, "%s,one\nbad\n", kHexA);
    write_file("open.txt", text);
    CHECK_OK(tutela_list_open("open.txt", &list, &import, &error));
    CHECK(tutela_list_size(list) == 1 && import.added == 1 && import.skipped == 1);
    CHECK_OK(tutela_list_save(list, "open.tutela", &error));
    tutela_list_destroy(list);
    CHECK_OK(tutela_list_open("open.tutela", &list, &import, &error));
    CHECK(tutela_list_size(list) == 1 && import.lines == 0 && import.skipped == 0);
    tutela_list_destroy(list);

    list = NULL;
    write_file("bad.txt", "bad\nworse\n");
    CHECK_FAILS(TUTELA_CORRUPT, tutela_list_open("bad.txt", &list, &import, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_open("no such file", &list, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_open(NULL, &list, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_open("open.txt", NULL, NULL, &error));
    import.struct_size = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_open("open.txt", &list, &import, &error));
    CHECK(list == NULL);
}

static void test_save_and_load(void) {
    tutela_list* list = two_entries();
    tutela_list* copy = NULL;
    const uint8_t* bytes = NULL;
    size_t size = 0;
    char digest[TUTELA_DIGEST_HEX_SIZE];
    char other_digest[TUTELA_DIGEST_HEX_SIZE];
    CHECK_OK(tutela_list_digest(list, digest, &error));
    CHECK(strlen(digest) == 64);
    CHECK_OK(tutela_list_save(list, "two.tutela", &error));
    CHECK_OK(tutela_list_load("two.tutela", &copy, &error));
    CHECK_OK(tutela_list_digest(copy, other_digest, &error));
    CHECK(strcmp(digest, other_digest) == 0);
    tutela_list_destroy(copy);

    CHECK_OK(tutela_list_bytes(list, &bytes, &size, &error));
    CHECK_OK(tutela_list_from_bytes(bytes, size, &copy, &error));
    CHECK(tutela_list_size(copy) == 2);
    tutela_list_destroy(copy);

    copy = NULL;
    CHECK_FAILS(TUTELA_CORRUPT, tutela_list_from_bytes(bytes, size - 1, &copy, &error));
    CHECK_FAILS(TUTELA_UNSUPPORTED, tutela_list_from_bytes("not a snapshot", 14, &copy, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_from_bytes(NULL, 1, &copy, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_from_bytes(bytes, size, NULL, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_load("no such file", &copy, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load(NULL, &copy, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load("two.tutela", NULL, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_save(list, "no such folder/list", &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_save(NULL, "x", &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_save(list, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_bytes(NULL, &bytes, &size, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_bytes(list, NULL, &size, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_bytes(list, &bytes, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_digest(NULL, digest, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_digest(list, NULL, &error));
    CHECK(copy == NULL);
    tutela_list_destroy(list);
}

static void test_entries(void) {
    tutela_list* list = two_entries();
    const tutela_hash256 a = hash_of(kHexA);
    tutela_entry entry;
    char name[8];
    size_t length = 0;
    CHECK(tutela_list_size(list) == 2);
    CHECK(tutela_list_size(NULL) == 0);
    CHECK_OK(tutela_list_entry(list, 0, &entry, &error));
    CHECK(tutela_hash256_distance(&entry.hash, &a) == 0);
    CHECK(text_is(entry.id, "first") && text_is(entry.category, "A1") && text_is(entry.label, "a label, with a comma"));
    CHECK_OK(tutela_list_entry(list, 1, &entry, &error));
    CHECK(text_is(entry.id, "") && text_is(entry.category, "") && text_is(entry.label, ""));

    CHECK_OK(tutela_list_entry_name(list, 0, name, sizeof name, &length, &error));
    CHECK(strcmp(name, "first") == 0 && length == 5);
    CHECK_OK(tutela_list_entry_name(list, 1, name, sizeof name, NULL, &error));
    CHECK(strcmp(name, "1") == 0);
    memset(name, 'x', sizeof name);
    CHECK_OK(tutela_list_entry_name(list, 0, name, 3, &length, &error));  // too small: cut, and the length tells
    CHECK(strcmp(name, "fi") == 0 && name[3] == 'x' && length == 5);
    CHECK_OK(tutela_list_entry_name(list, 0, NULL, 0, &length, &error));
    CHECK(length == 5);

    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry(NULL, 0, &entry, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry(list, 2, &entry, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry(list, SIZE_MAX, &entry, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry(list, 0, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_name(NULL, 0, name, sizeof name, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_name(list, 2, name, sizeof name, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_name(list, 0, NULL, 1, NULL, &error));
    tutela_list_destroy(list);
    tutela_list_destroy(NULL);
    tutela_text_import_init(NULL, sizeof(tutela_text_import));
}

static void test_stored_index(void) {
    const char* path = "capi_list_test.indexed.tutela";
    tutela_list* list = two_entries();
    tutela_list* indexed = NULL;
    tutela_list* loaded = NULL;
    tutela_index* index = NULL;
    char digest[TUTELA_DIGEST_HEX_SIZE];
    char same[TUTELA_DIGEST_HEX_SIZE];
    char text[256];
    tutela_neighbor found[2];
    size_t count = 0;
    const tutela_hash256 b = hash_of(kHexB);
    CHECK(tutela_list_has_index(list) == 0 && tutela_list_has_index(NULL) == 0);
    CHECK_OK(tutela_list_add_index(list, 2, &indexed, &error));
    CHECK(tutela_list_has_index(indexed) == 1);
    CHECK_OK(tutela_list_digest(list, digest, &error));
    CHECK_OK(tutela_list_digest(indexed, same, &error));
    CHECK(strcmp(digest, same) == 0);
    CHECK_OK(tutela_list_save(indexed, path, &error));
    tutela_list_destroy(list);
    tutela_list_destroy(indexed);

    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with(path, 7, &loaded, &error));
    CHECK_OK(tutela_list_load_with(path, TUTELA_LOAD_EVERYTHING, &loaded, &error));
    tutela_list_destroy(loaded);
    CHECK_OK(tutela_list_load_with(path, TUTELA_LOAD_LAYOUT, &loaded, &error));
    CHECK_OK(tutela_list_verify(loaded, &error));
    CHECK_OK(tutela_index_create_from_list(loaded, NULL, &index, &error));
    tutela_list_destroy(loaded);  // the index keeps what it needs
    CHECK_OK(tutela_index_explain(index, text, sizeof text, NULL, &error));
    CHECK(strstr(text, "stored in the list") != NULL);
    CHECK_OK(tutela_index_search(index, &b, 31, found, 2, &count, &error));
    CHECK(count == 1 && found[0].position == 1 && found[0].distance_bits == 0);
    tutela_index_destroy(index);
    CHECK(remove(path) == 0);

    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with(NULL, TUTELA_LOAD_LAYOUT, &loaded, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with(path, TUTELA_LOAD_LAYOUT, NULL, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_load_with(path, TUTELA_LOAD_LAYOUT, &loaded, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_verify(NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_add_index(NULL, 1, &loaded, &error));
}

static void test_encrypted(void) {
    const char* path = "capi_list_test.secret";
    uint8_t key[32];
    for (int i = 0; i < 32; ++i)
        key[i] = (uint8_t)(7 * i + 1);
    tutela_list* list = two_entries();
    tutela_list* loaded = NULL;
    CHECK_OK(tutela_list_save_with_key(list, path, key, sizeof key, &error));
    CHECK_FAILS(TUTELA_PERMISSION_DENIED, tutela_list_load(path, &loaded, &error));
    CHECK_OK(tutela_list_load_with_key(path, key, sizeof key, TUTELA_LOAD_EVERYTHING, &loaded, &error));
    CHECK(tutela_list_size(loaded) == tutela_list_size(list));
    tutela_list_destroy(loaded);
    loaded = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with_key(path, key, 31, 0, &loaded, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with_key(path, NULL, 32, 0, &loaded, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_load_with_key(path, key, 32, 7, &loaded, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_save_with_key(list, path, key, 0, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_save_with_key(NULL, path, key, 32, &error));
    key[31] ^= 1;
    CHECK_FAILS(TUTELA_PERMISSION_DENIED, tutela_list_load_with_key(path, key, 32, 0, &loaded, &error));
    CHECK(loaded == NULL);
    CHECK(remove(path) == 0);
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_load_with_key(path, key, 32, 0, &loaded, &error));
    tutela_list_destroy(list);
}

static void test_phash(void) {
    const tutela_hash256 hash = hash_of(kHexA);
    const tutela_hash64 phash = {{1, 2, 3, 4, 5, 6, 7, 8}};
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_add_with_phash(builder, &hash, NULL, "a", "", "", &error));
    CHECK_OK(tutela_list_builder_add_with_phash(builder, &hash, &phash, "b", NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_with_phash(builder, NULL, &phash, "", "", "", &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    bool present = true;
    tutela_hash64 got = {{0}};
    CHECK_OK(tutela_list_entry_phash(list, 0, &present, &got, &error));
    CHECK(!present && got.bytes[0] == 0);
    CHECK_OK(tutela_list_entry_phash(list, 1, &present, &got, &error));
    CHECK(present && memcmp(&got, &phash, sizeof got) == 0);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_phash(list, 2, &present, &got, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_phash(NULL, 0, &present, &got, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_phash(list, 0, NULL, &got, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_phash(list, 0, &present, NULL, &error));
    tutela_list_destroy(list);
}

static void test_videos(void) {
    tutela_frame_hash frames[3];
    memset(frames, 0, sizeof frames);
    for (int i = 0; i < 3; ++i) {
        frames[i].hash = hash_of(i == 1 ? kHexB : kHexA);
        frames[i].quality = 50 + i;
        frames[i].pts_us = 1000000 * i;
    }
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_add(builder, &frames[0].hash, "still", NULL, NULL, &error));
    CHECK_OK(tutela_list_builder_add_video(builder, frames, 3, "video", "A1", NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_video(builder, frames, 0, "v", NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_video(builder, NULL, 1, "v", NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_video(NULL, frames, 3, "v", NULL, NULL, &error));
    frames[2].pts_us = 999999;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_video(builder, frames, 3, "v", NULL, NULL, &error));
    uint64_t skipped = 0;
    write_file("capi_list_test.vpdq",
               "0,77,0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef,0.500\nbad\n");
    CHECK_OK(tutela_list_builder_read_vpdq(builder, "capi_list_test.vpdq", "file", NULL, NULL, &skipped, &error));
    CHECK(skipped == 1);
    CHECK(remove("capi_list_test.vpdq") == 0);
    CHECK_FAILS(TUTELA_NOT_FOUND,
                tutela_list_builder_read_vpdq(builder, "no such file", "file", NULL, NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_read_vpdq(builder, NULL, "", NULL, NULL, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);

    CHECK(tutela_list_size(list) == 5);
    CHECK(tutela_list_video_count(list) == 2);
    CHECK(tutela_list_known_count(list) == 3);
    CHECK(tutela_list_video_count(NULL) == 0);
    CHECK(tutela_list_known_count(NULL) == 0);
    tutela_video video;
    CHECK_OK(tutela_list_video(list, 0, &video, &error));
    CHECK(video.first_position == 1 && video.frame_count == 3);
    CHECK(text_is(video.id, "video") && text_is(video.category, "A1") && text_is(video.label, ""));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_video(list, 2, &video, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_video(list, 0, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_video(NULL, 0, &video, &error));
    const int64_t* times = NULL;
    const uint8_t* qualities = NULL;
    CHECK_OK(tutela_list_video_frames(list, 0, &times, &qualities, &error));
    CHECK(times[0] == 0 && times[2] == 2000000 && qualities[1] == 51);
    CHECK_OK(tutela_list_video_frames(list, 1, &times, NULL, &error));
    CHECK(times[0] == 500000);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_video_frames(list, 2, &times, &qualities, &error));
    bool present = true;
    tutela_frame_place place;
    CHECK_OK(tutela_list_frame_place(list, 0, &present, &place, &error));
    CHECK(!present);
    CHECK_OK(tutela_list_frame_place(list, 2, &present, &place, &error));
    CHECK(present && place.video == 0 && place.frame == 1 && place.pts_us == 1000000 && place.quality == 51);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_frame_place(list, 5, &present, &place, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_frame_place(list, 0, NULL, &place, &error));
    tutela_list_destroy(list);
}

static void test_files(void) {
    const tutela_hash256 a = hash_of(kHexA);
    tutela_file_hashes file;
    memset(&file, 0, sizeof file);
    file.has_md5 = file.has_sha256 = true;
    file.md5[0] = 1;
    file.sha256[31] = 2;
    tutela_known_item item;
    tutela_known_item_init(&item, sizeof item);
    CHECK(item.pdq == NULL && item.file == NULL && item.id == NULL && !item.harmless && !item.has_updated);
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_item(builder, &item, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_item(builder, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_builder_add_item(NULL, &item, &error));
    item.pdq = &a;
    item.file = &file;
    item.id = "thing";
    item.category = "1";
    item.source = "hotline";
    item.scheme = "vics";
    item.region = "US";
    item.has_updated = true;
    item.updated_us = 77;
    CHECK_OK(tutela_list_builder_add_item(builder, &item, &error));
    tutela_known_item_init(&item, sizeof item);
    file.has_sha256 = false;
    file.has_sha1 = true;
    item.file = &file;
    item.harmless = true;
    CHECK_OK(tutela_list_builder_add_item(builder, &item, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);

    CHECK(tutela_list_size(list) == 1 && tutela_list_file_entry_count(list) == 2);
    CHECK(tutela_list_file_entry_count(NULL) == 0 && tutela_list_file_hash_count(NULL, TUTELA_FILE_MD5) == 0);
    CHECK(tutela_list_file_hash_count(list, TUTELA_FILE_MD5) == 2 && tutela_list_file_hash_count(list, 9) == 0);
    tutela_file_entry entry;
    memset(&entry, 0xff, sizeof entry);
    entry.struct_size = sizeof entry;
    CHECK_OK(tutela_list_file_entry(list, 0, &entry, &error));
    CHECK(!entry.harmless && !entry.unmatchable && entry.has_position && entry.position == 0);
    CHECK(entry.has_updated && entry.updated_us == 77);
    CHECK(text_is(entry.id, "thing") && text_is(entry.category, "1") && text_is(entry.label, ""));
    CHECK(text_is(entry.source, "hotline") && text_is(entry.scheme, "vics") && text_is(entry.region, "US"));
    CHECK_OK(tutela_list_file_entry(list, 1, &entry, &error));
    CHECK(entry.harmless && !entry.has_position && !entry.has_updated && text_is(entry.id, ""));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_file_entry(list, 2, &entry, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_file_entry(list, 0, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_file_entry(NULL, 0, &entry, &error));
    entry.struct_size = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_file_entry(list, 0, &entry, &error));
    char name[16];
    size_t length = 0;
    CHECK_OK(tutela_list_file_entry_name(list, 1, name, sizeof name, &length, &error));
    CHECK(strcmp(name, "file:1") == 0);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_file_entry_name(list, 2, name, sizeof name, &length, &error));

    tutela_file_match matches[2];
    size_t count = 9;
    file.has_sha1 = false;
    file.has_sha256 = true;
    CHECK_OK(tutela_list_find_file(list, &file, matches, 2, &count, &error));
    CHECK(count == 2 && matches[0].entry == 0 && matches[0].kind == TUTELA_FILE_SHA256);
    CHECK(matches[1].entry == 1 && matches[1].kind == TUTELA_FILE_MD5);
    CHECK_OK(tutela_list_find_file(list, &file, NULL, 0, &count, &error));
    CHECK(count == 2);
    file.md5[0] = 9;
    file.has_sha256 = false;
    CHECK_OK(tutela_list_find_file(list, &file, matches, 2, &count, &error));
    CHECK(count == 0);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_find_file(NULL, &file, matches, 2, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_find_file(list, NULL, matches, 2, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_find_file(list, &file, NULL, 2, &count, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_find_file(list, &file, matches, 2, NULL, &error));
    tutela_list_destroy(list);
}

int main(void) {
    test_files();
    test_videos();
    test_stored_index();
    test_encrypted();
    test_builder_errors();
    test_text();
    test_open();
    test_save_and_load();
    test_entries();
    test_phash();
    return check_result();
}
