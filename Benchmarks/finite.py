"""Finite models in numpy, for the judges beside this file: read from the program's JSON, solved without it.

A model is what remains of a task between its ends: pairs of state and action with their expected reward, and the chances of going on. What
is missing to 1 in a row of `going_on` ends the episode.
"""
import csv
import json
import os
import random
import subprocess

import numpy as np
import scipy.optimize
import scipy.sparse
import scipy.sparse.csgraph
import scipy.sparse.linalg


def random_model(seed):
    """A small model as JSON with what makes trouble: loops for nothing, for gain and at a cost, states without actions, ends that go on."""
    draw = random.Random(seed)
    states, actions = draw.randint(1, 7), draw.randint(1, 3)
    rewards = draw.choice([[-1, 0], [0, 1], [-1, 0, 1], [-1, -2, 0, 0, 0], [0], [-3, -1, 2, 0.5], [-1, 0, 0, 5]])
    ending, widest = draw.choice([0, 0.1, 0.3]), draw.choice([1, 1, 2, 3])
    rows = []
    for state in range(states):
        if draw.random() < 0.15:
            continue
        for action in range(actions):
            if action and draw.random() < 0.3:
                continue
            weights = [draw.randint(1, 4) for _ in range(draw.randint(1, widest))]
            usual = draw.choice(rewards)
            for weight in weights:
                reward = usual if draw.random() < 0.7 else draw.choice(rewards)
                rows.append([state, action, weight / sum(weights), draw.randrange(states), reward, draw.random() < ending])
    start = [[draw.randrange(states), 1.0]]
    return json.dumps({"format": "rl-lab-mdp/1", "states": states, "actions": actions, "initial": start, "transitions": rows})


