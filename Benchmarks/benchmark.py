#!/usr/bin/env python3
"""Measures rl-lab as a whole program, and beside it peers from PyPI. See README.md in this folder."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TASKS = {
    "cliff": ["-e", "cliff-walking"],
    "frozen lake 8x8": ["-e", "frozen-lake", "--set", "environment.map_name=8x8"],
    "taxi": ["-e", "taxi"],
    "grid 100x100": ["-e", "gridworld", "--set", "environment.rows=100"],
}
LEARNER = ["--set", "algorithm.alpha=0.1", "--set", "algorithm.gamma=0.99", "--set", "algorithm.epsilon=0.1",
           "--set", "record.exact=false", "--set", "record.values=none"]


class Bench:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="rl-lab-benchmark-")
        self.program = options.program or os.path.join(ROOT, ".build", "release", "rl-lab")
        if not os.path.exists(self.program):
            sys.exit(f"{self.program} is not there; build it with: swift build -c release")

    def pin(self, command, cores):
        if self.options.core is None or not shutil.which("taskset"):
            return command
        first = self.options.core
        return ["taskset", "-c", ",".join(str(first + k) for k in range(cores))] + command

    def run(self, words, jobs=1, runs=None):
        """Median seconds and peak megabytes of the whole process."""
        times, peak = [], 0
        for k in range(runs or self.options.runs):
            out = os.path.join(self.folder, str(k))
            shutil.rmtree(out, ignore_errors=True)
            command = self.pin([self.program, "run", *words, "--jobs", str(jobs), "--quiet", "-o", out], jobs)
            start = time.perf_counter()
            process = subprocess.Popen(command)
            _, status, usage = os.wait4(process.pid, 0)
            times.append(time.perf_counter() - start)
            if status != 0:
                sys.exit("failed: " + " ".join(command))
            peak = max(peak, usage.ru_maxrss / 1024)
        return statistics.median(times), peak

    def steps(self):
        print("\nsteps: million environment steps a second with learning, one trial, one core")
        n = self.options.steps
        for name, words in TASKS.items():
            row = [f"{name:16}"]
            for algorithm in ("q-learning", "sarsa"):
                seconds, _ = self.run([*words, "-a", algorithm, "--steps", str(n), *LEARNER])
                row.append(f"{algorithm} {n / seconds / 1e6:7.1f}")
                if self.options.peers:
                    for peer in (peer_numba, peer_gymnasium):
                        row.append(peer(name, algorithm))
            print("  ".join(row))

    def cores(self):
        print("\ntwo cores: 8 trials, speed with --jobs 2 over --jobs 1")
        for name, words in TASKS.items():
            line = [*words, "-a", "q-learning", "--steps", str(self.options.steps // 8), "--seeds", "8", *LEARNER]
            ratios = []
            for _ in range(self.options.runs):
                one, _ = self.run(line, jobs=1, runs=1)
                two, _ = self.run(line, jobs=2, runs=1)
                ratios.append(one / two)
            print(f"{name:16}  {statistics.median(ratios):.2f}")

    def testbed(self):
        print("\ntestbed: seconds for 2000 runs x 1000 steps x 3 epsilons, two jobs")
        for every in (1, 10, 100):
            seconds, _ = self.run([os.path.join(ROOT, "experiments", "sutton-barto-2-2.json5"),
                                   "--set", f"record.every={every}"], jobs=2)
            print(f"a row every {every:3} steps: {seconds:.2f}  ({6_000_000 // every:,} rows)")

    def planning(self):
        print("\nplanning: certified error 1e-6, gamma 0.99, one core; seconds of the whole process, peak memory")
        slip = ["--set", "environment.slip=0.2", "--set", "environment.rewards={step: -0.01, goal: 1}"]
        common = ["--set", "algorithm.gamma=0.99", "--set", "algorithm.tolerance=1e-6", "--set", "record.values=none",
                  "-a", "value-iteration"]
        cases = {
            "grid 100x100": ["-e", "gridworld", "--set", "environment.rows=100", *slip],
            "grid 1000x1000": ["-e", "gridworld", "--set", "environment.rows=1000", *slip],
            "garnet 10k": ["-e", "garnet", "--set", "environment.states=10000", "--set", "environment.actions=10",
                           "--set", "environment.branching=20"],
        }
        for name, words in cases.items():
            runs = 1 if "1000x" in name else None
            setup, _ = self.run([*words, *common, "--iterations", "1"], runs=runs)
            seconds, peak = self.run([*words, *common], runs=runs)
            print(f"{name:16}  {seconds:.3f} in all, {seconds - setup:.3f} after the first sweep, {peak:.0f} MB")
        if self.options.peers:
            peer_quantecon()


    def training(self):
        """What networks do: counted by hand, two operations a weight and row forward, twice as many backward."""
        print("\ntraining: PPO on CartPole, one core: steps a second, arithmetic, and its share of the peak of a 64 x 64 kernel")
        forward = 2 * (4 * 64 + 64 * 64 + 64 * 2) + 2 * (4 * 64 + 64 * 64 + 64)
        backward = 2 * forward - 2 * 2 * 4 * 64  # nobody wants the gradient of the inputs
        for preset, epochs in (("rl-zoo", 20), ("cleanrl", 4)):
            seconds, _ = self.run(["-e", "cart-pole", "-a", "ppo", "--set", f"algorithm.preset={preset}", "--steps", "300000",
                                   "--set", "record.every=30000", "--set", "record.values=none"])
            rate = 300_000 / seconds
            arithmetic = rate * (forward + epochs * (forward + backward)) / 1e9
            print(f"{preset:16}  {rate:9.0f}  {arithmetic:6.1f} GFLOP/s  {arithmetic / self.options.peak:.2f}")
        for algorithm in ("reinforce", "actor-critic"):
            n = 30_000_000
            seconds, _ = self.run(["-e", "short-corridor", "-a", algorithm, "--steps", str(n), "--set", f"record.every={n // 10}",
                                   "--set", "record.exact=false"])
            print(f"{algorithm:16}  {n / seconds / 1e6:9.1f} million, a table on the short corridor")


def table(name):
    """The task as arrays [S][A][K] of next, probability, reward, terminated, from Gymnasium or built here."""
    import numpy as np
    if name == "grid 100x100":
        n = 100
        nxt = np.zeros((n * n, 4, 1), np.int64)
        for s in range(n * n):
            y, x = divmod(s, n)
            for a, (dy, dx) in enumerate([(-1, 0), (0, 1), (1, 0), (0, -1)]):
                nxt[s, a, 0] = min(max(y + dy, 0), n - 1) * n + min(max(x + dx, 0), n - 1)
        return nxt, np.ones(nxt.shape), -np.ones(nxt.shape), nxt == n * n - 1, np.array([0]), 0
    import gymnasium as gym
    ids = {"cliff": ("CliffWalking-v1", {}), "frozen lake 8x8": ("FrozenLake8x8-v1", {}), "taxi": ("Taxi-v4", {})}
    ident, options = ids[name]
    env = gym.make(ident, **options)
    P = env.unwrapped.P
    K = max(len(P[s][a]) for s in P for a in P[s])
    shape = (len(P), len(P[0]), K)
    nxt, prob, rew, done = (np.zeros(shape, t) for t in (np.int64, float, float, bool))
    for s in P:
        for a in P[s]:
            for k, (p, n, r, d) in enumerate(P[s][a]):
                nxt[s, a, k], prob[s, a, k], rew[s, a, k], done[s, a, k] = n, p, r, d
    start = np.flatnonzero(env.unwrapped.initial_state_distrib)
    return nxt, prob, rew, done, start, env.spec.max_episode_steps or 0


def peer_numba(name, algorithm):
    try:
        import numba
        import numpy as np
    except ImportError:
        return "numba absent"
    if not hasattr(peer_numba, "loop"):
        @numba.njit
        def choose(row):
            if np.random.random() < 0.1:
                return np.random.randint(row.size)
            best, ties, arg = row[0], 1, 0
            for a in range(1, row.size):
                if row[a] > best:
                    best, ties, arg = row[a], 1, a
                elif row[a] == best:
                    ties += 1
                    if np.random.randint(ties) == 0:
                        arg = a
            return arg

        @numba.njit
        def loop(nxt, cum, rew, done, start, limit, steps, sarsa):
            S, A, K = nxt.shape
            Q = np.zeros((S, A))
            s = start[np.random.randint(start.size)]
            a = choose(Q[s])
            length = 0
            for _ in range(steps):
                k = 0
                if K > 1:
                    u = np.random.random()
                    while k < K - 1 and u >= cum[s, a, k]:
                        k += 1
                t = nxt[s, a, k]
                b = choose(Q[t]) if sarsa else 0
                value = 0.0 if done[s, a, k] else (Q[t, b] if sarsa else Q[t].max())
                Q[s, a] += 0.1 * (rew[s, a, k] + 0.99 * value - Q[s, a])
                length += 1
                if done[s, a, k] or length == limit:
                    s = start[np.random.randint(start.size)]
                    a = choose(Q[s])
                    length = 0
                else:
                    s = t
                    a = b if sarsa else choose(Q[s])
            return Q
        peer_numba.loop = loop
    nxt, prob, rew, done, start, limit = table(name)
    arguments = (nxt, prob.cumsum(2), rew, done, start, limit)
    peer_numba.loop(*arguments, 1000, algorithm == "sarsa")
    n = 10_000_000
    begin = time.process_time()
    peer_numba.loop(*arguments, n, algorithm == "sarsa")
    return f"(numba {n / (time.process_time() - begin) / 1e6:5.1f})"


def peer_gymnasium(name, algorithm):
    if name == "grid 100x100":
        return ""
    try:
        import gymnasium as gym
        import numpy as np
    except ImportError:
        return "gymnasium absent"
    ids = {"cliff": "CliffWalking-v1", "frozen lake 8x8": "FrozenLake8x8-v1", "taxi": "Taxi-v4"}
    env = gym.make(ids[name])
    rng = np.random.default_rng(0)
    Q = np.zeros((env.observation_space.n, env.action_space.n))

    def choose(s):
        if rng.random() < 0.1:
            return int(rng.integers(Q.shape[1]))
        return int(rng.choice(np.flatnonzero(Q[s] == Q[s].max())))

    n = 50_000
    s, _ = env.reset(seed=0)
    a = choose(s)
    begin = time.process_time()
    for _ in range(n):
        t, r, terminated, truncated, _ = env.step(a)
        b = choose(t)
        value = 0.0 if terminated else (Q[t, b] if algorithm == "sarsa" else Q[t].max())
        Q[s, a] += 0.1 * (r + 0.99 * value - Q[s, a])
        s, a = t, b
        if terminated or truncated:
            s, _ = env.reset()
            a = choose(s)
    return f"(gymnasium {n / (time.process_time() - begin) / 1e6:5.3f})"


def peer_quantecon():
    try:
        import numpy as np
        import quantecon as qe
        import scipy.sparse as sp
    except ImportError:
        print("quantecon absent")
        return
    rng = np.random.default_rng(0)
    S, A, K = 10_000, 10, 20
    rows = np.repeat(np.arange(S * A), K)
    columns = np.concatenate([rng.choice(S, K, replace=False) for _ in range(S * A)])
    weights = rng.random((S * A, K))
    Q = sp.csr_matrix(((weights / weights.sum(1, keepdims=True)).ravel(), (rows, columns)), (S * A, S))
    ddp = qe.markov.DiscreteDP(rng.random(S * A), Q, 0.99, np.repeat(np.arange(S), A), np.tile(np.arange(A), S))
    ddp.solve("mpi", epsilon=1e-6)
    begin = time.perf_counter()
    ddp.solve("mpi", epsilon=1e-6)
    print(f"garnet 10k        quantecon, modified policy iteration: {time.perf_counter() - begin:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="measure peers from PyPI beside it")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--steps", type=int, default=100_000_000)
    parser.add_argument("--core", type=int, help="pin to this core (and the next, where two are measured)")
    parser.add_argument("--program", help="the built program; default .build/release/rl-lab")
    parser.add_argument("--peak", type=float, default=34, help="GFLOP/s of a good 64 x 64 kernel on this machine, in this build")
    parser.add_argument("figures", nargs="*", help="steps, cores, testbed, planning, training; default all")
    options = parser.parse_args()
    bench = Bench(options)
    try:
        for figure in options.figures or ["steps", "cores", "testbed", "planning", "training"]:
            getattr(bench, figure)()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
