// The C interface of Tutela: known images found again by perceptual hash. Layer: capi. C11 and C++.
//
// One set of rules holds for every function.
//
// Status. A call that can fail returns a tutela_status; 0 is success. Its numbers are pinned. An out-parameter is
// written on success only. The last parameter, `error`, may be NULL; on failure it receives the code and a sentence
// for a person (never a list hash); on success it is left alone.
//
// Handles. An object is made by a _create, _build, _open or _load function and given back to its _destroy function,
// which does nothing for NULL. Objects that use others keep them alive: a list may be destroyed before the index or
// the scanner that was made of it.
//
// Memory. Nothing returned is ever to be freed by the caller. Text is copied into the caller's buffer, or is a view
// that lives as long as the object it came from. Where a buffer for text is passed, at most `capacity` bytes are
// written, the final NUL included, and `length` (may be NULL) receives the full length without the NUL, as snprintf
// does; `buffer` may be NULL when `capacity` is 0. Parameters of type const char* end with NUL.
//
// NULL. Where it is not said that NULL is allowed, NULL is TUTELA_INVALID_ARGUMENT, never a crash.
//
// Structs that begin with `struct_size` may grow at their end in later versions. Prepare each with its _init function,
// whose second argument is the size of your struct: tutela_totals_init(&totals, sizeof totals). It sets struct_size and
// the defaults; it does nothing for NULL. A program and a library of different versions work together: what an older,
// smaller struct does not have takes its default; a bigger one, from a newer header, is accepted while the bytes that
// this library does not know are all zero (the default of every field to come), else it is TUTELA_INVALID_ARGUMENT.
// Where the library fills such a struct it sets struct_size to the number of bytes that it filled. All other structs
// keep their layout for ever.
//
// Threads. Functions without an object are thread-safe. What may be done with one object from several threads is said
// at its type. A callback must return: no C++ exception, no longjmp; nor may it call the object that is calling it.
//
// The library never prints, never ends the process and starts no thread but those that tutela_scan_options asks for.
#ifndef TUTELA_H
#define TUTELA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tutela/export.h"

// The project's version; it is written here and nowhere else.
#define TUTELA_VERSION_MAJOR 0
#define TUTELA_VERSION_MINOR 1
#define TUTELA_VERSION_PATCH 0

// A call whose status must be looked at.
#if defined(__GNUC__)
#define TUTELA_CHECKED TUTELA_API __attribute__((warn_unused_result))
#else
#define TUTELA_CHECKED TUTELA_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

// ---- Status ---------------------------------------------------------------------------------------------------------

typedef int32_t tutela_status;

enum {
    TUTELA_OK = 0,
    TUTELA_CANCELLED = 1,  // the caller asked for the stop

    TUTELA_INVALID_ARGUMENT = 10,  // a parameter outside its documented range
    TUTELA_TOO_SMALL = 11,         // a picture with a side under 5 pixels
    TUTELA_LIMIT = 12,             // a stated limit (bytes, pixels, entries) would be passed
    TUTELA_TIMEOUT = 13,           // the work took longer than its limit allows

    TUTELA_NOT_FOUND = 20,
    TUTELA_PERMISSION_DENIED = 21,
    TUTELA_IO_ERROR = 22,

    TUTELA_UNSUPPORTED = 30,        // well, but not a kind of data this build reads
    TUTELA_CORRUPT = 31,            // the data contradicts its own format
    TUTELA_CHECKSUM_MISMATCH = 32,  // the data is not what was written
    TUTELA_VERSION_MISMATCH = 33,   // a format version this build does not know

    TUTELA_OUT_OF_MEMORY = 40,
    TUTELA_CRASHED = 41,      // a process that works for the library ended without an answer
    TUTELA_UNAVAILABLE = 42,  // a process that the library needs cannot be started, now

    TUTELA_INTERNAL = 90  // a defect of the library: please report it
};

// Why a call failed. `message` is UTF-8, ends with NUL and is cut when it is too long.
typedef struct tutela_error {
    tutela_status code;
    char message[252];
} tutela_error;

// The stable lower-case name of a status, such as "checksum_mismatch"; "unknown" for a number that is none. Static.
TUTELA_API const char* tutela_status_name(tutela_status status);

// The version of the library in use, such as "0.1.0". Static.
TUTELA_API const char* tutela_version(void);

// ---- Hashes ---------------------------------------------------------------------------------------------------------

// A hash in canonical order: bytes[0] holds the most significant eight bits, as the hash is written in hex.
typedef struct tutela_hash64 {
    uint8_t bytes[8];
} tutela_hash64;
typedef struct tutela_hash256 {  // PDQ
    uint8_t bytes[32];
} tutela_hash256;

// Characters of a hash or a digest in hex, the final NUL included.
#define TUTELA_HASH64_HEX_SIZE 17
#define TUTELA_HASH256_HEX_SIZE 65
#define TUTELA_DIGEST_HEX_SIZE 65

// Reads a hash: exactly 16 or 64 hex digits of either case, nothing before or after; else TUTELA_INVALID_ARGUMENT.
TUTELA_CHECKED tutela_status tutela_hash64_from_hex(const char* hex, tutela_hash64* hash, tutela_error* error);
TUTELA_CHECKED tutela_status tutela_hash256_from_hex(const char* hex, tutela_hash256* hash, tutela_error* error);

// Writes the lower-case hex digits and a NUL.
TUTELA_CHECKED tutela_status tutela_hash64_to_hex(const tutela_hash64* hash, char hex[TUTELA_HASH64_HEX_SIZE],
                                                  tutela_error* error);
TUTELA_CHECKED tutela_status tutela_hash256_to_hex(const tutela_hash256* hash, char hex[TUTELA_HASH256_HEX_SIZE],
                                                   tutela_error* error);

// In how many bits two hashes differ: 0..64 or 0..256; UINT32_MAX when either is NULL.
TUTELA_API uint32_t tutela_hash64_distance(const tutela_hash64* a, const tutela_hash64* b);
TUTELA_API uint32_t tutela_hash256_distance(const tutela_hash256* a, const tutela_hash256* b);

// ---- Hashing --------------------------------------------------------------------------------------------------------

// How the samples of a pixel lie in memory; 8 bits each, full range 0..255 unless said.
enum {
    TUTELA_PIXEL_GRAY8 = 1,  // luma
    TUTELA_PIXEL_RGB24 = 2,
    TUTELA_PIXEL_BGR24 = 3,
    TUTELA_PIXEL_BGRA32 = 4,        // alpha is ignored
    TUTELA_PIXEL_LUMA_LIMITED8 = 5  // luma from 16 (black) to 235 (white), as in most video; beyond is clamped
};

// No time is known (a still image).
#define TUTELA_NO_PTS INT64_MIN

// Pixels of the caller's, top row first. They are read during the call only.
typedef struct tutela_frame {
    const uint8_t* data;
    uint32_t width;  // pixels, as is height
    uint32_t height;
    size_t stride_bytes;  // from the start of a row to the start of the next; at least width * bytes a pixel
    uint32_t format;      // TUTELA_PIXEL_...
    int64_t pts_us;       // presentation time in microseconds, or TUTELA_NO_PTS; handed through
} tutela_frame;

// What a frame hashed to: PDQ.
typedef struct tutela_frame_hash {
    tutela_hash256 hash;
    int32_t quality;  // PDQ's own measure of detail, 0..100; a hash under 50 should not be relied on
    int64_t pts_us;
} tutela_frame_hash;

