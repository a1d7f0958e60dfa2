"""An answer as JSON, for what is sealed as a whole."""

from datetime import date, datetime, time

from flows.forms import Answer, Missing, MissingReason


def answer_to_json(answer: Answer) -> object:
    match answer:
        case Missing(reason):
            return {"missing": reason.value}
        case datetime():
            return {"at": answer.isoformat()}
        case date():
            return {"date": answer.isoformat()}
        case time():
            return {"time": answer.isoformat()}
        case tuple():
            return list(answer)
        case str() | int():
            return answer


def answer_from_json(kept: object) -> Answer:
    match kept:
        case {"missing": str(reason)}:
            return Missing(MissingReason(reason))
        case {"at": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"date": str(day)}:
            return date.fromisoformat(day)
        case {"time": str(clock)}:
            return time.fromisoformat(clock)
        case list():
            return tuple(str(code) for code in kept)
        case str() | int():
            return kept
        case _:
            raise ValueError("a kept answer is of no known kind")
