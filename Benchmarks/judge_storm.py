#!/usr/bin/env python3
"""Storm as an outside judge: the optimal values of every finite task that ships, by this program, by stormpy, and by numpy.

usage: python3 Benchmarks/judge_storm.py path/to/rl-lab [TASK...] [random]     (pip install stormpy numpy scipy)

Each task is exported as DRN. A discount is written into it as storm knows it: every step ends with probability 1 - gamma. Storm then
maximises the expected total reward until the end by value iteration (its policy iteration goes astray where rewards are negative).

At gamma 1 what Storm can be asked depends on the rewards:
- where every policy ends, the same question;
- where no reward is negative, the greatest total reward, `R max=? [C]`;
- where none is positive, the least cost until the end, `R min=? [F "end"]`, staying for nothing counted as an end;
- rewards of both signs where some policy never ends: Storm has no question for that, and numpy's answer stands alone.
200 random models of few states, with loops that gain, cost or do nothing, are judged by numpy at gamma 1. numpy judges all others too: a linear program names a policy that ends, whose value is one solution of linear equations.

Prints a line a task and discount, and ends with 1 where a difference is above 1e-8.
"""
import os
import sys
import tempfile

import numpy as np
import stormpy
import stormpy.environments

from finite import Model, Program, difference, random_model

# Beside the defaults: other maps, sizes, rewards, chances; options of every task that keep it finite.
VARIANTS = {
    "gridworld": [
        'map=["S.X","..#","..G"] slip=0.3', "rows=12 moves=8 slip=0.25 stay=true", "rows=7 columns=30",
        'map=["S..#","X.S.","..G."] rewards={step:-0.04,goal:1,hazard:-1,bump:-0.5} slip=0.2', "sticky_actions=0.25",
        'map=["S..","..G"] terminal=[] rewards={step:0,goal:1}', 'map=["SX","G#"] terminal=["G"] slip=1',
    ],
    "cliff-walking": ["is_slippery=true", "slip=0.1", "sticky_actions=0.25", "history=2 aggregate=4"],
    "windy-gridworld": ["king_moves=true stay=true", "stochastic_wind=true", "king_moves=true stochastic_wind=true slip=0.1"],
    "gridworld-3-5": ["slip=0.3", "sticky_actions=0.5"],
    "gridworld-4-1": ["slip=0.3", "reward_noise=2"],
    "zhao-gridworld": ["terminal=true", "terminal=true enterable=false", "rows=9 columns=4 slip=0.2", "step_reward=-1 terminal=true"],
    "dyna-maze": ["slip=0.2", "sticky_actions=0.25"],
    "four-rooms": ["slip=0", "goal=[1,11] start=null"],
    "russell-norvig": ["edition=3", "step_reward=-2", "step_reward=0", "slip=0 step_reward=0.01"],
    "frozen-lake": [
        "map_name=8x8", "is_slippery=false", "map_name=8x8 is_slippery=false", "success_rate=0.8", "reward_schedule=[10,-5,-0.1]",
        'desc=["SFFH","FFHF","HFFG"] success_rate=0.6', "reward_schedule=[1,-1,0]", "reward_schedule=[0,0,-1]",
        "success_rate=0 map_name=8x8", "success_rate=1",
    ],
    "taxi": ["is_rainy=true", "fickle_passenger=true", "is_rainy=true fickle_passenger=true", "slip=0.1"],
    "blackjack": ["natural=true sab=false", "sab=false", "slip=0.2", "start=191"],
    "random-walk": ["states=19 left_reward=-1", "states=1", "states=1000 reach=100 left_reward=-1", "slip=0.25", "states=300 slip=0.5"],
    "gamblers-problem": ["p_heads=0.25", "p_heads=0.55", "allow_zero_stake=true", "goal=13", "p_heads=1", "p_heads=0", "goal=257"],
    "jacks-car-rental": [
        "max_cars=6 free_shuttle=true parking_limit=3", "poisson_truncation=11", "poisson_truncation=11 truncated_reward=separate",
        "constant_returns=true", "max_cars=10 max_move=2 request_rates=[1,7]",
    ],
    "recycling-robot": ["alpha=0.5 beta=0.9", "rescue_reward=-20", "beta=0", "alpha=1 beta=1"],
    "short-corridor": ["goal_reward=0", "goal_reward=5", "aliased=false slip=0.3"],
    "river-swim": ["version=strehl-littman", "states=40", "left_reward=-3 right_reward=0.5"],
    "deep-sea": ["size=30", "deterministic=false", "randomize_actions=false move_cost=-1", "size=1", "mapping_seed=7"],
    "six-arms": ["slip=0.1"],
    "chain": ["states=30", "slip=0 small_reward=-1", "slip=1"],
    "forest-management": ["states=100 p=0.05", "p=0", "r1=-4 p=1"],
    "access-control": ["servers=3 priorities=[1,-2]", "free_probability=0", "servers=25 free_probability=0.5"],
    "baird": ["upper=1", "upper=50", "slip=0.1"],
    "garnet": [f"seed={seed}" for seed in range(1, 8)] + [
        "seed=3 reward=normal terminal_probability=0.05", "states=500 actions=10 branching=20", "states=1 actions=1 branching=1",
        "reward=normal reward_of=state seed=9", "reward_of=action seed=11 terminal_probability=1", "states=40 branching=40 seed=4",
        "states=30 actions=2 branching=1 seed=5", "states=30 actions=2 branching=1 seed=5 reward=normal terminal_probability=0.2",
        "states=200 terminal_probability=0.02 reward=normal seed=12", "sticky_actions=0.3 seed=2 reward=normal",
    ],
    "copy-string": ["letters=2 length=4", "rewards={token:-0.1,format:0.5,progress:1}"],
    "count-to-n": ["n=3 max_length=4", "n=2 slip=0.1"],
    "bracket-matching": ["kinds=1 depth=4", "rewards={correct:2,token:-0.5}"],
    "modular-arithmetic": ["modulus=5 operands=3 operation=multiply", "held_out=0 modulus=7"],
    "two-difficulty": ["hard_length=6 hard_share=0.9", "tokens=3 rewards={correct:1,token:0.25}"],
    "length-trap": ["letters=3 mistakes=0.3", "max_length=40 rewards={correct:-1}"],
}


