"""The story's facts 1 to 18: what the command line says of them is what the research says.

The day or value that the story names is checked on the research's side and the command is held against that, so that
a drift on either side shows.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

Ask = Callable[..., Any]
Tell = Callable[..., str]
Source = Callable[[str], Any]

API_MODEL = "openai/chatgpt-4o-latest"
CHAT_MODEL = "openai/gpt-4o"
LEFT_CHATGPT = ("gpt-4o", "gpt-4.1", "gpt-4.1-mini", "o4-mini")


def told(source: Any, event: str, surface: str) -> Any:
    """The research's only event of this kind."""
    (found,) = [e for e in source["lifecycle"] if (e["event"], e["surface"]) == (event, surface)]
    return found


def clock(shown: Any, surface: str) -> Any:
    """A surface of what ``models show`` prints."""
    (found,) = [entry for entry in shown["surfaces"] if entry["surface"] == surface]
    return found


def claims(shown: Any, event: str, surface: str) -> list[Any]:
    """The claims of one kind, as ``models show`` prints them."""
    return [c for c in shown["claims"] if (c["event"], c["surface"]) == (event, surface)]


def says(source: Any, words: str, kind: str = "statements") -> Any:
    """The research's only statement with these words."""
    (found,) = [entry for entry in source[kind] if words in entry["says"]]
    return found


def carried(shown: Any, statement: Any) -> Any:
    """The same statement as ``models show`` prints it, with its source and date."""
    (found,) = [entry for entry in shown["statements"] if entry["says"] == statement["says"]]
    assert (found["source"], found["date"]) == (statement["source"], statement["date"])
    return found


def days_between(first: str, last: str) -> int:
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days


def test_fact_1_api_customers_were_told_on_2025_11_18(ask: Ask, tell: Tell, source: Source) -> None:
    announced = told(source("chatgpt-4o-latest"), "announced", "api")
    assert announced["date"] == "2025-11-18"
    shown = ask("models", "show", API_MODEL)
    assert clock(shown, "api")["announced"] == announced["date"]
    (claim,) = claims(shown, "announced", "api")
    assert (claim["source"], claim["precision"]) == (announced["source"], "exact")
    assert f"{announced['date']} announced" in tell("models", "show", API_MODEL)


def test_fact_2_the_provider_and_the_press_disagree_on_the_end_and_both_are_kept(
    ask: Ask, tell: Tell, source: Source
) -> None:
    (conflict,) = [c for c in source("chatgpt-4o-latest")["conflicts"] if c.get("event") == "retired"]
    assert (conflict["kept"], conflict["other"]) == ("2026-02-17", "2026-02-16")
    shown = ask("models", "show", API_MODEL)
    assert (clock(shown, "api")["ends"], clock(shown, "api")["precision"]) == (conflict["kept"], "exact")
    (disputed,) = clock(shown, "api")["conflicts"]
    assert (disputed["date"], disputed["source"]) == (conflict["other"], conflict["other_source"])
    text = tell("models", "show", API_MODEL)
    assert f"{conflict['kept']} retired" in text
    assert f"{conflict['other']} retired" in text
    assert "disputed: shown, not followed" in text


def test_fact_3_about_three_months_of_notice_were_given(ask: Ask, tell: Tell, source: Source) -> None:
    model = source("chatgpt-4o-latest")
    days = days_between(told(model, "announced", "api")["date"], told(model, "retired", "api")["date"])
    assert days == 91
    assert clock(ask("models", "show", API_MODEL), "api")["notice_days"] == days
    assert f"{days} days" in tell("models", "show", API_MODEL)


def test_fact_4_the_notice_speaks_of_the_api_and_was_corrected(ask: Ask, tell: Tell, source: Source) -> None:
    correction = says(source("chatgpt-4o-latest"), "multimodal offerings", "corrections")
    assert "chat, for development and testing" in correction["says"]
    shown = ask("models", "show", API_MODEL)
    assert carried(shown, correction)["kind"] == "correction"
    assert [entry["surface"] for entry in shown["surfaces"]] == ["api"]
    assert correction["says"] in tell("models", "show", API_MODEL)


