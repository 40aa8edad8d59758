// From the bytes of a picture to a Finding: decode, hash, search.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "scan/carried_search.hpp"
#include "scan/finding.hpp"
#include "scan/sequence.hpp"
#include "scan/sequence_match.hpp"
#include "scan/variant_search.hpp"
#include "tutela/hasher.hpp"
#include "tutela/scan.hpp"
#include "tutela/variants.hpp"

namespace tutela {

// Owns what decoding and hashing reuse. One thread at a time. The result depends on the bytes alone.
class Examiner {
public:
    // The index is one of the list. `carried` is null where carried values are not searched.
    Examiner(Decoder& decoder, const HashList& list, const Index<256>& index, const ScanOptions& options,
             const CarriedSearch* carried = nullptr)
        : decoder_(decoder),
          list_(list),
          index_(index),
          options_(options),
          carried_(carried, options.isolation == Isolation::sandboxed) {}

    // `bytes` announce themselves as `format`. See Sequence for what a file of several frames gets, and SequenceMatch
    // for what it gets beside when they have times. One that was not
    // looked at to its end, as a limit was passed, is matched or of that limit's outcome, never clean.
    // A file that breaks a sandboxed decoder is examined once more, in a new one.
    // Throws std::bad_alloc, also for the out_of_memory of a decoder in this process; then the object is as new. An
    // error is unavailable, of a decoder that cannot be started, or a defect.
    // A video is given up with `cancelled` once `stop` is set and true; a picture is not.
    Result<Finding> examine(std::span<const std::uint8_t> bytes, MediaFormat format,
                            const std::atomic<bool>* stop = nullptr);
    // The same for a video wherever it lies.
    Result<Finding> examine_video(const VideoInput& video, MediaFormat format, const std::atomic<bool>* stop);

    // Says which files examine() will be called for next; see Decoder::decode_ahead(). Throws std::bad_alloc.
    void decode_ahead(std::span<const std::span<const std::uint8_t>> files) {
        decoder_.decode_ahead(files, options_.limits, first_mode());
    }

    // The same for a source that is open. Throws as examine() does, but does not clean up. In a screen frame, entries
    // within the radius and kScreenDriftBits more count as matches.
    Result<Finding> examine_source(FrameSource& source);

    // What is kept of pixels for the next picture: never more than kKeptBytes. The same holds for the hasher.
    static constexpr std::size_t kKeptBytes = 64U << 20;
    [[nodiscard]] std::size_t kept_bytes() const noexcept;

private:
    [[nodiscard]] DecodeMode first_mode() const noexcept;
    using Open = std::function<Result<std::unique_ptr<FrameSource>>(DecodeMode)>;
    Result<Finding> examine_twice(const Open& open, MediaFormat format);
    Result<Finding> examine_once(const Open& open, MediaFormat format);
    Result<Finding> examine_in(DecodeMode mode, const Open& open, MediaFormat format);
    Result<Finding> examine_frame(const FrameSource& source);
    void note_end(const Status& end);
    static void stop_short(const Status& end, Finding& finding);
    Status place_matches(const FrameFacts& facts, Finding& finding);
    Status look_up(const FrameHash& plain, std::uint32_t orientation, std::uint32_t radius, Finding& finding);
    void trim();

    // What is no reference's luma need not have its rounding proven.
    static PdqHasher quick_hasher() { return PdqHasher(PdqRounding::likely); }

    void begin_file();

    Decoder& decoder_;
    const HashList& list_;
    const Index<256>& index_;
    const ScanOptions& options_;

    PdqHasher hasher_;
    PdqHasher quick_hasher_ = quick_hasher();
    VariantHasher variant_hasher_;
    std::vector<VariantHash> variants_;
    VariantSearch search_;
    Hash64Hasher hasher64_;
    Sequence sequence_;
    SequenceMatch timed_;
    CarriedMatch carried_;
    Frame frame_;                              // room for a source that has none of its own
    FrameView view_;                           // the frame last given
    bool broke_ = false;                       // the last file broke a sandboxed decoder
    const std::atomic<bool>* stop_ = nullptr;  // of the video at hand
};

}  // namespace tutela
