#!/usr/bin/env python3
"""Models that cross between programs: what this program writes is read by others, what they write is read by it, with the same optimal values.

usage: python3 Benchmarks/judge_models.py path/to/rl-lab [tasks] [gymnasium] [storm] [broken]     (pip install numpy scipy gymnasium stormpy)

Of every finite task that ships:
- each format is written, read again, and solved: the same values within 1e-12 of the largest;
- each format is read by the few lines of Python below, or by Storm (PRISM's files), and solved by numpy: the same within 1e-10;
- `.npy` files of values, action values and policies satisfy Bellman's equation in numpy.
Gymnasium's own tables, and models that Storm builds from PRISM programs, are read and solved. Files that are broken are refused with one line
and exit 65. Ends with 1 where anything differs.
"""
import csv
import json
import os
import re
import sys
import tempfile

import numpy as np

from finite import Model, Program, difference
from foreign_models import BROKEN, PROGRAMS
from judge_storm import Storm, options

GAMMAS = (0.9, 0.99, 1.0)
SUFFIXES = {
    "json": [".mdp.json"], "csv": [".csv"], "drn": [".drn"], "prism": [".tra", ".rew", ".lab"], "cassandra": [".mdp"],
    "mdpsolver": [".transitions.csv", ".rewards.csv"],
}
MORE = [
    ("frozen-lake", "map_name=8x8 reward_schedule=[1,-1,-0.01]"), ("gridworld", "rows=5 sticky_actions=0.25 slip=0.2"),
    ("taxi", "is_rainy=true fickle_passenger=true"), ("garnet", "seed=3 reward=normal terminal_probability=0.05"),
    ("gamblers-problem", "allow_zero_stake=true"), ("deep-sea", "deterministic=false size=7"),
    ("jacks-car-rental", "max_cars=5"), ("blackjack", "natural=true sab=false"), ("cliff-walking", "history=2 aggregate=4"),
]


# Readers of the formats, as short as the formats are.


def read_csv(path):
    with open(path) as file:
        rows = [(int(r["state"]), int(r["action"]), float(r["probability"]), int(r["next_state"]), float(r["reward"]),
                 r["terminated"] == "true") for r in csv.DictReader(file)]
    return Model(1 + max(max(r[0], r[3]) for r in rows), rows)


def read_prism(name):
    lines = open(name + ".tra").read().splitlines()
    rewards = {}
    for line in open(name + ".rew").read().splitlines()[1:]:
        s, c, n, r = line.split()
        rewards[s, c, n] = float(r)
    rows = []
    for line in lines[1:]:
        s, c, n, p, _ = line.split()
        rows.append((int(s), int(c), float(p), int(n), rewards.get((s, c, n), 0.0), False))
    return Model(int(lines[0].split()[0]), rows)


def read_cassandra(path):
    text = open(path).read()
    states = int(re.search(r"^states: (\d+)$", text, re.M).group(1))
    rewards = {}
    for a, s, n, r in re.findall(r"^R: (\S+) : (\d+) : (\d+) : \* (\S+)$", text, re.M):
        rewards[a, s, n] = float(r)
    names, rows = {}, []
    for a, s, n, p in re.findall(r"^T: (\S+) : (\d+) : (\d+) (\S+)$", text, re.M):
        rows.append((int(s), names.setdefault(a, len(names)), float(p), int(n), rewards.get((a, s, n), 0.0), False))
    return Model(states, rows)


def read_mdpsolver(name):
    with open(name + ".rewards.csv") as file:
        rewards = {(r["state"], r["action"]): float(r["reward"]) for r in csv.DictReader(file)}
    with open(name + ".transitions.csv") as file:
        rows = [(int(r["state"]), int(r["action"]), float(r["probability"]), int(r["next_state"]), rewards[r["state"], r["action"]], False)
                for r in csv.DictReader(file)]
    return Model(1 + max(max(r[0], r[3]) for r in rows), rows)


