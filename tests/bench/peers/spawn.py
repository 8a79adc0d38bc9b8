#!/usr/bin/env python3
# spawn.py: Python's threads and subprocess, as a peer of the spawning benchmark.
#
#     spawn.py PROGRAM N IN-FLIGHT [capture]      prints us_per_process=X
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

program, count, in_flight = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
stdout = subprocess.PIPE if "capture" in sys.argv[4:] else None


def run(_):
    subprocess.run([program], stdout=stdout, check=True)


begin = time.perf_counter()
with ThreadPoolExecutor(in_flight) as pool:
    for _ in pool.map(run, range(count)):
        pass
print(f"us_per_process={(time.perf_counter() - begin) * 1e6 / count:.2f}")
