"""Who made a model, by its provider and its name."""

import pytest

from outlast.catalog.maker import makers
from outlast.catalog.store import open_catalog


@pytest.mark.parametrize(
    ("ref", "made_by"),
    [
        ("openai/gpt-4o", {"openai"}),
        ("openai/ft:gpt-4o:acme::1", {"openai"}),
        ("azure/gpt-35-turbo-16k", {"openai"}),
        ("azure/Cohere-command-r-08-2024", {"cohere"}),
        ("amazon-bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0", {"anthropic"}),
        ("groq/openai/gpt-oss-20b", {"openai"}),
        ("groq/deepseek-r1-distill-llama-70b", {"deepseek", "meta"}),
        ("router/qwen/qwen3-235b", {"alibaba"}),
        ("mistral/zai-glm-5-2", {"mistral", "zhipu"}),
        ("local/our-own-model", set()),
        ("local/command-line-helper", {"cohere"}),  # a word too many is a refusal too many, which can be lifted
    ],
)
def test_provider_and_words_tell_the_maker(ref: str, made_by: set[str]) -> None:
    assert makers(ref) == made_by


def test_every_chat_model_of_the_makers_own_shops_has_a_maker() -> None:
    shops = {"openai", "anthropic", "google", "mistral", "cohere", "xai", "deepseek"}
    assert all(makers(model.ref) for model in open_catalog().models() if model.provider in shops)
