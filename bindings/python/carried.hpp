// Hashes that lists carry as Python has them: pairs of a kind and a value, which is bytes or text.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nanobind/nanobind.h>

#include "tutela/carried_hash.hpp"

namespace tutela::python {

using CarriedTuple = std::pair<std::string, std::variant<nanobind::bytes, std::string>>;

#define TUTELA_CARRIED "collections.abc.Sequence[tuple[str, bytes | str]] = ()"

// Views into `tuples`, which outlive them.
inline std::vector<CarriedHashView> carried_of(const std::vector<CarriedTuple>& tuples) {
    std::vector<CarriedHashView> views;
    views.reserve(tuples.size());
    for (const auto& [kind, value] : tuples) {
        if (const auto* bytes = std::get_if<nanobind::bytes>(&value)) {
            views.push_back({kind, {bytes->c_str(), bytes->size()}, true});
        } else {
            views.push_back({kind, std::get<std::string>(value), false});
        }
    }
    return views;
}

inline std::vector<CarriedTuple> carried_tuples(const CarriedHashes& carried) {
    std::vector<CarriedTuple> tuples;
    tuples.reserve(carried.size());
    for (std::size_t i = 0; i < carried.size(); ++i) {
        const CarriedHashView view = carried[i];
        if (view.binary) {
            tuples.emplace_back(view.kind, nanobind::bytes(view.value.data(), view.value.size()));
        } else {
            tuples.emplace_back(view.kind, std::string(view.value));
        }
    }
    return tuples;
}

}  // namespace tutela::python
