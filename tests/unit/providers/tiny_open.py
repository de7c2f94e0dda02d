"""Tiny random weights of real classes, saved as published weights are: a folder with everything that loading reads."""

from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'system' and message['content'] == 'unwanted' %}{{ raise_exception('no') }}{% endif %}"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}{{ '<|vision_bos|><|IMAGE|><|vision_eos|>' }}"
    "{% elif part['type'] == 'audio' %}{{ '<|audio_bos|><|AUDIO|><|audio_eos|>' }}"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}"
    "{{ '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
"""As the Qwen models spell a conversation."""
SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|AUDIO|>", "<|audio_bos|>", "<|audio_eos|>", "<|IMAGE|>",
    "<|vision_bos|>", "<|vision_eos|>", "<|VIDEO|>", "<tts_pad>", "<tts_bos>", "<tts_eos>",
)  # fmt: skip
TOKEN = {name: 256 + index for index, name in enumerate(SPECIAL)}
VOCABULARY = 256 + len(SPECIAL)


def tokenizer(**named: object) -> Any:
    """One token a byte, and those that spell a conversation."""
    pieces: Any = import_module("tokenizers")
    library: Any = import_module("transformers")

    letters = sorted(pieces.pre_tokenizers.ByteLevel.alphabet())
    made = pieces.Tokenizer(pieces.models.BPE({letter: index for index, letter in enumerate(letters)}, []))
    made.pre_tokenizer = pieces.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = pieces.decoders.ByteLevel()
    made.add_special_tokens([pieces.AddedToken(name, special=True) for name in SPECIAL])
    words: dict[str, object] = {
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "chat_template": TEMPLATE,
    } | named
    return library.PreTrainedTokenizerFast(tokenizer_object=made, **words)


def drawn(model: Any) -> Any:
    """Every number drawn anew: some of these classes leave some of theirs to whatever lay in memory."""
    torch: Any = import_module("torch")

    with torch.no_grad():
        for name, numbers in model.named_parameters():
            if numbers.ndim > 1:
                numbers.normal_(0, 0.05)
            else:
                numbers.fill_(0.0 if name.endswith("bias") else 1.0)
    return model


def save_text(folder: Path, *, positions: int = 512, template: bool = True) -> Path:
    """A Qwen3 of two layers."""
    torch: Any = import_module("torch")
    library: Any = import_module("transformers")

    torch.manual_seed(1)
    config = library.Qwen3Config(
        vocab_size=VOCABULARY, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, head_dim=8, max_position_embeddings=positions, eos_token_id=TOKEN["<|im_end|>"],
        bos_token_id=None, pad_token_id=TOKEN["<|endoftext|>"],
    )  # fmt: skip
    drawn(library.Qwen3ForCausalLM(config)).save_pretrained(folder)
    spelled = tokenizer()
    if not template:
        spelled.chat_template = None
    spelled.save_pretrained(folder)
    return folder


def save_readers(folder: Path) -> None:
    """What lies beside the weights of an omni model, in the files in which it is published."""
    tokenizer(
        extra_special_tokens={
            "image_token": "<|IMAGE|>", "audio_token": "<|AUDIO|>", "video_token": "<|VIDEO|>",
            "vision_bos_token": "<|vision_bos|>", "vision_eos_token": "<|vision_eos|>",
            "audio_bos_token": "<|audio_bos|>", "audio_eos_token": "<|audio_eos|>",
        }
    ).save_pretrained(folder)  # fmt: skip
    described = {
        "image_processor_type": "Qwen2VLImageProcessor", "feature_extractor_type": "WhisperFeatureExtractor",
        "min_pixels": 3136, "max_pixels": 12544, "patch_size": 14, "merge_size": 2, "temporal_patch_size": 2,
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
        "feature_size": 32, "sampling_rate": 16_000, "hop_length": 160, "n_fft": 400, "chunk_length": 30,
        "n_samples": 480_000, "nb_max_frames": 3_000, "padding_value": 0.0, "return_attention_mask": True,
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_bytes(msgspec.json.encode(described))


def save_qwen_2_5(folder: Path) -> Path:
    """A Qwen2.5-Omni with every part of it: thinker, talker, two voices and the way to samples."""
    torch: Any = import_module("torch")
    library: Any = import_module("transformers")

    torch.manual_seed(2)
    small = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
    }
    rope = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10_000.0}
    places = {
        "image_token_index": TOKEN["<|IMAGE|>"],
        "audio_token_index": TOKEN["<|AUDIO|>"],
        "video_token_index": TOKEN["<|VIDEO|>"],
        "audio_start_token_id": TOKEN["<|audio_bos|>"],
        "audio_end_token_id": TOKEN["<|audio_eos|>"],
        "vision_start_token_id": TOKEN["<|vision_bos|>"],
        "vision_end_token_id": TOKEN["<|vision_eos|>"],
    }
    config = library.Qwen2_5OmniConfig(
        thinker_config={
            **places,
            "text_config": {
                **small,
                "vocab_size": VOCABULARY,
                "max_position_embeddings": 4096,
                "rope_parameters": rope,
            },
            "audio_config": {
                "num_mel_bins": 32,
                "encoder_layers": 1,
                "encoder_attention_heads": 2,
                "encoder_ffn_dim": 32,
                "d_model": 16,
                "max_source_positions": 1500,
                "n_window": 100,
                "output_dim": 32,
            },
            "vision_config": {
                "depth": 1,
                "hidden_size": 16,
                "intermediate_size": 32,
                "num_heads": 2,
                "patch_size": 14,
                "window_size": 112,
                "out_hidden_size": 32,
                "fullatt_block_indexes": [0],
            },
        },
        talker_config={
            **places,
            **small,
            "head_dim": 8,
            "vocab_size": 64,
            "embedding_size": 32,
            "max_position_embeddings": 4096,
            "rope_parameters": rope,
            "tts_text_start_token_id": TOKEN["<tts_bos>"],
            "tts_text_end_token_id": TOKEN["<tts_eos>"],
            "tts_text_pad_token_id": TOKEN["<tts_pad>"],
            "tts_codec_start_token_id": 60,
            "tts_codec_end_token_id": 61,
            "tts_codec_pad_token_id": 62,
            "tts_codec_mask_token_id": 63,
        },
        token2wav_config={
            "dit_config": {
                "hidden_size": 16,
                "num_hidden_layers": 1,
                "num_attention_heads": 2,
                "head_dim": 8,
                "emb_dim": 8,
                "look_ahead_layers": [0],
                "look_backward_layers": [0],
                "num_embeds": 65,
                "mel_dim": 8,
                "enc_emb_dim": 8,
                "enc_dim": 8,
                "enc_channels": [16, 16, 16, 16, 48],
                "enc_attention_channels": 8,
                "enc_se_channels": 8,
            },
            "bigvgan_config": {
                "mel_dim": 8,
                "upsample_initial_channel": 64,
                "resblock_kernel_sizes": [3],
                "resblock_dilation_sizes": [[1, 3, 5]],
            },
        },
    )
    drawn(library.Qwen2_5OmniForConditionalGeneration(config)).save_pretrained(folder)
    voice = {"bos_token": TOKEN["<tts_bos>"], "cond": torch.zeros(1, 8), "ref_mel": torch.zeros(1, 20, 8)}
    torch.save({"Chelsie": voice, "Ethan": voice}, folder / "spk_dict.pt")
    save_readers(folder)
    return folder


