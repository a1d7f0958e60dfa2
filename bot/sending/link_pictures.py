"""A link as a picture that a phone's camera reads."""

import io

# A camera reads a picture of this scale from a screen at arm's length.
_MODULE_PIXELS = 10


def picture(link: str) -> bytes:
    """The link's QR code as a PNG."""
    import segno

    drawn = io.BytesIO()
    segno.make(link, micro=False, error="m").save(drawn, kind="png", scale=_MODULE_PIXELS, border=4)
    return drawn.getvalue()
