// The searches of lint_list(), each of one subject.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "tutela/list_lint.hpp"

namespace tutela {

using LintSink = std::function<Status(const LintFinding&)>;

// duplicate and conflict. Throws std::bad_alloc.
[[nodiscard]] Status lint_equal(const HashList& list, const LintSink& sink);

// near_harmless and dense. Throws std::bad_alloc.
[[nodiscard]] Status lint_near(const HashList& list, const LintOptions& options, const LintSink& sink);

}  // namespace tutela
