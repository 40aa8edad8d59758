// The hashes of a picture as it may have been before somebody changed it.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include "bindings.hpp"
#include "errors.hpp"
#include "image_source.hpp"
#include "tutela/variants.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

using HashRows = nb::ndarray<nb::numpy, std::uint8_t, nb::shape<-1, Hash256::kBytes>, nb::c_contig>;

std::pair<std::vector<std::string>, HashRows> variant_hashes(nb::handle image, std::string_view profile,
                                                             std::uint32_t orientation) {
    const Profile wanted = take(profile_from_name(profile));
    ImageSource source(image);
    std::vector<std::string> names;
    auto bytes = std::make_unique<std::vector<std::uint8_t>>();
    {
        const nb::gil_scoped_release released;
        Frame frame;
        const Picture picture = take(source.load(frame));
        std::vector<VariantHash> variants;
        require(VariantHasher().hash(picture.view, orientation, wanted, variants));
        for (const VariantHash& variant : variants) {
            names.push_back(variant.name());
            bytes->insert(bytes->end(), variant.hash.bytes.begin(), variant.hash.bytes.end());
        }
    }
    using Bytes = std::vector<std::uint8_t>;
    std::uint8_t* data = bytes->data();
    const nb::capsule owner(bytes.get(), [](void* held) noexcept { delete static_cast<Bytes*>(held); });
    static_cast<void>(bytes.release());  // the capsule's now
    const std::size_t rows = names.size();
    return {std::move(names), HashRows(data, {rows, Hash256::kBytes}, owner)};
}

}  // namespace

void bind_variants(nb::module_& module) {
    module.def(
        "variant_hashes", &variant_hashes, "image"_a.none(), "profile"_a = "standard", "orientation"_a = 0,
        nb::sig("def variant_hashes(image: str | os.PathLike[str] | typing_extensions.Buffer | "
                "numpy.typing.NDArray[numpy.uint8], profile: str = 'standard', orientation: int = 0) -> "
                "tuple[list[str], numpy.typing.NDArray[numpy.uint8]]"),
        "The PDQ hashes of an image and of what it may have been before somebody changed it.\n\n"
        "Gives the names of the variants and an array of shape (n, 32) with their hashes, which Index.search_batch()\n"
        "takes. The first is always `plain`, the image as it stands. The profile `standard` adds mirror images, "
        "quarter\n"
        "turns and the picture within borders; `thorough` adds crops, small rotations, pictures in screenshots and\n"
        "collages, text over the picture, and the negative. Variants with too little detail are left out.\n"
        "`orientation` is the EXIF number (1 to 8) of an orientation that was not applied, 0 when none is known.\n\n"
        "`image` is what hash_image() takes, and errors are as there; ValueError for an unknown profile.");
}

}  // namespace tutela::python
