// What stands behind the handles of the C interface that more than one file uses.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "tutela/executor.hpp"
#include "tutela/index.hpp"
#include "tutela/journal.hpp"
#include "tutela/list.hpp"
#include "tutela/scan.hpp"
#include "tutela/tutela.h"

struct tutela_list_builder {
    tutela::ListBuilder builder;
};

// Copies of a HashList share its bytes: this is how an index or a scanner keeps its list alive.
struct tutela_list {
    tutela::HashList list;
};

// Shared by the streams that were made with it.
struct tutela_index {
    std::shared_ptr<const tutela::Index<256>> index;
};

struct tutela_journal {
    tutela::Journal journal;
};

struct tutela_scanner {
    std::atomic<bool> stop{false};
    std::unique_ptr<tutela::Executor> executor;
    mutable std::mutex swapping;             // held for the copy of a handle
    std::optional<tutela::Scanner> scanner;  // points at `stop`

    // For one call, whatever list comes after.
    [[nodiscard]] tutela::Scanner current() const {
        const std::lock_guard lock(swapping);
        return *scanner;
    }
};