// The indexes of tutela_dihedral_hashes: the eight ways to lay a picture down.
enum {
    TUTELA_DIHEDRAL_ORIGINAL = 0,
    TUTELA_DIHEDRAL_ROTATE90 = 1,  // counter-clockwise
    TUTELA_DIHEDRAL_ROTATE180 = 2,
    TUTELA_DIHEDRAL_ROTATE270 = 3,
    TUTELA_DIHEDRAL_FLIP_X = 4,  // top and bottom exchanged
    TUTELA_DIHEDRAL_FLIP_Y = 5,  // left and right exchanged: a mirror
    TUTELA_DIHEDRAL_TRANSPOSE = 6,
    TUTELA_DIHEDRAL_TRANSVERSE = 7
};

typedef struct tutela_dihedral_hashes {
    tutela_hash256 hashes[8];
    int32_t quality;
    int64_t pts_us;
} tutela_dihedral_hashes;

// What decoding may spend; passing a limit is TUTELA_LIMIT, before the memory is taken.
typedef struct tutela_decode_limits {
    uint32_t struct_size;
    uint32_t max_jpeg_scans;  // 200: a progressive JPEG of more scans is an attack on time
    uint64_t max_bytes;       // of the file: 2 GiB
    uint64_t max_pixels;      // width * height: 100 million
} tutela_decode_limits;

// Sets the defaults, which are written beside the fields.
TUTELA_API void tutela_decode_limits_init(tutela_decode_limits* limits, size_t struct_size);

// Formats of pictures, from 50 on of videos, and from 100 on of archives.
enum {
    TUTELA_FORMAT_UNKNOWN = 0,
    TUTELA_FORMAT_JPEG = 1,
    TUTELA_FORMAT_PNG = 2,
    TUTELA_FORMAT_WEBP = 3,
    TUTELA_FORMAT_GIF = 4,
    TUTELA_FORMAT_TIFF = 5,
    TUTELA_FORMAT_BMP = 6,
    TUTELA_FORMAT_ICO = 7,
    TUTELA_FORMAT_HEIF = 8,
    TUTELA_FORMAT_AVIF = 9,
    TUTELA_FORMAT_JXL = 10,
    TUTELA_FORMAT_PSD = 11,
    TUTELA_FORMAT_RAW = 12,
    TUTELA_FORMAT_MP4 = 50,
    TUTELA_FORMAT_MATROSKA = 51,
    TUTELA_FORMAT_AVI = 52,
    TUTELA_FORMAT_MPEGTS = 53,
    TUTELA_FORMAT_MPEGPS = 54,
    TUTELA_FORMAT_FLV = 55,
    TUTELA_FORMAT_ASF = 56,
    TUTELA_FORMAT_OGG = 57,
    TUTELA_FORMAT_ZIP = 100,
    TUTELA_FORMAT_TAR = 101,
    TUTELA_FORMAT_7Z = 102,
    TUTELA_FORMAT_GZIP = 103,
    TUTELA_FORMAT_BZIP2 = 104,
    TUTELA_FORMAT_XZ = 105,
    TUTELA_FORMAT_ZSTD = 106,
    TUTELA_FORMAT_RAR = 107,
    TUTELA_FORMAT_CAB = 108,
    TUTELA_FORMAT_CPIO = 109
};

// "jpeg", "png", "zip" and so on; "unknown" for any other number. Static.
TUTELA_API const char* tutela_format_name(uint32_t format);

// How much of a picture is decoded for its hash. All but exact can move a hash by a few bits; see DecodeMode in
// tutela/media.hpp for the figures.
enum {
    TUTELA_DECODE_AUTOMATIC = 0,  // luma
    TUTELA_DECODE_EXACT = 1,      // full size, all colours: what published lists are made of
    TUTELA_DECODE_LUMA = 2,       // the decoder's own luma plane, where the picture has one
    TUTELA_DECODE_SCALED = 3,     // the same, reduced by the decoder
    TUTELA_DECODE_SCREEN = 4      // large progressive JPEGs by their first scan alone; may miss a match
};

// "exact", "luma", "scaled", "screen"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_decode_mode_name(uint32_t mode);

// Which frames of a video are looked at. All but every may miss a match; see SamplingKind in tutela/media.hpp.
enum {
    TUTELA_SAMPLING_AUTOMATIC = 0,   // every
    TUTELA_SAMPLING_EVERY = 1,       // all of them
    TUTELA_SAMPLING_PER_SECOND = 2,  // so many a second, by their times
    TUTELA_SAMPLING_KEY_FRAMES = 3,  // those that can be decoded without others; many times faster
    TUTELA_SAMPLING_ADAPTIVE = 4     // those that look unlike the one before, and one at least every so often
};

// "every", "per_second", "key_frames", "adaptive"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_sampling_name(uint32_t sampling);

// Which variants of a picture are looked up beside the picture as it stands; see tutela/variants.hpp.
enum {
    TUTELA_PROFILE_AUTOMATIC = 0,  // standard
    TUTELA_PROFILE_PLAIN = 1,      // none
    TUTELA_PROFILE_STANDARD = 2,   // mirrored, turned by quarters, reduced, framed
    TUTELA_PROFILE_THOROUGH = 3    // also cropped, turned a little, shown on a screen, written over, negative
};

// "plain", "standard", "thorough"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_profile_name(uint32_t profile);

// What decoding learned about a picture.
typedef struct tutela_image_facts {
    uint32_t struct_size;
    uint32_t format;  // TUTELA_FORMAT_...
    uint32_t width;   // pixels, as stored
    uint32_t height;
    uint32_t orientation;     // EXIF 1..8, 0 when none is stated; the hash is of the stored picture, not turned
    uint32_t rows_decoded;    // fewer than height when the file is damaged
    bool damaged;             // hashed from what could still be decoded
    char damage_reason[127];  // empty when whole
} tutela_image_facts;

// Sets everything to zero.
TUTELA_API void tutela_image_facts_init(tutela_image_facts* facts, size_t struct_size);

// Computes hashes. Keeps its working memory from call to call. For one thread at a time: make one for each thread.
typedef struct tutela_hasher tutela_hasher;

// Errors: TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_hasher_create(tutela_hasher** hasher, tutela_error* error);
TUTELA_API void tutela_hasher_destroy(tutela_hasher* hasher);

// The hash of pixels. Errors: TUTELA_INVALID_ARGUMENT (no pixels, an unknown format, a side of 0 or over 2^30, a
// stride shorter than a row), TUTELA_TOO_SMALL, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_hasher_hash_frame(tutela_hasher* hasher, const tutela_frame* frame,
                                                      tutela_frame_hash* hash, tutela_error* error);

// The hashes of the frame and of its seven rotations and mirror images, from one pass. At exactly 64x64 pixels the
// original may differ from what tutela_hasher_hash_frame answers, as it does in the reference. Errors: the same.
TUTELA_CHECKED tutela_status tutela_hasher_hash_frame_dihedral(tutela_hasher* hasher, const tutela_frame* frame,
                                                               tutela_dihedral_hashes* hashes, tutela_error* error);

// Hashes of 64 bits: second opinions, never a match by themselves; include/tutela/hash64.hpp defines them.
enum {
    TUTELA_HASH64_PHASH = 1,  // as the Python package ImageHash has it, as are the next two
    TUTELA_HASH64_DHASH = 2,
    TUTELA_HASH64_AHASH = 3,
    TUTELA_HASH64_PHASH_OPENCV = 4  // as cv::img_hash::PHash
};

