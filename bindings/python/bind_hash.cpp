// Hash256, Hash64, FrameHash, Dihedral, Hasher and the functions that need none.
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
#include "tutela/hash64.hpp"
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

template <typename Value>
Value from_bytes(const nb::bytes& bytes) {
    Value hash;
    if (bytes.size() != Value::kBytes) {
        throw StatusError(Status(
            StatusCode::invalid_argument,
            "a hash of " + std::to_string(Value::kBits) + " bits has " + std::to_string(Value::kBytes) + " bytes"));
    }
    std::memcpy(hash.bytes.data(), bytes.data(), Value::kBytes);
    return hash;
}

template <typename Value>
nb::bytes to_bytes(const Value& hash) {
    return nb::bytes(hash.bytes.data(), Value::kBytes);
}

template <typename Value>
Value from_int(const nb::int_& number) {
    // Raises OverflowError for what has too many bits.
    return from_bytes<Value>(nb::cast<nb::bytes>(number.attr("to_bytes")(Value::kBytes, "big")));
}

template <typename Value>
nb::object to_int(const Value& hash) {
    return nb::borrow(reinterpret_cast<PyObject*>(&PyLong_Type)).attr("from_bytes")(to_bytes(hash), "big");
}

template <typename Value>
Value from_hex(std::string_view hex) {
    return take(hash_from_hex<Value::kBits>(hex));
}

template <typename Value, typename Relation>
bool compare(const Value& a, const Value& b) {
    return Relation{}(a, b);
}

// The texts of a value's class, which differ by their numbers.
struct ValueDocs {
    const char* name;
    const char* value;
    const char* from_hex;
    const char* from_bytes;
    const char* from_int;
    const char* from_int_signature;
    const char* hex;
    const char* distance;
};

#define TUTELA_VALUE_DOCS(bits, digits, count, kinds)                                                               \
    {                                                                                                               \
        "Hash" bits,                                                                                                \
            "A perceptual hash of " bits " bits, such as " kinds                                                    \
            ": an immutable value.\n\n"                                                                             \
            "Hashes compare, sort (by their number), serve as dictionary keys, and pickle. `a - b` is in how\n"     \
            "many bits two of them differ, `bytes(a)` its " count                                                   \
            " bytes, the most significant first, `int(a)` the "                                                     \
            "number.",                                                                                              \
            "The hash that " digits " hex digits of either case spell; ValueError for anything else.",              \
            "The hash of " count " bytes, the most significant first.",                                             \
            "The hash of a number of " bits " bits; OverflowError for a larger or a negative one.",                 \
            "def from_int(number: int) -> Hash" bits, digits " lower-case hex digits, the most significant first.", \
            "In how many bits the two hashes differ: 0 to " bits "."                                                \
    }

template <typename Value>
void bind_value(nb::module_& module, const ValueDocs& docs) {
    nb::class_<Value>(module, docs.name, docs.value)
        .def(
            "__init__", [](Value* self, std::string_view hex) { new (self) Value(from_hex<Value>(hex)); }, "hex"_a,
            docs.from_hex)
        .def_static("from_hex", &from_hex<Value>, "hex"_a, docs.from_hex)
        .def_static("from_bytes", &from_bytes<Value>, "data"_a, docs.from_bytes)
        .def_static("from_int", &from_int<Value>, "number"_a, nb::sig(docs.from_int_signature), docs.from_int)
        .def_prop_ro("hex", &to_hex<Value::kBits>, docs.hex)
        .def(
            "distance", [](const Value& a, const Value& b) { return distance(a, b); }, "other"_a, docs.distance)
        .def(
            "__sub__", [](const Value& a, const Value& b) { return distance(a, b); }, nb::is_operator(), "other"_a,
            docs.distance)
        .def("__eq__", &compare<Value, std::equal_to<>>, nb::is_operator(),
             nb::sig("def __eq__(self, other: object, /) -> bool"))
        .def("__lt__", &compare<Value, std::less<>>, nb::is_operator(), "other"_a)
        .def("__le__", &compare<Value, std::less_equal<>>, nb::is_operator(), "other"_a)
        .def("__gt__", &compare<Value, std::greater<>>, nb::is_operator(), "other"_a)
        .def("__ge__", &compare<Value, std::greater_equal<>>, nb::is_operator(), "other"_a)
        .def("__hash__", [](const Value& hash) { return nb::hash(to_bytes(hash)); })
        .def("__bytes__", &to_bytes<Value>)
        .def("__int__", &to_int<Value>, nb::sig("def __int__(self) -> int"))
        .def("__str__", &to_hex<Value::kBits>)
        .def("__repr__",
             [name = docs.name](const Value& hash) { return std::string(name) + "('" + to_hex(hash) + "')"; })
        .def(
            "__reduce__",
            [](nb::handle self) {
                return nb::make_tuple(self.type(), nb::make_tuple(to_hex(nb::cast<const Value&>(self))));
            },
            nb::sig("def __reduce__(self) -> tuple[type, tuple[str]]"));
}

