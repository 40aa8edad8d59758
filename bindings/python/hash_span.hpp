// Many hashes as Python hands them over.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include <nanobind/nanobind.h>

#include "tutela/hash.hpp"
#include "tutela/list.hpp"

namespace tutela::python {

// The hashes of a HashList (borrowed, the list kept alive), of a uint8 array of shape (n, 32), or of an iterable of
// Hash256 (both copied). Construct it with the GIL; the hashes may be read without.
class HashSpan {
public:
    // Throws nb::python_error or StatusError when `hashes` is nothing of the kind.
    explicit HashSpan(nanobind::handle hashes);

    [[nodiscard]] std::span<const Hash256> get() const noexcept {
        return list_.has_value() ? list_->hashes() : std::span<const Hash256>(owned_);
    }

private:
    std::optional<HashList> list_;
    std::vector<Hash256> owned_;
};

}  // namespace tutela::python
