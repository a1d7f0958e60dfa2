"""Queries: listed, raised, answered, closed.

What the software raised is closed by the PI or a coordinator once it is answered, and by the
software itself when its fact is gone; what a person raised, by that person or the PI.
"""

from flows.commands.about_participant import COORDINATOR, STAFF_OF_PARTICIPANT, code_in
from flows.commands.command import PARTICIPANT, Circumstances, Command, Reach, choice, pick, words
from flows.commands.oversight import PI
from flows.effects import Decision, Effect, Refused
from flows.effects.queries import RaiseQuery, TurnQuery
from flows.effects.speaking import Say, TellPerson, TellRole
from flows.facts.participants import ParticipantFacts
from flows.facts.queries import QueryFact, QueryFacts
from flows.forms import Answers, Item, Review
from flows.messages import Button, run_button, say
from flows.queries import QueryAct, QueryKind, QueryState
from flows.roles import Role
from flows.text import Text, text

ASKING = STAFF_OF_PARTICIPANT | PI

# Each is a message with its buttons; the next ones move up when these are done.
MOST_QUERIES = 5
LONGEST = 300


def _list(facts: QueryFacts, _answers: Answers, given: Circumstances) -> Decision:
    shown = facts.queries[:MOST_QUERIES]
    about = () if facts.chart is None else (facts.chart.code,)
    raising = ((run_button(text("command.raise_query.button"), "raise_query", *about),),)
    if not shown:
        return (Say(say(text("queries.none"), buttons=raising)),)
    left = len(facts.queries) - len(shown)
    more = (text("queries.more", count=left),) if left else ()
    title = say(text("queries.title", count=len(facts.queries)), *more, buttons=raising)
    return (Say(title), *(_shown(query, given) for query in shown))


def _shown(query: QueryFact, given: Circumstances) -> Say:
    kind, state = text(f"option.query_kind.{query.kind}"), text(f"query.state.{query.state}")
    head = text("query.head", number=query.id, code=query.code, kind=kind, state=state)
    answers = (text("query.answer", name=name, words=words) for name, words in query.answers)
    return Say(say(head, _asked(query), *answers, buttons=_buttons(query, given)))


def _asked(query: QueryFact) -> Text:
    """What is asked: the software's in wording, a person's in their own words."""
    if query.subject is not None:
        return query.subject
    return text("query.words", name=query.raised_name, words=query.words)


def _buttons(query: QueryFact, given: Circumstances) -> tuple[tuple[Button, ...], ...]:
    row = [run_button(text("query.answer.button"), "answer_query", query.id)]
    if _why_not_closed(query, given) is None:
        row.append(run_button(text("query.close.button"), "close_query", query.id))
    if given.roles & STAFF_OF_PARTICIPANT:
        row.append(run_button(text("command.card.button"), "card", query.code))
    return (tuple(row),)


def _why_not_closed(query: QueryFact, given: Circumstances) -> Text | None:
    if query.raised_by is not None:
        may = query.raised_by == given.actor or bool(PI & given.roles)
        return None if may else text("refused.query_not_yours", number=query.id)
    if not (PI | COORDINATOR) & given.roles:
        return text("refused.query_software", number=query.id)
    answered = query.state is QueryState.ANSWERED
    return None if answered else text("refused.query_unanswered", number=query.id)


def _about_items(_f: QueryFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (PARTICIPANT,)


def _raise_items(_f: ParticipantFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    kinds = choice("query_kind", *(kind.value for kind in QueryKind))
    return (PARTICIPANT, kinds, words("query_words", LONGEST))


def _raise(facts: ParticipantFacts, answers: Answers, given: Circumstances) -> Decision:
    assert facts.chart is not None
    kind = QueryKind(str(answers["query_kind"]))
    raised = RaiseQuery(facts.chart.participant, kind, str(answers["query_words"]))
    done = Say(say(text("query.raised", code=code_in(facts))))
    return (raised, done, *_tell_others(facts, given))


def _tell_others(facts: ParticipantFacts, given: Circumstances) -> tuple[Effect, ...]:
    """The coordinators are to answer; where a coordinator asks, the treating clinician is."""
    chart = facts.chart
    assert chart is not None
    button = run_button(text("command.queries.button"), "queries_of", chart.code)
    told = say(text("query.told", code=chart.code), buttons=((button,),))
    if not COORDINATOR & given.roles:
        return (TellRole(Role.COORDINATOR, told),)
    return () if chart.clinician is None else (TellPerson(chart.clinician, told),)


def _query_item(facts: QueryFacts) -> Item:
    labels = {
        str(query.id): text("query.label", number=query.id, code=query.code)
        for query in facts.queries
    }
    return pick("query", labels)


def _chosen(facts: QueryFacts, answers: Answers) -> QueryFact | None:
    chosen = answers.get("query")
    return next((query for query in facts.queries if str(query.id) == chosen), None)


def _check_any(facts: QueryFacts, _answers: Answers, given: Circumstances) -> Text | None:
    return None if facts.queries else text("queries.none")


def _answer_items(facts: QueryFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_query_item(facts), words("query_answer", LONGEST))


def _answer(facts: QueryFacts, answers: Answers, given: Circumstances) -> Decision:
    query = _chosen(facts, answers)
    if query is None:
        return Refused(text("query.closed_before"))
    answered = TurnQuery(query.id, query.participant, QueryAct.ANSWER, str(answers["query_answer"]))
    done = Say(say(text("query.answered", number=query.id, code=query.code)))
    return (answered, done, *_tell_asker(query, given))


def _tell_asker(query: QueryFact, given: Circumstances) -> tuple[Effect, ...]:
    if query.raised_by is None or query.raised_by == given.actor:
        return ()
    button = run_button(text("command.queries.button"), "queries_of", query.code)
    told = text("query.answered_yours", number=query.id, code=query.code)
    return (TellPerson(query.raised_by, say(told, buttons=((button,),))),)


def _close_items(facts: QueryFacts, _a: Answers, _g: Circumstances) -> tuple[Item, ...]:
    return (_query_item(facts),)


def _check_close(facts: QueryFacts, answers: Answers, given: Circumstances) -> Text | None:
    query = _chosen(facts, answers)
    if query is None:
        return _check_any(facts, answers, given)
    return _why_not_closed(query, given)


def _close(facts: QueryFacts, answers: Answers, given: Circumstances) -> Decision:
    query = _chosen(facts, answers)
    if query is None:
        return Refused(text("query.closed_before"))
    done = text("query.closed", number=query.id, code=query.code)
    return (TurnQuery(query.id, query.participant, QueryAct.CLOSE), Say(say(done)))


COMMANDS = (
    Command("queries", PI, QueryFacts, _list, "view_queries"),
    Command("queries", STAFF_OF_PARTICIPANT, QueryFacts, _list, "view_queries", reach=Reach.CARD),
    Command(
        "queries_of",
        ASKING,
        QueryFacts,
        _list,
        "view_queries",
        items=_about_items,
        reach=Reach.CARD,
    ),
    Command(
        "raise_query",
        ASKING,
        ParticipantFacts,
        _raise,
        "raise_query",
        items=_raise_items,
        review=Review.TYPED,
        reach=Reach.CARD,
    ),
    Command(
        "answer_query",
        ASKING,
        QueryFacts,
        _answer,
        "answer_query",
        items=_answer_items,
        check=_check_any,
        review=Review.TYPED,
        reach=Reach.BUTTON,
    ),
    Command(
        "close_query",
        ASKING,
        QueryFacts,
        _close,
        "close_query",
        items=_close_items,
        check=_check_close,
        reach=Reach.BUTTON,
    ),
)
