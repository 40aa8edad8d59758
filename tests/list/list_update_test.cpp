// Changing lists, beside a model that holds records in a map.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "index/naive_search.hpp"
#include "list/list_test_support.hpp"
#include "tutela/executor.hpp"
#include "tutela/list_update.hpp"

namespace tutela {
namespace {

HashList take(Result<HashList> list) {
    EXPECT_TRUE(list.ok()) << list.status().to_string();
    return std::move(list).value();
}

Md5 md5_of(std::uint64_t number) {
    Md5 hash{};
    hash[0] = 1;
    for (std::size_t i = 0; i < 8; ++i)
        hash[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
    return hash;
}

// One thing of a record.
struct Part {
    std::optional<Hash256> pdq;
    std::optional<std::uint64_t> md5;
    std::vector<FrameHash> frames;

    bool operator==(const Part& other) const {
        return pdq == other.pdq && md5 == other.md5 && frames.size() == other.frames.size() &&
               std::equal(frames.begin(), frames.end(), other.frames.begin(),
                          [](const FrameHash& a, const FrameHash& b) { return a.hash == b.hash; });
    }
};
struct Record {
    std::vector<Part> parts;
    std::string category;
    bool disabled = false;
};
using Name = std::pair<std::string, std::string>;  // source, id
using Model = std::map<Name, Record>;

void add_to(ListBuilder& builder, const Name& name, const Record& record) {
    for (const Part& part : record.parts) {
        if (!part.frames.empty()) {
            ASSERT_TRUE(builder.add_video(part.frames, name.second, record.category).ok());
            continue;
        }
        KnownItem item{.pdq = part.pdq, .id = name.second, .category = record.category};
        item.origin.source = name.first;
        if (part.md5) item.file.md5 = md5_of(*part.md5);
        ASSERT_TRUE(builder.add(item).ok());
    }
}

HashList list_of(const Model& model) {
    ListBuilder builder;
    for (const auto& [name, record] : model)
        add_to(builder, name, record);
    return take(builder.build());
}

class Maker {
public:
    explicit Maker(std::uint64_t seed) : random_(seed) {}

    std::uint64_t below(std::uint64_t end) { return random_() % end; }

    // Videos have no source.
    Name name() { return {below(3) == 0 ? "" : "s" + std::to_string(below(2)), "id-" + std::to_string(below(40))}; }

    Record record(const Name& name) {
        Record record;
        record.category = std::to_string(below(3));
        const std::size_t parts = 1 + below(2);
        for (std::size_t i = 0; i < parts; ++i)
            record.parts.push_back(part(name));
        return record;
    }

    std::mt19937_64& random() { return random_; }

private:
    Part part(const Name& name) {
        Part part;
        switch (below(name.first.empty() ? 4 : 3)) {
            case 0: part.pdq = near_some(); break;
            case 1: part.md5 = below(60); break;
            case 2: part.pdq = near_some(), part.md5 = below(60); break;
            default:
                for (std::size_t i = 0; i < 1 + below(4); ++i)
                    part.frames.push_back({near_some(), 80, static_cast<std::int64_t>(i)});
        }
        return part;
    }

    // Hashes in clusters, so that searches find some.
    Hash256 near_some() {
        if (centres_.size() < 5) centres_.push_back(random_hash(random_));
        Hash256 hash = centres_[below(centres_.size())];
        for (std::uint64_t flips = below(40); flips > 0; --flips) {
            const std::uint64_t bit = below(256);
            hash.bytes[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        }
        return hash;
    }

    std::mt19937_64 random_;
    std::vector<Hash256> centres_;
};

using Found = std::multiset<std::pair<std::uint32_t, std::string>>;  // distance, id

// What a scan of the model's records finds.
Found naive(const Model& model, const Hash256& query, std::uint32_t radius) {
    Found found;
    const auto look = [&](const Hash256& hash, const std::string& id) {
        if (const std::uint32_t distance = testing::naive_distance(query, hash); distance <= radius)
            found.emplace(distance, id);
    };
    for (const auto& [name, record] : model) {
        if (record.disabled) continue;
        for (const Part& part : record.parts) {
            if (part.pdq) look(*part.pdq, name.second);
            for (const FrameHash& frame : part.frames)
                look(frame.hash, name.second);
        }
    }
    return found;
}

std::multiset<std::string> naive_files(const Model& model, std::uint64_t md5) {
    std::multiset<std::string> found;
    for (const auto& [name, record] : model) {
        if (record.disabled) continue;
        for (const Part& part : record.parts)
            if (part.md5 == md5) found.insert(name.second);
    }
    return found;
}

std::size_t known(const Model& model) {
    std::size_t count = 0;
    for (const auto& [name, record] : model) {
        if (record.disabled) continue;
        for (const Part& part : record.parts)
            count += part.pdq || !part.frames.empty() ? 1 : 0;
    }
    return count;
}

void expect_model(const HashList& list, const Model& model, std::uint64_t seed) {
    Maker maker(seed);
    EXPECT_EQ(list.known_count(), known(model));
    const auto index = list.open_index();
    ASSERT_TRUE(index.ok());
    EXPECT_EQ(index.value()->size(), list.size());
    std::vector<Hash256> queries(list.hashes().begin(), list.hashes().end());
    queries.push_back(random_hash(maker.random()));
    std::vector<Found> all;
    for (const Hash256& query : queries) {
        std::vector<Neighbor> neighbors;
        ASSERT_TRUE(index.value()->search(query, 31, neighbors).ok());
        Found found;
        for (const Neighbor& neighbor : neighbors) {
            EXPECT_EQ(list.entry_state(neighbor.position), EntryState::active);
            found.emplace(neighbor.distance_bits, list.entry_name(neighbor.position));
        }
        ASSERT_EQ(found, naive(model, query, 31));
        EXPECT_TRUE(std::is_sorted(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) {
            return std::pair(a.distance_bits, a.position) < std::pair(b.distance_bits, b.position);
        }));
        all.push_back(std::move(found));
    }
    InlineExecutor here;
    BatchAnswer batch;
    ASSERT_TRUE(index.value()->search_batch(queries, 31, here, batch).ok());
    for (std::size_t i = 0; i < queries.size(); ++i)
        ASSERT_EQ(batch.offsets[i + 1] - batch.offsets[i], all[i].size());
    for (std::uint64_t md5 = 0; md5 < 60; ++md5) {
        std::multiset<std::string> found;
        for (const FileMatch& match : list.find_file({.md5 = md5_of(md5)}))
            found.insert(list.file_entry_name(match.entry));
        // Two parts of one record may have the same hash of a file.
        ASSERT_EQ(found, naive_files(model, md5)) << md5;
    }
}

// What update_list() says it did, computed from the model.
struct Step {
    ListUpdate update;
    ListChanges expected;
};

Step random_step(Model& model, Maker& maker) {
    Step step;
    Model put;
    for (std::uint64_t i = maker.below(3); i > 0; --i) {
        const Name name = maker.name();
        step.update.remove.push_back({name.first, name.second});
        ++(model.erase(name) == 1 ? step.expected.removed : step.expected.not_found);
    }
    std::set<Name> removed;
    for (const RecordName& name : step.update.remove)
        removed.emplace(*name.source, name.id);
    for (std::uint64_t i = maker.below(5); i > 0; --i) {
        const Name name = maker.name();
        if (removed.contains(name)) continue;
        const bool again = model.contains(name) && maker.below(3) == 0;
        put[name] = again ? model[name] : maker.record(name);
    }
    for (auto& [name, record] : put) {
        const auto known = model.find(name);
        if (known == model.end()) {
            ++step.expected.added;
        } else if (known->second.parts == record.parts && known->second.category == record.category) {
            ++step.expected.unchanged;
        } else {
            ++step.expected.replaced;
        }
        const bool disabled = known != model.end() && known->second.disabled;
        if (disabled && !(known->second.parts == record.parts && known->second.category == record.category))
            ++step.expected.stayed_disabled;
        model[name] = record;
        model[name].disabled = disabled;
    }
    step.update.put = list_of(put);
    std::set<Name> touched;
    for (std::uint64_t i = maker.below(3); i > 0; --i) {
        const Name name = maker.name();
        if (removed.contains(name) || put.contains(name) || !touched.insert(name).second) continue;
        const bool disable = maker.below(2) == 0;
        (disable ? step.update.disable : step.update.enable).push_back({name.first, name.second});
        const auto known = model.find(name);
        if (known == model.end()) {
            ++step.expected.not_found;
        } else if (known->second.disabled != disable) {
            known->second.disabled = disable;
            ++(disable ? step.expected.disabled : step.expected.enabled);
        }
    }
    return step;
}

void expect_same(const ListChanges& done, const ListChanges& expected) {
    EXPECT_EQ(done.added, expected.added);
    EXPECT_EQ(done.replaced, expected.replaced);
    EXPECT_EQ(done.unchanged, expected.unchanged);
    EXPECT_EQ(done.removed, expected.removed);
    EXPECT_EQ(done.disabled, expected.disabled);
    EXPECT_EQ(done.enabled, expected.enabled);
    EXPECT_EQ(done.stayed_disabled, expected.stayed_disabled);
    EXPECT_EQ(done.not_found, expected.not_found);
}

TEST(ListUpdate, RandomHistoriesAreThoseOfAMap) {
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE(seed);
        Maker maker(seed);
        Model model;
        for (int i = 0; i < 25; ++i) {
            const Name name = maker.name();
            model[name] = maker.record(name);
        }
        HashList list = list_of(model);
        for (int step_number = 0; step_number < 12; ++step_number) {
            SCOPED_TRACE(step_number);
            const Step step = random_step(model, maker);
            ListChanges changes;
            list = take(update_list(list, step.update, changes));
            expect_same(changes, step.expected);
            expect_model(list, model, seed);
            if (step_number % 5 == 4) {
                list = take(compact_list(list));
                EXPECT_FALSE(list.has_delta());
                EXPECT_TRUE(list.verify().ok());
                expect_model(list, model, seed);
            }
            if (::testing::Test::HasFatalFailure()) return;
        }
    }
}

TEST(ListUpdate, PutAgainChangesNothing) {
    Maker maker(5);
    Model model;
    for (int i = 0; i < 30; ++i) {
        const Name name = maker.name();
        model[name] = maker.record(name);
    }
    const HashList list = list_of(model);
    ListChanges changes;
    const HashList same = take(update_list(list, {.put = list}, changes));
    EXPECT_EQ(changes.unchanged, model.size());
    EXPECT_FALSE(changes.any());
    EXPECT_EQ(same.digest_hex(), list.digest_hex());
    EXPECT_FALSE(same.has_delta());
}

TEST(ListUpdate, ThingsWithoutAnIdAreAddedOnce) {
    std::mt19937_64 random(3);
    const Hash256 first = random_hash(random);
    const Hash256 second = random_hash(random);
    ListBuilder builder;
    ASSERT_TRUE(builder.add(first, "", "1").ok());
    ASSERT_TRUE(builder.add(KnownItem{.file = {.md5 = md5_of(1)}, .harmless = true}).ok());
    const HashList list = take(builder.build());
    ListBuilder more;
    ASSERT_TRUE(more.add(first, "", "1").ok());
    ASSERT_TRUE(more.add(first, "", "2").ok());
    ASSERT_TRUE(more.add(second, "", "1").ok());
    ASSERT_TRUE(more.add(KnownItem{.file = {.md5 = md5_of(1)}, .harmless = true}).ok());
    ASSERT_TRUE(more.add(KnownItem{.file = {.md5 = md5_of(2)}, .harmless = true}).ok());
    ASSERT_TRUE(more.add(KnownItem{.file = {.md5 = md5_of(1)}}).ok());
    const HashList put = take(more.build());
    ListChanges changes;
    const HashList changed = take(update_list(list, {.put = put}, changes));
    EXPECT_EQ(changes.added, 4U);
    EXPECT_EQ(changes.unchanged, 2U);
    EXPECT_EQ(changed.size(), 3U);
    EXPECT_EQ(changed.file_hash_count(FileHashKind::md5), 3U);
    EXPECT_EQ(changed.find_file({.md5 = md5_of(1)}).size(), 2U);
    const HashList again = take(update_list(changed, {.put = put}, changes));
    EXPECT_FALSE(changes.any());
    EXPECT_EQ(changes.unchanged, 6U);
    EXPECT_EQ(again.digest_hex(), changed.digest_hex());
}

// What carries a hash by which nothing is found has no other name than what it is.
TEST(ListUpdate, NamelessThingsThatCarryHashesAreAddedOnce) {
    const CarriedHashView carried{"photodna", "a value", false};
    ListBuilder builder;
    ASSERT_TRUE(builder.add(KnownItem{.category = "1", .carried = {&carried, 1}}).ok());
    const HashList put = take(builder.build());
    ListChanges changes;
    HashList list = take(update_list(take(ListBuilder().build()), {.put = put}, changes));
    EXPECT_EQ(changes.added, 1U);
    ListBuilder more;
    ASSERT_TRUE(more.add_list(put).ok());
    ASSERT_TRUE(more.add(KnownItem{.file = {.md5 = md5_of(7)}}).ok());
    list = take(update_list(list, {.put = take(more.build())}, changes));
    EXPECT_EQ(changes.added, 1U);
    EXPECT_EQ(changes.unchanged, 1U);
    EXPECT_EQ(list.unmatchable_count(), 1U);
    EXPECT_EQ(list.file_entry_count(), 2U);
    EXPECT_EQ(diff_lists(put, list, nullptr).value().nameless_added, 1U);
}

TEST(ListUpdate, WhatIsDisabledInPartIsEnabledWhole) {
    std::mt19937_64 random(8);
    ListChanges changes;
    const HashList one = build({{random_hash(random), "x", "", ""}});
    const HashList off = take(update_list(one, {.disable = {{"", "x"}}}, changes));
    ListBuilder builder;
    ASSERT_TRUE(builder.add_list(off).ok());
    ASSERT_TRUE(builder.add(random_hash(random), "x").ok());
    const HashList both = take(builder.build());
    EXPECT_EQ(both.known_count(), 1U);
    EXPECT_EQ(take(update_list(both, {.enable = {{"", "x"}}}, changes)).known_count(), 2U);
    EXPECT_EQ(changes.enabled, 1U);
    EXPECT_EQ(take(update_list(both, {.disable = {{"", "x"}}}, changes)).known_count(), 0U);
}

TEST(ListUpdate, AnIdOfSeveralSourcesNeedsTheSource) {
    std::mt19937_64 random(4);
    ListBuilder builder;
    for (const char* source : {"one", "two"}) {
        KnownItem item{.pdq = random_hash(random), .id = "x"};
        item.origin.source = source;
        ASSERT_TRUE(builder.add(item).ok());
    }
    ASSERT_TRUE(builder.add(random_hash(random), "y").ok());
    const HashList list = take(builder.build());
    ListChanges changes;
    const Result<HashList> refused = update_list(list, {.disable = {{std::nullopt, "x"}}}, changes);
    EXPECT_EQ(refused.status().code(), StatusCode::invalid_argument);
    EXPECT_NE(refused.status().message().find("several sources"), std::string::npos);
    EXPECT_EQ(changes.first_ambiguous, "x");
    const HashList changed =
        take(update_list(list, {.remove = {{std::nullopt, "y"}}, .disable = {{"two", "x"}}}, changes));
    EXPECT_EQ(changes.removed, 1U);
    EXPECT_EQ(changes.disabled, 1U);
    EXPECT_EQ(changed.known_count(), 1U);
    EXPECT_EQ(changed.inactive_count(), changed.size() - 1);
    EXPECT_EQ(update_list(list, {.remove = {{std::nullopt, ""}}}, changes).status().code(),
              StatusCode::invalid_argument);
}

TEST(ListUpdate, CompactedIsWhatIsBuiltOfTheSame) {
    const std::vector<Entry> entries = random_entries(200, 9);
    const HashList all = build(entries);
    const HashList half = build({entries.begin(), entries.begin() + 100});
    ListBuilder rest_builder;
    std::mt19937_64 random(11);
    std::vector<Entry> added;
    for (int i = 0; i < 50; ++i)
        added.push_back({random_hash(random), "new-" + std::to_string(i), "1", ""});
    ListChanges changes;
    const HashList changed = take(update_list(half, {.put = build(added)}, changes));
    std::vector<Entry> expected(entries.begin(), entries.begin() + 100);
    expected.insert(expected.end(), added.begin(), added.end());
    EXPECT_EQ(take(compact_list(changed)).digest_hex(), build(expected).digest_hex());
    EXPECT_NE(changed.digest_hex(), half.digest_hex());
    expect_entries(changed, expected);
}

TEST(ListDiff, SaysWhatAnUpdateDid) {
    for (std::uint64_t seed = 20; seed < 26; ++seed) {
        SCOPED_TRACE(seed);
        Maker maker(seed);
        Model model;
        for (int i = 0; i < 25; ++i) {
            const Name name = maker.name();
            model[name] = maker.record(name);
        }
        const HashList before = list_of(model);
        const Step step = random_step(model, maker);
        ListChanges changes;
        const HashList after = take(update_list(before, step.update, changes));
        std::uint64_t told = 0;
        const Result<ListDifference> difference = diff_lists(before, after, [&](const RecordDifference& record) {
            ++told;
            EXPECT_FALSE(record.id.empty());
            return Status();
        });
        ASSERT_TRUE(difference.ok());
        const ListDifference& found = difference.value();
        EXPECT_EQ(found.added, changes.added);
        EXPECT_EQ(found.removed, changes.removed);
        EXPECT_EQ(found.changed, changes.replaced);
        EXPECT_EQ(found.disabled, changes.disabled);
        EXPECT_EQ(told, found.added + found.removed + found.changed + found.disabled + found.enabled);
        EXPECT_EQ(found.same + found.changed + found.removed + found.disabled + found.enabled,
                  diff_lists(before, before, nullptr).value().same);
    }
}

}  // namespace
}  // namespace tutela
