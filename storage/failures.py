"""What can go wrong around the data: the docstring of each kind is the sentence people read."""


class Failure(Exception):
    """Storage failed."""

    def __init__(self, **facts: object) -> None:
        sentence = " ".join((self.__doc__ or "").split())
        super().__init__(sentence.format(**facts))
