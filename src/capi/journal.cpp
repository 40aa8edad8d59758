// Journals, for the C interface.
#include "tutela/journal.hpp"

#include <chrono>

#include "capi/handles.hpp"
#include "capi/translate.hpp"

namespace {

using tutela::Journal;
using tutela::JournalOptions;
using tutela::Result;
using tutela::Status;
using tutela::capi::guarded;
using tutela::capi::require;

tutela_journal_options default_journal_options() noexcept {
    const JournalOptions defaults;
    tutela_journal_options options{};
    options.sync_interval_ms = static_cast<std::uint32_t>(defaults.sync_interval.count());
    options.keep_hashes = defaults.keep_hashes;
    return options;
}

using Maker = Result<Journal> (*)(const std::string& path, JournalOptions options);

tutela_status make(Maker maker, const char* path, const tutela_journal_options* options, tutela_journal** journal,
                   tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(path, "path"));
        TUTELA_TRY(require(journal, "journal"));
        tutela_journal_options known = default_journal_options();
        if (options != nullptr) TUTELA_TRY(tutela::capi::read_struct(options, known));
        JournalOptions wanted;
        wanted.sync_interval = std::chrono::milliseconds(known.sync_interval_ms);
        wanted.keep_hashes = known.keep_hashes;
        TUTELA_ASSIGN(Journal made, maker(path, std::move(wanted)));
        *journal = new tutela_journal{std::move(made)};
        return {};
    });
}

}  // namespace

void tutela_journal_options_init(tutela_journal_options* options, std::size_t struct_size) {
    tutela::capi::init_struct(default_journal_options(), options, struct_size);
}

tutela_status tutela_journal_create(const char* path, const tutela_journal_options* options, tutela_journal** journal,
                                    tutela_error* error) {
    return make(&Journal::create, path, options, journal, error);
}

tutela_status tutela_journal_open(const char* path, const tutela_journal_options* options, tutela_journal** journal,
                                  tutela_error* error) {
    return make(&Journal::open, path, options, journal, error);
}

void tutela_journal_destroy(tutela_journal* journal) {
    delete journal;
}

tutela_status tutela_journal_remove(tutela_journal* journal, tutela_error* error) {
    return guarded(error, [&]() -> Status {
        TUTELA_TRY(require(journal, "journal"));
        return journal->journal.remove();
    });
}

std::uint64_t tutela_journal_inputs_kept(const tutela_journal* journal) {
    return journal == nullptr ? 0 : journal->journal.inputs_kept();
}
