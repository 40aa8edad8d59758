// Hash a picture, look it up in a list, scan a folder. Usage: quickstart_c LIST PICTURE FOLDER
#include <stdio.h>

#include "tutela/tutela.h"

static tutela_status print_row(const tutela_row* row, void* context) {
    (void)context;
    printf("%s: %s\n", row->path, tutela_outcome_name(row->outcome));
    for (uint32_t i = 0; i < row->match_count; ++i)
        printf("  %s at distance %u\n", row->matches[i]->entry_id, (unsigned)row->matches[i]->distance_bits);
    return TUTELA_OK;
}

int main(int argc, char** argv) {
    static unsigned char picture[16 << 20];  // 16 MiB
    FILE* file = argc == 4 ? fopen(argv[2], "rb") : NULL;
    if (file == NULL) return fprintf(stderr, "usage: quickstart_c LIST PICTURE FOLDER\n"), 2;
    const size_t size = fread(picture, 1, sizeof picture, file);
    fclose(file);

    tutela_hasher* hasher = NULL;
    tutela_list* list = NULL;  // the file is a snapshot, or text: hash,id,category,label a line
    tutela_index* index = NULL;
    tutela_scanner* scanner = NULL;
    tutela_frame_hash found;
    tutela_neighbor near[8];  // the nearest; `count` says how many there are
    size_t count = 0;
    tutela_error error = {TUTELA_OK, ""};
    const bool done =
        tutela_hasher_create(&hasher, &error) == TUTELA_OK &&
        tutela_hasher_hash_image(hasher, picture, size, NULL, &found, NULL, &error) == TUTELA_OK &&
        tutela_list_open(argv[1], &list, NULL, &error) == TUTELA_OK &&
        tutela_index_create_from_list(list, NULL, &index, &error) == TUTELA_OK &&
        tutela_index_search(index, &found.hash, 31, near, 8, &count, &error) == TUTELA_OK &&
        tutela_scanner_create(list, NULL, &scanner, &error) == TUTELA_OK &&
        printf("quality %d, %zu of %zu entries\n", (int)found.quality, count, tutela_list_size(list)) > 0 &&
        tutela_scanner_scan(scanner, (const char**)&argv[3], 1, print_row, NULL, NULL, &error) == TUTELA_OK;
    if (!done) fprintf(stderr, "%s: %s\n", tutela_status_name(error.code), error.message);
    tutela_scanner_destroy(scanner);
    tutela_index_destroy(index);
    tutela_list_destroy(list);
    tutela_hasher_destroy(hasher);
    return done ? 0 : 2;
}
