"""What a file is, by its first bytes: what its sender calls it is not believed."""

_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    *(
        (4, b"ftyp" + brand, "image/heic")
        for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
    ),
    (0, b"%PDF-", "application/pdf"),
)


def type_of(content: bytes) -> str | None:
    """The type of a file that may be sent to the clinic; None for any other."""
    return next(
        (name for at, mark, name in _SIGNATURES if content[at : at + len(mark)] == mark), None
    )


def is_shown(file_type: str) -> bool:
    """Whether a browser shows it in its place; anything else is only handed over."""
    return file_type.startswith("image/")
