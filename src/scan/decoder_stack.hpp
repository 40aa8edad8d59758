// The decoders of one worker: one for files of their own, one for what lies in an archive, one for each level below.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "scan/decoder_pool.hpp"
#include "scan/examiner.hpp"
#include "tutela/scan.hpp"

namespace tutela {

// A decoder opens one file at a time, so an archive and the files in it need one each. Those for what lies in archives
// are taken from the pool when they are needed. One thread at a time.
class DecoderStack {
public:
    // `own` is for files of their own, level 0. `carried` as an Examiner takes it.
    DecoderStack(DecoderPool& pool, const HashList& list, const Index<256>& index, const ScanOptions& options,
                 Decoder& own, const CarriedSearch* carried = nullptr);

    // Makes the levels up to this one. Errors: the pool's.
    Status reach(std::size_t level);
    // Of a level that was reached. What they answer stays where it is.
    Decoder& decoder(std::size_t level) { return levels_[level]->decoder; }
    Examiner& examiner(std::size_t level) { return levels_[level]->examiner; }

    // Gives back what large files took.
    void trim() noexcept;

private:
    struct Level {
        Level(Decoder& own, const HashList& list, const Index<256>& index, const ScanOptions& options,
              const CarriedSearch* carried)
            : decoder(own), examiner(own, list, index, options, carried) {}

        Decoder& decoder;
        Examiner examiner;
    };

    DecoderPool& pool_;
    const HashList& list_;
    const Index<256>& index_;
    const ScanOptions& options_;
    const CarriedSearch* carried_;
    std::vector<std::unique_ptr<PooledDecoder>> taken_;  // for the levels from 1 on
    std::vector<std::unique_ptr<Level>> levels_;
};

}  // namespace tutela
