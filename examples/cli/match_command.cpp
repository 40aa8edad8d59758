// `tutela match`: looks hashes up in a list.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "commands.hpp"
#include "files.hpp"
#include "filter_options.hpp"
#include "list_opening.hpp"
#include "output.hpp"
#include "text.hpp"
#include "tutela/executor.hpp"
#include "tutela/hasher.hpp"
#include "tutela/index.hpp"
#include "tutela/list.hpp"
#include "tutela/report.hpp"
#include "usage.hpp"

namespace tutela::cli {

namespace {

constexpr CommandHelp kMatchHelp = {
    "match", "[options] --list L HEX|FILE...",
    "Looks hashes up in a list. A word of 64 hex digits is a query; any other names a file with one hash a line\n"
    "(its first field, up to a comma; blank lines and lines that start with # are passed over; - is standard\n"
    "input). Prints a line for each match, nearest first: the number of the query, counted from 0, the id of\n"
    "the entry, the distance in bits. A line that holds no hash is named on standard error and keeps its number.\n",
    "Exit codes: 0 nothing matched, 1 something matched, 2 an error, or a line that holds no hash.\n"
    "\n"
    "Example:\n"
    "  tutela hash holiday.jpg | tutela match --list known.tutela -\n"};

Options match_options() {
    Options options(kMatchHelp);
    add_list_options(options);
    options.value("format", "F", "csv", "csv or jsonl");
    add_jobs_option(options);
    add_filter_options(options);
    add_load_check_option(options);
    add_list_trust_options(options);
    add_list_key_options(options);
    options.flag("strict", "a bad line in a text list is an error");
    return options;
}

// The first field of a line without the blanks around it.
std::string_view first_field(std::string_view line) {
    constexpr std::string_view kBlanks = " \t\r";
    line = line.substr(0, line.find(','));
    const std::size_t start = line.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) return {};
    return line.substr(start, line.find_last_not_of(kBlanks) - start + 1);
}

// Looks queries up, batch by batch, and prints in the order of the queries.
class Matcher {
public:
    Matcher(const HashList& list, std::shared_ptr<const Index<256>> index, std::uint32_t radius, bool jsonl,
            Output& out, Executor& executor, const ListFilter& filter)
        : list_(list), index_(std::move(index)), radius_(radius), jsonl_(jsonl), out_(out), executor_(executor) {
        facts_ = ",\"hash_algorithm\":\"pdq\",\"radius\":" + std::to_string(radius) + ",\"list_digest\":\"" +
                 list.digest_hex() + '"' +
                 (filter.admits_all() ? std::string() : ",\"filter\":" + json_text(filter.text())) + "}\n";
    }

    Status add(const Hash256& query) {
        numbers_.push_back(next_number_++);
        queries_.push_back(query);
        return queries_.size() < kBatch ? Status() : run();
    }
    // Says what was wrong with an input; the results of the others are still printed.
    void fault(std::string_view message) {
        say(message);
        faulty_ = true;
    }
    // A query that could not be read still has its number.
    void skip() { ++next_number_; }

    // Looks up and prints what was added since the last time.
    Status run() {
        if (Status status = index_->search_batch(queries_, radius_, executor_, answer_); !status.ok()) return status;
        any_ = any_ || !answer_.positions.empty();
        for (std::size_t q = 0; q < queries_.size(); ++q) {
            for (std::size_t i = answer_.offsets[q]; i < answer_.offsets[q + 1]; ++i) {
                const Neighbor neighbor{answer_.positions[i], answer_.distances_bits[i]};
                if (Status status = out_.write(line(numbers_[q], neighbor)); !status.ok()) return status;
            }
        }
        numbers_.clear();
        queries_.clear();
        return out_.flush();
    }
    [[nodiscard]] int exit_code() const noexcept { return faulty_ ? kError : any_ ? kMatched : kNothingMatched; }

private:
    static constexpr std::size_t kBatch = 4096;

