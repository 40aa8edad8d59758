// Report writers through the C interface.
#include <stdlib.h>

#include "check.h"
#include "picture.h"

typedef struct {
    char text[8000];
    size_t size;
    tutela_status answer;
} sink_t;

static tutela_status take(const char* bytes, size_t size, void* context) {
    sink_t* sink = context;
    if (sink->answer != TUTELA_OK) return sink->answer;
    CHECK(sink->size + size < sizeof sink->text);
    if (sink->size + size >= sizeof sink->text) return TUTELA_LIMIT;
    memcpy(sink->text + sink->size, bytes, size);
    sink->size += size;
    sink->text[sink->size] = 0;
    return TUTELA_OK;
}

typedef struct {
    tutela_report_writer* writer;
    tutela_totals totals;
} run_t;

// Writes the row while it is valid.
static tutela_status write_row(const tutela_row* row, void* context) {
    run_t* run = context;
    run->totals.files += 1;
    run->totals.by_outcome[row->outcome] += 1;
    return tutela_report_writer_row(run->writer, row, NULL);
}

static tutela_scanner* make_scanner(char digest[TUTELA_DIGEST_HEX_SIZE]) {
    static const char kText[] = BLOCKS_HASH ",known,A1,\"quoted\"\n";
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    tutela_scanner* scanner = NULL;
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, kText, sizeof kText - 1, NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    CHECK_OK(tutela_list_digest(list, digest, &error));
    CHECK_OK(tutela_scanner_create(list, NULL, &scanner, &error));
    tutela_list_destroy(list);
    tutela_list_builder_destroy(builder);
    return scanner;
}

// A whole report of a matching picture and a text.
static void write_report(const tutela_scanner* scanner, uint32_t format, bool show_hashes, sink_t* sink) {
    static uint8_t pixels[PICTURE_BYTES];
    static uint8_t png[PNG_CAPACITY];
    picture_blocks(pixels);
    const size_t size = picture_png(pixels, PICTURE_SIDE, PICTURE_SIDE, png);
    run_t run;
    tutela_totals_init(&run.totals, sizeof run.totals);
    memset(sink, 0, sizeof *sink);
    CHECK_OK(tutela_report_writer_create(format, take, sink, &run.writer, &error));
    CHECK_OK(tutela_report_writer_begin(run.writer, scanner, show_hashes, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, png, size, "a.png", write_row, &run, &error));
    CHECK_OK(tutela_scanner_scan_bytes(scanner, "hello", 5, "=b", write_row, &run, &error));
    CHECK_OK(tutela_report_writer_end(run.writer, &run.totals, &error));
    tutela_report_writer_destroy(run.writer);
}

static void test_formats(const tutela_scanner* scanner, const char* digest) {
    static sink_t sink;
    write_report(scanner, TUTELA_REPORT_JSONL, false, &sink);
    CHECK(strstr(sink.text, "\"path\":\"a.png\"") != NULL);
    CHECK(strstr(sink.text, "\"outcome\":\"matched\"") != NULL);
    CHECK(strstr(sink.text, "\"entry_id\":\"known\"") != NULL);
    CHECK(strstr(sink.text, "\\\"quoted\\\"") != NULL);
    CHECK(strstr(sink.text, "\"outcome\":\"unsupported\"") != NULL);
    CHECK(strstr(sink.text, digest) != NULL);
    CHECK(strstr(sink.text, BLOCKS_HASH) == NULL);
    write_report(scanner, TUTELA_REPORT_JSONL, true, &sink);
    CHECK(strstr(sink.text, BLOCKS_HASH) != NULL);
    write_report(scanner, TUTELA_REPORT_CSV, false, &sink);
    CHECK(strstr(sink.text, "known") != NULL && strstr(sink.text, "'=b") != NULL);
    write_report(scanner, TUTELA_REPORT_TEXT, false, &sink);
    CHECK(strstr(sink.text, "a.png") != NULL);
}

// Segments and points of time of a row that the caller made up.
static void test_own_segments(tutela_report_writer* writer, const tutela_row* base, sink_t* sink) {
    tutela_match_segment segment = {sizeof segment, 9,     "mine", 0,   2000000, 1000000, 3100000, 3, 33, 4,
                                    1.05,           "cat", "lab",  NULL};
    tutela_timeline_point points[] = {{sizeof points[0], 256, 0, 12, TUTELA_NO_MATCH},
                                      {sizeof points[0], 7, 80000, 90, 0}};
    const tutela_match_segment* segments[] = {&segment};
    const tutela_timeline_point* timeline[] = {&points[0], &points[1]};
    tutela_row row = *base;
    row.segment_count = 1;
    row.segments = segments;
    row.timeline_count = 2;
    row.timeline = timeline;
    CHECK_OK(tutela_report_writer_row(writer, &row, &error));
    CHECK(strstr(sink->text,
                 "\"start_us\":0,\"end_us\":2000000,\"known_start_us\":1000000,\"known_end_us\":3100000,"
                 "\"frames\":9,\"distance\":3,\"speed\":1.05,\"query_percent\":33,"
                 "\"compared_percent\":4,\"variant\":\"plain\"") != NULL);
    CHECK(strstr(sink->text, "\"timeline\":[[0,null,12,null],[80000,7,90,0]]") != NULL);
    const size_t size = sink->size;
    points[1].match = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    points[1].match = 0;
    timeline[0] = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    timeline[0] = &points[0];
    segment.entry_id = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.segments = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    CHECK(sink->size == size);
}