def save_qwen_3(folder: Path) -> Path:
    """A Qwen3-Omni with every part of it: thinker and talker of experts, two voices and the way to samples."""
    torch: Any = import_module("torch")
    library: Any = import_module("transformers")

    torch.manual_seed(3)
    small = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 4096,
    }
    experts = {"moe_intermediate_size": 16, "num_experts": 4, "num_experts_per_tok": 2}
    rope = {"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 10_000.0}
    places = {
        "image_token_id": TOKEN["<|IMAGE|>"],
        "audio_token_id": TOKEN["<|AUDIO|>"],
        "video_token_id": TOKEN["<|VIDEO|>"],
        "audio_start_token_id": TOKEN["<|audio_bos|>"],
        "vision_start_token_id": TOKEN["<|vision_bos|>"],
    }
    config = library.Qwen3OmniMoeConfig(
        thinker_config={
            **places,
            "text_config": {**small, **experts, "vocab_size": VOCABULARY, "rope_parameters": rope},
            "audio_config": {
                "num_mel_bins": 32,
                "encoder_layers": 1,
                "encoder_attention_heads": 2,
                "encoder_ffn_dim": 32,
                "d_model": 16,
                "output_dim": 32,
                "downsample_hidden_size": 8,
            },
            "vision_config": {
                "depth": 1,
                "hidden_size": 16,
                "intermediate_size": 32,
                "num_heads": 2,
                "patch_size": 14,
                "out_hidden_size": 32,
                "num_position_embeddings": 64,
                "deepstack_visual_indexes": [0],
            },
        },
        talker_config={
            **places,
            "num_code_groups": 4,
            "thinker_hidden_size": 32,
            "accept_hidden_layer": 1,
            "spatial_merge_size": 2,
            "speaker_id": {"ethan": 1040, "chelsie": 1041},
            "text_config": {
                **small,
                **experts,
                "vocab_size": 1100,
                "shared_expert_intermediate_size": 16,
                "rope_parameters": rope,
            },
            "code_predictor_config": {**small, "vocab_size": 64, "num_code_groups": 4},
            "codec_eos_token_id": 1050,
            "codec_nothink_id": 1051,
            "codec_think_bos_id": 1052,
            "codec_think_eos_id": 1053,
            "codec_pad_id": 1054,
            "codec_bos_id": 1055,
        },
        code2wav_config={
            "codebook_size": 1100,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "num_hidden_layers": 1,
            "num_quantizers": 4,
            "decoder_dim": 64,
        },
        im_start_token_id=TOKEN["<|im_start|>"],
        im_end_token_id=TOKEN["<|im_end|>"],
        tts_pad_token_id=TOKEN["<tts_pad>"],
        tts_bos_token_id=TOKEN["<tts_bos>"],
        tts_eos_token_id=TOKEN["<tts_eos>"],
        user_token_id=tokenizer().encode("u")[0],
        assistant_token_id=tokenizer().encode("a")[0],
        system_token_id=tokenizer().encode("s")[0],
    )
    drawn(library.Qwen3OmniMoeForConditionalGeneration(config)).save_pretrained(folder)
    save_readers(folder)
    return folder


def save_moshi(folder: Path) -> Path:
    """A Moshi's description."""
    library: Any = import_module("transformers")

    library.MoshiConfig().save_pretrained(folder)
    return folder
