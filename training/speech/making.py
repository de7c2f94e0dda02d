"""One shard, made from nothing but its number and the seed.

It knows what is made and where it is put. It does not know how many processes do so at once. Where somebody changes
the curriculum, the voices or the ears, a folder is to be begun anew: shards that are there are believed.
"""

import os
import time
from pathlib import Path
from typing import Final

from training.speech.others import Others
from training.speech.reading import Readers
from training.speech.sets import KINDS, Maker
from training.speech.shards import seconds, write

SHARD: Final = 500
"""Exchanges in a shard."""


def make_shard(shard: int, *, name: str, count: int, seed: int, out: Path) -> str:
    """One shard, unless it is there; what is to be said of it."""
    path = out / f"{name}-{shard:04d}"
    if path.with_name(path.name + ".json").exists():
        return f"{path.name} is there"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    maker = Maker(name, seed, Readers(Others()))
    began = time.process_time()
    made = [maker.make(number) for number in range(shard * SHARD, min(count, (shard + 1) * SHARD))]
    write(path, made, keep_sound=KINDS[name].examined)
    took = time.process_time() - began
    clips = [one.clip for each in made for one in each.made]
    lasts = seconds(sum(len(clip.patches) for clip in clips))
    return f"{path.name}: {len(clips)} questions, {lasts / 60:.1f} minutes, {len(clips) / took:.0f} a CPU second"
