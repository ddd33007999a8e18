"""Characters that command a terminal or deceive its reader."""

import json
import sys
import unicodedata

import pytest

from s1ecs.escaping import escaped, escaped_json, one_line

# Of each kind some; the C0 and C1 controls, DEL and the bidirectional ones are all there.
HARMFUL = [
    *map(chr, [*range(0x20), 0x7F, *range(0x80, 0xA0)]),
    *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    *"\u200b\u200c\u200d\u2060\u00ad\ufeff\u180e\u034f\u115f\u3164\uffa0\ufe0f\u2800\u2028\u2029\ud800\U000e0041\U000e0101",
]


@pytest.mark.parametrize("character", HARMFUL, ids=lambda each: f"U+{ord(each):04X}")
def test_each_is_written_out(character: str) -> None:
    """Nothing of it is left on one line; of a text only line feed and tab; and JSON says the same as before."""
    assert character not in one_line(f"a{character}b")
    assert (character in escaped(f"a{character}b")) == (character in "\n\t")
    text = json.dumps({"k": f"a{character}b"}, ensure_ascii=False)
    shown = escaped_json(text)
    assert character not in shown
    assert json.loads(shown) == json.loads(text)


def test_no_format_character_is_left() -> None:
    """Of all that Unicode calls a control, a format character, a separator or a surrogate, only the space is shown."""
    bad = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    left = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in bad and len(one_line(chr(code))) < 2
    ]
    assert left == []


@pytest.mark.parametrize("text", ["", "plain ~ text", "Grüße, 日本語, العربية, עברית, 😀, é", 'C:\\x1b "quoted"'])
def test_what_harms_nobody_stays(text: str) -> None:
    """Text of any language stays as it is."""
    assert one_line(text) == escaped(text) == text
    assert escaped_json(text) == text
