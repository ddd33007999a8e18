"""Numbers with their nouns, as texts for people have them."""


def counted(number: int, thing: str, *, grouped: bool = False) -> str:
    """Write `1 stream`, `2 streams`; `grouped` with commas between thousands."""
    return f"{number:{',' if grouped else ''}} {thing}{'' if number == 1 else 's'}"