// A row that the caller made up, field by field.
static void test_own_row(const tutela_scanner* scanner) {
    static sink_t sink;
    tutela_report_writer* writer = NULL;
    tutela_match match = {sizeof match, 7, "mine", "cat", "lab", "mirror", true, 5, 3, true, -40000, true, 70000};
    const tutela_match* matches[] = {&match};
    tutela_row row;
    memset(&sink, 0, sizeof sink);
    CHECK_OK(tutela_report_writer_create(TUTELA_REPORT_JSONL, take, &sink, &writer, &error));
    CHECK_OK(tutela_report_writer_begin(writer, scanner, false, &error));
    tutela_row_init(&row, sizeof row);
    CHECK(row.quality == -1 && row.path[0] == 0 && row.sha256 == NULL);
    row.path = "p";
    row.outcome = TUTELA_OUTCOME_MATCHED;
    row.quality = 66;
    row.decoded_percent = 0;
    row.match_count = 1;
    row.matches = matches;
    CHECK_OK(tutela_report_writer_row(writer, &row, &error));
    CHECK(strstr(sink.text, "\"decode\":null") != NULL);
    CHECK(strstr(sink.text, "\"inner\":null") != NULL && strstr(sink.text, "\"decoded_percent\":null") != NULL);
    row.decode = "scaled";
    row.inner = "b.tar!/c.gif";
    row.has_decoded_percent = true;
    row.frames = 9;
    CHECK_OK(tutela_report_writer_row(writer, &row, &error));
    CHECK(strstr(sink.text, "\"decode\":\"scaled\"") != NULL);
    CHECK(strstr(sink.text, "\"quality\":66") != NULL && strstr(sink.text, "\"distance\":7") != NULL);
    CHECK(strstr(sink.text, "\"confirm\":{\"phash\":5}") != NULL);
    CHECK(strstr(sink.text, "\"inner\":\"b.tar!/c.gif\"") != NULL);
    CHECK(strstr(sink.text, "\"decoded_percent\":0") != NULL && strstr(sink.text, "\"frames\":9") != NULL);
    CHECK(strstr(sink.text, "\"frame\":3,\"pts_us\":-40000,\"known_us\":70000") != NULL);
    CHECK(strstr(sink.text, "\"segments\":[],\"timeline\":[]") != NULL);
    test_own_segments(writer, &row, &sink);

    // A match and a row of a caller whose header is older.
    match.struct_size = offsetof(tutela_match, frame);
    row.struct_size = offsetof(tutela_row, inner);
    sink.size = 0;
    CHECK_OK(tutela_report_writer_row(writer, &row, &error));
    CHECK(strstr(sink.text, "\"frame\":0,\"pts_us\":null") != NULL && strstr(sink.text, "\"inner\":null") != NULL);
    match.struct_size = sizeof match;
    row.struct_size = sizeof row;

    const size_t size = sink.size;
    matches[0] = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    matches[0] = &match;
    match.label = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    match.label = "";
    match.struct_size = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.matches = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.match_count = 0;
    row.path = NULL;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.path = "p";
    row.outcome = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.outcome = 99;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    row.outcome = TUTELA_OUTCOME_CLEAN;
    row.struct_size = 1;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, &row, &error));
    CHECK(sink.size == size);
    tutela_report_writer_destroy(writer);
    tutela_row_init(NULL, sizeof row);
}

static void test_errors(const tutela_scanner* scanner) {
    static sink_t sink;
    tutela_report_writer* writer = NULL;
    tutela_row row;
    tutela_totals totals;
    tutela_row_init(&row, sizeof row);
    row.outcome = TUTELA_OUTCOME_CLEAN;
    tutela_totals_init(&totals, sizeof totals);
    memset(&sink, 0, sizeof sink);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_create(99, take, &sink, &writer, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_create(TUTELA_REPORT_CSV, NULL, &sink, &writer, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_create(TUTELA_REPORT_CSV, take, &sink, NULL, &error));
    CHECK(writer == NULL);
    CHECK_OK(tutela_report_writer_create(TUTELA_REPORT_JSONL, take, &sink, &writer, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_begin(NULL, scanner, false, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_begin(writer, NULL, false, &error));
    CHECK_OK(tutela_report_writer_begin(writer, scanner, false, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(NULL, &row, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_row(writer, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_end(NULL, &totals, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_report_writer_end(writer, NULL, &error));
    // What the sink says comes back.
    sink.answer = TUTELA_IO_ERROR;
    CHECK_FAILS(TUTELA_IO_ERROR, tutela_report_writer_row(writer, &row, &error));
    tutela_report_writer_destroy(writer);
    tutela_report_writer_destroy(NULL);
}

int main(void) {
    char digest[TUTELA_DIGEST_HEX_SIZE] = "";
    tutela_scanner* scanner = make_scanner(digest);
    test_formats(scanner, digest);
    test_own_row(scanner);
    test_errors(scanner);
    tutela_scanner_destroy(scanner);
    return check_result();
}
