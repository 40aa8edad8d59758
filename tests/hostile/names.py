"""File names that are made to steer what shows or reads a report. Any bytes but NUL and the slash."""

from __future__ import annotations

NAMES: tuple[bytes, ...] = (
    # formulas for spreadsheets
    b"=cmd|'calc'!A0", b"+1+1", b"-1+1", b"@SUM(1,1)", b"\t=1+1", b"\r=1+1", b"\n=1+1", "\uff1d1+1".encode(),
    b'=HYPERLINK("http:","x")', b'"=1+1', b"',=1+1", b";=1+1", b",=1+1,",
    # escapes for terminals
    b"\x1b[31mred", b"\x1b]0;title\x07", b"\x1b[2J\x1b[H", b"\x9b31m", "\u009b31m".encode(), b"\x08\x08\x08gone",
    b"\x7f\x7f", b"bell\x07", b"\x1bPq\x1b\\", b"\rover the start of the line", b"\x0b\x0c", b"\\x1b[31m", b"a\\",
    # lines that are none
    b"a\nb", b"a\r\nb", b"\n", b"a\n{\"path\":\"forged\",\"outcome\":\"clean\"}", b"\x85next", "\u2028line".encode(),
    "\u2029paragraph".encode(),
    # quotes and ends
    b'"', b"'", b'","outcome":"matched', b"\\", b'\\"', b"{}", b"[]", b"]}", b"null", b"a,b", b"''", b'""', b"a\tb",
    # markup
    b"<script>alert(1)<!script>", b"<img src=x onerror=alert(1)>", b"&lt;&amp;", b"-->", b"]]>", b"<!--", b"${HOME}",
    b"$(touch owned)", b"`touch owned`", b"%n%s%x", b"{{7*7}}", b"a;b|c&d", b"*", b"?", b"~",
    # no UTF-8
    b"\xff", b"\xfe\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"caf\xe9.png", b"\x80",
    b"\xf8\x88\x80\x80\x80", b"\xff" * 255,
    # what looks like something else
    "gnp.\u202egpj.exe".encode(), "\u2066hidden\u2069".encode(), "zero\u200bwidth".encode(), "\ufeffbom".encode(),
    "e\u0301".encode(), "\u00e9".encode(), b"a" * 255, "\u00e9".encode() * 127, "\U0001f4a5".encode() * 63, b" ", b"  a  ",
    b"-", b"--", b"--help", b"-rf", b"...", b". ", b"CON", b"NUL", b"a.", b"a:b",
)  # fmt: skip
