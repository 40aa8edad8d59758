// Neighbor and Index.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "hash_span.hpp"
#include "tutela/executor.hpp"
#include "tutela/hasher.hpp"
#include "tutela/index.hpp"
#include "tutela/list.hpp"
#include "tutela/list_filter.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

// How many queries of a long batch pass between two looks for Ctrl-C.
constexpr std::size_t kQueriesBetweenSignals = 4096;

// The same of a join, in calls of its sink, each of a few queries or of many pairs.
constexpr std::size_t kJoinCallsBetweenSignals = 64;

template <typename T>
using Array = nb::ndarray<nb::numpy, T, nb::ndim<1>, nb::c_contig>;

// Gives the memory of `values` to NumPy.
template <typename T>
Array<T> to_array(std::vector<T> values) {
    auto owner = std::make_unique<std::vector<T>>(std::move(values));
    T* data = owner->data();
    const std::size_t size = owner->size();
    const nb::capsule capsule(owner.get(), [](void* held) noexcept { delete static_cast<std::vector<T>*>(held); });
    static_cast<void>(owner.release());  // the capsule's now
    return Array<T>(data, {size}, capsule);
}

// One job works in the calling thread: to start another would take longer than a few hundred searches.
std::unique_ptr<Executor> make_executor(std::optional<std::size_t> jobs) {
    if (jobs == 1) return std::make_unique<InlineExecutor>();
    return std::make_unique<ThreadPool>(jobs.value_or(0));
}

class PyIndex {
public:
    explicit PyIndex(std::shared_ptr<const Index<256>> index) noexcept : index_(std::move(index)) {}

    PyIndex(nb::handle hashes, std::string_view engine) {
        const IndexOptions options{engine_from_name(engine)};
        if (nb::isinstance<HashList>(hashes)) {
            const HashList list = nb::cast<const HashList&>(hashes);
            const nb::gil_scoped_release released;
            index_ = take(list.open_index(options));
            return;
        }
        const HashSpan span(hashes);
        const nb::gil_scoped_release released;
        index_ = take(build_index<256>(span.get(), options));
    }

    [[nodiscard]] const Index<256>& index() const noexcept { return *index_; }
    [[nodiscard]] const std::shared_ptr<const Index<256>>& shared() const noexcept { return index_; }

    // Positions of another list would be looked up past the filter's end.
    [[nodiscard]] PyIndex filtered(const HashList& list, const ListFilter& filter) const {
        if (list.size() != index_->size())
            throw StatusError(Status(StatusCode::invalid_argument, "the index is not one of this list"));
        const nb::gil_scoped_release released;
        return PyIndex(filter_index(index_, list, filter));
    }

    [[nodiscard]] std::vector<Neighbor> search(const Hash256& hash, std::int64_t radius) const {
        std::vector<Neighbor> found;
        const auto bits = static_cast<std::uint32_t>(in_range(radius, Hash256::kBits, "radius"));
        const nb::gil_scoped_release released;
        require(index_->search(hash, bits, found));
        return found;
    }

    [[nodiscard]] std::vector<Neighbor> nearest(const Hash256& hash, std::size_t count, std::int64_t radius) const {
        std::vector<Neighbor> found = search(hash, radius);
        if (found.size() > count) found.resize(count);
        return found;
    }

    [[nodiscard]] std::tuple<Array<std::uint64_t>, Array<std::uint32_t>, Array<std::uint32_t>> search_many(
        nb::handle hashes, std::int64_t radius, std::optional<std::size_t> jobs) const {
        const auto bits = static_cast<std::uint32_t>(in_range(radius, Hash256::kBits, "radius"));
        const HashSpan span(hashes);
        const std::span<const Hash256> queries = span.get();
        const std::unique_ptr<Executor> executor = make_executor(jobs);
        BatchAnswer all{{0}, {}, {}};
        for (std::size_t done = 0; done < queries.size(); done += kQueriesBetweenSignals) {
            search_some(queries.subspan(done, std::min(kQueriesBetweenSignals, queries.size() - done)), bits, *executor,
                        all);
            if (PyErr_CheckSignals() != 0) throw nb::python_error();
        }
        return {to_array(std::move(all.offsets)), to_array(std::move(all.positions)),
                to_array(std::move(all.distances_bits))};
    }