    [[nodiscard]] std::string line(std::uint64_t query, const Neighbor& neighbor) const {
        const std::string id = list_.entry_name(neighbor.position);
        const std::string distance = std::to_string(neighbor.distance_bits);
        if (!jsonl_) return std::to_string(query) + ',' + csv_text(id) + ',' + distance + '\n';
        const EntryView entry = list_.entry(neighbor.position);
        return "{\"query\":" + std::to_string(query) + ",\"entry_id\":" + json_text(id) + ",\"distance\":" + distance +
               ",\"category\":" + json_text(entry.category) + ",\"label\":" + json_text(entry.label) + facts_;
    }

    const HashList& list_;
    std::shared_ptr<const Index<256>> index_;
    std::uint32_t radius_;
    bool jsonl_;
    Output& out_;
    Executor& executor_;
    std::string facts_;
    std::vector<std::uint64_t> numbers_;  // of the queries
    std::vector<Hash256> queries_;
    BatchAnswer answer_;
    std::uint64_t next_number_ = 0;
    bool any_ = false;
    bool faulty_ = false;
};

// Takes one line of a file: a query, a comment, or a fault.
Status match_line(const LineReader& reader, std::string_view line, Matcher& matcher) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (reader.line_number() == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    // With CR for line ends all queries of a file are one line: taking its first field would drop the others unsaid.
    const bool several = line.find('\r') != std::string_view::npos;
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    const std::string_view field = first_field(line);
    if (blank || (field.starts_with('#') && !several)) return {};
    // A line of a text list may carry a pHash behind the hash; it is not what is searched.
    const Result<Hash256> query = hash_from_hex<256>(field.substr(0, field.find('+')));
    if (query.ok() && !several) return matcher.add(query.value());
    matcher.skip();
    if (several) {
        matcher.fault(reader.name() + ':' + std::to_string(reader.line_number()) +
                      ": a carriage return inside the line; lines end with LF or CR LF");
        return {};
    }
    matcher.fault(reader.name() + ':' + std::to_string(reader.line_number()) + ": no hash of 64 hex digits");
    return {};
}

// Adds the queries of one file. Only what goes wrong with the results comes back as an error.
Status match_file(const std::string& path, Matcher& matcher) {
    Result<LineReader> reader = LineReader::open(path);
    if (!reader.ok()) {
        matcher.fault(reader.status().message());
        return {};
    }
    std::string line;
    while (true) {
        const Result<bool> more = reader.value().next(line);
        if (!more.ok()) matcher.fault(more.status().message());
        if (!more.ok() || !more.value()) return {};
        if (Status status = match_line(reader.value(), line, matcher); !status.ok()) return status;
    }
}

Status match_all(const Words& words, Matcher& matcher) {
    for (const std::string& word : words) {
        const Result<Hash256> query = hash_from_hex<256>(word);
        Status status = query.ok() ? matcher.add(query.value()) : match_file(word, matcher);
        if (!status.ok()) return status;
    }
    return matcher.run();
}

int match(const Options& options, const Words& words) {
    const std::uint32_t radius = radius_option(options);
    const bool jsonl = options.choice("format", {"csv", "jsonl"}) == "jsonl";
    ThreadPool pool(jobs_option(options));
    const IndexOptions index_options{.engine = engine_option(options), .radius = radius, .executor = &pool};
    const ListFilter filter = filter_option(options, "match");
    const std::optional<ListOpening> opening = list_opening_or_say(options);
    const std::optional<HashList> list = opening ? open_list_or_say(options.text("list"), *opening) : std::nullopt;
    if (!list) return kError;
    Result<std::unique_ptr<const Index<256>>> index = list->open_index(index_options);
    Result<Output> out = Output::open("-");
    if (!index.ok() || !out.ok()) {
        say((index.ok() ? out.status() : index.status()).to_string());
        return kError;
    }
    if (!filter.admits_all()) say("only entries of " + inert(filter.text()) + " are matches");
    Matcher matcher(*list, filter_index(std::move(index).value(), *list, filter), radius, jsonl, out.value(), pool,
                    filter);
    if (const Status status = match_all(words, matcher); !status.ok()) {
        say(status.message());
        return kError;
    }
    return matcher.exit_code();
}

}  // namespace

int run_match(const Words& words) {
    Options options = match_options();
    if (const auto code = options.parse(words)) return *code;
    return match(options, options.operands(1, SIZE_MAX, "at least one HEX or FILE is needed"));
}

}  // namespace tutela::cli
