#!/usr/bin/env python3
"""Storm as an outside judge: the optimal values of every finite task that ships, by this program and by stormpy.

usage: python3 Benchmarks/judge_storm.py path/to/rl-lab     (pip install stormpy)

Each task is exported as DRN. A discount is written into it as storm knows it: every step ends with probability 1 - gamma. Storm then
maximises the expected total reward until the end by value iteration (its policy iteration goes astray where rewards are negative);
this program solves the task exactly. Prints a line a task and ends with 1 where the greatest difference is above 1e-8.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

import stormpy
import stormpy.environments


def discounted(lines, gamma):
    """The lines of a DRN file with a way to a new end at every step, and rewards as they are."""
    states = int(lines[lines.index("@nr_states") + 1])
    choices = int(lines[lines.index("@nr_choices") + 1])
    out = []
    pending = False

    def leave():
        return f"\t\t{states} : {1 - gamma!r}"

    for line in lines:
        if line.startswith(("state ", "\taction")) and pending:
            out.append(leave())
            pending = False
        if line.startswith("state ") and line.endswith(" end"):
            line = line[: -len(" end")]
        if line.startswith("\t\t"):
            target, chance = line.split(":")
            line = f"{target}: {float(chance) * gamma!r}"
            pending = True
        out.append(line)
    out.append(leave())
    out[out.index("@nr_states") + 1] = str(states + 1)
    out[out.index("@nr_choices") + 1] = str(choices + 1)
    out += [f"state {states} [0] end", "\taction end [0]", f"\t\t{states} : 1"]
    return out, states


def storm_values(drn, gamma, folder):
    lines, states = discounted([line for line in drn.splitlines() if not line.startswith("//")], gamma)
    if not any(line.startswith("\taction") and float(line.split("[")[1].rstrip("]")) != 0 for line in lines):
        return [0.0] * states  # storm refuses to sum rewards where there are none
    path = os.path.join(folder, "judge.drn")
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    model = stormpy.build_model_from_drn(path)
    environment = stormpy.environments.Environment()
    environment.solver().min_max().method = stormpy.environments.MinMaxMethod.VALUE_ITERATION
    for solver in (environment.solver().min_max(), environment.solver().native()):
        solver.precision = stormpy.Rational(1e-13)
        solver.relative_termination_criterion = False
        solver.maximal_number_of_iterations = 10_000_000
    formula = stormpy.parse_properties('R{"reward"}max=? [F "end"]')[0].get_raw_formula()
    result = stormpy.model_checking(model, formula, environment=environment)
    return list(result.get_value_vector())[:states]


def own_values(program, task, gamma, folder):
    out = os.path.join(folder, "own")
    subprocess.run(
        [program, "run", "-e", task, "-a", "policy-iteration", "--set", f"algorithm.gamma={gamma}", "--quiet",
         "--overwrite", "-o", out], check=True)
    values = {}
    with open(os.path.join(out, "values.csv")) as file:
        for row in csv.DictReader(file):
            values[int(row["state"])] = float(row["value"])
    return values


def main():
    program = os.path.abspath(sys.argv[1])
    listed = json.loads(subprocess.run([program, "list", "environments", "--json"], capture_output=True).stdout)
    worst = 0.0
    for entry in listed["environments"]:
        task = entry["id"]
        if entry["kind"] != "model" or task == "mdp-file":
            continue
        with tempfile.TemporaryDirectory() as folder:
            export = subprocess.run([program, "model", task, "--format", "drn"], capture_output=True, text=True)
            for gamma in (0.9, 0.99):
                theirs = storm_values(export.stdout, gamma, folder)
                ours = own_values(program, task, gamma, folder)
                difference = max(abs(theirs[s] - ours.get(s, 0.0)) for s in range(len(theirs)))
                worst = max(worst, difference)
                print(f"{task:24} gamma {gamma}  {len(theirs):6} states  greatest difference {difference:.2e}", flush=True)
    print(f"greatest difference of all: {worst:.2e}")
    return 0 if worst <= 1e-8 else 1


if __name__ == "__main__":
    sys.exit(main())
