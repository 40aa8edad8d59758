// Streams through the C interface: frames that the test draws.
#include "check.h"
#include "picture.h"

static uint8_t g_known[PICTURE_BYTES];
static uint8_t g_other[PICTURE_BYTES];

static tutela_list* make_list(const char* id) {
    char text[200];
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    snprintf(text, sizeof text, BLOCKS_HASH ",%s,A1,a label\n", id);
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_parse_text(builder, text, strlen(text), NULL, &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    return list;
}

// The known picture as a video of eight frames, half a second each: it is frozen from the first to the last.
static tutela_list* make_video_list(void) {
    tutela_frame_hash frames[8];
    tutela_hasher* hasher = NULL;
    tutela_list_builder* builder = NULL;
    tutela_list* list = NULL;
    const tutela_frame frame = {g_known, PICTURE_SIDE, PICTURE_SIDE, PICTURE_SIDE, TUTELA_PIXEL_GRAY8, 0};
    CHECK_OK(tutela_hasher_create(&hasher, &error));
    for (int i = 0; i < 8; ++i) {
        CHECK_OK(tutela_hasher_hash_frame(hasher, &frame, &frames[i], &error));
        frames[i].pts_us = i * 500000;
    }
    tutela_hasher_destroy(hasher);
    CHECK_OK(tutela_list_builder_create(&builder, &error));
    CHECK_OK(tutela_list_builder_add_video(builder, frames, 8, "video", "A1", "a label", &error));
    CHECK_OK(tutela_list_builder_build(builder, &list, &error));
    tutela_list_builder_destroy(builder);
    return list;
}

// What came out, as text: "kind entry frames;" for each event.
typedef struct {
    char text[400];
    size_t events;
    size_t refuse_at;
    char line[1000];
    tutela_stream_sums sums;
    tutela_match_segment segment;
} seen_t;

static tutela_status see_event(const tutela_stream_event* event, void* context) {
    seen_t* seen = context;
    char part[100];
    CHECK(event->struct_size == sizeof *event);
    snprintf(part, sizeof part, "%s %s %u;", tutela_stream_event_name(event->kind), event->entry_id,
             (unsigned)event->sighting_frames);
    strncat(seen->text, part, sizeof seen->text - strlen(seen->text) - 1);
    snprintf(seen->line, sizeof seen->line, "%s", event->line);
    if (event->sums != NULL) seen->sums = *event->sums;
    if (event->segment != NULL) seen->segment = *event->segment;
    return ++seen->events == seen->refuse_at ? TUTELA_CANCELLED : TUTELA_OK;
}

static tutela_frame frame_at(const uint8_t* pixels, int64_t pts_us) {
    const tutela_frame frame = {pixels, PICTURE_SIDE, PICTURE_SIDE, PICTURE_SIDE, TUTELA_PIXEL_GRAY8, pts_us};
    return frame;
}

static void test_events(void) {
    tutela_list* list = make_list("known");
    tutela_stream* stream = NULL;
    tutela_stream_options options;
    tutela_stream_options_init(&options, sizeof options);
    CHECK(options.radius == 31 && options.min_quality == 50 && options.repeat_interval_us == 10000000);
    options.name = "cam";
    CHECK_OK(tutela_stream_create(list, NULL, &options, &stream, &error));
    tutela_list_destroy(list);

    seen_t seen = {{0}, 0, 0, {0}, {0}, {0}};
    for (int i = 0; i < 20; ++i) {
        const tutela_frame frame = frame_at(i < 5 ? g_other : g_known, i * 1000000);
        CHECK_OK(tutela_stream_push(stream, &frame, 1000 + i, see_event, &seen, &error));
    }
    CHECK(strcmp(seen.text, "match known 1;match known 11;") == 0);
    CHECK(strcmp(seen.line,
                 "{\"event\":\"match\",\"stream\":\"cam\",\"run\":0,\"wall_us\":1015,\"pts_us\":15000000,\"frame\":15,"
                 "\"entry_id\":\"known\",\"distance\":0,\"variant\":\"plain\",\"known_us\":null,\"category\":\"A1\","
                 "\"label\":\"a label\",\"sighting\":{\"start_us\":5000000,\"end_us\":15000000,\"frames\":11},"
                 "\"segment\":null}") == 0);
    CHECK_OK(tutela_stream_health(stream, TUTELA_NO_WALL, see_event, &seen, &error));
    CHECK(seen.sums.frames == 20 && seen.sums.matched == 15 && seen.sums.sightings_open == 1);
    CHECK(seen.sums.has_pts && seen.sums.last_pts_us == 19000000 && seen.sums.list_entries == 1);
    seen.text[0] = 0;
    CHECK_OK(tutela_stream_finish(stream, TUTELA_NO_WALL, see_event, &seen, &error));
    CHECK(strcmp(seen.text, "sighting_ended known 15;") == 0);
    tutela_stream_destroy(stream);
}

static void test_segment(void) {
    tutela_list* list = make_video_list();
    tutela_stream* stream = NULL;
    CHECK_OK(tutela_stream_create(list, NULL, NULL, &stream, &error));
    tutela_list_destroy(list);
    seen_t seen = {{0}, 0, 0, {0}, {0}, {0}};
    for (int i = 0; i < 8; ++i) {
        const tutela_frame frame = frame_at(g_known, i * 500000);
        CHECK_OK(tutela_stream_push(stream, &frame, TUTELA_NO_WALL, see_event, &seen, &error));
    }
    CHECK(strcmp(seen.text, "match video 1;match video 5;") == 0);  // at once, and with its segment after two seconds
    seen.text[0] = 0;
    CHECK_OK(tutela_stream_finish(stream, TUTELA_NO_WALL, see_event, &seen, &error));
    CHECK(strcmp(seen.text, "segment_ended  0;sighting_ended video 8;") == 0);
    CHECK(seen.segment.start_us == 0 && seen.segment.end_us == 3500000 && seen.segment.known_end_us == 3500000);
    CHECK(seen.segment.frames == 8);
    tutela_stream_destroy(stream);
}

// Another list, with an index of its own, and a callback that refuses: the rest comes with the next call.
static void test_set_list(void) {
    tutela_list* list = make_list("old");
    tutela_list* video = make_video_list();
    tutela_list* next = make_list("new");
    tutela_index* index = NULL;
    tutela_stream* stream = NULL;
    const tutela_frame known = frame_at(g_known, 0);
    seen_t seen = {{0}, 0, 0, {0}, {0}, {0}};
    CHECK_OK(tutela_index_create_from_list(next, NULL, &index, &error));
    CHECK_OK(tutela_stream_create(video, NULL, NULL, &stream, &error));
    for (int i = 0; i < 8; ++i) {
        const tutela_frame frame = frame_at(g_known, i * 500000);
        CHECK_OK(tutela_stream_push(stream, &frame, TUTELA_NO_WALL, see_event, &seen, &error));
    }
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT,
                tutela_stream_set_list(stream, video, index, TUTELA_NO_WALL, see_event, &seen, &error));
    seen.text[0] = 0;
    seen.refuse_at = seen.events + 1;
    CHECK_FAILS(TUTELA_CANCELLED,
                tutela_stream_set_list(stream, next, index, TUTELA_NO_WALL, see_event, &seen, &error));
    tutela_index_destroy(index);
    tutela_list_destroy(next);
    CHECK(strcmp(seen.text, "segment_ended  0;") == 0);
    CHECK_OK(tutela_stream_push(stream, &known, TUTELA_NO_WALL, see_event, &seen, &error));
    CHECK(strcmp(seen.text, "segment_ended  0;sighting_ended video 8;match new 1;") == 0);
    CHECK_OK(tutela_stream_set_list(stream, list, NULL, TUTELA_NO_WALL, see_event, &seen, &error));
    tutela_list_destroy(list);
    tutela_list_destroy(video);
    tutela_stream_destroy(stream);
}

