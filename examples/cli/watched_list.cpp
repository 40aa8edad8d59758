#include "watched_list.hpp"

#include <new>
#include <utility>

#include "filter_options.hpp"
#include "output.hpp"
#include "text.hpp"

namespace tutela::cli {

namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(250);

}  // namespace

std::optional<WatchedList> WatchedList::open_or_say(const Options& options, ListOpening opening) {
    const std::string& path = options.text("list");
    WatchedList list(path, std::move(opening), {.engine = engine_option(options), .radius = radius_option(options)});
    list.filter_ = filter_option(options, "watch");
    if (!list.filter_.admits_all()) say("only entries of " + inert(list.filter_.text()) + " are matches");
    if (is_snapshot(path) || is_encrypted_list(path)) {
        const ListOpenOptions how{.check = list.opening_.check, .key = list.opening_.key};
        Result<ListFollower> follower = ListFollower::open(path, {.open = how, .index = list.index_});
        if (!follower.ok()) {
            say("cannot use the list " + inert(path) + ": " + inert(follower.status().to_string()));
            return std::nullopt;
        }
        list.follower_ = std::make_unique<ListFollower>(std::move(follower).value());
        const auto current = list.follower_->current();
        if (!is_trusted_or_say(current->list, path, list.opening_)) return std::nullopt;
        list.known_ = list.part_of(current->list, current->index);
    } else {
        list.known_ = list.open_any();
    }
    if (!list.known_) return std::nullopt;
    return list;
}

Known WatchedList::part_of(HashList list, std::shared_ptr<const Index<256>> index) const {
    std::shared_ptr<const Index<256>> part = filter_index(std::move(index), list, filter_);
    return Known{std::move(list), std::move(part)};
}

std::optional<Known> WatchedList::open_any() const {
    std::optional<HashList> list = open_list_or_say(path_, opening_);
    if (!list) return std::nullopt;
    Result<std::unique_ptr<const Index<256>>> index = list->open_index(index_);
    if (!index.ok()) return say(inert(index.status().to_string())), std::nullopt;
    return part_of(*std::move(list), std::move(index).value());
}

std::optional<Known> WatchedList::poll(std::atomic<bool>& anew) {
    if (coming_.valid()) {
        if (coming_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return std::nullopt;
        return coming_.get();
    }
    const Clock::time_point now = Clock::now();
    const bool asked = anew.exchange(false);
    if (!asked && (follower_ == nullptr || now < next_look_)) return std::nullopt;
    next_look_ = now + kLookInterval;
    coming_ = std::async(std::launch::async, [this, asked] { return look(asked); });
    return std::nullopt;
}

std::optional<Known> WatchedList::look(bool anew) {
    try {
        if (follower_ == nullptr) return open_any();
        if (anew) said_.clear();
        return look_at_snapshot();
    } catch (const std::bad_alloc&) {
        say_once("out of memory for the list");
        return std::nullopt;
    }
}

std::optional<Known> WatchedList::look_at_snapshot() {
    if (const Result<bool> refreshed = follower_->refresh(); !refreshed.ok()) {
        say_once("cannot use the list " + inert(path_) + ": " + inert(refreshed.status().to_string()));
        return std::nullopt;
    }
    const auto current = follower_->current();
    if (current->number == generation_) return std::nullopt;
    // Its signature may come a moment after it.
    if (const Status status = check_trust(current->list, path_, opening_); !status.ok()) {
        say_once("cannot use the list " + inert(path_) + ": " + inert(status.to_string()));
        return std::nullopt;
    }
    said_.clear();
    generation_ = current->number;
    return part_of(current->list, current->index);
}

void WatchedList::say_once(const std::string& problem) {
    if (problem == said_) return;
    said_ = problem;
    say(problem);
}

}  // namespace tutela::cli
