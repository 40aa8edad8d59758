// CSV with a header, in several dialects.
#include <algorithm>

#include "core/base64.hpp"
#include "list/exporters/export_text.hpp"
#include "list/importers/csv_columns.hpp"
#include "list/importers/lines.hpp"
#include "list/importers/words.hpp"

namespace tutela {

namespace {

class CsvList final : public LineParser {
public:
    CsvList(ImportTarget& target, ListFormat format) noexcept : LineParser(target), format_(format) {}

private:
    Status line(std::string_view text) override {
        if (columns_.empty()) {
            own_ = format_ == ListFormat::csv && target().options().columns.empty() && text == kCsvHeader;
            return header(text);
        }
        const std::vector<std::string_view>& fields = fields_.split(text, separator_);
        draft_.clear();
        draft_.scheme = scheme();
        signal_type_ = signal_ = status_ = vic_category_ = {};
        for (std::size_t i = 0; i < std::min(fields.size(), columns_.size()); ++i)
            take_field(columns_[i], fields[i]);
        if (format_ == ListFormat::threatexchange_csv) end_signal();
        if (format_ == ListFormat::iped_csv) name_iped_verdict(draft_, status_, vic_category_);
        return target().take(draft_, number());
    }

    Status header(std::string_view text) {
        separator_ = csv_separator(text);
        const std::vector<std::string_view>& names = fields_.split(text, separator_);
        const auto& wanted = target().options().columns;
        for (const std::string_view name : names)
            columns_.push_back(wanted.empty() || format_ != ListFormat::csv ? column_of(format_, name) : Column{});
        if (format_ == ListFormat::csv) {
            for (const auto& [role, name] : wanted) {
                const auto place = std::find_if(names.begin(), names.end(), [&name = name](std::string_view field) {
                    return equals_ignoring_case(field, name);
                });
                if (place == names.end())
                    return Status(StatusCode::invalid_argument, "the header has no column '" + name + "'");
                const Column column = column_of(ListFormat::csv, role);
                if (column.role == ColumnRole::ignored)
                    return Status(StatusCode::invalid_argument, "no column can be '" + role + "'");
                columns_[static_cast<std::size_t>(place - names.begin())] = column;
            }
        }
        const bool has_hash = std::any_of(columns_.begin(), columns_.end(), [](const Column& column) {
            return column.role == ColumnRole::hash || column.role == ColumnRole::signal;
        });
        return has_hash ? Status() : Status(StatusCode::unsupported, "the first line names no column of hashes");
    }

    [[nodiscard]] std::string_view scheme() const noexcept {
        switch (format_) {
            case ListFormat::icse_csv: return "icse";
            case ListFormat::iped_csv: return "iped";
            case ListFormat::threatexchange_csv: return "threatexchange";
            default: return {};
        }
    }

    void take_field(const Column& column, std::string_view field) {
        switch (column.role) {
            case ColumnRole::ignored: return;
            case ColumnRole::hash: draft_.add_hash(column.hash, field); return;
            case ColumnRole::id: draft_.id = text_of(field); return;
            case ColumnRole::category: draft_.category = text_of(field); return;
            case ColumnRole::label:
                if (own_) {
                    draft_.label = text_of(field);
                } else {
                    draft_.add_label(text_of(field));
                }
                return;
            case ColumnRole::source: draft_.source = text_of(field); return;
            case ColumnRole::scheme: draft_.scheme = text_of(field); return;
            case ColumnRole::region: draft_.region = text_of(field); return;
            case ColumnRole::harmless: draft_.harmless = is_yes(field); return;
            case ColumnRole::updated: draft_.set_time(field); return;
            case ColumnRole::carried: carry(field); return;
            case ColumnRole::flag:
                if (is_yes(field)) draft_.add_label(column.label);
                return;
            case ColumnRole::baseline:
                if (is_yes(field)) draft_.category = "baseline";
                return;
            case ColumnRole::status: status_ = field; return;
            case ColumnRole::vic_category: vic_category_ = field; return;
            case ColumnRole::signal_type: signal_type_ = field; return;
            case ColumnRole::signal: signal_ = field; return;
            case ColumnRole::collaboration: draft_.source = utf8_of(field); return;
        }
    }

    [[nodiscard]] std::string text_of(std::string_view field) const {
        return own_ ? unescaped_cell(utf8_of(field)) : utf8_of(field);
    }

    // kind=BASE64 for bytes, kind:BASE64 for text.
    void carry(std::string_view all) {
        while (!all.empty()) {
            const std::string_view one = all.substr(0, all.find(' '));
            all.remove_prefix(std::min(one.size() + 1, all.size()));
            const std::size_t mark = std::min(one.find_first_of("=:"), one.size());
            const std::string_view kind = one.substr(0, mark);
            std::string value;
            const bool bytes = mark < one.size() && one[mark] == '=';
            draft_.carry(hash_of_name(kind).carried);
            if ((mark == one.size() || !append_base64_bytes(value, one.substr(mark + 1)) ||
                 !draft_.carry(kind, value, bytes)) &&
                draft_.problem == nullptr)
                draft_.problem = "a hash that it carries is none";
        }
    }

    void end_signal() {
        draft_.add_hash(hash_of_name(signal_type_), signal_);
        name_signal_verdict(draft_);
    }

    ListFormat format_;
    char separator_ = ',';
    bool own_ = false;  // written by export_list()
    std::vector<Column> columns_;
    CsvFields fields_;
    ItemDraft draft_;
    std::string_view signal_type_;
    std::string_view signal_;
    std::string_view status_;
    std::string_view vic_category_;
};

}  // namespace

std::unique_ptr<ListParser> make_csv_list_parser(ImportTarget& target, ListFormat format) {
    return std::make_unique<CsvList>(target, format);
}

}  // namespace tutela
