// Scanning through the C interface: real PNG files that the test writes.
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <sys/stat.h>

#include "check.h"
#include "picture.h"

static uint8_t g_png[PNG_CAPACITY];
static size_t g_png_size;

static void write_file(const char* path, const void* bytes, size_t size) {
    FILE* file = fopen(path, "wb");
    CHECK(file != NULL && fwrite(bytes, 1, size, file) == size);
    if (file != NULL) CHECK(fclose(file) == 0);
}

// The folder "in": blocks.png (listed), copy.png (the same), lcg.png (not listed), note.txt; g_png is blocks.png.
static void make_files(void) {
    static uint8_t pixels[PICTURE_BYTES];
    static uint8_t other[PNG_CAPACITY];
    mkdir("in", 0777);
    picture_blocks(pixels);
    g_png_size = picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, g_png);
    CHECK(g_png_size > 0);
    write_file("in/blocks.png", g_png, g_png_size);
    write_file("in/copy.png", g_png, g_png_size);
    picture_lcg(pixels);
    write_file("in/lcg.png", other, picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, other));
    write_file("in/note.txt", "hello\n", 6);
}

static tutela_list* make_list(void) {
    static const char kText[] = BLOCKS_HASH ",known,A1,a label\n";
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, kText, sizeof kText - 1, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    return list;
}

// What a scan gave, as text: "path outcome;" for each row.
typedef struct {
    char text[1000];
    size_t rows;
    size_t stop_after;
    tutela_scanner* stop_by_flag;
} seen_t;

static tutela_status see_row(const tutela_row* row, void* context) {
    seen_t* seen = context;
    char line[200];
    snprintf(line, sizeof line, "%s %s;", row->path, tutela_outcome_name(row->outcome));
    strncat(seen->text, line, sizeof seen->text - strlen(seen->text) - 1);
    CHECK(row->struct_size == sizeof *row);
    if (++seen->rows == seen->stop_after) {
        if (seen->stop_by_flag == NULL) return TUTELA_CANCELLED;
        tutela_scanner_set_stop(seen->stop_by_flag, true);
    }
    return TUTELA_OK;
}

static void count_progress(const tutela_progress* progress, void* context) {
    size_t* calls = context;
    ++*calls;
    CHECK(progress->struct_size == sizeof *progress);
    CHECK(progress->files_done == *calls && progress->files_total == 4);
}

static const char kExpected[] = "in/blocks.png matched;in/copy.png matched;in/lcg.png clean;in/note.txt unsupported;";
static const char* const kPaths[] = {"in"};

static void test_threads(const tutela_list* list) {
    for (uint32_t threads = 0; threads < 4; ++threads) {
        tutela_scan_options options;
        tutela_scanner* scanner = NULL;
        tutela_totals totals;
        size_t progress_calls = 0;
        seen_t seen = {{0}, 0, 0, NULL};
        tutela_totals_init(&totals, sizeof totals);
        tutela_scan_options_init(&options, sizeof options);
        CHECK(options.radius == 31 && options.min_quality == 50 && options.threads == 1 && !options.follow_symlinks);
        CHECK(options.decode == TUTELA_DECODE_AUTOMATIC);
        options.threads = threads;
        options.decode = threads;  // automatic, exact, luma, scaled: all the same to a PNG
        options.progress = count_progress;
        options.progress_context = &progress_calls;
        CHECK_OK(tutela_scanner_create(list, &options, &scanner, &error));
        CHECK_OK(tutela_scanner_scan(scanner, kPaths, 1, see_row, &seen, &totals, &error));
        CHECK(strcmp(seen.text, kExpected) == 0);
        CHECK(progress_calls == 4);
        CHECK(totals.struct_size == sizeof totals && totals.files == 4 && totals.duplicates == 1);
        CHECK(totals.by_outcome[TUTELA_OUTCOME_MATCHED] == 2 && totals.by_outcome[TUTELA_OUTCOME_CLEAN] == 1);
        CHECK(totals.by_outcome[TUTELA_OUTCOME_UNSUPPORTED] == 1 && totals.entries_hit == 2);
        CHECK(!totals.interrupted && totals.damaged == 0 && totals.bytes > 2 * g_png_size);
        tutela_scanner_destroy(scanner);
    }
}

