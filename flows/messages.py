"""What is said to a person, before it has words or a channel."""

from dataclasses import dataclass, field

from flows.text import Text


@dataclass(frozen=True, slots=True)
class Button:
    """`data` is what comes back when the button is tapped; 1 to 64 bytes."""

    label: Text
    data: str


@dataclass(frozen=True, slots=True)
class Message:
    """Paragraphs, and rows of buttons below them."""

    paragraphs: tuple[Text, ...]
    buttons: tuple[tuple[Button, ...], ...] = field(default=())


def say(*paragraphs: Text, buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    return Message(paragraphs, buttons)


def run_button(label: Text, command: str, *arguments: str | int) -> Button:
    """A button that begins a command with these arguments."""
    return Button(label, ":".join(("r", command, *map(str, arguments))))