// "phash", "dhash", "ahash", "phash-opencv"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_hash64_name(uint32_t kind);

// The hash of pixels of any size from 1x1 on; `kind`: TUTELA_HASH64_.... Errors: TUTELA_INVALID_ARGUMENT (as
// tutela_hasher_hash_frame, or an unknown kind), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_hasher_hash64_frame(tutela_hasher* hasher, const tutela_frame* frame, uint32_t kind,
                                                        tutela_hash64* hash, tutela_error* error);

// The hash of an encoded picture of any kind that this build reads, told by content; of several frames, the first.
// Decoded exactly, in this process. `bytes` are read during the call only. A damaged picture is hashed when a row of it can be decoded, and
// `facts` say so. `limits`: NULL for the defaults. `facts`: may be NULL. Errors: TUTELA_UNSUPPORTED, TUTELA_CORRUPT,
// TUTELA_LIMIT, TUTELA_TOO_SMALL, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_hasher_hash_image(tutela_hasher* hasher, const void* bytes, size_t size,
                                                      const tutela_decode_limits* limits, tutela_frame_hash* hash,
                                                      tutela_image_facts* facts, tutela_error* error);

// ---- Lists of known hashes ------------------------------------------------------------------------------------------

// An immutable list. Thread-safe.
typedef struct tutela_list tutela_list;
// Collects entries, in the order given, duplicates kept. For one thread at a time.
typedef struct tutela_list_builder tutela_list_builder;

// A line of a text list that was skipped, and why. The reason does not repeat the line; it is cut when too long.
typedef struct tutela_skipped_line {
    uint64_t line;  // from 1
    char reason[120];
} tutela_skipped_line;

// What reading a text list did.
typedef struct tutela_text_import {
    uint32_t struct_size;
    uint32_t first_skipped_count;          // how many of first_skipped are filled: at most 8
    uint64_t lines;                        // lines seen, of every kind
    uint64_t added;                        // entries added
    uint64_t skipped;                      // bad lines
    tutela_skipped_line first_skipped[8];  // the first of them
} tutela_text_import;

// Sets everything to zero.
TUTELA_API void tutela_text_import_init(tutela_text_import* import, size_t struct_size);

// A text of known length. `data` is never NULL, and need not end with NUL.
typedef struct tutela_text {
    const char* data;
    size_t size;  // bytes
} tutela_text;

// An entry of a list. The texts are views that live as long as the list; each may be empty.
typedef struct tutela_entry {
    tutela_hash256 hash;
    tutela_text id;
    tutela_text category;
    tutela_text label;
} tutela_entry;

// Errors: TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_builder_create(tutela_list_builder** builder, tutela_error* error);
TUTELA_API void tutela_list_builder_destroy(tutela_list_builder* builder);

// Adds one entry. The texts are UTF-8, at most 65535 bytes each; NULL stands for an empty one. A failed call adds
// nothing. Errors: TUTELA_INVALID_ARGUMENT, TUTELA_LIMIT (past 2^32 - 1 entries), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_builder_add(tutela_list_builder* builder, const tutela_hash256* hash,
                                                     const char* id, const char* category, const char* label,
                                                     tutela_error* error);

// The same for an entry that carries a pHash (TUTELA_HASH64_PHASH of the same picture). NULL: it has none.
TUTELA_CHECKED tutela_status tutela_list_builder_add_with_phash(tutela_list_builder* builder,
                                                                const tutela_hash256* hash, const tutela_hash64* phash,
                                                                const char* id, const char* category, const char* label,
                                                                tutela_error* error);

// Hashes of a whole file. Where the field before one is false, its bytes are not looked at.
typedef struct tutela_file_hashes {
    bool has_md5;
    bool has_sha1;
    bool has_sha256;
    uint8_t md5[16];
    uint8_t sha1[20];
    uint8_t sha256[32];
} tutela_file_hashes;

// A thing to be put into a list, by any of its hashes; see KnownItem in tutela/known_item.hpp. NULL: it has none.
typedef struct tutela_known_item {
    uint32_t struct_size;
    bool harmless;               // a file known to be harmless: it is no match, and its PDQ is not put into the list
    bool has_updated;            // whether the last field holds a time
    const tutela_hash256* pdq;   // NULL
    const tutela_hash64* phash;  // NULL; of the picture that `pdq` is of
    const tutela_file_hashes* file;  // NULL
    const char* id;                  // NULL, as are the next five
    const char* category;
    const char* label;
    const char* source;  // who says so
    const char* scheme;  // of the categories, such as "vics"
    const char* region;
    int64_t updated_us;  // when the source changed what it says: microseconds from 1970 in UTC
} tutela_known_item;

// Sets the defaults: nothing.
TUTELA_API void tutela_known_item_init(tutela_known_item* item, size_t struct_size);

// Adds a thing: an entry when it has a PDQ and is not harmless, and a file entry when it has a hash of its file. Errors
// as tutela_list_builder_add; TUTELA_INVALID_ARGUMENT also for one without a hash, and for the hash of an empty file.
TUTELA_CHECKED tutela_status tutela_list_builder_add_item(tutela_list_builder* builder, const tutela_known_item* item,
                                                          tutela_error* error);

// Adds the entries of a text list: a line an entry, hex[+phash][,id[,category[,label]]]; blank lines and lines that
// begin with # are passed over; bad lines are skipped and counted in `import`, which may be NULL. From a file or from
// `size` bytes of memory. Errors: TUTELA_NOT_FOUND, TUTELA_PERMISSION_DENIED, TUTELA_IO_ERROR, TUTELA_UNSUPPORTED (no
// text), TUTELA_LIMIT, TUTELA_OUT_OF_MEMORY; entries before the error may have been added.
TUTELA_CHECKED tutela_status tutela_list_builder_read_text(tutela_list_builder* builder, const char* path,
                                                           tutela_text_import* import, tutela_error* error);
TUTELA_CHECKED tutela_status tutela_list_builder_parse_text(tutela_list_builder* builder, const char* text, size_t size,
                                                            tutela_text_import* import, tutela_error* error);

// Adds a known video: an entry for each of its `count` frames, which share the texts. Errors, besides those above:
// TUTELA_INVALID_ARGUMENT for no frames, a quality outside 0..100, and a time that is negative, over 2^53 - 1 or before
// that of the frame before it.
TUTELA_CHECKED tutela_status tutela_list_builder_add_video(tutela_list_builder* builder,
                                                           const tutela_frame_hash* frames, size_t count,
                                                           const char* id, const char* category, const char* label,
                                                           tutela_error* error);

// Adds the video of a vPDQ file, text or JSON (tutela/vpdq.hpp). `skipped`, which may be NULL, receives the number of
// its bad rows, which are passed over. Errors, besides those above: TUTELA_NOT_FOUND, TUTELA_PERMISSION_DENIED,
// TUTELA_IO_ERROR, TUTELA_UNSUPPORTED, TUTELA_CORRUPT; then nothing was added.
TUTELA_CHECKED tutela_status tutela_list_builder_read_vpdq(tutela_list_builder* builder, const char* path,
                                                           const char* id, const char* category, const char* label,
                                                           uint64_t* skipped, tutela_error* error);

// Entries so far; 0 for NULL.
TUTELA_API size_t tutela_list_builder_size(const tutela_list_builder* builder);

// Makes a list of the entries so far. The builder stays as it is. Errors: TUTELA_LIMIT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_builder_build(const tutela_list_builder* builder, tutela_list** list,
                                                       tutela_error* error);