def test_fact_5_the_recommended_successor_is_itself_retired_and_the_chain_goes_on(
    ask: Ask, tell: Tell, source: Source
) -> None:
    first = source("chatgpt-4o-latest")["replacement"]
    assert first == "gpt-5.1-chat-latest"
    end, then = told(source(first), "retired", "api")["date"], source(first)["replacement"]
    assert end == "2026-07-23"
    before = clock(ask("models", "show", API_MODEL, "--today", "2026-02-10"), "api")
    assert before["recommended"] == before["successor"] == f"openai/{first}"
    after = clock(ask("models", "show", API_MODEL, "--today", end), "api")
    assert after["recommended"] == f"openai/{first}"
    assert [(step["model"], step["status"]) for step in after["chain"]] == [
        (f"openai/{first}", "retired"),
        (f"openai/{then}", "active"),
    ]
    assert after["successor"] == f"openai/{then}"
    text = tell("models", "show", API_MODEL, "--today", end)
    assert f"openai/{first} (retired {end}) -> openai/{then} (active)" in text


def test_fact_6_no_plan_to_remove_it_was_said_and_overtaken(ask: Ask, tell: Tell, source: Source) -> None:
    plan = says(source("gpt-4o"), "no plan to remove it")
    assert (plan["date"], plan["surface"]) == ("2025-11", "chat-app")
    assert told(source("gpt-4o"), "announced", "chat-app")["date"] == "2026-01-29"
    assert plan["overtaken_by"].endswith("2026-01-29")
    assert carried(ask("models", "show", CHAT_MODEL), plan)["overtaken_by"] == plan["overtaken_by"]
    assert f"{plan['says']}; overtaken by: {plan['overtaken_by']}" in tell("models", "show", CHAT_MODEL)


def test_fact_7_reports_disagree_on_who_still_had_it(ask: Ask, tell: Tell, source: Source) -> None:
    reports = source("gpt-4o")["plans"]["chat-app"]
    november = [report["plans"] for report in reports if report["date"] == "2025-11"]
    assert november == [["paid"], ["free", "paid"]]
    shown = ask("models", "show", CHAT_MODEL)["plans"]
    assert [(p["plans"], p["date"], p["source"]) for p in shown] == [
        (p["plans"], p["date"], p["source"]) for p in reports
    ]
    text = tell("models", "show", CHAT_MODEL)
    for plans in november:
        assert f"plans {' and '.join(plans)}, chat-app, 2025-11" in text


def test_fact_8_four_models_leave_chatgpt_on_one_day_after_one_notice(ask: Ask, tell: Tell, source: Source) -> None:
    rows = {row["id"]: row for row in ask("models", "list", "--surface", "chat-app")["models"]}
    text = tell("models", "list", "--surface", "chat-app")
    for model_id in LEFT_CHATGPT:
        announced = told(source(model_id), "announced", "chat-app")["date"]
        ended = told(source(model_id), "retired", "chat-app")["date"]
        assert (announced, ended) == ("2026-01-29", "2026-02-13")
        row = rows[f"openai/{model_id}"]
        assert (row["announced"], row["ends"], row["status"]) == (announced, ended, "retired")
        assert f"openai/{model_id} chat-app retired {announced} {ended}" in text


def test_fact_9_and_gpt_5_instant_and_thinking(ask: Ask, tell: Tell, source: Source) -> None:
    rows = {row["id"]: row for row in ask("models", "list", "--surface", "chat-app")["models"]}
    text = tell("models", "list", "--surface", "chat-app")
    for model_id in ("chatgpt/gpt-5-instant", "chatgpt/gpt-5-thinking"):
        ended = told(source(model_id), "retired", "chat-app")["date"]
        assert ended == "2026-02-13"
        row = rows[f"openai/{model_id}"]
        assert (row["ends"], row["precision"], row["status"]) == (ended, "exact", "retired")
        assert f"openai/{model_id} chat-app retired {ended}" in text


