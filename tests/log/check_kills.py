"""Kills a program while it logs, at random moments: whole records are before the torn one.

usage: check_kills.py WRITE_EVENTS [--kills N] [--seed N]
"""
import argparse
import json
import pathlib
import random
import struct
import subprocess
import tempfile
import time


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records_in(data):
    """The number of whole records; bytes behind them are the beginning of one."""
    count = at = 0
    while at + 12 <= len(data):
        length, crc = struct.unpack_from("<QI", data, at)
        assert length < 1000, (at, length)
        if at + 16 + length > len(data):
            break
        if count % 997 == 0:  # each takes Python long
            assert crc == crc32c(data[at:at + 8])
            assert struct.unpack_from("<I", data, at + 12 + length)[0] == crc32c(
                data[at + 12:at + 12 + length])
        count, at = count + 1, at + 16 + length
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("write_events")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    most = 0
    with tempfile.TemporaryDirectory() as name:
        lines = pathlib.Path(name) / "metrics.jsonl"
        for _ in range(options.kills):
            writer = subprocess.Popen([options.write_events, name, "endless"],
                                      stdout=subprocess.PIPE, text=True)
            path = pathlib.Path(writer.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.03))
            writer.kill()
            writer.wait()
            writer.stdout.close()
            found = records_in(path.read_bytes())
            assert found >= 1, "the file's version is not in it"
            most = max(most, found)
            lines.write_bytes(lines.read_bytes() + b'{"step":1,"ta')  # the next one cuts this off
        subprocess.run([options.write_events, name, "steps", "4"], check=True)
        assert all(json.loads(line)["step"] >= 0 for line in lines.read_text().splitlines())
        events = sorted(each.name for each in pathlib.Path(name).glob("events.*"))
        assert len(events) == options.kills + 2
    print(f"{options.kills} kills: every file has whole records, at most {most}, before its end")


if __name__ == "__main__":
    main()