    [[nodiscard]] std::tuple<Array<std::uint32_t>, Array<std::uint32_t>, Array<std::uint32_t>> self_join(
        nb::handle hashes, std::int64_t radius, std::optional<std::size_t> jobs) const {
        const auto bits = static_cast<std::uint32_t>(in_range(radius, Hash256::kBits, "radius"));
        const HashSpan span(hashes);
        const std::unique_ptr<Executor> executor = make_executor(jobs);
        std::array<std::vector<std::uint32_t>, 3> columns;
        std::size_t calls = 0;
        bool interrupted = false;
        const auto keep = [&](std::span<const NeighborPair> pairs) {
            for (const NeighborPair& pair : pairs) {
                columns[0].push_back(pair.first);
                columns[1].push_back(pair.second);
                columns[2].push_back(pair.distance_bits);
            }
            if (++calls % kJoinCallsBetweenSignals != 0 && pairs.size() < kJoinCallsBetweenSignals) return Status();
            const nb::gil_scoped_acquire held;
            interrupted = PyErr_CheckSignals() != 0;
            return interrupted ? Status(StatusCode::cancelled, "interrupted") : Status();
        };
        Status status;
        {
            const nb::gil_scoped_release released;
            status = tutela::self_join<256>(*index_, span.get(), bits, *executor, keep);
        }
        if (interrupted) throw nb::python_error();
        require(std::move(status));
        return {to_array(std::move(columns[0])), to_array(std::move(columns[1])), to_array(std::move(columns[2]))};
    }

private:
    void search_some(std::span<const Hash256> queries, std::uint32_t bits, Executor& executor, BatchAnswer& all) const {
        const nb::gil_scoped_release released;
        BatchAnswer some;
        require(index_->search_batch(queries, bits, executor, some));
        const std::uint64_t before = all.offsets.back();
        for (std::size_t q = 1; q < some.offsets.size(); ++q)
            all.offsets.push_back(before + some.offsets[q]);
        all.positions.insert(all.positions.end(), some.positions.begin(), some.positions.end());
        all.distances_bits.insert(all.distances_bits.end(), some.distances_bits.begin(), some.distances_bits.end());
    }

    std::shared_ptr<const Index<256>> index_;
};

void bind_neighbor(nb::module_& module) {
    nb::class_<Neighbor>(module, "Neighbor", "One entry within the radius. Unpacks: `position, distance = neighbor`.")
        .def_ro("position", &Neighbor::position, "In the list or array that the index was built from.")
        .def_ro("distance", &Neighbor::distance_bits, "In how many bits the hashes differ: 0 to the radius.")
        .def(
            "__iter__",
            [](const Neighbor& self) { return nb::iter(nb::make_tuple(self.position, self.distance_bits)); },
            nb::sig("def __iter__(self) -> collections.abc.Iterator[int]"))
        .def(
            "__eq__", [](const Neighbor& a, const Neighbor& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const Neighbor& self) { return nb::hash(nb::make_tuple(self.position, self.distance_bits)); })
        .def("__repr__", [](const Neighbor& self) {
            return "Neighbor(position=" + std::to_string(self.position) +
                   ", distance=" + std::to_string(self.distance_bits) + ")";
        });
}

#define TUTELA_HASHES                                         \
    "hashes: HashList | collections.abc.Iterable[Hash256] | " \
    "numpy.typing.NDArray[numpy.uint8]"

}  // namespace

Engine engine_from_name(std::string_view name) {
    for (const Engine engine : {Engine::automatic, Engine::flat, Engine::bk_tree, Engine::bk_forest}) {
        if (engine_name(engine) == name) return engine;
    }
    throw StatusError(
        Status(StatusCode::invalid_argument, "the engines are 'automatic', 'flat', 'bk_tree' and 'bk_forest'"));
}

std::shared_ptr<const Index<256>> index_of(nb::handle index) {
    if (index.is_none()) return nullptr;
    if (!nb::isinstance<PyIndex>(index)) throw nb::type_error("an index is of the type Index");
    return nb::cast<const PyIndex&>(index).shared();
}

