// Text that nobody vouches for, made safe for HTML.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "report/text.hpp"

namespace tutela {

// Appends `text` as append_visible() has it, with what has a meaning in HTML, in a text or an attribute, as a reference,
// and with the two code points that XML has not, U+FFFE and U+FFFF, byte for byte as \xNN.
inline void append_html(std::string& out, std::string_view text) {
    std::string visible;
    append_visible(visible, text);
    for (std::size_t at = 0; at < visible.size(); ++at) {
        const std::string_view three = std::string_view(visible).substr(at, 3);
        if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
            out += three == "\xEF\xBF\xBE" ? "\\xEF\\xBF\\xBE" : "\\xEF\\xBF\\xBF";
            at += 2;
            continue;
        }
        switch (visible[at]) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += visible[at];
        }
    }
}

}  // namespace tutela
