// Known videos in lists: kept, written as the specification says, and refused where they contradict it.
#include <gtest/gtest.h>

#include <functional>
#include <variant>

#include "list/list_test_support.hpp"
#include "list/snapshot_model.hpp"
#include "tutela/executor.hpp"
#include "tutela/list.hpp"

namespace tutela {
namespace {

struct Video {
    std::vector<FrameHash> frames;
    std::string id;
    std::string category;
    std::string label;
};
using Known = std::variant<Entry, Video>;

Video random_video(std::mt19937_64& random, std::size_t frames) {
    Video video{{}, "video-" + std::to_string(random() % 100), random() % 2 == 0 ? "A1" : "", "série"};
    std::int64_t time = static_cast<std::int64_t>(random() % 1000);
    for (std::size_t i = 0; i < frames; ++i) {
        video.frames.push_back({random_hash(random), static_cast<std::int32_t>(random() % 101), time});
        time += static_cast<std::int64_t>(random() % 3 * 333'333);
    }
    return video;
}

std::vector<Known> random_known(std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    std::vector<Known> known;
    for (Entry& entry : random_entries(count, seed)) {
        if (random() % 3 == 0) {
            known.emplace_back(random_video(random, 1 + random() % 12));
        } else {
            known.emplace_back(std::move(entry));
        }
    }
    return known;
}

HashList build_known(const std::vector<Known>& all) {
    ListBuilder builder;
    for (const Known& known : all) {
        const auto* video = std::get_if<Video>(&known);
        const Status status = video != nullptr
                                  ? builder.add_video(video->frames, video->id, video->category, video->label)
                                  : builder.add(std::get<Entry>(known));
        EXPECT_TRUE(status.ok()) << status.to_string();
    }
    Result<HashList> list = builder.build();
    EXPECT_TRUE(list.ok()) << list.status().to_string();
    return std::move(list).value();
}

// The same, frame by frame as entries, and what the three sections say beside them.
struct Model {
    std::vector<Entry> entries;
    std::vector<model::Section> sections;
    std::size_t videos = 0;
    std::size_t frames = 0;
};

Model model_of(const std::vector<Known>& all) {
    Model made;
    model::Section videos{0x23, 1, 12, {}};
    model::Section times{0x24, 1, 8, {}};
    model::Section qualities{0x25, 1, 1, {}};
    std::vector<Entry> numbered;  // frames of one video after the first have no id, so that it is written once
    std::vector<std::pair<std::size_t, std::size_t>> shared;
    for (const Known& known : all) {
        if (const auto* entry = std::get_if<Entry>(&known)) {
            made.entries.push_back(*entry);
            numbered.push_back(*entry);
            continue;
        }
        const auto& video = std::get<Video>(known);
        model::append(videos.bytes, made.entries.size(), 4);
        model::append(videos.bytes, video.frames.size(), 4);
        model::append(videos.bytes, made.frames, 4);
        for (std::size_t i = 0; i < video.frames.size(); ++i) {
            if (i > 0) shared.emplace_back(made.entries.size(), made.entries.size() - i);
            made.entries.push_back({video.frames[i].hash, video.id, video.category, video.label});
            numbered.push_back({video.frames[i].hash, i == 0 ? video.id : "", video.category, video.label});
            model::append(times.bytes, static_cast<std::uint64_t>(video.frames[i].pts_us), 8);
            qualities.bytes.push_back(static_cast<std::uint8_t>(video.frames[i].quality));
        }
        made.frames += video.frames.size();
        ++made.videos;
    }
    made.sections = model::sections_of(numbered);
    for (const auto& [position, first] : shared)
        model::store(made.sections[1].bytes, 4 * position, model::load(made.sections[1].bytes, 4 * first, 4), 4);
    if (made.videos > 0) made.sections.insert(made.sections.begin() + 4, {videos, times, qualities});
    return made;
}

model::Bytes bytes_of(const HashList& list) {
    return {list.bytes().begin(), list.bytes().end()};
}

void expect_known(const HashList& list, const std::vector<Known>& all) {
    std::size_t position = 0;
    std::size_t number = 0;
    for (const Known& known : all) {
        if (const auto* entry = std::get_if<Entry>(&known)) {
            ASSERT_FALSE(list.frame_at(position));
            ASSERT_EQ(list.entry(position).hash, entry->hash);
            ASSERT_EQ(list.entry(position).id, entry->id);
            ASSERT_EQ(list.entry_name(position), entry->id.empty() ? std::to_string(position) : entry->id);
            ++position;
            continue;
        }
        const auto& video = std::get<Video>(known);
        const VideoView view = list.video(number);
        ASSERT_EQ(view.first_position, position);
        ASSERT_EQ(view.hashes.size(), video.frames.size());
        ASSERT_EQ(view.times_us.size(), video.frames.size());
        ASSERT_EQ(view.qualities.size(), video.frames.size());
        ASSERT_EQ(view.id, video.id);
        ASSERT_EQ(view.category, video.category);
        ASSERT_EQ(view.label, video.label);
        for (std::size_t i = 0; i < video.frames.size(); ++i) {
            ASSERT_EQ(view.hashes[i], video.frames[i].hash);
            ASSERT_EQ(view.times_us[i], video.frames[i].pts_us);
            ASSERT_EQ(view.qualities[i], video.frames[i].quality);
            const std::optional<FramePlace> place = list.frame_at(position + i);
            ASSERT_TRUE(place);
            ASSERT_EQ(place->video, number);
            ASSERT_EQ(place->frame, i);
            ASSERT_EQ(place->pts_us, video.frames[i].pts_us);
            ASSERT_EQ(place->quality, static_cast<std::uint32_t>(video.frames[i].quality));
            ASSERT_EQ(list.entry(position + i).id, video.id);
            ASSERT_EQ(list.entry_name(position + i), video.id);
        }
        position += video.frames.size();
        ++number;
    }
    ASSERT_EQ(list.size(), position);
    ASSERT_EQ(list.video_count(), number);
    ASSERT_EQ(list.known_count(), all.size());
}

TEST(ListVideo, IsKeptAndWrittenAsTheSpecificationSays) {
    for (std::size_t count = 0; count < 40; ++count) {
        const std::vector<Known> known = random_known(count, count + 1);
        const HashList list = build_known(known);
        expect_known(list, known);
        const Model made = model_of(known);
        expect_entries(list, made.entries);
        ASSERT_EQ(bytes_of(list), model::assemble(made.entries.size(), made.sections)) << count;
        for (const LoadCheck check : {LoadCheck::everything, LoadCheck::layout}) {
            const Result<HashList> again = HashList::from_bytes(list.bytes(), check);
            ASSERT_TRUE(again.ok()) << again.status().to_string();
            expect_known(again.value(), known);
        }
    }
}

TEST(ListVideo, AListWithoutOneHasTheBytesItAlwaysHad) {
    const std::vector<Entry> entries = random_entries(40, 3);
    EXPECT_EQ(bytes_of(build(entries)), model::snapshot_of(entries));
}

TEST(ListVideo, KeepsItsPlaceBesideAnIndex) {
    const std::vector<Known> known = random_known(200, 9);
    const HashList list = build_known(known);
    InlineExecutor here;
    const Result<HashList> indexed = list.with_index(here);
    ASSERT_TRUE(indexed.ok()) << indexed.status().to_string();
    EXPECT_EQ(indexed.value().digest_hex(), list.digest_hex());
    expect_known(indexed.value(), known);
    EXPECT_TRUE(indexed.value().verify().ok());
}

TEST(ListVideo, ListsAreMerged) {
    const std::vector<Known> first = random_known(20, 5);
    const std::vector<Known> second = random_known(20, 6);
    ListBuilder builder;
    ASSERT_TRUE(builder.add_list(build_known(first)).ok());
    ASSERT_TRUE(builder.add_list(build_known(second)).ok());
    std::vector<Known> both = first;
    both.insert(both.end(), second.begin(), second.end());
    EXPECT_EQ(bytes_of(builder.build().value()), bytes_of(build_known(both)));
}

TEST(ListVideo, WithoutAnIdIsNamedAfterItsFirstFrame) {
    std::mt19937_64 random(1);
    Video video = random_video(random, 5);
    video.id.clear();
    const HashList list = build_known({Entry{.hash = {}, .id = "a", .category = {}, .label = {}}, video});
    for (std::size_t position = 1; position < 6; ++position)
        EXPECT_EQ(list.entry_name(position), "1");
}

TEST(ListVideo, FramesThatCannotBeAreRefused) {
    const FrameHash good{{}, 50, 1000};
    const auto code_of = [](const std::vector<FrameHash>& frames) {
        ListBuilder builder;
        const Status status = builder.add_video(frames, "v");
        EXPECT_EQ(builder.size(), status.ok() ? frames.size() : 0U);
        return status.code();
    };
    EXPECT_EQ(code_of({good}), StatusCode::ok);
    EXPECT_EQ(code_of({{{}, 0, 0}, {{}, 100, kMaxFrameTimeUs}, {{}, 0, kMaxFrameTimeUs}}), StatusCode::ok);
    EXPECT_EQ(code_of({}), StatusCode::invalid_argument);
    for (const FrameHash& bad : std::vector<FrameHash>{{{}, -1, 1000},
                                                       {{}, 101, 1000},
                                                       {{}, 50, -1},
                                                       {{}, 50, kNoPts},
                                                       {{}, 50, kMaxFrameTimeUs + 1},
                                                       {{}, 50, 999}})
        EXPECT_EQ(code_of({good, bad}), StatusCode::invalid_argument);
    ListBuilder builder;
    EXPECT_EQ(builder.add_video(std::vector<FrameHash>{good}, "a\xff").code(), StatusCode::invalid_argument);
}

// The small list that the next tests change: two stills, a video of three frames, a still, a video of two.
Model small_model() {
    std::mt19937_64 random(4);
    const Entry still{random_hash(random), "still", "A1", ""};
    Video first = random_video(random, 3);
    Video second = random_video(random, 2);
    first.frames = {{{}, 10, 5}, {{}, 20, 6}, {{}, 30, 6}};
    return model_of({still, still, first, still, second});
}

constexpr std::size_t kVideos = 4;
constexpr std::size_t kTimes = 5;
constexpr std::size_t kQualities = 6;

StatusCode code_after(const std::function<void(std::vector<model::Section>&)>& change) {
    Model made = small_model();
    change(made.sections);
    return HashList::from_bytes(model::assemble(made.entries.size(), made.sections)).status().code();
}

TEST(ListVideoDamage, EverySingleBitFlipIsRefused) {
    const Model made = small_model();
    model::Bytes bytes = model::assemble(made.entries.size(), made.sections);
    ASSERT_TRUE(HashList::from_bytes(bytes).ok());
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_FALSE(HashList::from_bytes(bytes).ok()) << "bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
}

TEST(ListVideoDamage, RecordsOutOfTheirPlace) {
    EXPECT_EQ(code_after([](auto&) {}), StatusCode::ok);
    for (std::size_t word = 0; word < 6; ++word) {
        for (const std::uint64_t wrong : {0U, 1U, 4U, 7U, 8U, 9U, 0x7fffffffU, 0xfffffffdU, 0xffffffffU}) {
            const auto change = [&](auto& sections) { model::store(sections[kVideos].bytes, 4 * word, wrong, 4); };
            const std::uint64_t right = model::load(small_model().sections[kVideos].bytes, 4 * word, 4);
            EXPECT_EQ(code_after(change), wrong == right ? StatusCode::ok : StatusCode::corrupt)
                << word << " " << wrong;
        }
    }
}

TEST(ListVideoDamage, SectionsThatDoNotAgree) {
    for (const std::size_t section : {kVideos, kTimes, kQualities}) {
        const auto at = static_cast<std::ptrdiff_t>(section);
        EXPECT_EQ(code_after([&](auto& sections) { sections.erase(sections.begin() + at); }), StatusCode::corrupt);
        EXPECT_EQ(code_after([&](auto& sections) { sections[section].flags = 0; }), StatusCode::corrupt);
        EXPECT_EQ(code_after([&](auto& sections) { sections[section].bytes.clear(); }), StatusCode::corrupt);
        EXPECT_EQ(code_after([&](auto& sections) {
                      sections[section].bytes.resize(sections[section].bytes.size() + sections[section].record_bytes);
                  }),
                  StatusCode::corrupt);
    }
    EXPECT_EQ(code_after([](auto& sections) {  // frames of no video
                  sections[kTimes].bytes.resize(sections[kTimes].bytes.size() + 8);
                  sections[kQualities].bytes.resize(sections[kQualities].bytes.size() + 1);
              }),
              StatusCode::corrupt);
    EXPECT_EQ(code_after([](auto& sections) {
                  for (const std::size_t section : {kVideos, kTimes, kQualities})
                      sections[section].bytes.clear();
              }),
              StatusCode::corrupt);
}

TEST(ListVideoDamage, FramesThatCannotBe) {
    const auto time = [](std::size_t frame, std::uint64_t value) {
        return code_after([&](auto& sections) { model::store(sections[kTimes].bytes, 8 * frame, value, 8); });
    };
    EXPECT_EQ(time(0, 0), StatusCode::ok);
    EXPECT_EQ(time(0, 7), StatusCode::corrupt);  // after the next
    EXPECT_EQ(time(1, 4), StatusCode::corrupt);
    EXPECT_EQ(time(2, kMaxFrameTimeUs), StatusCode::ok);
    EXPECT_EQ(time(2, kMaxFrameTimeUs + 1), StatusCode::corrupt);
    EXPECT_EQ(time(0, ~std::uint64_t{0}), StatusCode::corrupt);  // negative
    EXPECT_EQ(code_after([](auto& sections) { sections[kQualities].bytes[1] = 100; }), StatusCode::ok);
    EXPECT_EQ(code_after([](auto& sections) { sections[kQualities].bytes[1] = 101; }), StatusCode::corrupt);
    for (const std::size_t column : {1U, 2U, 3U}) {  // a frame with an id, category or label of its own
        EXPECT_EQ(code_after([&](auto& sections) {
                      const std::uint64_t shared = model::load(sections[column].bytes, 4 * 3, 4);
                      model::store(sections[column].bytes, 4 * 3, shared == 0 ? 1 : shared - 1, 4);
                  }),
                  StatusCode::corrupt);
    }
}

// Whatever the sections say, a list that was loaded by its layout is read inside its bytes.
TEST(ListVideoDamage, WhatIsNotCheckedIsSafeToRead) {
    std::mt19937_64 random(21);
    const Model good = small_model();
    std::size_t accepted = 0;
    for (int round = 0; round < 3000; ++round) {
        Model made = good;
        for (std::uint64_t changes = 1 + random() % 4; changes > 0; --changes) {
            model::Bytes& bytes = made.sections[kVideos + random() % 3].bytes;
            bytes[random() % bytes.size()] =
                static_cast<std::uint8_t>(random() % 2 == 0 ? random() : random() % made.entries.size());
        }
        const model::Bytes bytes = model::assemble(made.entries.size(), made.sections);
        const Result<HashList> list = HashList::from_bytes(bytes, LoadCheck::layout);
        ASSERT_TRUE(list.ok());
        std::uint64_t sum = 0;
        for (std::size_t position = 0; position < list.value().size(); ++position) {
            const std::optional<FramePlace> place = list.value().frame_at(position);
            if (place) sum += static_cast<std::uint64_t>(place->pts_us) + place->quality;
            sum += list.value().entry_name(position).size();
        }
        for (std::size_t number = 0; number < list.value().video_count(); ++number) {
            const VideoView video = list.value().video(number);
            for (std::size_t i = 0; i < video.hashes.size(); ++i)
                sum += video.hashes[i].bytes[0] + video.qualities[i] + static_cast<std::uint64_t>(video.times_us[i]);
        }
        ListBuilder builder;
        const Status copied = builder.add_list(list.value());
        EXPECT_TRUE(copied.ok() || copied.code() == StatusCode::invalid_argument) << sum;
        accepted += list.value().verify().ok() ? 1 : 0;
    }
    EXPECT_GT(accepted, 10U);
    EXPECT_LT(accepted, 2500U);
}

}  // namespace
}  // namespace tutela