static tutela_status check_match(const tutela_row* row, void* context) {
    *(int*)context += 1;
    CHECK(strcmp(row->path, "an upload") == 0);
    CHECK(row->outcome == TUTELA_OUTCOME_MATCHED && row->size_bytes == g_png_size);
    CHECK(row->sha256 != NULL && strlen(row->sha256) == 64);
    CHECK(strcmp(row->format, "png") == 0 && row->width == PICTURE_SIDE && row->height == PICTURE_SIDE);
    CHECK(row->reason[0] == 0 && row->damage_reason[0] == 0 && !row->damaged && row->orientation == 0);
    CHECK(row->inner == NULL && row->has_decoded_percent && row->decoded_percent == 100 && row->frames == 1);
    CHECK(row->decode != NULL && strcmp(row->decode, "exact") == 0);
    CHECK(row->quality == 100 && row->hash != NULL && row->hash->bytes[0] == 0xa6);
    CHECK(row->match_count == 1);
    if (row->match_count != 1) return TUTELA_OK;
    const tutela_match* match = row->matches[0];
    CHECK(match->struct_size == sizeof *match && match->distance_bits == 0);
    CHECK(match->frame == 0 && !match->has_pts && match->pts_us == 0);
    CHECK(!match->has_known_time && match->known_us == 0);
    CHECK(row->segment_count == 0 && row->segments == NULL && row->timeline_count == 0 && row->timeline == NULL);
    CHECK(strcmp(match->entry_id, "known") == 0 && strcmp(match->category, "A1") == 0);
    CHECK(strcmp(match->label, "a label") == 0);
    return TUTELA_OK;
}

static tutela_status check_note(const tutela_row* row, void* context) {
    *(int*)context += 1;
    CHECK(row->outcome == TUTELA_OUTCOME_UNSUPPORTED && row->reason[0] != 0);
    CHECK(row->decode == NULL && row->inner == NULL && !row->has_decoded_percent && row->frames == 0);
    CHECK(row->quality == -1 && row->hash == NULL && row->match_count == 0 && row->matches == NULL);
    return TUTELA_OK;
}

