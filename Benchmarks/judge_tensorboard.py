#!/usr/bin/env python3
"""TensorBoard's own reader on the event files of a results folder: every scalar must be the number of curves.csv as a 32-bit float.

usage: python3 Benchmarks/judge_tensorboard.py RESULTS     (pip install tensorboard; RESULTS from `rl-lab run ... --tensorboard`)
"""
import csv
import glob
import json
import os
import sys

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

FIXED = {"variant", "environment", "algorithm", "seed", "iteration", "episode", "step"}


def main():
    folder = sys.argv[1]
    units = {"episodes": "episode", "steps": "step", "iterations": "iteration"}
    described = json.load(open(os.path.join(folder, "experiment.json")))
    swept = {column for column in described.get("swept", [])}
    wanted = {}
    axis = {}
    for variant in described["variants"]:
        axis[variant["name"]] = units[next(iter(variant["budget"]))]
    with open(os.path.join(folder, "curves.csv")) as file:
        reader = csv.DictReader(file)
        metrics = [name for name in reader.fieldnames[reader.fieldnames.index("step") + 1:] if name not in FIXED | swept]
        for row in reader:
            for metric in metrics:
                if row[metric] != "":
                    key = (row["variant"], int(row["seed"]), metric)
                    wanted.setdefault(key, []).append((int(row[axis[row["variant"]]]), np.float32(float(row[metric]))))
    checked = 0
    found = set()
    for path in glob.glob(os.path.join(folder, "tensorboard", "*", "seed-*")):
        variant, seed = path.split(os.sep)[-2:]
        reader = EventAccumulator(path, size_guidance={"scalars": 0})
        reader.Reload()
        for metric in reader.Tags()["scalars"]:
            key = (variant, int(seed[len("seed-"):]), metric)
            events = [(event.step, np.float32(event.value)) for event in reader.Scalars(metric)]
            assert key in wanted, f"{key} is not in curves.csv"
            assert events == wanted[key], f"{key}: {events[:3]} ... are not {wanted[key][:3]} ..."
            found.add(key)
            checked += len(events)
    missing = set(wanted) - found
    assert not missing, f"missing: {sorted(missing)[:5]}"
    print(f"{checked} scalars of {len(found)} curves are those of curves.csv")


if __name__ == "__main__":
    main()
