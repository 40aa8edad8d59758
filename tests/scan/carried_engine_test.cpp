// Things that are found by the hashes that lists only carry, with an engine of the user's.
#include "tutela/carried_engine.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "core/digest.hpp"
#include "scan/animation_files.hpp"
#include "scan/folder.hpp"
#include "scan/scanning.hpp"
#include "scan/toy_engine.hpp"
#include "tutela/list_update.hpp"

namespace tutela {
namespace {

using namespace test;

Bytes png(std::uint32_t seed) {
    return encode_png(picture(seed).view());
}

ToyEngine::Value value_of(std::uint32_t seed) {
    return ToyEngine::value_of(picture(seed).view());
}

// Adds a thing that has the toy value of a picture, and what else is given.
void add(ListBuilder& builder, const ToyEngine::Value& value, KnownItem item) {
    const CarriedHashView hash = carried_of(value);
    item.carried = {&hash, 1};
    ASSERT_TRUE(builder.add(item).ok());
}

HashList list_of_one(const ToyEngine::Value& value, const KnownItem& item) {
    ListBuilder builder;
    add(builder, value, item);
    return builder.build().value();
}

ScanOptions with_engine(std::uint32_t threshold = 0, std::function<Status()> failure = {}) {
    ScanOptions options;
    options.engines = {std::make_shared<const ToyEngine>(threshold, "toy", std::move(failure))};
    return options;
}

FileRow scan_one(const HashList& list, const ScanOptions& options, const Bytes& file) {
    const Result<Scanner> scanner = Scanner::create(list, options);
    EXPECT_TRUE(scanner.ok()) << scanner.status().to_string();
    return scanner.value().scan_bytes(file, "a");
}

MatchFact toy_match(std::string id, std::uint32_t distance = 0) {
    MatchFact match;
    match.entry_id = std::move(id);
    match.distance_bits = distance;
    match.variant = "toy";
    return match;
}

TEST(CarriedEngines, FindWhatHasNothingElse) {
    const HashList list = list_of_one(value_of(1), {.id = "alone", .category = "c", .label = "l"});
    ASSERT_EQ(list.unmatchable_count(), 1U);
    MatchFact match = toy_match("alone");
    match.category = "c";
    match.label = "l";
    const FileRow found = scan_one(list, with_engine(), png(1));
    EXPECT_EQ(found.outcome, Outcome::matched);
    EXPECT_EQ(found.reason, "");
    EXPECT_EQ(found.matches, std::vector<MatchFact>{match});
    EXPECT_EQ(scan_one(list, {}, png(1)).outcome, Outcome::clean);
    EXPECT_EQ(scan_one(list, with_engine(), png(2)).outcome, Outcome::clean);
    ScanOptions other;
    other.engines = {std::make_shared<const ToyEngine>(0, "photodna")};
    EXPECT_EQ(scan_one(list, other, png(1)).outcome, Outcome::clean);
}

TEST(CarriedEngines, TheThresholdIsTheLargestDistance) {
    ToyEngine::Value off = value_of(1);
    off[7] = static_cast<std::uint8_t>(off[7] < 128 ? off[7] + 5 : off[7] - 5);
    const HashList list = list_of_one(off, {.id = "near"});
    EXPECT_EQ(scan_one(list, with_engine(4), png(1)).outcome, Outcome::clean);
    for (const std::uint32_t threshold : {5U, 6U})
        EXPECT_EQ(scan_one(list, with_engine(threshold), png(1)).matches, std::vector<MatchFact>{toy_match("near", 5)});
}

TEST(CarriedEngines, TheNearestValueOfAThingCounts) {
    ToyEngine::Value off = value_of(1);
    off[0] ^= 1;
    ToyEngine::Value more = off;
    more[1] ^= 1;
    const ToyEngine::Value cut(off.begin(), off.end() - 1);
    const ToyEngine::Value same = value_of(1);
    const std::vector<CarriedHashView> hashes{
        carried_of(cut), {"toy", "a text", false}, carried_of(more), carried_of(off), carried_of(same, "other")};
    ListBuilder builder;
    add(builder, more, {.id = "second"});
    ASSERT_TRUE(builder.add({.id = "first", .carried = hashes}).ok());
    EXPECT_EQ(scan_one(builder.build().value(), with_engine(9), png(1)).matches,
              (std::vector<MatchFact>{toy_match("first", 1), toy_match("second", 2)}));
}

TEST(CarriedEngines, OneThingIsOneMatch) {
    const ToyEngine::Value value = value_of(1);
    const FileHashes file = hash_file_bytes(png(1));
    ListBuilder builder;
    add(builder, value, {.pdq = hash_of(picture(1)), .id = "looks"});
    add(builder, value, {.pdq = hash_of(picture(9)), .id = "other pdq"});
    add(builder, value, {.pdq = hash_of(picture(9)), .file = {.md5 = file.md5}, .id = "pdq and file"});
    add(builder, value, {.file = {.md5 = file.md5}, .id = "file"});
    add(builder, value, {.id = "alone"});
    const HashList list = builder.build().value();
    const auto variants_by_id = [](const FileRow& row) {
        std::map<std::string, std::string> variants;
        for (const MatchFact& match : row.matches)
            EXPECT_TRUE(variants.emplace(match.entry_id, match.variant).second) << match.entry_id;
        return variants;
    };
    EXPECT_EQ(
        variants_by_id(scan_one(list, with_engine(), png(1))),
        (std::map<std::string, std::string>{
            {"looks", "plain"}, {"other pdq", "toy"}, {"pdq and file", "md5"}, {"file", "md5"}, {"alone", "toy"}}));
}

TEST(CarriedEngines, LookAtPicturesThatPdqDoesNotLookUp) {
    const Frame flat = flat_picture(77);
    const HashList list = list_of_one(ToyEngine::value_of(flat.view()), {.id = "flat"});
    EXPECT_EQ(scan_one(list, {}, encode_png(flat.view())).outcome, Outcome::low_quality);
    const FileRow row = scan_one(list, with_engine(), encode_png(flat.view()));
    EXPECT_EQ(row.matches, std::vector<MatchFact>{toy_match("flat")});
    EXPECT_EQ(row.outcome, Outcome::matched);
    EXPECT_EQ(row.reason, "");
    const Frame tiny = flat_picture(77, 4, 4);
    EXPECT_EQ(scan_one(list, with_engine(), encode_png(tiny.view())).outcome, Outcome::too_small);
}

TEST(CarriedEngines, LookAtEveryFrameOfAnAnimation) {
    const Bytes file = animation(shown(1, 3));
    const Bytes pixels = patches(2, 64);
    const FrameView second{pixels.data(), 64, 64, 64, PixelFormat::gray8};
    const HashList list = list_of_one(ToyEngine::value_of(second), {.id = "second"});
    const FileRow row = scan_one(list, with_engine(), file);
    ASSERT_EQ(row.matches.size(), 1U) << row.reason;
    EXPECT_EQ(row.matches[0].frame, 1U);
    EXPECT_EQ(row.matches[0].pts_us, 500'000);
}

OriginView from(std::string_view source) {
    OriginView origin;
    origin.source = source;
    return origin;
}

TEST(CarriedEngines, OnlyWhatTakesPartIsFound) {
    const ToyEngine::Value value = value_of(1);
    ListBuilder builder;
    add(builder, value, {.id = "stays", .origin = from("a")});
    add(builder, value, {.id = "disabled", .origin = from("a")});
    add(builder, value, {.id = "removed", .origin = from("a")});
    add(builder, value, {.id = "filtered", .origin = from("b")});
    add(builder, value, {.pdq = hash_of(picture(9)), .id = "disabled entry", .origin = from("a")});
    add(builder, value, {.pdq = hash_of(picture(9)), .id = "filtered entry", .origin = from("b")});
    add(builder, value, {.file = hash_file_bytes(png(3)), .id = "harmless", .origin = from("a"), .harmless = true});
    const HashList whole = builder.build().value();
    ScanOptions options = with_engine();
    EXPECT_EQ(scan_one(whole, options, png(1)).matches.size(), 6U);
    ListUpdate update;
    update.remove = {{{}, "removed"}};
    update.disable = {{{}, "disabled"}, {{}, "disabled entry"}};
    ListChanges changes;
    const HashList changed = update_list(whole, update, changes).value();
    options.filter.sources = {"a"};
    const std::vector<MatchFact> only{toy_match("stays")};
    EXPECT_EQ(scan_one(changed, options, png(1)).matches, only);
    EXPECT_EQ(scan_one(compact_list(changed).value(), options, png(1)).matches, only);
    // A scanner that is given another list searches that.
    const Scanner scanner = Scanner::create(whole, options).value();
    EXPECT_EQ(scanner.with_list(changed).value().scan_bytes(png(1), "a").matches, only);
}

TEST(CarriedEngines, AFailureIsNeverClean) {
    ListBuilder builder;
    add(builder, value_of(1), {.id = "alone"});
    ASSERT_TRUE(builder.add(hash_of(picture(2)), "pdq").ok());
    const HashList list = builder.build().value();
    const auto fails_with = [](StatusCode code) { return [code] { return Status(code, "no reason"); }; };
    for (const auto& [code, outcome] :
         {std::pair(StatusCode::limit, Outcome::limit), std::pair(StatusCode::timeout, Outcome::timeout),
          std::pair(StatusCode::out_of_memory, Outcome::memory),
          std::pair(StatusCode::unsupported, Outcome::unsupported),
          std::pair(StatusCode::internal, Outcome::crashed)}) {
        const FileRow row = scan_one(list, with_engine(0, fails_with(code)), png(1));
        EXPECT_EQ(row.outcome, outcome);
        EXPECT_EQ(row.reason, "the engine of toy failed: no reason");
        EXPECT_TRUE(row.hash);
    }
    const FileRow matched = scan_one(list, with_engine(0, fails_with(StatusCode::internal)), png(2));
    EXPECT_EQ(matched.outcome, Outcome::matched);
    EXPECT_EQ(matched.reason, "the engine of toy failed: no reason");
    const FileRow flat =
        scan_one(list, with_engine(0, fails_with(StatusCode::internal)), encode_png(flat_picture(7).view()));
    EXPECT_EQ(flat.outcome, Outcome::low_quality);
    EXPECT_TRUE(flat.reason.ends_with("; the engine of toy failed: no reason")) << flat.reason;

    const FileRow threw = scan_one(list, with_engine(0, []() -> Status { throw std::runtime_error("x"); }), png(1));
    EXPECT_EQ(threw.outcome, Outcome::crashed);
    EXPECT_EQ(threw.reason, "the engine of toy failed: it threw an exception");
    const FileRow memory = scan_one(list, with_engine(0, []() -> Status { throw std::bad_alloc(); }), png(1));
    EXPECT_EQ(memory.outcome, Outcome::memory);
}

// The first engine finds, the second one fails, and the other way round.
TEST(CarriedEngines, AFailureTakesNoMatchAway) {
    const HashList list = [] {
        const ToyEngine::Value value = value_of(1);
        const std::vector<CarriedHashView> hashes{carried_of(value), carried_of(value, "other")};
        ListBuilder builder;
        EXPECT_TRUE(builder.add({.id = "both", .carried = hashes}).ok());
        return builder.build().value();
    }();
    const auto failing = std::make_shared<const ToyEngine>(0, "other", [] { return Status(StatusCode::internal); });
    const auto finding = std::make_shared<const ToyEngine>();
    for (const auto& engines : {std::vector<std::shared_ptr<const CarriedEngine>>{failing, finding},
                                std::vector<std::shared_ptr<const CarriedEngine>>{finding, failing}}) {
        ScanOptions options;
        options.engines = engines;
        const FileRow row = scan_one(list, options, png(1));
        EXPECT_EQ(row.outcome, Outcome::matched);
        EXPECT_EQ(row.matches, std::vector<MatchFact>{toy_match("both")});
        EXPECT_NE(row.reason, "");
    }
}

TEST(CarriedEngines, AreSharedByThreads) {
    ListBuilder builder;
    std::vector<ToyEngine::Value> values;
    const TestFolder folder;
    for (std::uint32_t seed = 0; seed < 24; ++seed) {
        if (seed % 3 == 0) add(builder, value_of(seed), {.id = "s" + std::to_string(seed)});
        folder.write(std::string(1, static_cast<char>('a' + seed)), png(seed));
    }
    const Scanner scanner = Scanner::create(builder.build().value(), with_engine()).value();
    const std::vector<FileRow> rows = run(scanner, {folder.path()}).rows;
    ThreadPool pool(4);
    EXPECT_EQ(run(scanner, {folder.path()}, pool).rows, rows);
    ASSERT_EQ(rows.size(), 24U);
    for (std::uint32_t seed = 0; seed < 24; ++seed) {
        EXPECT_EQ(rows[seed].outcome, seed % 3 == 0 ? Outcome::matched : Outcome::clean) << seed;
        if (seed % 3 != 0) continue;
        EXPECT_EQ(rows[seed].matches.at(0).entry_id, "s" + std::to_string(seed));
    }
}

TEST(CarriedEngines, AreNamedAndChecked) {
    const HashList list = list_of_one(value_of(1), {.id = "alone"});
    ScanOptions options = with_engine(7);
    EXPECT_EQ(Scanner::create(list, options).value().facts().engines, "toy by block means within 7");
    EXPECT_EQ(Scanner::create(list, {}).value().facts().engines, "");
    const auto refused = [&](std::shared_ptr<const CarriedEngine> more) {
        ScanOptions bad = options;
        bad.engines.push_back(std::move(more));
        return Scanner::create(list, bad).status().code();
    };
    EXPECT_EQ(refused(nullptr), StatusCode::invalid_argument);
    EXPECT_EQ(refused(std::make_shared<const ToyEngine>(0, "toy")), StatusCode::invalid_argument);
    EXPECT_EQ(refused(std::make_shared<const ToyEngine>(0, "No Name")), StatusCode::invalid_argument);
    EXPECT_EQ(refused(std::make_shared<const ToyEngine>(0, "other")), StatusCode::ok);
}

// A screen frame decides nothing about what an engine would find.
TEST(CarriedEngines, AreGivenNoScreenFrame) {
    const Bytes jpeg = encode_jpeg(picture(1, 1100).view(), {.sampling = test::Sampling::s420, .progressive = true});
    ScanOptions options;
    options.decode = DecodeMode::screen;
    options.profile = Profile::plain;
    const HashList list = list_of_one(value_of(5), {.id = "alone"});
    ASSERT_EQ(scan_one(list, options, jpeg).decode, "screen");
    options.engines = with_engine().engines;
    EXPECT_EQ(scan_one(list, options, jpeg).decode, "luma");
}

}  // namespace
}  // namespace tutela