// A list from a file of either kind, told by its first bytes: a snapshot is loaded, a text list read and built.
// `import`, which may be NULL, receives what a text list's reading did, zeroes for a snapshot. Errors: those of
// tutela_list_load and tutela_list_builder_read_text; a text with bad lines and no entry is TUTELA_CORRUPT.
TUTELA_CHECKED tutela_status tutela_list_open(const char* path, tutela_list** list, tutela_text_import* import,
                                              tutela_error* error);

// Maps a snapshot file and validates all of it. The file must not be changed in place while the list lives (replacing
// it by rename, as tutela_list_save does, is fine). Errors: TUTELA_NOT_FOUND, TUTELA_PERMISSION_DENIED,
// TUTELA_IO_ERROR, TUTELA_UNSUPPORTED (no snapshot), TUTELA_CORRUPT, TUTELA_CHECKSUM_MISMATCH,
// TUTELA_VERSION_MISMATCH, TUTELA_LIMIT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_load(const char* path, tutela_list** list, tutela_error* error);

// How much of a snapshot file is looked at before it is used.
enum {
    TUTELA_LOAD_EVERYTHING = 0,  // all of it, as tutela_list_load does
    // Header, section table and the structure of a stored index: milliseconds, whatever the size. For a file that this
    // system has verified before: a damaged or crafted one may lose matches or report wrong ones, but is never read
    // outside. tutela_list_verify makes up for it, at any time.
    TUTELA_LOAD_LAYOUT = 1
};

// tutela_list_load with a choice of what is checked. TUTELA_INVALID_ARGUMENT for an unknown `check`.
TUTELA_CHECKED tutela_status tutela_list_load_with(const char* path, uint32_t check, tutela_list** list,
                                                   tutela_error* error);

// Loads a snapshot that is encrypted with a key, or one that is not. The key is `key_size` bytes, 32 random ones, which
// are copied into memory that is locked and wiped; the caller's are the caller's to wipe. Nothing of the list is written
// to a disk. Errors: those of tutela_list_load_with; TUTELA_INVALID_ARGUMENT for no such key, TUTELA_PERMISSION_DENIED
// for another key, TUTELA_CHECKSUM_MISMATCH or TUTELA_CORRUPT for a file that was changed, cut or extended,
// TUTELA_UNAVAILABLE.
TUTELA_CHECKED tutela_status tutela_list_load_with_key(const char* path, const void* key, size_t key_size,
                                                       uint32_t check, tutela_list** list, tutela_error* error);

// Publishes the snapshot encrypted with a key, as tutela_list_save does in the open. Errors: those of both.
TUTELA_CHECKED tutela_status tutela_list_save_with_key(const tutela_list* list, const char* path, const void* key,
                                                       size_t key_size, tutela_error* error);

// Checks everything, as tutela_list_load would have. May run while others use the list.
TUTELA_CHECKED tutela_status tutela_list_verify(const tutela_list* list, tutela_error* error);

// Whether the snapshot holds an index: 1 or 0.
TUTELA_API int tutela_list_has_index(const tutela_list* list);

// The same list with an index for large lists in its snapshot, which tutela_index_create_from_list and
// tutela_scanner_create then open where it lies. A new list, to be destroyed; the digest stays the same. `threads`
// build it, as in tutela_scan_options. A list loaded by its layout is verified first. Errors: those of
// tutela_list_verify, TUTELA_UNSUPPORTED (a newer list without room for an index), TUTELA_LIMIT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_add_index(const tutela_list* list, uint32_t threads, tutela_list** indexed,
                                                   tutela_error* error);

// The same from `size` bytes of memory, which are copied.
TUTELA_CHECKED tutela_status tutela_list_from_bytes(const void* bytes, size_t size, tutela_list** list,
                                                    tutela_error* error);

TUTELA_API void tutela_list_destroy(tutela_list* list);

// Writes the snapshot: whole and durable, or not at all. Errors: TUTELA_NOT_FOUND (no such folder),
// TUTELA_PERMISSION_DENIED, TUTELA_IO_ERROR.
TUTELA_CHECKED tutela_status tutela_list_save(const tutela_list* list, const char* path, tutela_error* error);

// The snapshot itself, as tutela_list_save writes it: a view that lives as long as the list.
TUTELA_CHECKED tutela_status tutela_list_bytes(const tutela_list* list, const uint8_t** bytes, size_t* size,
                                               tutela_error* error);

// Entries; 0 for NULL.
TUTELA_API size_t tutela_list_size(const tutela_list* list);

// The entry at `position`, from 0. TUTELA_INVALID_ARGUMENT when there is none.
TUTELA_CHECKED tutela_status tutela_list_entry(const tutela_list* list, size_t position, tutela_entry* entry,
                                               tutela_error* error);

// The pHash that the entry carries. `present` receives whether there is one; `phash` is written only then.
TUTELA_CHECKED tutela_status tutela_list_entry_phash(const tutela_list* list, size_t position, bool* present,
                                                     tutela_hash64* phash, tutela_error* error);

// The entry's id, or its position in decimal when it has none: its name in reports. Text into a buffer.
TUTELA_CHECKED tutela_status tutela_list_entry_name(const tutela_list* list, size_t position, char* buffer,
                                                    size_t capacity, size_t* length, tutela_error* error);

// Which hash of a file. A larger one is harder to forge.
enum { TUTELA_FILE_MD5 = 1, TUTELA_FILE_SHA1 = 2, TUTELA_FILE_SHA256 = 3 };

// How many hashes of files of a kind the list has; 0 for NULL and for an unknown kind.
TUTELA_API size_t tutela_list_file_hash_count(const tutela_list* list, uint32_t kind);

// Things that the list knows by hashes of files, and those that it only carries; 0 for NULL.
TUTELA_API size_t tutela_list_file_entry_count(const tutela_list* list);

// A thing that a list knows by hashes of its file. The texts are views that live as long as the list; each may be empty.
// Set struct_size to sizeof(tutela_file_entry).
typedef struct tutela_file_entry {
    uint32_t struct_size;
    bool harmless;
    bool unmatchable;   // no hash leads to it: it is there to be passed on
    bool has_position;  // the same thing has an entry, at `position`
    bool has_updated;
    size_t position;
    int64_t updated_us;
    tutela_text id;
    tutela_text category;
    tutela_text label;
    tutela_text source;
    tutela_text scheme;
    tutela_text region;
} tutela_file_entry;

// The file entry of that number, from 0. TUTELA_INVALID_ARGUMENT when there is none.
TUTELA_CHECKED tutela_status tutela_list_file_entry(const tutela_list* list, size_t number, tutela_file_entry* entry,
                                                    tutela_error* error);

// Its name in reports: its id, or that of its entry, or "file:" and its number. Text into a buffer.
TUTELA_CHECKED tutela_status tutela_list_file_entry_name(const tutela_list* list, size_t number, char* buffer,
                                                         size_t capacity, size_t* length, tutela_error* error);

// A file entry that a file's hash was found in.
typedef struct tutela_file_match {
    uint32_t entry;  // its number
    uint32_t kind;   // the strongest of the hashes that are equal: TUTELA_FILE_...
} tutela_file_match;

// The things that have one of these hashes, by rising number; harmless ones too. Writes the first `capacity` of them to
// `matches`, which may be NULL when that is 0; `count` receives how many there are in all. Errors:
// TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_list_find_file(const tutela_list* list, const tutela_file_hashes* hashes,
                                                   tutela_file_match* matches, size_t capacity, size_t* count,
                                                   tutela_error* error);