static void test_bytes(const tutela_scanner* scanner) {
    int calls = 0;
    CHECK_OK(tutela_scanner_scan_bytes(scanner, g_png, g_png_size, "an upload", check_match, &calls, &error));
    CHECK(calls == 1);
    CHECK_OK(tutela_scanner_scan_bytes(scanner, "hello", 5, "note", check_note, &calls, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, NULL, 0, "empty", check_note, &calls, &error));
    CHECK(calls == 3);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_scanner_scan_bytes(NULL, g_png, g_png_size, "x", check_match, &calls, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan_bytes(scanner, NULL, 1, "x", check_match, &calls, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_scanner_scan_bytes(scanner, g_png, g_png_size, NULL, check_match, &calls, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_scanner_scan_bytes(scanner, g_png, g_png_size, "x", NULL, &calls, &error));
    CHECK(calls == 3);
}

static void test_stops(tutela_scanner* scanner) {
    tutela_totals totals;
    tutela_totals_init(&totals, sizeof totals);
    // The callback's status ends the scan and comes back; the totals are left alone.
    seen_t seen = {{0}, 0, 2, NULL};
    CHECK_FAILS(TUTELA_CANCELLED, tutela_scanner_scan(scanner, kPaths, 1, see_row, &seen, &totals, &error));
    CHECK(seen.rows == 2 && totals.files == 0);
    // The flag lets the scan end well, and says that it was cut short; it holds until it is taken back.
    seen_t flagged = {{0}, 0, 1, scanner};
    CHECK_OK(tutela_scanner_scan(scanner, kPaths, 1, see_row, &flagged, &totals, &error));
    CHECK(totals.interrupted && totals.files == flagged.rows && flagged.rows < 4);
    seen_t none = {{0}, 0, 0, NULL};
    CHECK_OK(tutela_scanner_scan(scanner, kPaths, 1, see_row, &none, &totals, &error));
    CHECK(totals.interrupted && none.rows == 0);
    tutela_scanner_set_stop(scanner, false);
    CHECK_OK(tutela_scanner_scan(scanner, kPaths, 1, see_row, &none, &totals, &error));
    CHECK(!totals.interrupted && none.rows == 4);
    tutela_scanner_set_stop(NULL, true);
}

static void test_scan_arguments(const tutela_scanner* scanner) {
    static const char* const kNullPath[] = {"in", NULL};
    static const char* const kMissing[] = {"no such file"};
    seen_t seen = {{0}, 0, 0, NULL};
    tutela_totals totals;
    tutela_totals_init(&totals, sizeof totals);
    CHECK_OK(tutela_scanner_scan(scanner, NULL, 0, see_row, &seen, NULL, &error));
    CHECK_OK(tutela_scanner_scan(scanner, kMissing, 1, see_row, &seen, NULL, &error));
    CHECK(strcmp(seen.text, "no such file unreadable;") == 0);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan(NULL, kPaths, 1, see_row, &seen, &totals, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan(scanner, NULL, 1, see_row, &seen, &totals, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan(scanner, kNullPath, 2, see_row, &seen, &totals, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan(scanner, kPaths, 1, NULL, &seen, &totals, &error));
    CHECK(seen.rows == 1);

    // A caller whose totals are older and smaller.
    totals.struct_size = offsetof(tutela_totals, damaged);
    totals.damaged = 12345;
    CHECK_OK(tutela_scanner_scan(scanner, kPaths, 1, see_row, &seen, &totals, &error));
    CHECK(totals.files == 4 && totals.damaged == 12345);
    totals.struct_size = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_scan(scanner, kPaths, 1, see_row, &seen, &totals, &error));
}

static void test_create(const tutela_list* list) {
    tutela_scanner* scanner = NULL;
    tutela_scan_options options;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(NULL, NULL, &scanner, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, NULL, NULL, &error));
    tutela_scan_options_init(&options, sizeof options);
    options.threads = 1025;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    tutela_scan_options_init(&options, sizeof options);
    options.radius = 257;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    tutela_scan_options_init(&options, sizeof options);
    options.min_quality = 101;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    tutela_scan_options_init(&options, sizeof options);
    options.decode = 5;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    tutela_scan_options_init(&options, sizeof options);
    options.engine = 99;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    memset(&options, 0xff, sizeof options);  // never initialised
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    CHECK(scanner == NULL);
    tutela_scanner_destroy(NULL);
    tutela_scan_options_init(NULL, sizeof options);
    tutela_totals_init(NULL, sizeof(tutela_totals));
}

// An option that is set has its effect.
static void test_options(const tutela_list* list) {
    tutela_scan_options options;
    tutela_scanner* scanner = NULL;
    seen_t seen = {{0}, 0, 0, NULL};
    tutela_scan_options_init(&options, sizeof options);
    options.max_pixels = PICTURE_BYTES - 1;
    CHECK_OK(tutela_scanner_create(list, &options, &scanner, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, g_png, g_png_size, "a", see_row, &seen, &error));
    CHECK(strcmp(seen.text, "a limit;") == 0);
    tutela_scanner_destroy(scanner);
}

// What a scan of the listed picture says when only some entries take part.
static void check_filtered(const tutela_list* list, const tutela_scan_options* options, const char* expected) {
    tutela_scanner* scanner = NULL;
    seen_t seen = {{0}, 0, 0, NULL};
    CHECK_OK(tutela_scanner_create(list, options, &scanner, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, g_png, g_png_size, "a", see_row, &seen, &error));
    CHECK(strcmp(seen.text, expected) == 0);
    tutela_scanner_destroy(scanner);
}

static void test_filter(const tutela_list* list) {
    const char* texts[] = {"other", "A1"};
    const char* label = "a label";
    const char* bad[] = {"vics:", NULL};
    tutela_scan_options options;
    tutela_scanner* scanner = NULL;
    tutela_scan_options_init(&options, sizeof options);
    options.only_categories = texts;
    options.only_category_count = 2;
    options.only_labels = &label;
    options.only_label_count = 1;
    check_filtered(list, &options, "a matched;");
    options.only_category_count = 1;  // "other"
    check_filtered(list, &options, "a clean;");
    options.only_category_count = 0;
    options.only_labels = texts;
    check_filtered(list, &options, "a clean;");
    options.only_label_count = 0;
    options.only_sources = texts;
    options.only_source_count = 1;
    check_filtered(list, &options, "a clean;");
    options.only_source_count = 0;
    check_filtered(list, &options, "a matched;");
    options.only_categories = bad;
    options.only_category_count = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    options.only_category_count = 0;
    options.only_labels = bad;
    options.only_label_count = 2;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    options.only_labels = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
}

static void test_sampling(const tutela_list* list) {
    tutela_scan_options options;
    tutela_scanner* scanner = NULL;
    CHECK(strcmp(tutela_sampling_name(TUTELA_SAMPLING_EVERY), "every") == 0);
    CHECK(strcmp(tutela_sampling_name(TUTELA_SAMPLING_PER_SECOND), "per_second") == 0);
    CHECK(strcmp(tutela_sampling_name(TUTELA_SAMPLING_KEY_FRAMES), "key_frames") == 0);
    CHECK(strcmp(tutela_sampling_name(TUTELA_SAMPLING_ADAPTIVE), "adaptive") == 0);
    CHECK(strcmp(tutela_sampling_name(5), "unknown") == 0);
    CHECK(strcmp(tutela_format_name(TUTELA_FORMAT_MATROSKA), "matroska") == 0);
    tutela_scan_options_init(&options, sizeof options);
    options.sampling = 5;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    options.sampling = TUTELA_SAMPLING_PER_SECOND;
    options.frames_per_second = 1001;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    options.frames_per_second = 25;
    CHECK_OK(tutela_scanner_create(list, &options, &scanner, &error));
    tutela_scanner_destroy(scanner);
}

static tutela_status check_confirmed(const tutela_row* row, void* context) {
    CHECK(row->match_count == 1 && row->matches[0]->has_phash_distance == *(bool*)context);
    CHECK(row->matches[0]->phash_distance_bits == (*(bool*)context ? 2U : 0U));
    return TUTELA_OK;
}

// The pHash of "blocks", two bits of it turned.
static void test_confirm(void) {
    static const char text[] = BLOCKS_HASH "+ce16586721e2df5b,known\n";
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, text, sizeof text - 1, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    for (int asked = 0; asked < 2; ++asked) {
        bool confirmed = asked == 1;
        tutela_scan_options options;
        tutela_scanner* scanner = NULL;
        tutela_scan_options_init(&options, sizeof options);
        CHECK(!options.confirm_phash);
        options.confirm_phash = confirmed;
        options.confirm_phash_radius = 10;
        CHECK_OK(tutela_scanner_create(list, &options, &scanner, &error));
        CHECK_OK(tutela_scanner_scan_bytes(scanner, g_png, g_png_size, "x", check_confirmed, &confirmed, &error));
        tutela_scanner_destroy(scanner);
        options.confirm_phash_radius = 65;
        if (asked) CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_scanner_create(list, &options, &scanner, &error));
    }
    tutela_list_destroy(list);
}

// A scan that its receiver ends is continued, and gives what an undisturbed one gives.
static void test_journal(tutela_scanner* scanner) {
    const char* const paths[] = {"in"};
    const char* const other[] = {"in/note.txt"};
    seen_t all = {0};
    seen_t first = {.stop_after = 2};
    seen_t second = {0};
    tutela_totals expected;
    tutela_totals totals;
    tutela_journal* journal = NULL;
    tutela_journal_options options;
    tutela_error error;
    remove("scan.journal");
    tutela_totals_init(&expected, sizeof expected);
    tutela_totals_init(&totals, sizeof totals);
    CHECK_OK(tutela_scanner_scan(scanner, paths, 1, see_row, &all, &expected, &error));

    tutela_journal_options_init(&options, sizeof options);
    CHECK(options.struct_size == sizeof options && options.sync_interval_ms == 2000 && !options.keep_hashes);
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_journal_open("scan.journal", NULL, &journal, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_journal_create(NULL, NULL, &journal, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_journal_create("scan.journal", NULL, NULL, &error));
    CHECK(journal == NULL && tutela_journal_inputs_kept(NULL) == 0);
    tutela_journal_destroy(NULL);

    CHECK_OK(tutela_journal_create("scan.journal", &options, &journal, &error));
    CHECK_FAILS(TUTELA_CANCELLED,
                tutela_scanner_scan_journaled(scanner, paths, 1, journal, see_row, &first, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_scanner_scan_journaled(scanner, paths, 1, NULL, see_row, &first, NULL, &error));
    tutela_journal* same = NULL;
    CHECK_FAILS(TUTELA_IO_ERROR, tutela_journal_open("scan.journal", NULL, &same, &error));
    tutela_journal_destroy(journal);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_journal_create("scan.journal", NULL, &same, &error));

    CHECK_OK(tutela_journal_open("scan.journal", NULL, &journal, &error));
    CHECK(tutela_scanner_scan_journaled(scanner, other, 1, journal, see_row, &second, NULL, &error) ==
          TUTELA_INVALID_ARGUMENT);
    CHECK(strstr(error.message, "differs in: paths") != NULL);
    tutela_journal_destroy(journal);
    CHECK_OK(tutela_journal_open("scan.journal", NULL, &journal, &error));
    CHECK_OK(tutela_scanner_scan_journaled(scanner, paths, 1, journal, see_row, &second, &totals, &error));
    CHECK(tutela_journal_inputs_kept(journal) == 2);
    CHECK(strcmp(second.text, all.text) == 0);
    CHECK(memcmp(&totals, &expected, sizeof totals) == 0);
    CHECK_OK(tutela_journal_remove(journal, &error));
    tutela_journal_destroy(journal);
    CHECK_FAILS(TUTELA_NOT_FOUND, tutela_journal_open("scan.journal", NULL, &journal, &error));
}

int main(void) {
    make_files();
    tutela_list* list = make_list();
    tutela_scanner* scanner = NULL;
    test_create(list);
    test_threads(list);
    test_options(list);
    test_filter(list);
    test_sampling(list);
    CHECK_OK(tutela_scanner_create(list, NULL, &scanner, &error));
    tutela_list_destroy(list);  // the scanner keeps it alive
    test_bytes(scanner);
    test_confirm();
    test_scan_arguments(scanner);
    test_journal(scanner);
    test_stops(scanner);
    tutela_scanner_destroy(scanner);
    return check_result();
}
