"""Rank 1 of a job whose rank 0 is retrograd: PyTorch trains the same model.

It takes part in what mpi::DataParallel does: texts and weights of rank 0, hashes, and one bucket of
gradients a step, in the order in which rank 0 completes them after the first step.
"""
import struct
import sys

import numpy
import torch
from mpi4py import MPI

TOLERANCE = 1e-5
ENDED = 1  # a notice
WORD = (1 << 64) - 1


def hash_of(values):
    """That of mpi/agreement.cpp."""
    data = values.tobytes()
    found = len(data)
    data += bytes(-len(data) % 8)
    for word in struct.unpack(f"<{len(data) // 8}Q", data):
        mixed = found ^ word
        found = ((mixed << 27 | mixed >> 37) & WORD) * 0xff51afd7ed558ccd & WORD
        found ^= found >> 33
    return found


class Peer:
    def __init__(self, world):
        self.values, self.notices = world.Dup(), world.Dup()
        self.values.Split_type(MPI.COMM_TYPE_SHARED).Free()
        self.operations = 0

    def finish(self, request):
        self.operations += 1
        request.Wait()

    def broadcast(self, values):
        self.finish(self.values.Ibcast(values, 0))
        return values

    def text(self):
        size = self.broadcast(numpy.zeros(1, numpy.int64))
        return self.broadcast(numpy.zeros(size[0], numpy.uint8)).tobytes().decode()

    def gather(self, values):
        rows = numpy.zeros((self.values.size, values.size), values.dtype)
        self.finish(self.values.Iallgather(values, rows))
        return rows

    def leave(self):
        message = struct.pack("<bq", ENDED, self.operations)
        self.notices.Send(numpy.frombuffer(message, numpy.uint8), 0, tag=1)
        self.notices.Recv(numpy.zeros(1000, numpy.uint8), 0, tag=1)


def exchange(peer, parameters, order):
    """Averages the gradients of all ranks, in one bucket with a flag for each parameter."""
    flat = torch.cat([parameters[i].grad.flatten() for i in order] + [torch.ones(len(order))])
    bucket = numpy.zeros(-(-flat.numel() // peer.values.size) * peer.values.size, numpy.float32)
    bucket[:flat.numel()] = flat.numpy()
    request = peer.values.Iallreduce(MPI.IN_PLACE, bucket)
    peer.finish(request)
    begin = 0
    for i in order:
        grad = parameters[i].grad
        part = torch.from_numpy(bucket[begin:begin + grad.numel()]) / peer.values.size
        grad.copy_(part.view_as(grad))
        begin += grad.numel()


def main():
    torch.manual_seed(2)
    torch.set_num_threads(1)
    peer = Peer(MPI.COMM_WORLD)
    layers = torch.nn
    model = layers.Sequential(
        layers.Conv2d(1, 6, 5, padding=2), layers.ReLU(), layers.MaxPool2d(2),
        layers.Conv2d(6, 16, 5), layers.ReLU(), layers.MaxPool2d(2), layers.Flatten(),
        layers.Linear(400, 120), layers.ReLU(), layers.Linear(120, 10))
    parameters = list(model.parameters())
    names = [line.split()[0] for line in peer.text().splitlines()]
    assert names[:-1] == [name for name, _ in model.named_parameters()], names
    peer.gather(numpy.zeros(1, numpy.int64))  # no differences
    for parameter in parameters:
        parameter.data = torch.from_numpy(peer.broadcast(parameter.detach().numpy().copy()))
    hashes = peer.gather(numpy.array([hash_of(p.detach().numpy()) for p in parameters],
                                     numpy.uint64).view(numpy.int64))
    assert (hashes[0] == hashes[1]).all()

    optimizer = torch.optim.SGD(parameters, lr=0.01, momentum=0.9)
    order = list(reversed(range(len(parameters))))
    for step in range(100):
        optimizer.zero_grad()
        images, labels = torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        exchange(peer, parameters, order)
        optimizer.step()
        if step == 0:
            order = peer.broadcast(numpy.zeros(len(order), numpy.int64)).tolist()

    worst = 0.0
    for parameter in parameters:
        theirs = torch.from_numpy(peer.broadcast(parameter.detach().numpy().copy()))
        off = (theirs - parameter.detach()).abs().max().item()
        worst = worst if off <= worst else off  # a NaN stays
    print(f"rank 1, PyTorch {torch.__version__}: weights differ by at most {worst:.1e}", flush=True)
    peer.leave()
    sys.exit(not worst <= TOLERANCE)


main()