void bind_values(nb::module_& module) {
    bind_value<Hash256>(module, TUTELA_VALUE_DOCS("256", "64", "32", "PDQ"));
    bind_value<Hash64>(module, TUTELA_VALUE_DOCS("64", "16", "8", "pHash"));
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
    "them, of any kind that this build reads), or pixels: an array of dtype uint8 and shape (height, width), which is\n"
    "luma, or (height, width, 3), which is RGB. Arrays of any strides are taken as they lie. A file is decoded in "
    "this\n"
    "process, its first frame; it is hashed as it is stored,\n"
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

template <Hash64Kind Kind>
Hash64 hash64(nb::handle image) {
    ImageSource source(image);
    const nb::gil_scoped_release released;
    Frame frame;
    const Picture picture = take(source.load(frame));
    return take(Hash64Hasher().hash(picture.view, Kind));
}

constexpr const char* kHash64Doc =
    "\n\nA second opinion beside PDQ, never a match by itself. `image` is what hash_image() takes, of any size from 1 "
    "x "
    "1\non; of a damaged file, what could be decoded is hashed. Raises what hash_image() raises, but no TooSmallError.";

void bind_hashing64(nb::module_& module) {
    static const std::string phash_doc =
        std::string("The pHash of an image: bit for bit phash() of the package ImageHash, with its defaults.") +
        kHash64Doc;
    static const std::string dhash_doc =
        std::string("The dHash of an image: bit for bit dhash() of the package ImageHash, with its defaults.") +
        kHash64Doc;
    static const std::string ahash_doc =
        std::string("The aHash of an image: bit for bit average_hash() of the package ImageHash, with its defaults.") +
        kHash64Doc;
    static const std::string opencv_doc =
        std::string("The pHash of an image as OpenCV defines it: bit for bit cv2.img_hash.pHash() of its BGR pixels.") +
        kHash64Doc;
    module.def("phash", &hash64<Hash64Kind::phash>, "image"_a.none(), nb::sig("def phash(" TUTELA_IMAGE ") -> Hash64"),
               phash_doc.c_str());
    module.def("dhash", &hash64<Hash64Kind::dhash>, "image"_a.none(), nb::sig("def dhash(" TUTELA_IMAGE ") -> Hash64"),
               dhash_doc.c_str());
    module.def("ahash", &hash64<Hash64Kind::ahash>, "image"_a.none(), nb::sig("def ahash(" TUTELA_IMAGE ") -> Hash64"),
               ahash_doc.c_str());
    module.def("phash_opencv", &hash64<Hash64Kind::phash_opencv>, "image"_a.none(),
               nb::sig("def phash_opencv(" TUTELA_IMAGE ") -> Hash64"), opencv_doc.c_str());
}

}  // namespace

void bind_hash(nb::module_& module) {
    bind_values(module);
    bind_results(module);
    bind_hashing(module);
    bind_hashing64(module);
}

}  // namespace tutela::python
