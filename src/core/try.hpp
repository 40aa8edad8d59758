// Passing errors on in one line.
#pragma once

#include "tutela/status.hpp"

#define TUTELA_CONCAT_INNER(a, b) a##b
#define TUTELA_CONCAT(a, b) TUTELA_CONCAT_INNER(a, b)

// Returns the Status from the enclosing function unless it is ok.
#define TUTELA_TRY(expression)                                                      \
    do {                                                                            \
        if (::tutela::Status tutela_status_ = (expression); !tutela_status_.ok()) { \
            return tutela_status_;                                                  \
        }                                                                           \
    } while (false)

// TUTELA_ASSIGN(auto x, fallible()): declares or assigns x, or returns the reason. Its first argument may be a
// declaration, so it cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define TUTELA_ASSIGN(target, expression) \
    TUTELA_ASSIGN_INNER(TUTELA_CONCAT(tutela_result_, __LINE__), target, expression)
#define TUTELA_ASSIGN_INNER(result, target, expression) \
    auto result = (expression);                         \
    if (!result.ok()) return result.status();           \
    target = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
