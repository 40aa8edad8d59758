// ListFilter.
#include <string>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "entries.hpp"
#include "errors.hpp"
#include "text.hpp"
#include "tutela/list_filter.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using Texts = std::vector<std::string>;

ListFilter make_filter(Texts sources, const Texts& categories, Texts labels) {
    ListFilter filter{std::move(sources), {}, std::move(labels)};
    for (const std::string& text : categories)
        filter.categories.push_back(take(parse_category_name(text)));
    return filter;
}

// What parse_category_name() reads as `name`.
std::string category_text(const CategoryName& name) {
    if (!name.scheme) return name.category.find(':') == std::string::npos ? name.category : ':' + name.category;
    return *name.scheme + (name.region ? '/' + *name.region : "") + ':' + name.category;
}

Texts category_texts(const ListFilter& filter) {
    Texts texts;
    for (const CategoryName& name : filter.categories)
        texts.push_back(category_text(name));
    return texts;
}

const Said& said_of(nb::handle entry) {
    if (nb::isinstance<KnownEntry>(entry)) return nb::cast<const KnownEntry&>(entry);
    if (nb::isinstance<FileEntry>(entry)) return nb::cast<const FileEntry&>(entry);
    if (nb::isinstance<Video>(entry)) return nb::cast<const Video&>(entry);
    throw nb::type_error("a filter admits an Entry, a FileEntry or a Video");
}

bool admits(const ListFilter& filter, nb::handle entry) {
    const Said& said = said_of(entry);
    return filter.admits(said.origin(), said.category, said.label);
}

}  // namespace

void bind_list_filter(nb::module_& module) {
    nb::class_<ListFilter>(
        module, "ListFilter",
        "Which entries of a list take part: those that have one of the sources, one of the categories "
        "and one of the\n"
        "labels. An empty sequence stands for all. Immutable.")
        .def(
            "__init__",
            [](ListFilter* self, Texts sources, const Texts& categories, Texts labels) {
                new (self) ListFilter(make_filter(std::move(sources), categories, std::move(labels)));
            },
            nb::kw_only(), "sources"_a = Texts{}, "categories"_a = Texts{}, "labels"_a = Texts{},
            nb::sig("def __init__(self, *, sources: collections.abc.Sequence[str] = [], "
                    "categories: collections.abc.Sequence[str] = [], labels: collections.abc.Sequence[str] = []) -> "
                    "None"),
            "A category is `CATEGORY`, `SCHEME:CATEGORY` or `SCHEME/REGION:CATEGORY`; one that has a colon itself has\n"
            "another in front. A label may also be one of those that '; ' separates in an entry's.\n"
            "InvalidArgumentError for a text without a category.")
        .def_ro("sources", &ListFilter::sources, "The sources.")
        .def_prop_ro("categories", &category_texts, "The categories, as they may be given.")
        .def_ro("labels", &ListFilter::labels, "The labels.")
        .def_prop_ro(
            "text", [](const ListFilter& filter) { return to_text(filter.text()); },
            "As reports name it; empty when all entries take part.")
        .def("admits", &admits, "entry"_a, nb::sig("def admits(self, entry: Entry | FileEntry | Video) -> bool"),
             "Whether it takes part.")
        .def(
            "__eq__", [](const ListFilter& a, const ListFilter& b) { return a == b; }, nb::is_operator(),
            nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__", [](const ListFilter& filter) { return nb::hash(to_text(filter.text())); })
        .def("__repr__", [](const ListFilter& filter) {
            return nb::str("<tutela.ListFilter of {}>")
                .format(filter.admits_all() ? nb::str("all") : to_text(filter.text()));
        });
}

}  // namespace tutela::python