class Program:
    """The program under judgement, run in a folder."""

    def __init__(self, path, folder):
        self.path, self.folder = os.path.abspath(path), folder

    def __call__(self, *arguments, check=True):
        done = subprocess.run([self.path, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)
        if done.returncode < 0:
            raise SystemExit(f"rl-lab {' '.join(map(str, arguments))} was killed by signal {-done.returncode}")
        if check and done.returncode != 0:
            raise SystemExit(f"rl-lab {' '.join(map(str, arguments))}: {done.stderr.strip()}")
        return done

    def tasks(self):
        """The ids of the finite tasks that ship."""
        listed = json.loads(self("list", "environments", "--json").stdout)["environments"]
        return [entry["id"] for entry in listed if entry["kind"] == "model" and entry["id"] != "mdp-file"]

    def values(self, task, gamma, options=()):
        """V*, and None where the program refuses, with what it says."""
        path = os.path.join(self.folder, "v.npy")
        done = self("show", task, *options, "--gamma", gamma, "--values", "v.npy", "--json", check=False)
        if done.returncode != 0:
            if done.returncode != 65 or not done.stderr.startswith("error: ") or done.stderr.count("\n") != 1:
                raise SystemExit(f"show {task} --gamma {gamma}: exit {done.returncode}, {done.stderr}")
            return None, done.stderr.strip()
        return np.load(path), ""

    def planned(self, task, gamma, options=(), algorithm="policy-iteration"):
        """V* as a planner writes it to values.csv, where the task has that state."""
        self("run", "-e", task, "-a", algorithm, *options, "--set", f"algorithm.gamma={gamma}", "--quiet",
             "--overwrite", "-o", "out")
        with open(os.path.join(self.folder, "out", "values.csv")) as file:
            return {int(row["state"]): float(row["value"]) for row in csv.DictReader(file)}


def difference(mine, theirs):
    """The greatest of a vector's differences; equal infinities do not differ."""
    n = min(len(mine), len(theirs))
    mine, theirs = np.asarray(mine[:n], dtype=float), np.asarray(theirs[:n], dtype=float)
    same = mine == theirs
    return float(np.max(np.where(same, 0, np.abs(np.where(same, 0, mine) - np.where(same, 0, theirs))), initial=0))


class Model:
    def __init__(self, states, rows, initial=None):
        """rows: (state, action, probability, next state, reward, terminated), any order."""
        self.states, self.initial = states, initial
        keys = sorted({(r[0], r[1]) for r in rows})
        place = {key: k for k, key in enumerate(keys)}
        self.owner = np.array([key[0] for key in keys], dtype=int)
        self.action = np.array([key[1] for key in keys], dtype=int)
        self.reward = np.zeros(len(keys))
        self.sums = np.zeros(len(keys))
        at, to, chance = [], [], []
        for s, a, p, n, r, done in rows:
            k = place[s, a]
            self.reward[k] += p * r
            self.sums[k] += p
            if not done:
                at.append(k), to.append(n), chance.append(p)
        self.going_on = scipy.sparse.csr_matrix((chance, (at, to)), shape=(len(keys), states))

    @classmethod
    def of_json(cls, text):
        data = json.loads(text)
        return cls(data["states"], data["transitions"], data.get("initial"))

    def greedy(self, values):
        """The best pair of each state, and what it is worth; -1 and 0 where a state has none."""
        q = self.q(values)
        best, pair = np.full(self.states, -np.inf), np.full(self.states, -1)
        for k in range(len(q)):
            if q[k] > best[self.owner[k]]:
                best[self.owner[k]], pair[self.owner[k]] = q[k], k
        return pair, np.where(pair < 0, 0.0, best)

    def q(self, values):
        return self.reward + self.gamma * (self.going_on @ values)

    def follow(self, pair):
        """The value of a deterministic policy, by one sparse solution."""
        act = pair >= 0
        chosen = scipy.sparse.csr_matrix(
            (np.ones(act.sum()), (np.flatnonzero(act), pair[act])), shape=(self.states, len(self.owner)))
        matrix = scipy.sparse.identity(self.states) - self.gamma * (chosen @ self.going_on)
        return np.atleast_1d(scipy.sparse.linalg.spsolve(matrix.tocsc(), chosen @ self.reward))

    def optimal(self, gamma):
        """V* at a discount below 1: policy iteration with exact evaluation."""
        self.gamma = gamma
        pair, _ = self.greedy(np.zeros(self.states))
        values = self.follow(pair)
        for _ in range(1000):
            q = self.q(values)
            better, best = self.greedy(values)
            scale = 1e-12 * max(1, np.abs(values).max())
            act = pair >= 0
            keep = np.ones(self.states, dtype=bool)
            keep[act] = q[pair[act]] >= best[act] - scale
            if keep.all():
                return values
            pair = np.where(keep, pair, better)
            values = self.follow(pair)
        raise SystemExit("policy iteration has not ended")

    # Undiscounted.

    def surely(self, goal):
        """States from which some policy reaches the goal, or an end, with probability 1 (Baier & Katoen, 2008, algorithm 45); and pairs
        that keep within them."""
        inside = np.ones(self.states, dtype=bool)
        leads = self.going_on > 0
        ends = self.sums - np.asarray(self.going_on.sum(axis=1)).ravel() > 1e-12
        terminal = np.ones(self.states, dtype=bool)
        terminal[self.owner] = False
        while True:
            allowed = np.asarray(leads @ (~inside)).ravel() == 0
            reached = (goal | terminal) & inside
            while True:
                steps = allowed & (ends | (np.asarray(leads @ reached).ravel() > 0))
                wider = reached.copy()
                wider[self.owner[steps]] = True
                wider &= inside
                if (wider == reached).all():
                    break
                reached = wider
            if (reached == inside).all():
                return inside, allowed & inside[self.owner]
            inside = reached

    def end_components(self, pairs):
        """The number of each state's maximal end component among some pairs, -1 outside; and the pairs that stay within."""
        ends = self.sums - np.asarray(self.going_on.sum(axis=1)).ravel() > 1e-12
        pairs = pairs & ~ends
        while True:
            graph = scipy.sparse.csr_matrix(
                (np.ones(pairs.sum()), (self.owner[pairs], np.flatnonzero(pairs))),
                shape=(self.states, len(self.owner))) @ (self.going_on > 0)
            _, label = scipy.sparse.csgraph.connected_components(graph, directed=True, connection="strong")
            away = (self.going_on > 0).tocoo()
            leaves = np.zeros(len(self.owner), dtype=bool)
            leaves[away.row[label[self.owner[away.row]] != label[away.col]]] = True
            if not (pairs & leaves).any():
                break
            pairs = pairs & ~leaves
        number = np.full(self.states, -1)
        number[self.owner[pairs]] = label[self.owner[pairs]]
        return number, pairs

    def stays_and_pays(self):
        """Whether staying for ever can pay on average, or pay now and cost then as much: undiscounted, such totals have no value. By a
        linear program over the shares of time that policies give to pairs within end components."""
        number, pairs = self.end_components(np.ones(len(self.owner), dtype=bool))
        inside = np.flatnonzero(pairs)
        if len(inside) == 0 or (self.reward[inside] == 0).all():
            return False
        moves = self.going_on[inside].tocsr()
        moves = scipy.sparse.diags(1 / np.asarray(moves.sum(axis=1)).ravel()) @ moves
        at = scipy.sparse.csr_matrix((np.ones(len(inside)), (np.arange(len(inside)), self.owner[inside])), shape=moves.shape)
        reward = self.reward[inside] / np.abs(self.reward[inside]).max()
        solved = scipy.optimize.linprog(
            -np.abs(reward), A_eq=scipy.sparse.vstack([(at - moves).T, np.ones((1, len(inside)))]),
            b_eq=np.append(np.zeros(self.states), 1), A_ub=-reward[None, :], b_ub=[0], method="highs-ds", options={"presolve": False})
        if solved.status == 2:
            return False  # staying costs, however it is done
        if solved.status != 0:
            raise SystemExit(f"the linear program has not been solved: {solved.message}")
        return solved.fun < -1e-9

    def total(self):
        """V* at gamma 1: the best total reward of policies that end, or stay where nothing is paid; -inf where there is none.

        A linear program (Puterman, 1994, sec. 7.2.7) names a policy that ends; its value comes from one solution of linear equations, and no
        action is better by more than 1e-12. None where the supremum is infinite or undefined.
        """
        self.gamma = 1.0
        if self.stays_and_pays():
            return None
        resting = self.end_components(self.reward == 0)[0] >= 0
        rows = scipy.sparse.csr_matrix(
            (np.ones(len(self.owner)), (np.arange(len(self.owner)), self.owner)), shape=self.going_on.shape)
        matrix = (rows - self.going_on).tocsr()
        bound = [(0, None) if resting[s] else (None, None) for s in range(self.states)]
        terminal = np.ones(self.states, dtype=bool)
        terminal[self.owner] = False
        for s in np.flatnonzero(terminal):
            bound[s] = (0, 0)
        inside, allowed = self.surely(resting)
        if not allowed.any():
            return np.where(inside, 0.0, -np.inf)
        solved = scipy.optimize.linprog(
            inside.astype(float), A_ub=-matrix[allowed], b_ub=-self.reward[allowed],
            bounds=[b if inside[s] else (0, 0) for s, b in enumerate(bound)], method="highs-ds")
        if solved.status != 0:
            raise SystemExit(f"the linear program has not been solved: {solved.message}")
        # What staying is worth, and how often each pair is used, by the program's dual: a policy that ends, or stays where it may.
        pair, most = np.full(self.states, -1), np.where(resting, solved.lower.marginals, 0.0)
        for k, visits in zip(np.flatnonzero(allowed), -solved.ineqlin.marginals):
            if visits > most[self.owner[k]]:
                most[self.owner[k]], pair[self.owner[k]] = visits, k
        # The program's tolerance is 1e-7. Where an action is better still, it is taken: from a policy that ends, strict gains lead to others.
        for _ in range(1000):
            values = self.follow(pair)
            excess = np.where(allowed, self.q(values) - values[self.owner], 0)
            better = np.flatnonzero(excess > 1e-12 * max(1, np.abs(values).max()))
            if len(better) == 0:
                return np.where(inside, values, -np.inf)
            for k in better[np.argsort(excess[better])]:
                pair[self.owner[k]] = k
        raise SystemExit("policy iteration has not ended")