// A known video: a run of entries, one for each frame. The texts are views that live as long as the list.
typedef struct tutela_video {
    size_t first_position;  // of the entry of its first frame
    size_t frame_count;
    tutela_text id;
    tutela_text category;
    tutela_text label;
} tutela_video;

// Where in a known video an entry is.
typedef struct tutela_frame_place {
    size_t video;  // its number
    size_t frame;  // from 0
    int64_t pts_us;
    uint32_t quality;
} tutela_frame_place;

// Known videos; 0 for NULL.
TUTELA_API size_t tutela_list_video_count(const tutela_list* list);

// Stills and videos, each counted once; 0 for NULL.
TUTELA_API size_t tutela_list_known_count(const tutela_list* list);

// Video `number`, from 0. TUTELA_INVALID_ARGUMENT when there is none.
TUTELA_CHECKED tutela_status tutela_list_video(const tutela_list* list, size_t number, tutela_video* video,
                                               tutela_error* error);

// Times in microseconds and qualities of the frames of a video: views that live as long as the list, with an element
// for each of its frames. Either may be NULL.
TUTELA_CHECKED tutela_status tutela_list_video_frames(const tutela_list* list, size_t number, const int64_t** times_us,
                                                      const uint8_t** qualities, tutela_error* error);

// Which frame of which video an entry is. `present` receives whether it is one; `place` is written only then.
TUTELA_CHECKED tutela_status tutela_list_frame_place(const tutela_list* list, size_t position, bool* present,
                                                     tutela_frame_place* place, tutela_error* error);

// The SHA-256 of the snapshot in hex: the list's name in reports.
TUTELA_CHECKED tutela_status tutela_list_digest(const tutela_list* list, char hex[TUTELA_DIGEST_HEX_SIZE],
                                                tutela_error* error);

// ---- Search ---------------------------------------------------------------------------------------------------------

// How an index searches. All engines give the same answers; they differ in time and memory.
enum {
    TUTELA_ENGINE_AUTOMATIC = 0,  // chosen from the size of the list
    TUTELA_ENGINE_FLAT = 1,       // compares the query with every hash
    TUTELA_ENGINE_BK_TREE = 2,    // a Burkhard-Keller tree: for small radii
    TUTELA_ENGINE_BK_FOREST = 3   // a tree for each band of 16 bits: for large lists
};

// "flat", "bk_tree", "bk_forest", "automatic"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_engine_name(uint32_t engine);

typedef struct tutela_index_options {
    uint32_t struct_size;
    uint32_t engine;  // TUTELA_ENGINE_AUTOMATIC
} tutela_index_options;

// Sets the defaults, which are written beside the fields.
TUTELA_API void tutela_index_options_init(tutela_index_options* options, size_t struct_size);

// One hash within the radius.
typedef struct tutela_neighbor {
    uint32_t position;  // in the list or the array that the index was made of
    uint32_t distance_bits;
} tutela_neighbor;

// An exact index: it finds all hashes within the radius, and only those. Immutable. Thread-safe.
typedef struct tutela_index tutela_index;

// `options`: NULL for the defaults. Errors: TUTELA_INVALID_ARGUMENT (an unknown engine), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_index_create_from_list(const tutela_list* list, const tutela_index_options* options,
                                                           tutela_index** index, tutela_error* error);

// The same of `count` hashes, which are copied; `hashes` may be NULL when `count` is 0. TUTELA_LIMIT past 2^32 - 1.
TUTELA_CHECKED tutela_status tutela_index_create_from_hashes(const tutela_hash256* hashes, size_t count,
                                                             const tutela_index_options* options, tutela_index** index,
                                                             tutela_error* error);

TUTELA_API void tutela_index_destroy(tutela_index* index);

// Finds every hash at `radius` bits (inclusive, 0..256) or less from `query`: nearest first, equal distances by rising
// position. Writes the first `capacity` of them to `neighbors`, so a capacity of 5 asks for the five nearest; `count`
// receives how many there are in all, so a count over the capacity tells that the buffer was too small (`neighbors` may
// be NULL when `capacity` is 0).
// Errors: TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_index_search(const tutela_index* index, const tutela_hash256* query,
                                                 uint32_t radius, tutela_neighbor* neighbors, size_t capacity,
                                                 size_t* count, tutela_error* error);

// What tutela_index_search finds for each of `query_count` queries, end to end: what query q has is elements
// offsets[q] .. offsets[q + 1] - 1 of `neighbors`. `offsets` has room for query_count + 1 elements. The first
// `capacity` neighbors are written; `count` (and the last offset) tells how many there are in all, so that a buffer too
// small can be enlarged and the call made again. `threads`: as in tutela_scanner_options; the answer does not depend on
// it. Errors: TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY; then nothing is written.
TUTELA_CHECKED tutela_status tutela_index_search_batch(const tutela_index* index, const tutela_hash256* queries,
                                                       size_t query_count, uint32_t radius, uint32_t threads,
                                                       uint64_t* offsets, tutela_neighbor* neighbors, size_t capacity,
                                                       size_t* count, tutela_error* error);

// Hashes in the index; 0 for NULL.
TUTELA_API size_t tutela_index_size(const tutela_index* index);

// One line for a person: the engine, the size, and why it was chosen. Text into a buffer.
TUTELA_CHECKED tutela_status tutela_index_explain(const tutela_index* index, char* buffer, size_t capacity,
                                                  size_t* length, tutela_error* error);

// ---- Scanning -------------------------------------------------------------------------------------------------------

// What became of one input: exactly one of these for each.
enum {
    TUTELA_OUTCOME_MATCHED = 1,      // hashed, and at least one entry lies within the radius
    TUTELA_OUTCOME_CLEAN = 2,        // hashed, and none does
    TUTELA_OUTCOME_LOW_QUALITY = 3,  // hashed, but of a quality below the minimum: not looked up
    TUTELA_OUTCOME_TOO_SMALL = 4,    // a picture too small to hash
    TUTELA_OUTCOME_UNSUPPORTED = 5,  // no picture of a kind this build reads; special files, links not followed
    TUTELA_OUTCOME_CORRUPT = 6,      // announces itself as a picture, and no pixel could be decoded
    TUTELA_OUTCOME_UNREADABLE = 7,   // could not be opened or read to its end
    TUTELA_OUTCOME_LIMIT = 8,        // would have passed a limit
    TUTELA_OUTCOME_CRASHED = 9,      // the decoder broke on it, twice
    TUTELA_OUTCOME_TIMEOUT = 10,     // the decoder took too long
    TUTELA_OUTCOME_MEMORY = 11,      // the decoder needed more memory than it may have
    TUTELA_OUTCOME_CONTAINER = 12,   // an archive that was opened: the files in it have rows of their own
    TUTELA_OUTCOME_HARMLESS = 13     // a file of the list of harmless files: not decoded, not looked up
};

// "matched", "clean" and so on; "unknown" for any other number. Static.
TUTELA_API const char* tutela_outcome_name(uint32_t outcome);