def test_fact_10_the_api_does_not_change_on_that_day(ask: Ask, source: Source) -> None:
    last_day = told(source("gpt-4o"), "retired", "chat-app")["date"]
    assert last_day == "2026-02-13"
    before, after = (ask("models", "show", CHAT_MODEL, "--today", day) for day in ("2026-02-12", last_day))
    assert [clock(shown, "chat-app")["status"] for shown in (before, after)] == ["deprecated", "retired"]
    assert [clock(shown, "api")["status"] for shown in (before, after)] == ["active", "active"]
    assert clock(after, "api")["ends"] == told(source("gpt-4o"), "retired", "api")["date"]
    assert carried(after, says(source("gpt-4o"), "no change in the API"))["overtaken_by"]


def test_fact_11_the_successor_in_chatgpt_is_gpt_5_2(ask: Ask, tell: Tell, source: Source) -> None:
    named = source("gpt-4o")["replacement_by_surface"]["chat-app"]
    assert named["value"] == "chatgpt/gpt-5.2"
    shown = ask("models", "show", CHAT_MODEL)
    assert clock(shown, "chat-app")["successor"] == f"openai/{named['value']}"
    assert clock(shown, "api")["successor"] != f"openai/{named['value']}"
    (own,) = [r for r in shown["recommendations"] if r["surface"] == "chat-app"]
    assert own["source"] == named["source"]
    assert f"chat-app: openai/{named['value']} (active)" in tell("models", "show", CHAT_MODEL)


def test_fact_12_fifteen_days_after_substantial_notice_was_promised(ask: Ask, tell: Tell, source: Source) -> None:
    model = source("gpt-4o")
    days = days_between(told(model, "announced", "chat-app")["date"], told(model, "retired", "chat-app")["date"])
    assert days == 15
    promise = says(model, "substantial notice")
    shown = ask("models", "show", CHAT_MODEL)
    assert clock(shown, "chat-app")["notice_days"] == days
    assert carried(shown, promise)["kept"] == promise["kept"]
    text = tell("models", "show", CHAT_MODEL)
    assert f"{promise['says']}; kept: {promise['kept']}" in text
    assert f"2026-02-13 {days} days" in text


def test_fact_13_one_user_in_a_thousand_a_day_was_left(ask: Ask, tell: Tell, source: Source) -> None:
    (share,) = source("gpt-4o")["usage_share"]
    assert (share["value"], share["of"]) == (0.001, "users per day")
    assert ask("models", "show", CHAT_MODEL)["usage_share"] == [share]
    assert f"0.1 % of users per day, chat-app, {share['date']}" in tell("models", "show", CHAT_MODEL)


def test_fact_14_gpt_4o_came_in_may_2024_to_hundreds_of_millions(ask: Ask, tell: Tell, source: Source) -> None:
    model = source("gpt-4o")
    released = told(model, "released", "chat-app")
    assert (released["date"], "free plan included" in released["note"]) == ("2024-05-13", True)
    assert told(model, "released", "api")["date"] == released["date"]
    default = says(model, "hundreds of millions")
    shown = ask("models", "show", CHAT_MODEL)
    for surface in ("api", "chat-app"):
        assert [claim["date"] for claim in claims(shown, "released", surface)] == [released["date"]]
    assert claims(shown, "released", "chat-app")[0]["note"] == released["note"]
    assert carried(shown, default)["surface"] == "chat-app"
    text = tell("models", "show", CHAT_MODEL)
    assert released["note"] in text
    assert default["says"] in text