static void test_errors(void) {
    tutela_list* list = make_list("known");
    tutela_stream* stream = NULL;
    tutela_stream_options options;
    tutela_stream_options_init(&options, sizeof options);
    options.radius = 300;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_create(list, NULL, &options, &stream, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_create(NULL, NULL, NULL, &stream, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_create(list, NULL, NULL, NULL, &error));
    CHECK(stream == NULL);
    CHECK_OK(tutela_stream_create(list, NULL, NULL, &stream, &error));
    seen_t seen = {{0}, 0, 0, {0}, {0}, {0}};
    tutela_frame frame = frame_at(g_known, TUTELA_NO_PTS);
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_push(stream, &frame, 0, see_event, &seen, &error));
    frame.pts_us = 0;
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_push(stream, &frame, 0, NULL, NULL, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_push(stream, NULL, 0, see_event, &seen, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_push(NULL, &frame, 0, see_event, &seen, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_finish(NULL, 0, see_event, &seen, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_health(NULL, 0, see_event, &seen, &error));
    CHECK_FAILS(TUTELA_INVALID_ARGUMENT, tutela_stream_set_list(stream, NULL, NULL, 0, see_event, &seen, &error));
    frame.width = frame.height = 4;
    CHECK_FAILS(TUTELA_TOO_SMALL, tutela_stream_push(stream, &frame, 0, see_event, &seen, &error));
    CHECK(seen.events == 0);
    CHECK(strcmp(tutela_stream_event_name(77), "unknown") == 0);
    tutela_stream_options_init(NULL, sizeof options);
    tutela_stream_destroy(NULL);
    tutela_stream_destroy(stream);
    tutela_list_destroy(list);
}

int main(void) {
    picture_blocks(g_known);
    picture_lcg(g_other);
    test_events();
    test_segment();
    test_set_list();
    test_errors();
    return check_result();
}
