// Reports as a page: well-formed whatever names are in them, and with nothing in it that could load or run.
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/rows.hpp"

namespace tutela {
namespace {

using test::hostile_row;
using test::plain_facts;
using test::render;

// Reads a page as XML, strictly: only the elements that a report has, each closed where it was opened, attributes in
// quotes, references of the five kinds.
class Page {
public:
    explicit Page(std::string_view text) : rest_(text) {
        take("<!DOCTYPE html>");
        while (problem_.empty() && !rest_.empty()) {
            if (rest_.front() == '<') {
                tag();
            } else if (rest_.front() == '&') {
                reference();
            } else {
                const auto c = static_cast<unsigned char>(rest_.front());
                if (rest_.front() == '>' || (c < 0x20 && c != '\n')) problem_ = "a character of meaning";
                rest_.remove_prefix(1);
            }
        }
        if (problem_.empty() && !open_.empty()) problem_ = "not closed: " + open_.back();
    }
    [[nodiscard]] const std::string& problem() const { return problem_; }

private:
    bool take(std::string_view text) {
        if (!rest_.starts_with(text)) return false;
        rest_.remove_prefix(text.size());
        return true;
    }
    std::string word() {
        std::string name;
        while (!rest_.empty() && (std::isalnum(static_cast<unsigned char>(rest_.front())) || rest_.front() == '-')) {
            name += rest_.front();
            rest_.remove_prefix(1);
        }
        return name;
    }
    void tag() {
        static const std::set<std::string> kNames{"html", "head",     "meta",   "title", "style", "body",   "h1",
                                                  "h2",   "b",        "p",      "table", "tr",    "th",     "td",
                                                  "svg",  "polyline", "circle", "rect",  "text",  "section"};
        take("<");
        const bool closes = take("/");
        const std::string name = word();
        if (!kNames.contains(name)) problem_ = "an element " + name;
        if (closes) {
            if (open_.empty() || open_.back() != name) problem_ = "closed, not opened: " + name;
            if (!open_.empty()) open_.pop_back();
        }
        while (problem_.empty() && take(" "))
            attribute(name);
        const bool empty = take("/");
        if (!take(">")) problem_ = "no end of a tag " + name;
        if (!closes && !empty) open_.push_back(name);
    }
    void attribute(const std::string& element) {
        static const std::set<std::string> kNames{"lang",    "charset", "http-equiv", "content", "name", "class",
                                                  "viewBox", "role",    "aria-label", "x",       "y",    "width",
                                                  "height",  "points",  "r",          "cx",      "cy",   "text-anchor"};
        const std::string name = word();
        if (!kNames.contains(name)) problem_ = "an attribute " + name + " of " + element;
        const std::size_t end = take("=\"") ? rest_.find('"') : std::string_view::npos;
        if (end == std::string_view::npos || rest_.substr(0, end).find_first_of("<>&\n") != std::string_view::npos) {
            problem_ = "a value of " + name;
            return;
        }
        rest_.remove_prefix(end + 1);
    }
    void reference() {
        for (const std::string_view text : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
            if (take(text)) return;
        problem_ = "a reference";
    }

    std::string_view rest_;
    std::vector<std::string> open_;
    std::string problem_;
};

std::string without_references(std::string text) {
    static const std::array<std::pair<std::string, std::string>, 5> kReferences{
        {{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}}};
    for (const auto& [reference, meaning] : kReferences) {
        for (std::size_t at = 0; (at = text.find(reference, at)) != std::string::npos; at += meaning.size())
            text.replace(at, reference.size(), meaning);
    }
    return text;
}

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size())
        ++found;
    return found;
}

TEST(Html, HostileRowsAreAWellFormedPageAndTheirNamesComeBack) {
    std::mt19937 random(25);
    for (int i = 0; i < 2000; ++i) {
        FileRow row = hostile_row(random);
        row.path += i % 50 == 0 ? "\xef\xbf\xbf<script>" : "";
        row.outcome = Outcome::matched;
        const std::string page = render(ReportFormat::html, plain_facts(i % 2 == 0), {row});
        ASSERT_EQ(Page(page).problem(), "") << page;
        const std::string head = "<h2><b class=\"matched\">matched</b> ";
        const std::size_t at = page.find(head) + head.size();
        const std::string name = page.substr(at, page.find("</h2>", at) - at);
        ASSERT_EQ(test::unescape(without_references(name)), row.path + (row.inner.empty() ? "" : "!/" + row.inner));
    }
}

TEST(Html, ShowsWhatMatchedAndWhen) {
    FileRow row;
    row.path = "a&b.gif";
    row.outcome = Outcome::matched;
    row.matches = {{"X", 3, "A1", "l", "mirror", 4, 80'000, 9, 1'040'000}};
    row.segments = {{"X", 0, 90'000'000, 10'000'000, 100'000'000, 9, 3, 1.05, 33, 4, "A1", "l", "mirror"}};
    row.timeline = {{0, 256, 0, kNoMatch}, {45'000'000, 31, 50, 0}, {90'000'000, 0, 100, 0}};
    const std::string page = render(ReportFormat::html, plain_facts(), {row});
    EXPECT_EQ(Page(page).problem(), "");
    EXPECT_NE(page.find("<polyline class=\"quality\" points=\"40.0,110.0 465.0,60.0 890.0,10.0 \"/>"),
              std::string::npos);
    EXPECT_NE(page.find("<circle class=\"m0\" r=\"2\" cx=\"465.0\" cy=\"110.0\"/>"
                        "<circle class=\"m0\" r=\"2\" cx=\"890.0\" cy=\"10.0\"/>"
                        "<rect class=\"m0\" x=\"40.0\" y=\"120.0\" width=\"850.0\" height=\"10.0\"><title>"
                        "00:00:00..00:01:30 equals entry X 00:00:10..00:01:40</title></rect>"),
              std::string::npos)
        << page;
    EXPECT_NE(
        page.find("<tr><td>X</td><td>3</td><td>mirror</td><td>4</td><td>0.080 s</td><td>1.040 s</td><td>phash 9</td>"
                  "<td>A1</td><td>l</td></tr>"),
        std::string::npos);
    EXPECT_NE(page.find("<td>1.05</td><td>mirror</td><td>33%</td><td>4%</td>"), std::string::npos);
    EXPECT_EQ(page.find("INTERRUPTED"), std::string::npos);
    RunTotals totals;
    totals.interrupted = true;
    EXPECT_NE(render(ReportFormat::html, plain_facts(), {row}, totals).find("INTERRUPTED"), std::string::npos);
}

TEST(Html, ManyItemsAreCutAndCounted) {
    FileRow row;
    row.path = "a.gif";
    row.outcome = Outcome::matched;
    row.matches.resize(kMaxHtmlItems + 1234);
    row.segments.resize(kMaxHtmlItems + 1);
    const std::string page = render(ReportFormat::html, plain_facts(), {row});
    EXPECT_EQ(Page(page).problem(), "");
    EXPECT_NE(page.find("<p>and 1,234 more</p>"), std::string::npos);
    EXPECT_NE(page.find("<p>and 1 more</p>"), std::string::npos);
    EXPECT_EQ(count(page, "<title>"), kMaxHtmlItems + 1);
}

TEST(Html, AnyTimesArePlotted) {
    FileRow row;
    row.outcome = Outcome::matched;
    row.timeline = {{INT64_MIN, 256, INT32_MIN, kNoMatch}, {INT64_MAX, UINT32_MAX, INT32_MAX, 0}};
    EXPECT_EQ(Page(render(ReportFormat::html, plain_facts(), {row})).problem(), "");
    row.timeline = {{5, 3, 9, 0}, {5, 3, 9, 0}};
    EXPECT_EQ(Page(render(ReportFormat::html, plain_facts(), {row})).problem(), "");
}

TEST(Html, CleanFilesAndHashesAreNotShown) {
    FileRow row;
    row.path = "clean.gif";
    row.outcome = Outcome::clean;
    row.hash.emplace();
    EXPECT_EQ(render(ReportFormat::html, plain_facts(), {row}).find("clean.gif"), std::string::npos);
    row.damaged = true;
    const std::string hash = to_hex(*row.hash);
    EXPECT_NE(render(ReportFormat::html, plain_facts(), {row}).find("clean.gif"), std::string::npos);
    EXPECT_EQ(render(ReportFormat::html, plain_facts(), {row}).find(hash), std::string::npos);
    EXPECT_NE(render(ReportFormat::html, plain_facts(true), {row}).find(hash), std::string::npos);
}

}  // namespace
}  // namespace tutela
