// Saved responses of NCMEC's hash sharing.
#include <charconv>
#include <chrono>
#include <optional>

#include "core/try.hpp"
#include "list/importers/list_parser.hpp"
#include "list/importers/xml_reader.hpp"

namespace tutela {

namespace {

constexpr std::size_t kMaxTextKept = kMaxTextBytes + 1;

// Takes so many digits from the front of `text`.
bool take_digits(std::string_view& text, std::size_t digits, int& number) noexcept {
    if (text.size() < digits) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + digits, number);
    if (error != std::errc() || end != text.data() + digits || text.front() == '-') return false;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char c) noexcept {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

// 2026-01-02T03:04:05[.678][Z|+01:00]; without a zone it is taken for UTC.
std::optional<RecordTime> parse_time(std::string_view text) noexcept {
    int year = 0;
    int month = 0;
    int day = 0;
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
        !take_digits(text, 2, day) || !take(text, 'T') || !take_digits(text, 2, hours) || !take(text, ':') ||
        !take_digits(text, 2, minutes) || !take(text, ':') || !take_digits(text, 2, seconds))
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hours > 24 || minutes > 59 || seconds > 60) return std::nullopt;
    RecordTime time;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    time.seconds = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    if (take(text, '.')) {
        std::uint32_t place = 100'000'000;
        for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), place /= 10)
            time.nanoseconds += place * static_cast<std::uint32_t>(text.front() - '0');
    }
    if (text.empty() || text == "Z") return time;
    const bool east = text.front() == '+';
    if (!east && text.front() != '-') return std::nullopt;
    text.remove_prefix(1);
    if (!take_digits(text, 2, hours)) return std::nullopt;
    take(text, ':');
    if (!take_digits(text, 2, minutes) || !text.empty()) return std::nullopt;
    const int offset = hours * 3600 + minutes * 60;
    time.seconds += east ? -offset : offset;
    return time;
}

class NcmecVisitor final : public XmlVisitor {
public:
    explicit NcmecVisitor(ImportTarget& target) noexcept : target_(target) {}

    Status begin(std::string_view name, const char* const* attributes) override {
        ++depth_;
        text_.clear();
        if (depth_ == 1 && name != "queryResult")
            return Status(StatusCode::unsupported, "the XML is no response of NCMEC's hash sharing");
        if (depth_ == 3) begin_entry(name);
        if (entry_ == Entry::none) return {};
        if (depth_ == 4 && name == "member") read_member(attributes);
        if (depth_ == 4) in_fingerprints_ = name == "fingerprints";
        return {};
    }

    Status end(std::string_view name) override {
        if (entry_ != Entry::none) {
            const std::string_view text = trimmed_lines(text_);
            if (depth_ == 4) {
                if (name == "member") draft_.source = text;
                if (name == "timestamp") timestamp_ = text;
                if (name == "id") draft_.id = text;
                if (name == "classification") draft_.category = text;
            } else if (depth_ == 5 && in_fingerprints_) {
                // A large one is a link, and the element is empty; it is carried all the same.
                const NamedHash kind = hash_of_name(name);
                if (text.empty() && kind.name == HashName::carried) draft_.carry(kind.carried);
                draft_.add_hash(kind, text);
            } else if (depth_ == 3) {
                end_entry();
            }
        }
        text_.clear();
        --depth_;
        return {};
    }

    void text(std::string_view part) override {
        if (entry_ != Entry::none && depth_ > 3) text_.append(part.substr(0, kMaxTextKept - text_.size()));
    }

private:
    enum class Entry : std::uint8_t { none, image, video, deleted_image, deleted_video };

    static std::string_view trimmed_lines(std::string_view text) noexcept {
        constexpr std::string_view kBlanks = " \t\r\n";
        const std::size_t begin = text.find_first_not_of(kBlanks);
        if (begin == std::string_view::npos) return {};
        return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
    }

    void begin_entry(std::string_view name) {
        entry_ = name == "image"          ? Entry::image
                 : name == "video"        ? Entry::video
                 : name == "deletedImage" ? Entry::deleted_image
                 : name == "deletedVideo" ? Entry::deleted_video
                                          : Entry::none;
        if (entry_ == Entry::none) return;
        ++number_;
        draft_.clear();
        member_.clear();
        timestamp_.clear();
    }

    void read_member(const char* const* attributes) {
        for (; attributes[0] != nullptr; attributes += 2) {
            if (std::string_view(attributes[0]) == "id") member_ = attributes[1];
        }
    }

    void end_entry() {
        const Entry entry = std::exchange(entry_, Entry::none);
        const std::optional<RecordTime> time = parse_time(timestamp_);
        if (draft_.id.empty()) return target_.skip(number_, "it has no id");
        if (!time) return target_.skip(number_, "its timestamp is missing or none");
        const bool image = entry == Entry::image || entry == Entry::deleted_image;
        const std::string key = std::string("ncmec ") + (image ? "image " : "video ") +
                                (member_.empty() ? draft_.source : member_) + '\n' + draft_.id;
        if (entry == Entry::deleted_image || entry == Entry::deleted_video) return target_.delete_latest(key, *time, draft_);
        draft_.scheme = "ncmec";
        target_.take_latest(key, *time, draft_, number_);
    }

    ImportTarget& target_;
    std::size_t depth_ = 0;
    Entry entry_ = Entry::none;
    bool in_fingerprints_ = false;
    std::uint64_t number_ = 0;
    std::string text_;
    std::string member_;
    std::string timestamp_;
    ItemDraft draft_;
};

class NcmecParser final : public ListParser {
public:
    explicit NcmecParser(ImportTarget& target) : visitor_(target), reader_(visitor_, target.options().max_depth) {}

    Status feed(std::string_view chunk) override { return reader_.feed(chunk); }
    Status finish() override { return reader_.finish(); }

private:
    NcmecVisitor visitor_;
    XmlReader reader_;
};

}  // namespace

std::unique_ptr<ListParser> make_ncmec_parser(ImportTarget& target) {
    return std::make_unique<NcmecParser>(target);
}

}  // namespace tutela
