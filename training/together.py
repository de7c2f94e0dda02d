"""Several processes that go the same steps, one core each: what they tell each other.

It knows gradients and ranks. It does not know what is learnt. Two processes of one thread each do not wait for each
other at every product, so that something else on the machine slows them by what it takes, and not many times over.
"""

import socket
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, distributed, multiprocessing, nn


def rank() -> int:
    """This process's number; 0 is the first, or the only one."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def share_gradients(network: nn.Module) -> None:
    """Every process goes on with the mean of all gradients; what none of them needed has none."""
    if not distributed.is_initialized():
        return
    parameters = list(network.parameters())
    flat = torch.cat([torch.zeros(each.numel()) if each.grad is None else each.grad.flatten() for each in parameters])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    for each, mean in zip(parameters, flat.split([each.numel() for each in parameters]), strict=True):
        each.grad = mean.view_as(each)


def divided(works: Sequence[Callable[[], Tensor]], like: Sequence[Tensor]) -> list[Tensor]:
    """What every work gives, shaped ``like`` its tensor; of several processes each does a part, and all have all."""
    if not distributed.is_initialized():
        return [work() for work in works]
    processes, here = distributed.get_world_size(), distributed.get_rank()
    mine = [work() if number % processes == here else None for number, work in enumerate(works)]
    flat = torch.cat(
        [torch.zeros(one.numel()) if done is None else done.flatten() for done, one in zip(mine, like, strict=True)]
    )
    distributed.all_reduce(flat)
    parts = flat.split([one.numel() for one in like])
    return [part.view_as(one) for part, one in zip(parts, like, strict=True)]


def wait() -> None:
    """Until every process is here."""
    if distributed.is_initialized():
        distributed.barrier()


def together(work: Callable[[], None], processes: int) -> None:
    """Do ``work`` in so many processes, each with one thread; a single one is this process, as it is."""
    if processes == 1:
        work()
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    multiprocessing.spawn(_one, (processes, port, work), nprocs=processes)


def _one(number: int, processes: int, port: int, work: Callable[[], None]) -> None:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=number, world_size=processes)
    work()
    distributed.destroy_process_group()