def options(text):
    return [word for option in text.split() for word in ("--set", "environment." + option)]


class Storm:
    """A model in Storm's hands: its DRN text, rewritten for a discount, for costs in place of rewards, and for more states that are ends."""

    def __init__(self, drn, folder):
        self.lines = [line for line in drn.splitlines() if not line.startswith("//")]
        self.states = int(self.lines[self.lines.index("@nr_states") + 1])
        self.path = os.path.join(folder, "judge.drn")

    def ask(self, formula, gamma=1.0, sign=1, ends=()):
        out, leaving, paid = [], False, False
        for line in self.lines:
            if line.startswith(("state ", "\taction")) and leaving and gamma < 1:
                out.append(f"\t\t{self.states} : {1 - gamma!r}")
                leaving = False
            if line.startswith("state "):
                word = line.split()
                is_end = gamma == 1 and ("end" in word[3:] or int(word[1]) in ends)
                line = f"state {word[1]} [0]{' init' if 'init' in word[3:] else ''}{' end' if is_end else ''}"
            elif line.startswith("\taction"):
                name, reward = line.split("[")
                reward = sign * float(reward.rstrip("]"))
                paid = paid or reward != 0
                line = f"{name}[{reward!r}]"
            elif line.startswith("\t\t"):
                target, chance = line.split(":")
                line = f"{target}: {float(chance) * gamma!r}"
                leaving = True
            out.append(line)
        if not paid:
            return np.zeros(self.states)  # Storm refuses to sum rewards where there are none
        if gamma < 1:
            choices = out.index("@nr_choices") + 1
            out += [f"\t\t{self.states} : {1 - gamma!r}", f"state {self.states} [0] end", "\taction end [0]", f"\t\t{self.states} : 1"]
            out[out.index("@nr_states") + 1] = str(self.states + 1)
            out[choices] = str(int(out[choices]) + 1)
        with open(self.path, "w") as file:
            file.write("\n".join(out) + "\n")
        return sign * self.check(stormpy.build_model_from_drn(self.path), formula)[: self.states]

    @staticmethod
    def check(model, formula):
        """Values of all states."""
        environment = stormpy.environments.Environment()
        environment.solver().min_max().method = stormpy.environments.MinMaxMethod.VALUE_ITERATION
        for solver in (environment.solver().min_max(), environment.solver().native()):
            solver.precision = stormpy.Rational(1e-13)
            solver.relative_termination_criterion = False
            solver.maximal_number_of_iterations = 10_000_000
        asked = stormpy.parse_properties(formula)[0].get_raw_formula()
        return np.array(list(stormpy.model_checking(model, asked, environment=environment).get_value_vector()))

    def discounted(self, gamma):
        return self.ask('R{"reward"}max=? [F "end"]', gamma)

    def total(self, model):
        """The answer at gamma 1, and which question it answers; None where Storm has none."""
        every = np.ones(len(model.owner), dtype=bool)
        if (model.end_components(every)[0] < 0).all():
            return self.ask('R{"reward"}max=? [F "end"]'), "until the end"
        if (model.reward >= 0).all():
            return self.ask('R{"reward"}max=? [C]'), "total reward"
        if (model.reward <= 0).all():
            resting = model.end_components(model.reward == 0)[0] >= 0
            return self.ask('R{"reward"}min=? [F "end"]', sign=-1, ends=set(np.flatnonzero(resting))), "least cost"
        return None, "both signs"


