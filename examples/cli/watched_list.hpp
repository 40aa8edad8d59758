// The list of `tutela watch`, which is used as it changes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "list_opening.hpp"
#include "tutela/list_filter.hpp"
#include "tutela/list_update.hpp"
#include "usage.hpp"
#include "watcher.hpp"

namespace tutela::cli {

// A snapshot is looked at every quarter of a second, and read anew when it or its delta has changed; a text list when it
// is asked for. Reading goes on beside the caller. A list that cannot be used, or that nobody trusted has signed, is said
// once, and the one before stays.
class WatchedList {
public:
    // Nothing, and said, when there is no list to begin with.
    static std::optional<WatchedList> open_or_say(const Options& options, ListOpening opening);

    // What was there at first.
    [[nodiscard]] const Known& known() const noexcept { return *known_; }
    // What has come to be in the list's place, once. `anew` asks to look now, also at a text list; it is taken back when
    // that begins.
    std::optional<Known> poll(std::atomic<bool>& anew);

private:
    using Clock = std::chrono::steady_clock;

    WatchedList(std::string path, ListOpening opening, IndexOptions index)
        : path_(std::move(path)), opening_(std::move(opening)), index_(index) {}

    // The list, and of its index what the filter admits.
    [[nodiscard]] Known part_of(HashList list, std::shared_ptr<const Index<256>> index) const;
    std::optional<Known> open_any() const;
    // What is there now; nothing when it is what is in use, or cannot be used.
    std::optional<Known> look(bool anew);
    std::optional<Known> look_at_snapshot();
    void say_once(const std::string& problem);

    std::string path_;
    ListOpening opening_;
    IndexOptions index_;
    ListFilter filter_;
    std::unique_ptr<ListFollower> follower_;  // of a snapshot
    std::uint64_t generation_ = 0;            // that is in use
    std::string said_;
    std::optional<Known> known_;
    Clock::time_point next_look_{};
    std::future<std::optional<Known>> coming_;
};

}  // namespace tutela::cli
