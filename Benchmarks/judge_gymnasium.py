#!/usr/bin/env python3
"""Gymnasium's own environments through the bridge against the native ones: the same learner must learn the same.

usage: python3 Benchmarks/judge_gymnasium.py path/to/rl-lab     (pip install gymnasium, for the interpreter that runs this)

For every task the learner runs with as many seeds on both sides. Two numbers of a trial are compared: its mean return over all of training,
and over the last fifth. The trials of the two sides are independent, so that the difference of the means, divided by its standard error
(Welch), is about standard normal where the tasks are the same: beyond 4 something is wrong. Prints a line a number and ends with 1 then.
Steps a second of both sides are printed for comparison.
"""
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

TASKS = [
    # Gymnasium's id, ours, learner, budget, seeds, settings
    ("FrozenLake-v1", "frozen-lake", "q-learning", ["--episodes", "2000"], 40, {"algorithm.alpha": 0.1}),
    ("CliffWalking-v1", "cliff-walking", "q-learning", ["--episodes", "300"], 40, {"algorithm.alpha": 0.5}),
    ("Taxi-v4", "taxi", "q-learning", ["--episodes", "800"], 40, {"algorithm.alpha": 0.5}),
    ("Blackjack-v1", "blackjack", "q-learning", ["--episodes", "5000"], 40, {"algorithm.alpha": 0.02}),
    ("MountainCar-v0", "mountain-car", "semi-gradient-sarsa", ["--episodes", "100"], 30, {"algorithm.alpha": 0.0375, "algorithm.epsilon": 0}),
    ("CartPole-v1", "cart-pole", "ppo", ["--steps", "30000"], 20, {"algorithm.n_envs": 4, "algorithm.n_steps": 256}),
    ("Pendulum-v1", "pendulum", "ppo", ["--steps", "30000"], 20, {"algorithm.n_envs": 4, "algorithm.n_steps": 256}),
]


def run(program, environment, learner, budget, seeds, settings, folder):
    command = [program, "run", "-e", environment, "-a", learner, *budget, "--seeds", str(seeds), "--json", "--overwrite",
               "--set", "record.exact=false", "--set", "record.every=1" if budget[0] == "--episodes" else "record.every=1000",
               "-o", folder]
    for path, value in settings.items():
        command += ["--set", f"{path}={value}"]
    start = time.time()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    elapsed = time.time() - start
    trials, steps = {}, {}
    with open(os.path.join(folder, "curves.csv")) as file:
        for row in csv.DictReader(file):
            steps[row["seed"]] = int(row["step"])
            if row["return"]:
                trials.setdefault(row["seed"], []).append(float(row["return"]))
    means = [statistics.fmean(returns) for returns in trials.values()]
    ends = [statistics.fmean(returns[-(len(returns) // 5):]) for returns in trials.values()]
    return means, ends, sum(steps.values()) / elapsed


def main():
    program = os.path.abspath(sys.argv[1])
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for theirs, ours, learner, budget, seeds, settings in TASKS:
            bridged = dict(settings)
            bridged["environment.env"] = theirs
            bridged["environment.python"] = json.dumps(sys.executable)
            one = run(program, "gymnasium", learner, budget, seeds, bridged, os.path.join(folder, "bridge"))
            two = run(program, ours, learner, budget, seeds, settings, os.path.join(folder, "native"))
            for what, a, b in (("training", one[0], two[0]), ("last fifth", one[1], two[1])):
                error = (statistics.variance(a) / len(a) + statistics.variance(b) / len(b)) ** 0.5
                difference = statistics.fmean(a) - statistics.fmean(b)
                z = difference / error if error else (0.0 if difference == 0 else float("inf"))
                worst = max(worst, abs(z))
                print(f"{learner:20} {theirs:16} {what:10} bridge {statistics.fmean(a):10.3f}  native "
                      f"{statistics.fmean(b):10.3f}  difference {difference:8.3f} ± {error:.3f}  z {z:5.2f}  ({seeds} seeds)")
            print(f"{'':37} {one[2] / 1e3:.1f} k steps a second through the bridge, {two[2] / 1e3:.1f} k native")
    print(f"greatest |z| {worst:.2f}")
    return 1 if worst > 4 else 0


if __name__ == "__main__":
    sys.exit(main())
