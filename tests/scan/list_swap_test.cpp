// Scans go on while the list is replaced, as in a service: each sees one list, whole. For the thread sanitizer above
// all, and right without it.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include "scan/folder.hpp"
#include "scan/scanning.hpp"

namespace tutela {
namespace {

constexpr std::uint32_t kPictures = 6;
constexpr int kScans = 6;  // of each reader

// The scanner in force. Readers take a handle and keep it for as long as they scan.
class Current {
public:
    void put(Scanner scanner) {
        auto next = std::make_shared<const Scanner>(std::move(scanner));
        const std::lock_guard lock(mutex_);
        scanner_.swap(next);
    }
    [[nodiscard]] std::shared_ptr<const Scanner> get() const {
        const std::lock_guard lock(mutex_);
        return scanner_;
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Scanner> scanner_;
};

// The list of generation n knows picture n % kPictures alone.
void expect_one_list(const Scanner& scanner, const test::RunResult& result) {
    const std::string known = scanner.list().entry_name(0);
    ASSERT_EQ(result.rows.size(), kPictures);
    EXPECT_EQ(result.totals.count(Outcome::matched), 1U);
    for (const FileRow& row : result.rows) {
        for (const MatchFact& match : row.matches)
            EXPECT_EQ(match.entry_id, known);
    }
}

TEST(ListSwap, EachScanSeesOneList) {
    const test::TestFolder folder;
    const test::TestFolder published;
    for (std::uint32_t seed = 0; seed < kPictures; ++seed)
        folder.write(std::to_string(seed) + ".png", test::encode_png(test::picture(seed, 80).view()));
    const std::string file = published / "known.tutela";
    std::vector<HashList> lists;
    for (std::uint32_t seed = 0; seed < kPictures; ++seed) {
        ListBuilder builder;
        ASSERT_TRUE(builder.add(test::hash_of(test::picture(seed, 80)), "s" + std::to_string(seed)).ok());
        lists.push_back(builder.build().value());
    }
    Current current;
    const auto publish = [&](std::size_t generation) {
        ASSERT_TRUE(lists[generation % kPictures].save(file).ok());
        current.put(Scanner::create(HashList::load(file).value()).value());
    };
    publish(0);
    std::atomic<int> reading{2};
    const auto read = [&](std::size_t threads) {
        ThreadPool pool(threads);
        for (int scan = 0; scan < kScans; ++scan) {
            const std::shared_ptr<const Scanner> scanner = current.get();
            expect_one_list(*scanner, test::run(*scanner, {folder.path()}, pool));
        }
        --reading;
    };
    std::thread one(read, 1);
    std::thread two(read, 2);
    for (std::size_t generation = 1; reading > 0; ++generation)
        publish(generation);
    one.join();
    two.join();
}

}  // namespace
}  // namespace tutela