// An entry that a file matched. It carries no list hash, on purpose. In a row of your own, set struct_size to
// sizeof(tutela_match), and every text.
typedef struct tutela_match {
    uint32_t struct_size;
    uint32_t distance_bits;
    const char* entry_id;
    const char* category;
    const char* label;
    // Which variant of the picture is that near: "plain", "mirror"; see tutela/variants.hpp. NULL in a row of your own:
    // plain.
    const char* variant;
    bool has_phash_distance;  // the pHashes of the file and of the entry were compared; else the next field is 0
    uint32_t phash_distance_bits;
    uint32_t frame;       // which frame of the file is that near, the first of several; from 0
    bool has_pts;         // the frame has a time; else the next field is 0
    int64_t pts_us;       // when the frame is shown, in microseconds from the start
    bool has_known_time;  // the entry is a known video; else the next field is 0
    int64_t known_us;     // when its frame that is that near is shown in it, in microseconds from its start
} tutela_match;

// A stretch of a file with times that a known video shows in the same order; see MatchSegment in tutela/report.hpp.
// Times in microseconds. In a row of your own, set struct_size to sizeof(tutela_match_segment), and every text.
typedef struct tutela_match_segment {
    uint32_t struct_size;
    uint32_t frames;  // of the file that match within it, at most one each quarter of a second
    const char* entry_id;
    int64_t start_us;  // in the file
    int64_t end_us;
    int64_t known_start_us;  // in the known video
    int64_t known_end_us;
    uint32_t distance_bits;     // of the nearest of its frames
    uint32_t query_percent;     // how much of the file matches, as vPDQ counts it, in percent
    uint32_t compared_percent;  // how much of the known video does
    double speed;               // seconds of the known video for each of the file
    const char* category;
    const char* label;
    const char* variant;  // NULL in a row of your own: plain
} tutela_match_segment;

// A frame that matches no entry: tutela_timeline_point.match.
#define TUTELA_NO_MATCH UINT32_MAX

// One frame of a file with times. In a row of your own, set struct_size to sizeof(tutela_timeline_point).
typedef struct tutela_timeline_point {
    uint32_t struct_size;
    uint32_t distance_bits;  // of its nearest match; 256 when there is none
    int64_t pts_us;
    int32_t quality;  // of its hash, 0..100
    uint32_t match;   // which of the row's matches that is, or TUTELA_NO_MATCH
} tutela_timeline_point;

// All that is known of one input. Texts are never NULL unless it is said.
typedef struct tutela_row {
    uint32_t struct_size;
    uint32_t outcome;  // TUTELA_OUTCOME_...
    const char* path;  // the bytes of the name, in whatever encoding the system has them
    uint64_t size_bytes;
    const char* sha256;         // 64 lower-case hex digits, or NULL when the file could not be read to its end
    const char* reason;         // why, for outcomes other than matched and clean; else empty
    const char* format;         // as tutela_format_name has it, or empty
    const char* damage_reason;  // empty when whole
    bool damaged;               // hashed from what could still be decoded
    int32_t quality;            // of the hash, 0..100; -1 when there is none
    uint32_t width;             // pixels, as stored; 0 when unknown
    uint32_t height;
    uint32_t orientation;        // EXIF 1..8, 0 when none is stated
    uint32_t match_count;        // how many `matches` there are
    const tutela_hash256* hash;  // the file's own, or NULL
    const tutela_match* const*
        matches;         // nearest first, each still and each known video once; NULL when there are none
    const char* decode;  // how it was decoded: "exact", "luma", "scaled", "screen"; NULL when it was not
    // For a file inside an archive: its name there; `path` is the archive's. Names of archives within archives come
    // before it, each followed by "!/". NULL for a file of its own.
    const char* inner;
    bool has_decoded_percent;  // something was decoded; else the next field is 0
    uint32_t decoded_percent;  // how much, in percent of the picture's rows; of several frames, the hashed one
    uint32_t frames;           // how many frames were looked at
    uint32_t segment_count;    // how many `segments` there are
    uint32_t timeline_count;   // how many points `timeline` has
    // Of a file with times that known videos match, by start; NULL when there are none.
    const tutela_match_segment* const* segments;
    // Of a file with times that matched: its frames, by time, thinned to 512; NULL when there are none.
    const tutela_timeline_point* const* timeline;
} tutela_row;

// For a row of your own: quality is set to -1, texts to "" (sha256, decode and inner to NULL) and everything else to zero.
TUTELA_API void tutela_row_init(tutela_row* row, size_t struct_size);

// Receives a row, which is valid during the call only. Anything but TUTELA_OK ends the scan and is what it returns.
typedef tutela_status (*tutela_row_callback)(const tutela_row* row, void* context);

typedef struct tutela_progress {
    uint32_t struct_size;
    uint64_t files_done;
    uint64_t files_total;
    uint64_t bytes_done;
    uint64_t matched;
} tutela_progress;

typedef void (*tutela_progress_callback)(const tutela_progress* progress, void* context);

// Where pictures are decoded. A sandboxed decoder is a process that can open no file and no connection; a file that
// breaks it twice has the outcome TUTELA_OUTCOME_CRASHED, _TIMEOUT or _MEMORY. When it cannot start,
// tutela_scanner_create fails: TUTELA_NOT_FOUND (no worker program) or TUTELA_UNSUPPORTED (the system cannot confine
// it).
enum {
    TUTELA_IN_PROCESS = 1,  // for those who confine this process themselves
    TUTELA_SANDBOXED = 2
};

typedef struct tutela_scan_options {
    uint32_t struct_size;
    uint32_t radius;          // 31: bits, inclusive, 0..256
    int32_t min_quality;      // 50: 0..100
    uint32_t engine;          // TUTELA_ENGINE_AUTOMATIC
    uint32_t threads;         // 1: the calling thread alone. 0: one for each processor; at most 1024
    uint32_t max_jpeg_scans;  // as in tutela_decode_limits, as are the next two
    uint64_t max_bytes;
    uint64_t max_pixels;
    bool follow_symlinks;  // false: links inside a folder are rows, not followed; a path you name always is
    tutela_progress_callback progress;  // NULL. Called after every row, by one thread at a time
    void* progress_context;             // NULL
    uint32_t decode;                    // TUTELA_DECODE_AUTOMATIC
    uint32_t profile;                   // TUTELA_PROFILE_AUTOMATIC
    bool confirm_phash;  // false. true: matches whose entry carries a pHash say how far the file's own is from it
    uint32_t confirm_phash_radius;  // 0: bits, 0..64; a text report marks what is over it; 10 is a good number
    uint32_t isolation;             // TUTELA_IN_PROCESS
    const char* worker_program;     // NULL: tutela-worker beside the library, or where it was installed. Read by create
    uint64_t max_memory;            // of a sandboxed decoder, in bytes: 2 GiB
    uint32_t max_frame_seconds;     // of its processor time: 10
    uint32_t max_file_seconds;      // 300
    bool skip_archives;             // false. true: an archive is one row, unsupported; it is not opened
    uint32_t max_archive_depth;     // 0: as 3, archives within archives; 1: those inside are not opened
    uint32_t max_archive_entries;   // 0: as 100,000, in a file with all archives in it twice that
    uint64_t max_unpacked_bytes;    // 0: as 64 GiB, of all files in an archive
    uint32_t sampling;              // TUTELA_SAMPLING_AUTOMATIC
    uint32_t frames_per_second;     // of TUTELA_SAMPLING_PER_SECOND; 0: as 1; at most 1000
    uint64_t max_gap_us;            // of TUTELA_SAMPLING_ADAPTIVE; 0: as a second
    uint64_t max_video_bytes;       // 0: as 1 TiB, of a video, which is read in pieces; max_bytes is for other files
    uint32_t max_video_seconds;     // 0: as 36,000, of a sandboxed decoder's processor time for a video
    const char* video_worker_program;  // NULL: tutela-video-worker, found as tutela-worker is. Read by create
    // NULL. Files that this list knows to be harmless are not decoded (TUTELA_OUTCOME_HARMLESS). The scanner keeps it
    // alive.
    const struct tutela_list* harmless_files;
    // Only entries that have one of these sources, one of these categories and one of these labels are matches, and
    // every report says so. Each is an array of so many texts, none of them NULL; a count of 0 stands for all. A
    // category is CATEGORY, SCHEME:CATEGORY or SCHEME/REGION:CATEGORY; one that has a colon itself has another in
    // front. A label may also be one of those that "; " separates in an entry's. Copied by create.
    const char* const* only_sources;
    size_t only_source_count;
    const char* const* only_categories;
    size_t only_category_count;
    const char* const* only_labels;
    size_t only_label_count;
} tutela_scan_options;