def read(name, form):
    if form == "json":
        return Model.of_json(open(name + ".mdp.json").read())
    if form == "csv":
        return read_csv(name + ".csv")
    if form == "cassandra":
        return read_cassandra(name + ".mdp")
    return {"prism": read_prism, "mdpsolver": read_mdpsolver}[form](name)


def storm_explicit(name, gamma, folder):
    """V* by Storm from PRISM's files, brought into its dialect (a word for the type, no counts, no names of actions, labels below
    #DECLARATION), with a discount. Of rewards of both signs None: Storm reads no negative ones, and costs have to stand alone."""
    import stormpy

    rewards = [line.split() for line in open(name + ".rew").read().splitlines()[1:]]
    signs = {float(r) > 0 for *_, r in rewards}
    if len(signs) > 1:
        return None
    sign = -1 if False in signs else 1

    lines = open(name + ".tra").read().splitlines()
    states = int(lines[0].split()[0])
    out, last = ["mdp"], None
    for line in lines[1:] + [f"{states} 0 {states} 1"]:
        s, c, n, p = line.split()[:4]
        if last not in (None, (s, c)):
            out.append(f"{last[0]} {last[1]} {states} {1 - gamma!r}")
        last = (s, c)
        out.append(f"{s} {c} {n} {float(p) * (gamma if int(s) < states else 1)!r}")
    # Storm weighs a transition's reward with its probability, which now has the discount in it.
    paid = [f"{s} {c} {n} {sign * float(r) / gamma!r}" for s, c, n, r in rewards]
    if not paid:
        return np.zeros(states)
    for suffix, text in [("s.tra", "\n".join(out)), ("s.lab", f"#DECLARATION\ninit end\n#END\n0 init\n{states} end"),
                         ("s.trew", "\n".join(paid))]:
        with open(os.path.join(folder, suffix), "w") as file:
            file.write(text + "\n")
    files = [os.path.join(folder, name) for name in ("s.tra", "s.lab", "s.trew")]
    model = stormpy.build_model_from_explicit(files[0], files[1], transition_rewards=files[2])
    return sign * Storm.check(model, f'R{"max" if sign > 0 else "min"}=? [F "end"]')[:states]