def test_fact_15_replaced_in_a_day_then_restored_for_paying_users_behind_a_switch(
    ask: Ask, tell: Tell, source: Source
) -> None:
    model = source("gpt-4o")
    events = {event: told(model, event, "chat-app") for event in ("withdrawn", "restored", "legacy")}
    assert [events[event]["date"] for event in events] == ["2025-08-07", "2025-08", "2025-08"]
    shown, text = ask("models", "show", CHAT_MODEL), tell("models", "show", CHAT_MODEL)
    for event, fact in events.items():
        (claim,) = claims(shown, event, "chat-app")
        assert (claim["date"], claim["precision"], claim["note"]) == (fact["date"], fact["precision"], fact.get("note"))
        assert f"{fact['date']} {event} {fact['precision']}" in text
    assert "paying users" in events["restored"]["note"]
    assert ["Plus", "Pro"] in [plan["plans"] for plan in shown["plans"] if plan["date"] == "2025-08"]
    days = ("2025-08-06", "2025-08-07", "2025-08-30", "2025-08-31")
    statuses = [clock(ask("models", "show", CHAT_MODEL, "--today", day), "chat-app")["status"] for day in days]
    assert statuses == ["active", "retired", "retired", "legacy"]


def test_fact_16_several_legacy_models_were_removed_at_once_and_restored(ask: Ask, tell: Tell, source: Source) -> None:
    removed = says(source("gpt-4o"), "several legacy models were removed")
    assert "restored after complaints" in removed["says"]
    assert carried(ask("models", "show", CHAT_MODEL), removed)["surface"] == "chat-app"
    assert removed["says"] in tell("models", "show", CHAT_MODEL)


def test_fact_17_gpt_5_1_is_recommended_and_larger_and_its_chat_model_is_not(
    ask: Ask, tell: Tell, source: Source
) -> None:
    sizes = [source(model_id)["context_window"] for model_id in ("gpt-4o", "gpt-5.1", "gpt-5.1-chat-latest")]
    assert sizes == [128_000, 400_000, 128_000]
    praise = says(source("gpt-5.1"), "recommended for most new work")
    for words in ("larger context", "optional thinking", "higher throughput"):
        assert words in praise["says"]
    shown = ask("models", "diff", CHAT_MODEL, "openai/gpt-5.1")
    rows = {row["what"]: row for row in shown["rows"]}
    assert (rows["context_window"]["values"], rows["context_window"]["verdict"]) == (sizes[:2], "gained")
    assert rows["reasoning"]["values"] == [False, True]
    assert rows["reasoning_efforts"]["values"][1] == source("gpt-5.1")["supports"]["reasoning_efforts"]
    assert "none" in rows["reasoning_efforts"]["values"][1]
    assert praise["says"] in [entry["says"] for entry in shown["statements"]]
    (kept,) = [c for c in source("gpt-5.1-chat-latest")["conflicts"] if c.get("field") == "context_window"]
    (conflict,) = [c for c in shown["conflicts"] if c["field"] == "context_window"]
    assert (conflict["model"], conflict["kept"]) == ("openai/gpt-5.1-chat-latest", sizes[2])
    assert (conflict["other"], conflict["source"]) == (kept["other"], kept["other_source"])
    text = tell("models", "diff", CHAT_MODEL, "openai/gpt-5.1")
    assert "context_window 128,000 400,000" in text
    assert praise["says"] in text


def test_fact_18_business_customers_are_promised_significant_notice(
    ask: Ask, tell: Tell, policies: list[dict[str, Any]]
) -> None:
    (promise,) = [p for p in policies if p["provider"] == "openai" and p.get("audience") == "business customers"]
    (words,) = promise["min_notice"].values()
    assert words == "significant notice"
    (shown,) = [p for p in ask("models", "show", API_MODEL)["policies"] if p["audience"] == promise["audience"]]
    assert (shown["min_notice"], shown["source"], shown["note"]) == (
        promise["min_notice"],
        promise["source"],
        promise["note"],
    )
    text = tell("models", "show", API_MODEL)
    assert f"promised, api for {promise['audience']}: deprecations: {words}" in text