// Sets the defaults, which are written beside the fields.
TUTELA_API void tutela_scan_options_init(tutela_scan_options* options, size_t struct_size);

// Sums over a scan.
typedef struct tutela_totals {
    uint32_t struct_size;
    bool interrupted;  // stopped before the last input
    uint64_t files;
    uint64_t damaged;         // among them
    uint64_t duplicates;      // files whose bytes had been seen before: hashed once
    uint64_t bytes;           // read; of files in archives, unpacked
    uint64_t entries_hit;     // matches, summed over the files
    uint64_t by_outcome[16];  // indexed by TUTELA_OUTCOME_...; they add up to `files`
} tutela_totals;

// Sets everything to zero.
TUTELA_API void tutela_totals_init(tutela_totals* totals, size_t struct_size);

// Compares files with a list. Thread-safe; scans of one scanner that has threads of its own take turns.
typedef struct tutela_scanner tutela_scanner;

// Builds the list's index and starts the threads that `options` ask for. `options`: NULL for the defaults.
// Errors: TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY (also when the threads cannot be had).
TUTELA_CHECKED tutela_status tutela_scanner_create(const tutela_list* list, const tutela_scan_options* options,
                                                   tutela_scanner** scanner, tutela_error* error);

// No scan may be under way.
TUTELA_API void tutela_scanner_destroy(tutela_scanner* scanner);

// Puts a list in the place of the scanner's, also while scans run: those keep the list that they began with, those that
// begin from now on use the new one, whole. `index` is one of that list, made elsewhere so that nobody waits, or NULL:
// then it is opened or built here. Thread-safe. Errors: TUTELA_INVALID_ARGUMENT (an index of another size),
// TUTELA_OUT_OF_MEMORY, and those of tutela_index_create_from_list; nothing has changed then.
TUTELA_CHECKED tutela_status tutela_scanner_set_list(tutela_scanner* scanner, const tutela_list* list,
                                                     const tutela_index* index, tutela_error* error);

// Scans files and folders: a row for each file found, and after an archive's one for each file in it, in the order of `paths` and, within a folder, of the names'
// bytes, whatever the number of threads. A path that does not exist is a row (unreadable), not an error. `on_row` is
// called by one thread at a time, not always the calling one. `totals` may be NULL.
// Errors: what `on_row` returned, TUTELA_INVALID_ARGUMENT, TUTELA_UNAVAILABLE (a sandboxed decoder cannot be started
// anew), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_scanner_scan(const tutela_scanner* scanner, const char* const* paths,
                                                 size_t path_count, tutela_row_callback on_row, void* context,
                                                 tutela_totals* totals, tutela_error* error);

// Scans one picture or archive in memory; `name` becomes the row's path. `bytes` may be NULL when `size` is 0. `on_row`
// is called by the calling thread: once, and for an archive once more for each file in it. Errors: as above.
TUTELA_CHECKED tutela_status tutela_scanner_scan_bytes(const tutela_scanner* scanner, const void* bytes, size_t size,
                                                       const char* name, tutela_row_callback on_row, void* context,
                                                       tutela_error* error);

// What a scan has done, written down as it is done, so that it can be continued after a crash: see tutela/journal.hpp.
typedef struct tutela_journal tutela_journal;

typedef struct tutela_journal_options {
    uint32_t struct_size;
    uint32_t sync_interval_ms;  // 2000: what a power cut can cost; a killed process loses nothing
    bool keep_hashes;           // false: rows that come out of the journal have no hash
} tutela_journal_options;

// Sets the defaults, which are written beside the fields.
TUTELA_API void tutela_journal_options_init(tutela_journal_options* options, size_t struct_size);

// A journal for a new run: nothing may be at `path` yet (TUTELA_INVALID_ARGUMENT). `options`: NULL for the defaults.
// Other errors: TUTELA_NOT_FOUND, TUTELA_PERMISSION_DENIED, TUTELA_IO_ERROR.
TUTELA_CHECKED tutela_status tutela_journal_create(const char* path, const tutela_journal_options* options,
                                                   tutela_journal** journal, tutela_error* error);

// The journal of a run that is to be continued. Errors: TUTELA_NOT_FOUND, TUTELA_PERMISSION_DENIED, TUTELA_IO_ERROR
// (also when another process uses it), TUTELA_UNSUPPORTED (no journal), TUTELA_VERSION_MISMATCH, TUTELA_CORRUPT.
TUTELA_CHECKED tutela_status tutela_journal_open(const char* path, const tutela_journal_options* options,
                                                 tutela_journal** journal, tutela_error* error);

// Leaves the file where it is. No scan with it may be under way.
TUTELA_API void tutela_journal_destroy(tutela_journal* journal);

// Deletes the file, when it still stands at its path. TUTELA_IO_ERROR when that fails.
TUTELA_CHECKED tutela_status tutela_journal_remove(tutela_journal* journal, tutela_error* error);

// How many inputs had their rows in it when the scan went on from there; 0 for NULL.
TUTELA_API uint64_t tutela_journal_inputs_kept(const tutela_journal* journal);

// tutela_scanner_scan() with a journal, which is for one scan. `on_row` is given every row from the first on, those
// kept in the journal first; rows and totals are those of a run that nothing disturbed. Errors: as tutela_scanner_scan()
// and TUTELA_IO_ERROR (the journal cannot be written), TUTELA_INVALID_ARGUMENT (it is of another run: the message says
// what differs), TUTELA_CHECKSUM_MISMATCH and TUTELA_CORRUPT (it is damaged where it begins).
TUTELA_CHECKED tutela_status tutela_scanner_scan_journaled(const tutela_scanner* scanner, const char* const* paths,
                                                           size_t path_count, tutela_journal* journal,
                                                           tutela_row_callback on_row, void* context,
                                                           tutela_totals* totals, tutela_error* error);

// true: scans under way, and later ones, begin no further file; the rows so far are complete and in order, and
// totals.interrupted is set. Holds until set to false. Safe in a signal handler. Nothing happens for NULL.
TUTELA_API void tutela_scanner_set_stop(tutela_scanner* scanner, bool stop);

// ---- Streams --------------------------------------------------------------------------------------------------------

// A live stream, frame by frame, for programs that decode it themselves. What is said when, what a run is and what is
// held in memory stands in tutela/stream.hpp.

enum {
    TUTELA_STREAM_MATCH = 1,           // a known still or video is shown
    TUTELA_STREAM_SEGMENT_ENDED = 2,   // a stretch that a known video shows too: final
    TUTELA_STREAM_SIGHTING_ENDED = 3,  // what a match began is over
    TUTELA_STREAM_HEALTH = 4           // asked for by tutela_stream_health()
};