class Judge:
    def __init__(self, program):
        self.program, self.worst, self.faults, self.count = program, {}, [], 0

    def note(self, what, which, difference, most):
        self.count += 1
        if difference > self.worst.get(what, (-1, ""))[0]:
            self.worst[what] = (difference, which)
        if not difference <= most:
            self.faults.append(f"{which}: {what}: differs by {difference:.2e}")

    # What this program writes.

    def task(self, task, text):
        chosen, folder, which = options(text), self.program.folder, f"{task} {text}".strip()
        before = {gamma: self.program.values(task, gamma, chosen)[0] for gamma in GAMMAS}
        for form, suffixes in SUFFIXES.items():
            self.program("model", task, *chosen, "--format", form, "-o", "x")
            for gamma, values in before.items():
                after, refusal = self.program.values("x" + suffixes[0], gamma)
                if (values is None) != (after is None):
                    self.faults.append(f"{which}: {form} at gamma {gamma} {refusal or 'has values'}")
                elif values is not None:
                    scale = max([1.0] + [abs(v) for v in values if np.isfinite(v)])
                    self.note(f"{form} written and read again", which, difference(values, after) / scale, 1e-12)
            if form != "drn":
                model = read(os.path.join(folder, "x"), form)
                self.note(f"{form} read in Python", which, difference(before[0.9], model.optimal(0.9)), 1e-10)
            if form == "prism":
                theirs = storm_explicit(os.path.join(folder, "x"), 0.9, folder)
                if theirs is not None:
                    self.note("prism read by Storm", which, difference(before[0.9], theirs), 1e-8)
        self.arrays(task, chosen, which)

    def arrays(self, task, chosen, which):
        folder = self.program.folder
        self.program("show", task, *chosen, "--gamma", 0.9, "--values", "v.npy", "--action-values", "q.npy", "--policy", "pi.npy")
        v, q, pi = (np.load(os.path.join(folder, name)) for name in ("v.npy", "q.npy", "pi.npy"))
        model = Model.of_json(self.program("model", task, *chosen).stdout)
        model.gamma = 0.9
        wanted = np.full(q.shape, np.nan)
        wanted[model.owner, model.action] = model.q(v)
        offered = ~np.isnan(wanted)
        scale = max(1, np.abs(v).max())
        missing = (np.isnan(q) != ~offered).any() or (pi[~offered] != 0).any()
        self.note(".npy of Q", which, np.inf if missing else np.abs((q - wanted)[offered]).max(initial=0) / scale, 1e-12)
        acting = offered.any(axis=1)
        best = np.where(offered, q, -np.inf).max(axis=1)
        followed = (pi * np.where(offered, q, 0)).sum(axis=1)
        self.note(".npy of V", which, np.abs((v - best)[acting]).max(initial=0) / scale, 1e-12)
        self.note(".npy of the policy", which, max(np.abs((followed - best)[acting]).max(initial=0) / scale,
                                                 np.abs(pi.sum(axis=1)[acting] - 1).max(initial=0)), 1e-9)
        np.save(os.path.join(folder, "mine.npy"), pi)
        graded = json.loads(self.program("grade", task, "mine.npy", *chosen, "--gamma", 0.9, "--json").stdout)
        self.note("the policy's grade", which, 1 - graded["score"], 0)

    # What others write.

    def gymnasium(self):
        import gymnasium

        # What a fickle passenger does is not in Gymnasium's table, only in its step.
        for name, task, chosen, made in [
            ("FrozenLake-v1", "frozen-lake", "", {}), ("FrozenLake-v1", "frozen-lake", "is_slippery=false", {"is_slippery": False}),
            ("FrozenLake-v1", "frozen-lake", "map_name=8x8", {"map_name": "8x8"}),
            ("FrozenLake-v1", "frozen-lake", "map_name=8x8 is_slippery=false", {"map_name": "8x8", "is_slippery": False}),
            ("FrozenLake-v1", "frozen-lake", "success_rate=0.7", {"success_rate": 0.7}),
            ("FrozenLake-v1", "frozen-lake", "reward_schedule=[2,-1,-0.1]", {"reward_schedule": (2, -1, -0.1)}),
            ("CliffWalking-v1", "cliff-walking", "", {}), ("CliffWalking-v1", "cliff-walking", "is_slippery=true", {"is_slippery": True}),
            ("Taxi-v4", "taxi", "", {}), ("Taxi-v4", "taxi", "is_rainy=true", {"is_rainy": True}),
            ("Taxi-v4", "taxi", "is_rainy=true", {"is_rainy": True, "fickle_passenger": True}),
        ]:
            env = gymnasium.make(name, **made).unwrapped
            P = env.P
            # As docs/interchange.md says.
            rows = [[s, a, float(p), int(n), float(r), bool(d)] for s in P for a in P[s] for p, n, r, d in P[s][a]]
            path = os.path.join(self.program.folder, "g.mdp.json")
            starts = [[s, float(p)] for s, p in enumerate(env.initial_state_distrib) if p > 0]
            with open(path, "w") as file:
                json.dump({"format": "rl-lab-mdp/1", "states": len(P), "actions": len(P[0]), "initial": starts, "transitions": rows}, file)
            model = Model.of_json(open(path).read())
            for gamma in (0.5,) + GAMMAS:
                exact = model.optimal(gamma) if gamma < 1 else model.total()
                which = f"{name} {chosen} gamma {gamma}"
                self.note("Gymnasium's table", which, difference(self.program.values("g.mdp.json", gamma)[0], exact), 1e-10)
                own = self.program.values(task, gamma, options(chosen))[0]
                # States that no play reaches offer actions in Gymnasium and none here.
                begun = [state for state, _ in starts]
                self.note("the own task beside Gymnasium's", which, difference(own[begun], exact[begun]), 1e-10)

    def storm(self):
        import stormpy
        import stormpy.io

        for name, text in PROGRAMS.items():
            path = os.path.join(self.program.folder, name)
            with open(path + ".prism", "w") as file:
                file.write(text)
            wanted = stormpy.BuilderOptions()
            wanted.set_build_all_reward_models(True)
            wanted.set_build_choice_labels(True)
            wanted.set_build_all_labels(True)
            wanted.set_build_state_valuations(True)
            built = stormpy.build_model(stormpy.io.parse_prism_program(path + ".prism"), options=wanted)
            stormpy.io.export_to_drn(built, path + ".drn")
            matrix = built.transition_matrix
            for label, reward in (built.reward_models or {"": None}).items():
                rows = []
                for s in range(built.nr_states):
                    choices = range(matrix.get_row_group_start(s), matrix.get_row_group_end(s)) if name != "chain" else [s]
                    for place, row in enumerate(choices):
                        paid = 0.0
                        if reward is not None and reward.has_state_rewards:
                            paid += reward.get_state_reward(s)
                        if reward is not None and reward.has_state_action_rewards:
                            paid += reward.get_state_action_reward(row)
                        rows += [(s, place, e.value, e.column, paid, False) for e in matrix.get_row(row)]
                model = Model(built.nr_states, rows)
                chosen = ["--set", f"environment.reward_model={label}"] if label else []
                for gamma in (0.9, 0.99):
                    own, refusal = self.program.values(name + ".drn", gamma, chosen)
                    if own is None:
                        self.faults.append(f"{name}.drn: {refusal}")
                    else:
                        # Storm writes ten digits.
                        scale = max(1, np.abs(own).max()) / (1 - gamma)
                        self.note("Storm's models", f"{name} {label} gamma {gamma}", difference(own, model.optimal(gamma)) / scale, 1e-9)

    # What nobody should have written.

    def broken(self):
        for name, text in BROKEN:
            if isinstance(text, dict):
                for suffix, part in text.items():
                    with open(os.path.join(self.program.folder, name.split(".")[0] + suffix), "w") as file:
                        file.write(part)
            else:
                with open(os.path.join(self.program.folder, name), "w") as file:
                    file.write(text)
            for command in (["model", name], ["lint", name], ["show", name, "--gamma", "0.9"],
                            ["run", "-e", "mdp-file", "--set", f"environment.path={name}", "-a", "value-iteration", "-o", "b", "--overwrite"]):
                done = self.program(*command, check=False)
                self.count += 1
                said = done.stderr.strip()
                if done.returncode != 65 or not said.startswith("error: ") or "\n" in said or name.split(".")[0] not in said:
                    first = (text if isinstance(text, str) else next(iter(text.values()))).replace("\n", "⏎")[-90:]
                    self.faults.append(f"broken {name} ({first}): {' '.join(command[:1])}: exit {done.returncode}: {said[:200]}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(Program(sys.argv[1], folder))
        parts = sys.argv[2:] or ["tasks", "gymnasium", "storm", "broken"]
        if "tasks" in parts:
            for task, text in [(task, "") for task in judge.program.tasks()] + MORE:
                judge.task(task, text)
                print(task, text, flush=True)
        for part in parts:
            if part != "tasks":
                getattr(judge, part)()
    for what, (difference, which) in judge.worst.items():
        print(f"{what:32} {difference:.1e} ({which})")
    print(f"{judge.count} checks, {len(judge.faults)} faults", *judge.faults, sep="\n")
    return 1 if judge.faults else 0


if __name__ == "__main__":
    sys.exit(main())
