// Hash256, FrameHash, Dihedral, Hasher and the two functions that need none.
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include "bindings.hpp"
#include "errors.hpp"
#include "image_source.hpp"
#include "tutela/hash.hpp"
#include "tutela/hasher.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace tutela::python {
namespace {

// FrameHash as Python sees it: with whether the file was whole, which an array always is.
struct ImageHash {
    FrameHash of;
    Damage damage;
};

struct ImageDihedral {
    DihedralHashes of;
    Damage damage;
};

// A PdqHasher that several Python threads may share; their calls take turns.
class Hasher {
public:
    ImageHash hash(nb::handle image) {
        ImageSource source(image);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        const Picture picture = take(source.load(frame_));
        return {take(hasher_.hash(picture.view)), picture.damage};
    }

    ImageDihedral hash_dihedral(nb::handle image) {
        ImageSource source(image);
        const nb::gil_scoped_release released;
        const std::scoped_lock lock(mutex_);
        const Picture picture = take(source.load(frame_));
        return {take(hasher_.hash_dihedral(picture.view)), picture.damage};
    }

private:
    std::mutex mutex_;
    PdqHasher hasher_;
    Frame frame_;
};

Hash256 from_bytes(const nb::bytes& bytes) {
    Hash256 hash;
    if (bytes.size() != Hash256::kBytes) {
        throw StatusError(Status(StatusCode::invalid_argument, "a hash of 256 bits has 32 bytes"));
    }
    std::memcpy(hash.bytes.data(), bytes.data(), Hash256::kBytes);
    return hash;
}

nb::bytes to_bytes(const Hash256& hash) {
    return nb::bytes(hash.bytes.data(), Hash256::kBytes);
}

Hash256 from_int(const nb::int_& number) {
    // Raises OverflowError for what has no 256 bits.
    return from_bytes(nb::cast<nb::bytes>(number.attr("to_bytes")(Hash256::kBytes, "big")));
}

nb::object to_int(const Hash256& hash) {
    return nb::borrow(reinterpret_cast<PyObject*>(&PyLong_Type)).attr("from_bytes")(to_bytes(hash), "big");
}

Hash256 from_hex(std::string_view hex) {
    return take(hash_from_hex<256>(hex));
}

template <typename Relation>
bool compare(const Hash256& a, const Hash256& b) {
    return Relation{}(a, b);
}

void bind_value(nb::module_& module) {
    nb::class_<Hash256>(
        module, "Hash256",
        "A perceptual hash of 256 bits, such as PDQ: an immutable value.\n\n"
        "Hashes compare, sort (by their number), serve as dictionary keys, and pickle. `a - b` is in how\n"
        "many bits two of them differ, `bytes(a)` its 32 bytes, the most significant first, `int(a)` the number.")
        .def(
            "__init__", [](Hash256* self, std::string_view hex) { new (self) Hash256(from_hex(hex)); }, "hex"_a,
            "The hash that 64 hex digits of either case spell; ValueError for anything else.")
        .def_static("from_hex", &from_hex, "hex"_a,
                    "The hash that 64 hex digits of either case spell; ValueError for anything else.")
        .def_static("from_bytes", &from_bytes, "data"_a, "The hash of 32 bytes, the most significant first.")
        .def_static("from_int", &from_int, "number"_a, nb::sig("def from_int(number: int) -> Hash256"),
                    "The hash of a number of 256 bits; OverflowError for a larger or a negative one.")
        .def_prop_ro("hex", &to_hex<256>, "64 lower-case hex digits, the most significant first.")
        .def(
            "distance", [](const Hash256& a, const Hash256& b) { return distance(a, b); }, "other"_a,
            "In how many bits the two hashes differ: 0 to 256.")
        .def(
            "__sub__", [](const Hash256& a, const Hash256& b) { return distance(a, b); }, nb::is_operator(), "other"_a,
            "In how many bits the two hashes differ: 0 to 256.")
        .def("__eq__", &compare<std::equal_to<>>, nb::is_operator(),
             nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__lt__", &compare<std::less<>>, nb::is_operator(), "other"_a)
        .def("__le__", &compare<std::less_equal<>>, nb::is_operator(), "other"_a)
        .def("__gt__", &compare<std::greater<>>, nb::is_operator(), "other"_a)
        .def("__ge__", &compare<std::greater_equal<>>, nb::is_operator(), "other"_a)
        .def("__hash__", [](const Hash256& hash) { return nb::hash(to_bytes(hash)); })
        .def("__bytes__", &to_bytes)
        .def("__int__", &to_int, nb::sig("def __int__(self) -> int"))
        .def("__str__", &to_hex<256>)
        .def("__repr__", [](const Hash256& hash) { return "Hash256('" + to_hex(hash) + "')"; })
        .def(
            "__reduce__",
            [](nb::handle self) {
                return nb::make_tuple(self.type(), nb::make_tuple(to_hex(nb::cast<const Hash256&>(self))));
            },
            nb::sig("def __reduce__(self) -> tuple[type, tuple[str]]"));
}

void bind_results(nb::module_& module) {
    nb::class_<ImageHash>(module, "FrameHash", "What one image hashed to.")
        .def_prop_ro(
            "hash", [](const ImageHash& self) { return self.of.hash; }, "The PDQ hash.")
        .def_prop_ro(
            "quality", [](const ImageHash& self) { return self.of.quality; },
            "PDQ's measure of detail, 0 to 100; a hash of less than 50 should not be relied on.")
        .def_prop_ro(
            "damaged", [](const ImageHash& self) { return self.damage.damaged; },
            "True when the file was not whole, so that the hash is of what could still be decoded.")
        .def_prop_ro(
            "damage_reason", [](const ImageHash& self) { return self.damage.reason; },
            "What is wrong with a damaged file; empty when it is whole.")
        .def(
            "__eq__",
            [](const ImageHash& a, const ImageHash& b) {
                return a.of == b.of && a.damage.damaged == b.damage.damaged && a.damage.reason == b.damage.reason;
            },
            nb::is_operator(), nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__hash__",
             [](const ImageHash& self) { return nb::hash(nb::make_tuple(to_bytes(self.of.hash), self.of.quality)); })
        .def("__repr__", [](const ImageHash& self) {
            return "FrameHash(hash='" + to_hex(self.of.hash) + "', quality=" + std::to_string(self.of.quality) +
                   (self.damage.damaged ? ", damaged=True)" : ")");
        });

    nb::enum_<Dihedral>(module, "Dihedral", "The eight ways to lay a picture down: rotations and mirror images.")
        .value("original", Dihedral::original, "As it is.")
        .value("rotate90", Dihedral::rotate90, "A quarter turn counter-clockwise.")
        .value("rotate180", Dihedral::rotate180, "Upside down.")
        .value("rotate270", Dihedral::rotate270, "A quarter turn clockwise.")
        .value("flip_x", Dihedral::flip_x, "Top and bottom exchanged.")
        .value("flip_y", Dihedral::flip_y, "Left and right exchanged: a mirror.")
        .value("transpose", Dihedral::transpose, "The reference's \"flip plus 1\".")
        .value("transverse", Dihedral::transverse, "The reference's \"flip minus 1\".");

    nb::class_<ImageDihedral>(
        module, "DihedralHashes",
        "The eight hashes of one image and its rotations and mirror images: `hashes[Dihedral.flip_y]`.")
        .def_prop_ro(
            "quality", [](const ImageDihedral& self) { return self.of.quality; },
            "PDQ's measure of detail, 0 to 100, the same for all eight.")
        .def_prop_ro(
            "damaged", [](const ImageDihedral& self) { return self.damage.damaged; },
            "True when the file was not whole, so that the hashes are of what could still be decoded.")
        .def_prop_ro(
            "damage_reason", [](const ImageDihedral& self) { return self.damage.reason; },
            "What is wrong with a damaged file; empty when it is whole.")
        .def(
            "__getitem__", [](const ImageDihedral& self, Dihedral way) { return self.of[way]; }, "way"_a,
            "The hash of the image laid down in this way.")
        .def("__repr__", [](const ImageDihedral& self) {
            return "DihedralHashes(quality=" + std::to_string(self.of.quality) + ")";
        });
}

#define TUTELA_IMAGE "image: str | os.PathLike[str] | typing_extensions.Buffer | numpy.typing.NDArray[numpy.uint8]"
constexpr const char* kImageDoc =
    "\n\n`image` is a path (str or os.PathLike), the contents of an image file (bytes or any one-dimensional buffer "
    "of\n"
    "them: JPEG, PNG or WebP), or pixels: an array of dtype uint8 and shape (height, width), which is luma, or\n"
    "(height, width, 3), which is RGB. Arrays of any strides are taken as they lie. A file is hashed as it is stored,\n"
    "its EXIF orientation not applied. Other threads run meanwhile.\n\n"
    "Raises TypeError for other objects and dtypes, TooSmallError for a side of fewer than 5 pixels, NotFoundError,\n"
    "PermissionDeniedError, InputOutputError, UnsupportedError, CorruptError, LimitError, InvalidArgumentError.";

void bind_hashing(nb::module_& module) {
    static const std::string hash_doc = std::string("The PDQ hash of an image.") + kImageDoc;
    static const std::string dihedral_doc =
        std::string(
            "The PDQ hashes of an image and of its seven rotations and mirror images, from one pass.\n\n"
            "At exactly 64 x 64 pixels `original` may differ from hash_image(), as it does in the reference.") +
        kImageDoc;

    nb::class_<Hasher>(module, "Hasher",
                       "Hashes image after image in the same memory (about 8 bytes for each pixel of the largest).\n\n"
                       "Threads may share one, but their calls take turns: make one for each thread.")
        .def(nb::init<>())
        .def("hash", &Hasher::hash, "image"_a.none(), nb::sig("def hash(self, " TUTELA_IMAGE ") -> FrameHash"),
             hash_doc.c_str())
        .def("hash_dihedral", &Hasher::hash_dihedral, "image"_a.none(),
             nb::sig("def hash_dihedral(self, " TUTELA_IMAGE ") -> DihedralHashes"), dihedral_doc.c_str());

    module.def(
        "hash_image", [](nb::handle image) { return Hasher().hash(image); }, "image"_a.none(),
        nb::sig("def hash_image(" TUTELA_IMAGE ") -> FrameHash"), hash_doc.c_str());
    module.def(
        "hash_image_dihedral", [](nb::handle image) { return Hasher().hash_dihedral(image); }, "image"_a.none(),
        nb::sig("def hash_image_dihedral(" TUTELA_IMAGE ") -> DihedralHashes"), dihedral_doc.c_str());
}

}  // namespace

void bind_hash(nb::module_& module) {
    bind_value(module);
    bind_results(module);
    bind_hashing(module);
}

}  // namespace tutela::python
