// Lists that change, through the C interface.
#include "tutela/tutela_update.h"

#include "check.h"
#include "picture.h"

static tutela_hash256 hash_of(char first) {
    tutela_hash256 hash;
    char hex[65];
    memset(hex, '5', 64);
    memset(hex, first, 32);
    hex[64] = '\0';
    CHECK_OK(tutela_hash256_from_hex(hex, &hash, &error));
    return hash;
}

// A list of an entry for each of the digits, whose id it is.
static tutela_list* list_of(const char* digits) {
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    for (const char* digit = digits; *digit != '\0'; ++digit) {
        const char id[2] = {*digit, '\0'};
        const tutela_hash256 hash = hash_of(*digit);
        CHECK_OK(tutela_list_builder_add(builder, &hash, id, "1", NULL, &error));
    }
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    return list;
}

static size_t found(const tutela_index* index, char digit) {
    const tutela_hash256 hash = hash_of(digit);
    tutela_neighbor neighbors[8];
    size_t count = 0;
    CHECK_OK(tutela_index_search(index, &hash, 31, neighbors, 8, &count, &error));
    return count;
}

static void test_a_follower_sees_changes(void) {
    const char* path = "known.tutela";
    const tutela_record_name disabled = {NULL, "a"};
    const tutela_record_name removed = {"", "b"};
    tutela_list* list = list_of("ab");
    tutela_list* more = list_of("c");
    tutela_list_follower* follower = NULL;
    tutela_index* index = NULL;
    tutela_list_update update;
    tutela_list_changes changes;
    bool changed = true;
    uint32_t state = 9;
    CHECK_OK(tutela_list_save(list, path, &error));
    tutela_list_destroy(list);
    CHECK_OK(tutela_list_follower_open(path, TUTELA_ENGINE_AUTOMATIC, &follower, &error));
    CHECK_OK(tutela_list_follower_refresh(follower, &changed, &error));
    CHECK(!changed);

    tutela_list_update_init(&update, sizeof update);
    tutela_list_changes_init(&changes, sizeof changes);
    update.put = more;
    update.disable = &disabled;
    update.disable_count = 1;
    update.remove = &removed;
    update.remove_count = 1;
    CHECK_OK(tutela_list_update_file(path, &update, &changes, &error));
    CHECK(changes.added == 1 && changes.disabled == 1 && changes.removed == 1 && changes.not_found == 0);
    CHECK_OK(tutela_list_follower_refresh(follower, &changed, &error));
    CHECK(changed);
    CHECK_OK(tutela_list_follower_current(follower, &list, &index, &error));
    CHECK(found(index, 'a') == 0 && found(index, 'b') == 0 && found(index, 'c') == 1);
    CHECK_OK(tutela_list_entry_state(list, 0, &state, &error));
    CHECK(state == TUTELA_ENTRY_WITHDRAWN);
    CHECK_OK(tutela_list_entry_state(list, 2, &state, &error));
    CHECK(state == TUTELA_ENTRY_DISABLED);
    CHECK_OK(tutela_list_entry_state(list, 3, &state, &error));
    CHECK(state == TUTELA_ENTRY_ACTIVE);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_entry_state(list, 4, &state, &error));
    tutela_index_destroy(index);
    tutela_list_destroy(list);

    CHECK_OK(tutela_list_compact_file(path, 1, &error));
    CHECK_OK(tutela_list_follower_refresh(follower, NULL, &error));
    CHECK_OK(tutela_list_follower_current(follower, &list, NULL, &error));
    CHECK(tutela_list_size(list) == 2);
    tutela_list_destroy(list);
    tutela_list_follower_destroy(follower);
    tutela_list_follower_destroy(NULL);
    tutela_list_destroy(more);
}

static void test_errors(void) {
    const tutela_record_name nameless = {NULL, ""};
    const tutela_record_name no_id = {NULL, NULL};
    tutela_list* list = list_of("a");
    tutela_list_follower* follower = NULL;
    tutela_list_update update;
    CHECK_OK(tutela_list_save(list, "errors.tutela", &error));
    tutela_list_update_init(&update, sizeof update);
    update.disable = &nameless;
    update.disable_count = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_update_file("errors.tutela", &update, NULL, &error));
    update.disable = &no_id;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_update_file("errors.tutela", &update, NULL, &error));
    update.disable = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_update_file("errors.tutela", &update, NULL, &error));
    update.disable_count = 0;
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_update_file("none.tutela", &update, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_update_file("errors.tutela", NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_update_file(NULL, &update, NULL, &error));
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_list_follower_open("none.tutela", 0, &follower, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_follower_refresh(NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_list_compact_file(NULL, 1, &error));
    tutela_list_destroy(list);
}

static tutela_status count_match(const tutela_row* row, void* context) {
    *(size_t*)context += row->match_count;
    return TUTELA_OK;
}

static void test_a_scanner_takes_another_list(void) {
    static uint8_t pixels[PICTURE_BYTES];
    static uint8_t png[PNG_CAPACITY];
    tutela_scanner* scanner = NULL;
    tutela_list* list = list_of("a");
    tutela_list* known = NULL;
    tutela_list_builder* builder = NULL;
    tutela_index* index = NULL;
    tutela_hash256 hash;
    size_t size = 0;
    size_t matches = 0;
    picture_blocks(pixels);
    size = picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, png);
    memset(&hash, 0, sizeof hash);
    CHECK_OK(tutela_hash256_from_hex(BLOCKS_HASH, &hash, &error));
    CHECK_OK(tutela_scanner_create(list, NULL, &scanner, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, png, size, "one", count_match, &matches, &error));
    CHECK(matches == 0);
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_add(builder, &hash, "shown", NULL, NULL, &error));
    CHECK_OK(tutela_list_builder_add(builder, &hash, "twice", NULL, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &known, &error));
    tutela_list_builder_destroy(builder);
    CHECK_OK(tutela_index_create_from_list(list, NULL, &index, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_set_list(scanner, known, index, &error));
    CHECK_OK(tutela_scanner_set_list(scanner, known, NULL, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, png, size, "one", count_match, &matches, &error));
    CHECK(matches == 2);
    tutela_index_destroy(index);
    tutela_scanner_destroy(scanner);
    tutela_list_destroy(known);
    tutela_list_destroy(list);
}

int main(void) {
    test_a_follower_sees_changes();
    test_errors();
    test_a_scanner_takes_another_list();
    return check_result();
}