// "match", "segment_ended", "sighting_ended", "health"; "unknown" for any other number. Static.
TUTELA_API const char* tutela_stream_event_name(uint32_t kind);

typedef struct tutela_stream_options {
    uint32_t struct_size;
    uint32_t radius;             // 31: bits, inclusive, 0..256
    int32_t min_quality;         // 50: 0..100
    uint32_t engine;             // TUTELA_ENGINE_AUTOMATIC; of the index that is made when none is given
    uint32_t profile;            // TUTELA_PROFILE_AUTOMATIC
    uint32_t orientation;        // 0: of all frames, the EXIF number 1..8; 0 when none is known
    const char* name;            // NULL: as "". Says in events which stream it is; copied by create
    int64_t repeat_interval_us;  // 10 s: what is shown on and on is said again after so long, by the stream's time
    int64_t gap_us;              // 2 s: frames of a run that are further apart count as a gap
} tutela_stream_options;

// Sets the defaults, which are written beside the fields.
TUTELA_API void tutela_stream_options_init(tutela_stream_options* options, size_t struct_size);

// Sums since the stream was created; see StreamHealth.
typedef struct tutela_stream_sums {
    uint32_t struct_size;
    bool has_pts;          // there was a frame; else last_pts_us is 0
    int64_t last_pts_us;   // of the last frame looked at
    uint64_t frames;       // looked at
    uint64_t refused;      // refused by push, in no other sum
    uint64_t low_quality;  // frames that no variant of which has the quality to be looked up
    uint64_t matched;      // frames that match anything
    uint64_t sightings;    // begun
    uint64_t sightings_open;
    uint64_t segments;  // ended
    uint64_t runs;      // begun
    uint64_t gaps;
    int64_t longest_gap_us;
    const char* list_digest;  // of the list in use
    uint64_t list_entries;
} tutela_stream_sums;

// What there is to say. Texts are never NULL; those that do not belong to the kind are empty, and its numbers 0.
typedef struct tutela_stream_event {
    uint32_t struct_size;
    uint32_t kind;  // TUTELA_STREAM_...
    const char* stream;
    uint64_t run;   // which run of the stream, from 0
    bool has_wall;  // a wall time was given; else the next field is 0
    int64_t wall_us;
    // Of a match: the frame at hand. Of a sighting that ended: its nearest.
    const char* entry_id;
    const char* category;
    const char* label;
    const char* variant;
    uint32_t distance_bits;
    bool has_known_time;        // the entry is a known video; else known_us is 0
    uint64_t frame;             // of the run, from 0
    int64_t pts_us;             // of that frame
    int64_t known_us;           // when the frame of the known video that is that near is shown in it
    int64_t sighting_start_us;  // of a match so far, of a sighting that ended all of it
    int64_t sighting_end_us;
    uint64_t sighting_frames;             // so many match
    const tutela_match_segment* segment;  // of a match, so far, and of a segment that ended; else NULL
    const tutela_stream_sums* sums;       // of health; else NULL
    const char* line;                     // the event as one line of JSON, without the line's end, in ASCII
} tutela_stream_event;

// Receives an event, which is valid during the call only. Anything but TUTELA_OK ends the call and is what it returns;
// the events that it had not given yet come first in the next call.
typedef tutela_status (*tutela_stream_callback)(const tutela_stream_event* event, void* context);

// One stream and one list. One thread at a time; streams are independent of each other.
typedef struct tutela_stream tutela_stream;

// No wall time is known.
#define TUTELA_NO_WALL INT64_MIN

// `index`: one of the list, by tutela_index_create_from_list(), for streams that share it; NULL: one is opened or
// built. `options`: NULL for the defaults. Both list and index may be destroyed before the stream.
// Errors: TUTELA_INVALID_ARGUMENT (also for an index of another size), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_stream_create(const tutela_list* list, const tutela_index* index,
                                                  const tutela_stream_options* options, tutela_stream** stream,
                                                  tutela_error* error);
TUTELA_API void tutela_stream_destroy(tutela_stream* stream);

// The next frame, with its time. `wall_us` is handed through, or TUTELA_NO_WALL. `on_event` is called by the calling
// thread, before the call returns. Errors: TUTELA_INVALID_ARGUMENT (also for a frame without a time), TUTELA_TOO_SMALL:
// the frame is left out, and the stream goes on; what `on_event` returned; TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_stream_push(tutela_stream* stream, const tutela_frame* frame, int64_t wall_us,
                                                tutela_stream_callback on_event, void* context, tutela_error* error);

// Ends the run: everything open is over, and comes out. The stream can be used on.
// Errors: what `on_event` returned, TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_stream_finish(tutela_stream* stream, int64_t wall_us,
                                                  tutela_stream_callback on_event, void* context, tutela_error* error);

// The frames to come are compared with this list, those so far were with the one before; the run ends, unless the lists
// are equal. `index`, and errors: as tutela_stream_create(), and then nothing has changed; what `on_event` returned.
TUTELA_CHECKED tutela_status tutela_stream_set_list(tutela_stream* stream, const tutela_list* list,
                                                    const tutela_index* index, int64_t wall_us,
                                                    tutela_stream_callback on_event, void* context,
                                                    tutela_error* error);

// How the stream is doing, as one event. Errors: as tutela_stream_finish().
TUTELA_CHECKED tutela_status tutela_stream_health(tutela_stream* stream, int64_t wall_us,
                                                  tutela_stream_callback on_event, void* context, tutela_error* error);

// ---- Reports --------------------------------------------------------------------------------------------------------

enum {
    TUTELA_REPORT_TEXT = 1,   // for people
    TUTELA_REPORT_JSONL = 2,  // a JSON object a line
    TUTELA_REPORT_CSV = 3,    // RFC 4180, inert in spreadsheets
    TUTELA_REPORT_HTML = 4    // for people, with plots over time; one inert file
};

// Takes a piece of the rendered report. Anything but TUTELA_OK is returned by the call that was writing.
typedef tutela_status (*tutela_sink)(const char* bytes, size_t size, void* context);

// Renders rows, holding none of them. For one thread at a time.
typedef struct tutela_report_writer tutela_report_writer;

// Errors: TUTELA_INVALID_ARGUMENT (an unknown format), TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_report_writer_create(uint32_t format, tutela_sink sink, void* context,
                                                         tutela_report_writer** writer, tutela_error* error);
TUTELA_API void tutela_report_writer_destroy(tutela_report_writer* writer);

// Call begin once, row for every row, end once; a report without its end is valid, only short. `scanner` gives what
// holds for the whole run (list digest, radius and so on) and is not kept. `show_hashes`: write each file's own hash.
// Errors: what the sink returned, TUTELA_INVALID_ARGUMENT, TUTELA_OUT_OF_MEMORY.
TUTELA_CHECKED tutela_status tutela_report_writer_begin(tutela_report_writer* writer, const tutela_scanner* scanner,
                                                        bool show_hashes, tutela_error* error);
TUTELA_CHECKED tutela_status tutela_report_writer_row(tutela_report_writer* writer, const tutela_row* row,
                                                      tutela_error* error);
TUTELA_CHECKED tutela_status tutela_report_writer_end(tutela_report_writer* writer, const tutela_totals* totals,
                                                      tutela_error* error);

#ifdef __cplusplus
}
#endif

#endif
