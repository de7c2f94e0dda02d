import pytest

from outlast.dialects.identity import same_model

SAME = [
    ("gpt-4o", "gpt-4o"),
    ("gpt-4o", ""),
    ("gpt-4o", "gpt-4o-2024-08-06"),
    ("gpt-4o-2024-08-06", "gpt-4o"),
    ("openai/gpt-4o", "gpt-4o-2024-11-20"),
    ("openai/gpt-5-mini", "openai/gpt-5-mini-2025-08-07"),
    ("gpt-4o", "openai/gpt-4o"),
    ("GPT-4o", "gpt-4o-2024-08-06"),
    ("gpt-35-turbo", "gpt-3.5-turbo-0125"),
    ("gpt-4", "gpt-4-0613"),
    ("gpt-4-0613", "gpt-4-2023-06-13"),
    ("o3-mini", "o3-mini-2025-01-31"),
    ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
    ("anthropic/claude-sonnet-4.5", "anthropic/claude-4.5-sonnet-20250929"),
    ("anthropic/claude-sonnet-4-5", "anthropic/claude-4.5-sonnet-20250929"),
    ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5-20250929"),
    ("claude-sonnet-4-5@20250929", "claude-sonnet-4-5-20250929"),
    ("models/gemini-2.5-pro", "gemini-2.5-pro"),
    ("gemini-2.5-pro", "models/gemini-2.5-pro"),
    ("gemini-1.5-pro", "gemini-1.5-pro-002"),
    ("gemini-flash-latest", "gemini-3-flash-preview"),
    ("gemini-2.5-flash-preview", "gemini-2.5-flash-preview-05-20"),
    ("google/gemini-2.0-flash-exp:free", "google/gemini-2.0-flash-exp"),
    ("mistral-medium-latest", "mistral-medium-2508"),
    ("mistral-large-latest", "mistral-large-2411"),
    ("llama3.3-70b", "llama-3.3-70b"),
    ("qwen/qwen3-30b-a3b-instruct", "qwen3-30b-a3b-instruct-2507"),
]

OTHER = [
    ("gpt-4o", "gpt-4o-mini"),
    ("gpt-4o", "gpt-4o-mini-2024-07-18"),
    ("gpt-4o", "gpt-4.1-2025-04-14"),
    ("gpt-4.5-preview", "gpt-5.4-preview"),
    ("gpt-4o-2024-05-13", "gpt-4o-2024-08-06"),
    ("gpt-5.1-chat-latest", "gpt-5.3-chat-latest"),
    ("gemini-1.5-pro-001", "gemini-1.5-pro-002"),
    ("gemini-2.5-pro", "gemini-3.8-flash"),
    ("gemini-2.5-flash", "gemini-2.5-flash-lite"),
    ("gemini-flash-latest", "gemini-3-flash-lite"),
    ("deepseek-reasoner", "deepseek-v4-flash"),
    ("compound-beta", "groq/compound"),
    ("google/gemini-2.0-flash-exp:free", "x-ai/grok-4"),
    ("llama3:8b", "llama3:70b"),
    ("llama-3.1-8b", "llama-3.1-70b"),
    ("grok-3", "grok-4"),
    ("claude-opus-4-1", "claude-opus-4-5-20251101"),
    ("mistral-large-2411", "mistral-large-2512"),
]


@pytest.mark.parametrize(("asked", "answered"), SAME)
def test_an_alias_that_answers_as_its_snapshot_is_the_same_model(asked: str, answered: str) -> None:
    assert same_model(asked, answered)


@pytest.mark.parametrize(("asked", "answered"), OTHER)
def test_another_model_is_a_redirect(asked: str, answered: str) -> None:
    assert not same_model(asked, answered)


def test_what_an_alias_stands_for_is_the_same_model() -> None:
    assert not same_model("gpt-4-turbo-preview", "gpt-4-0125-preview")
    assert same_model("gpt-4-turbo-preview", "gpt-4-0125-preview", points_to="gpt-4-0125-preview")
    assert same_model("compound-beta", "groq/compound", aliases=("compound",))


def test_a_hostile_name_is_looked_at_in_part() -> None:
    assert not same_model("gpt-4o", "x" * 1_000_000)
