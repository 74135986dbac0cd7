#!/usr/bin/env python3
"""Trains for so many minutes, a mix of methods in turn, every run twice: no loss may be no number, memory may not grow, and both runs must
leave the same bytes. See README.md in this folder."""
import argparse
import csv
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOSSES = ("return", "reward", "policy_loss", "value_loss", "entropy", "kl", "clip_fraction", "gradient_norm", "reward_loss",
          "reference_kl", "evaluation_return", "value_error")
ZOO = {"algorithm.preset": "rl-zoo"}
# Full before the second quarter of a run: a replay that still fills is no growth.
REPLAY = {"algorithm.buffer_size": 20_000}
# Name, environment, algorithm, settings, unit of the budget, how much of it takes some 20 seconds on one core.
MIX = [
    ("ppo, cart-pole, Zoo", "cart-pole", "ppo", ZOO, "steps", 600_000),
    ("ppo, cart-pole, CleanRL", "cart-pole", "ppo", {"algorithm.preset": "cleanrl"}, "steps", 800_000),
    ("ppo, pendulum, gSDE", "pendulum", "ppo", ZOO, "steps", 300_000),
    ("ppo, continuous mountain car, gSDE", "mountain-car-continuous", "ppo", ZOO, "steps", 400_000),
    ("ppo, acrobot, normalised", "acrobot", "ppo", ZOO, "steps", 600_000),
    ("ppo, cliff, one-hot", "cliff-walking", "ppo", {"environment.time_limit": 200, "algorithm.n_envs": 8,
                                                     "algorithm.n_steps": 64}, "steps", 500_000),
    ("a2c, cart-pole", "cart-pole", "a2c", ZOO, "steps", 1_500_000),
    ("a2c, pendulum", "pendulum", "a2c", ZOO, "steps", 800_000),
    ("dqn, cart-pole", "cart-pole", "dqn", {"algorithm.net_arch": "[64, 64]", **REPLAY}, "steps", 1_000_000),
    ("dqn, double and dueling, mountain car", "mountain-car", "dqn",
     {"algorithm.double": "true", "algorithm.dueling": "true", "algorithm.net_arch": "[64]", **REPLAY}, "steps", 1_000_000),
    ("reinforce with baseline, cart-pole", "cart-pole", "reinforce-baseline", {"algorithm.gamma": 0.99}, "steps", 1_000_000),
    ("actor-critic, table", "frozen-lake", "actor-critic", {"algorithm.lambda": 0.8}, "steps", 100_000_000),
    ("actor-critic, tiles, mountain car", "mountain-car", "actor-critic",
     {"algorithm.lambda": 0.9, "algorithm.alpha": 0.01, "algorithm.alpha_w": 0.02}, "steps", 3_000_000),
    ("reinforce, table", "short-corridor", "reinforce", {}, "steps", 200_000_000),
    ("sarsa, table", "cliff-walking", "sarsa", {}, "steps", 600_000_000),
    ("semi-gradient sarsa, tiles", "mountain-car", "semi-gradient-sarsa", {"algorithm.alpha": 0.05}, "steps", 20_000_000),
    ("grpo, arithmetic", "modular-arithmetic", "grpo", {"algorithm.num_generations": 8}, "iterations", 2_000),
    ("grpo, arithmetic, network", "modular-arithmetic", "grpo", {"algorithm.policy": "mlp"}, "iterations", 600),
    ("dpo, arithmetic", "modular-arithmetic", "dpo", {}, "iterations", 4_000),
]


def resident(process):
    """Megabytes that a running process holds; 0 where nobody tells."""
    try:
        with open(f"/proc/{process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except (OSError, IndexError, ValueError):
        return 0.0


def train(program, item, scale, folder):
    """Seconds of processor time, and the samples of memory."""
    _, environment, algorithm, settings, unit, count = item
    count = max(200, int(count * scale))
    command = [program, "run", "-e", environment, "-a", algorithm, f"--{unit}", str(count), "--jobs", "1", "--quiet", "-o", folder,
               "--set", f"record.every={max(1, count // 100)}", "--set", "record.exact=false"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    samples = []
    process = subprocess.Popen(command)
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            break
        samples.append(resident(process))
        time.sleep(0.1)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("failed: " + " ".join(command))
    return usage.ru_utime + usage.ru_stime, [sample for sample in samples if sample > 0]


def faults(path):
    """Numbers in a curve that are none. The first row of a trial is empty; an empty field is nothing measured."""
    found = []
    with open(path, newline="") as file:
        for line, row in enumerate(csv.DictReader(file), start=2):
            for name in LOSSES:
                text = row.get(name) or ""
                if text and not math.isfinite(float(text)):
                    found.append(f"line {line}: {name} is {text}")
    return found


def growth(samples):
    """Megabytes by which the last quarter of a run holds more than the second: buffers fill in the first."""
    if len(samples) < 40:
        return 0.0
    quarter = len(samples) // 4
    return max(samples[3 * quarter:]) - max(samples[quarter:2 * quarter])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long to go on")
    parser.add_argument("--scale", type=float, default=1, help="how long each run is; 1 for some 20 seconds")
    parser.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "rl-lab"))
    options = parser.parse_args()
    if not os.path.exists(options.program):
        sys.exit(f"{options.program} is not there; build it with: swift build -c release")
    folder = tempfile.mkdtemp(prefix="rl-lab-soak-")
    end = time.monotonic() + 60 * options.minutes
    total, runs, bad = 0.0, 0, 0
    round_ = 0
    while time.monotonic() < end:
        round_ += 1
        for item in MIX:
            if time.monotonic() >= end:
                break
            folders = [os.path.join(folder, name) for name in ("first", "second")]
            spent, peaks, grown = [], [], []
            for place in folders:
                shutil.rmtree(place, ignore_errors=True)
                seconds, samples = train(options.program, item, options.scale * round_, place)
                spent.append(seconds)
                peaks.append(max(samples, default=0))
                grown.append(growth(samples))
            total += sum(spent)
            runs += 2
            problems = faults(os.path.join(folders[0], "curves.csv"))[:3]
            for name in ("curves.csv", "summary.csv", "values.csv"):
                first, second = (os.path.join(place, name) for place in folders)
                if os.path.exists(first) and open(first, "rb").read() != open(second, "rb").read():
                    problems.append(f"{name} differs between two runs")
            # An allocator gives pages back when it likes: what grows, grows in both runs and by more than that.
            if min(grown) > 2 + 0.02 * max(peaks):
                problems.append(f"memory has grown by {min(grown):.1f} MB")
            bad += len(problems)
            print(f"{item[0]:38} {sum(spent):7.1f} s  {max(peaks):6.1f} MB  " + ("; ".join(problems) or "well"), flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"{runs} runs, {total / 60:.1f} minutes of training, {bad} problems")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
