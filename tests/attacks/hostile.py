"""What somebody with bad intentions types: each of it is words, and never anything else."""

# Stands in each of them, so that it is known again wherever it turns up.
MARK = "qzx7"

_INJECTED = {
    "format": "{0.__class__.__init__.__globals__}",
    "placeholder": "{name}{code}{clinic}",
    "percent": "%s%n%(name)s",
    "template": "${7*7}#{7*7}{{7*7}}",
    "sql": "'; DROP TABLE audit;--",
    "sql or": "' OR '1'='1",
    "html": "<b><script>alert(1)</script></a>",
    "markdown": "[x](javascript:1) *_`~||",
    "entity": "&lt;&#x202e;",
    "right to left": "\u202eabc\u202d",
    "isolates": "\u2066\u2067\u2068abc",
    "closing": "\u2069\u2069\u202cabc",
    "marks": "\u200e\u200f\u061c",
    "zero width": "\u200b\u200c\u200d\ufeff",
    "nul": "\x00abc\x00",
    "controls": "\x07\x08\x1b[31m\x7f",
    "combining": "a" + "\u0301" * 60,
    "emoji": "\U0001f9d1\u200d\u2695\ufe0f" * 40,
    "tatweel": "ـ" * 60,
    "path": "../../etc/passwd",
    "shell": "$(reboot)`id`|cat",
    "digits": "9" * 200,
    "negative": "-1",
    "float": "1e308",
    "not a number": "NaN",
    "persian digits": "۰۹۱۲۳",
    "arabic digits": "٠٩١٢٣",
    "code": "P-000",
    "code beyond": "P-999999999999",
    "date beyond": "9999-12-31",
    "colons": "r:unblind:P-001:YES",
}
HOSTILE = {name: f"{words}{MARK}" for name, words in _INJECTED.items()} | {
    # These are hostile as they are: with a mark they would be something else.
    "nothing": "\u200c",
    "number": "9" * 19,
    "below": "-999",
    "lines": "\n\n/lock\n/unblind P-001",
    "too long": MARK + "🧑" * 4096,
}