def judge(program, task, text, gamma):
    """Differences to Storm and to numpy, None where one has no answer, and a word on how."""
    chosen = options(text)
    model = Model.of_json(program("model", task, *chosen).stdout)
    storm = Storm(program("model", task, *chosen, "--format", "drn").stdout, program.folder)
    own, refusal = program.values(task, gamma, chosen)
    if gamma < 1:
        exact, theirs, how = model.optimal(gamma), storm.discounted(gamma), "discounted"
    else:
        exact = model.total()
        theirs, how = storm.total(model) if exact is not None else (None, "refused: " + refusal.split("gamma 1: ")[-1])
        if (exact is None) != (own is None):
            return np.inf, np.inf, f"numpy {'refuses' if exact is None else 'solves'}, the program says: {refusal or 'values'}"
    if own is None:
        return 0.0, None, how
    to_numpy = difference(own, exact)
    if np.isfinite(own).all():
        planned = program.planned(task, gamma, chosen)
        to_numpy = max(to_numpy, difference([planned.get(s, 0.0) for s in range(model.states)], exact))
    return to_numpy, None if theirs is None else difference(own, theirs), how


def judge_random(program, seeds):
    """The greatest difference at gamma 1; infinite where only one of the two refuses. A start whose value is -inf is refused, too."""
    worst, refused = 0.0, 0
    for seed in range(seeds):
        text = random_model(seed)
        with open(os.path.join(program.folder, "random.mdp.json"), "w") as file:
            file.write(text)
        model = Model.of_json(text)
        exact, (own, refusal) = model.total(), program.values("random.mdp.json", 1.0)
        if own is None or exact is None:
            refused += 1
            if own is not None or exact is not None and exact[model.initial[0][0]] != -np.inf:
                print(f"random {seed}: numpy {exact}, the program {own} {refusal}")
                worst = np.inf
        else:
            worst = max(worst, difference(own, exact))
    print(f"{seeds} random models, {refused} of them without values at gamma 1: greatest difference to numpy {worst:.1e}")
    return worst


def main():
    worst = [0.0, 0.0]
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        program = Program(sys.argv[1], folder)
        for task in sys.argv[2:] or program.tasks() + ["random"]:
            if task == "random":
                worst[0] = max(worst[0], judge_random(program, 200))
                continue
            for text in [""] + VARIANTS.get(task, []):
                for gamma in (0.9, 0.99, 1.0):
                    to_numpy, to_storm, how = judge(program, task, text, gamma)
                    count += 1
                    worst = [max(worst[0], to_numpy), max(worst[1], to_storm or 0)]
                    said = "none" if to_storm is None else f"{to_storm:.1e}"
                    print(f"{task} {text:40} gamma {gamma}: numpy {to_numpy:.1e}, storm {said} ({how})", flush=True)
    print(f"{count} solutions; greatest difference to numpy {worst[0]:.2e}, to storm {worst[1]:.2e}")
    return 0 if max(worst) <= 1e-8 else 1


if __name__ == "__main__":
    sys.exit(main())