nb::object index_object(std::shared_ptr<const Index<256>> index) {
    return nb::cast(PyIndex(std::move(index)), nb::rv_policy::move);
}

void bind_index(nb::module_& module) {
    bind_neighbor(module);
    nb::class_<PyIndex>(
        module, "Index",
        "Exact search by Hamming distance: all and only the hashes within a radius, duplicates included.\n\n"
        "Immutable, and independent of what it was built from. Threads may share it, and run while it\n"
        "searches.")
        .def(nb::init<nb::handle, std::string_view>(), "hashes"_a, "engine"_a = "automatic",
             nb::sig("def __init__(self, " TUTELA_HASHES ", engine: str = 'automatic') -> None"),
             "Builds an index of a HashList, of Hash256 objects, or of an array of dtype uint8 and shape (n, 32).\n\n"
             "`engine` is 'automatic', 'flat', 'bk_tree' or 'bk_forest'. All give the same answers.")
        .def("search", &PyIndex::search, "hash"_a, "radius"_a = kPdqMatchRadius,
             "The hashes at a distance of at most `radius` bits, nearest first, equal distances by position.")
        .def("nearest", &PyIndex::nearest, "hash"_a, "count"_a, "radius"_a = kPdqMatchRadius,
             "The `count` nearest of what search() finds.")
        .def("search_many", &PyIndex::search_many, "hashes"_a, "radius"_a = kPdqMatchRadius, "jobs"_a = nb::none(),
             nb::sig("def search_many(self, " TUTELA_HASHES ", radius: int = 31, jobs: int | None = None) -> "
                     "tuple[numpy.typing.NDArray[numpy.uint64], numpy.typing.NDArray[numpy.uint32], "
                     "numpy.typing.NDArray[numpy.uint32]]"),
             "Searches for many hashes at once. Answers (offsets, positions, distances): what search() finds for the\n"
             "i-th hash is positions[offsets[i]:offsets[i + 1]], at the distances of the same slice.\n"
             "`jobs` threads share the work (None: one a usable processor); the answer does not depend on it.")
        .def("self_join", &PyIndex::self_join, "hashes"_a, "radius"_a = kPdqMatchRadius, "jobs"_a = nb::none(),
             nb::sig("def self_join(self, " TUTELA_HASHES ", radius: int = 31, jobs: int | None = None) -> "
                     "tuple[numpy.typing.NDArray[numpy.uint32], numpy.typing.NDArray[numpy.uint32], "
                     "numpy.typing.NDArray[numpy.uint32]]"),
             "All pairs within `radius` bits among the hashes of the index, which are to be given again, in the same\n"
             "order. Answers (first, second, distances): first[i] < second[i], by rising first, then distance, then\n"
             "second. A hash that a list has n times has n * (n - 1) / 2 pairs. `jobs` as in search_many.")
        .def(
            "filtered", &PyIndex::filtered, "list"_a, "filter"_a,
            "An index that answers the same, but for entries of the list that the filter leaves out. The index is one "
            "of "
            "this\n"
            "list; so is the new one, and can be given to Stream and Stream.set_list(). InvalidArgumentError when the\n"
            "list has another size.")
        .def("__len__", [](const PyIndex& self) { return self.index().size(); })
        .def_prop_ro(
            "engine", [](const PyIndex& self) { return engine_name(self.index().engine()); },
            "The engine in use: 'flat', 'bk_tree' or 'bk_forest'.")
        .def_prop_ro(
            "memory_bytes", [](const PyIndex& self) { return self.index().memory_bytes(); },
            "Memory held, the hashes included.")
        .def(
            "explain", [](const PyIndex& self) { return self.index().explain(); },
            "One line for a person: the engine, the size and, when it was chosen automatically, why.")
        .def("__repr__", [](const PyIndex& self) {
            return "<tutela.Index of " + std::to_string(self.index().size()) + " hashes, engine " +
                   std::string(engine_name(self.index().engine())) + ">";
        });
}

}  // namespace tutela::python
