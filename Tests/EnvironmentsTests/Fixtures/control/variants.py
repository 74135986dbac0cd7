"""Episodes of Gymnasium 1.4.0's classic-control environments under options and from starts of their own, for variants.json.

    python variants.py > variants.json              # what is stored: two episodes a case, every 10th step
    python variants.py 50 1 100 > more.json         # episodes a case, every so many steps, first seed

`state` is the environment's internal state in double precision (a continuous mountain car's single-precision numbers are exact in it); actions of
continuous tasks are single-precision numbers, given to `step` as float32 arrays. No time limit but the number of actions.
"""
import json
import math
import sys

import gymnasium
import numpy as np

EPISODES = int(sys.argv[1]) if len(sys.argv) > 1 else 2
EVERY = int(sys.argv[2]) if len(sys.argv) > 2 else 10
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 0


def sticky(rng, n, keep=0.8):
    last = int(rng.integers(n))
    def act(env):
        nonlocal last
        if rng.random() > keep:
            last = int(rng.integers(n))
        return last
    return act


def balance(rng):
    """Keeps the pole up for long, with 10% random pushes."""
    def act(env):
        x, v, a, w = env.state
        if rng.random() < 0.1:
            return int(rng.integers(2))
        return int(a + 0.3 * w + 0.02 * x + 0.05 * v > 0)
    return act


def pump(rng):
    """Pushes with the motion, with 20% random pushes."""
    def act(env):
        if rng.random() < 0.2:
            return int(rng.integers(3))
        return 2 if env.state[1] >= 0 else 0
    return act


def swing(rng):
    """Pumps energy into the acrobot."""
    def act(env):
        if rng.random() < 0.2:
            return int(rng.integers(3))
        return 2 if env.state[3] >= 0 else 0
    return act


def throttle(rng, size):
    """Drives with the motion, by a random amount that may lie out of range."""
    def act(env):
        force = size * rng.random() if rng.random() < 0.9 else -size * rng.random()
        return np.array([force if env.state[1] >= 0 else -force], dtype=np.float32)
    return act


def torque(rng, size):
    return lambda env: np.array([size * (2 * rng.random() - 1)], dtype=np.float32)


# environment, keyword arguments, attributes, reset options, our settings, policy, most steps
CASES = [
    ("CartPole-v1", {}, {}, {}, {}, balance, 500),
    ("CartPole-v1", {"sutton_barto_reward": True}, {}, {"low": -0.2, "high": 0.1}, {}, lambda r: sticky(r, 2), 200),
    ("CartPole-v1", {}, {"kinematics_integrator": "semi-implicit"}, {},
     {"kinematics_integrator": "semi-implicit-euler"}, balance, 500),
    ("MountainCar-v0", {}, {}, {}, {}, pump, 400),
    ("MountainCar-v0", {"goal_velocity": 0.03}, {}, {"low": -1.1, "high": 0.4}, {}, pump, 400),
    ("MountainCarContinuous-v0", {}, {}, {}, {}, lambda r: throttle(r, 1.0), 999),
    ("MountainCarContinuous-v0", {}, {}, {}, {}, lambda r: throttle(r, 1.5), 999),
    ("MountainCarContinuous-v0", {}, {}, {}, {}, lambda r: torque(r, 1.2), 999),
    ("MountainCarContinuous-v0", {"goal_velocity": 0.02}, {}, {"low": -1.2, "high": 0.3}, {},
     lambda r: throttle(r, 1.2), 999),
    ("Acrobot-v1", {}, {}, {}, {}, swing, 500),
    ("Acrobot-v1", {}, {"book_or_nips": "nips"}, {}, {"book_or_nips": "nips"}, swing, 150),
    ("Acrobot-v1", {}, {"dt": 0.05}, {"low": -2.0, "high": 2.0}, {"dt": 0.05}, lambda r: sticky(r, 3), 200),
    ("Pendulum-v1", {}, {}, {}, {}, lambda r: torque(r, 2.0), 200),
    ("Pendulum-v1", {"g": 9.81}, {}, {"x_init": 0.5, "y_init": 8.0}, {}, lambda r: torque(r, 4.0), 200),
]


def episode(case, seed):
    name, arguments, attributes, options, settings, policy, steps = case
    env = gymnasium.make(name, **arguments).unwrapped
    for key, value in attributes.items():
        setattr(env, key, value)
    observation, _ = env.reset(seed=seed, options=options or None)
    act = policy(np.random.default_rng(seed))
    result = {
        "environment": name, "settings": {**arguments, **options, **settings}, "every": EVERY,
        "initial_state": [float(x) for x in env.state], "initial_observation": [float(x) for x in observation],
        "actions": [], "states": [], "observations": [], "rewards": [], "terminated_at_step": None,
    }
    for step in range(1, steps + 1):
        action = act(env)
        result["actions"].append(float(action[0]) if isinstance(action, np.ndarray) else action)
        observation, reward, terminated, _, _ = env.step(action)
        if step % EVERY == 0 or terminated or step == steps:
            result["states"].append([float(x) for x in env.state])
            result["observations"].append([float(x) for x in observation])
            result["rewards"].append(float(reward))
        if terminated:
            result["terminated_at_step"] = step
            break
    return result


json.dump(
    {
        "gymnasium": gymnasium.__version__,
        "episodes": [episode(case, SEED + k) for case in CASES for k in range(EPISODES)],
    },
    sys.stdout, separators=(",", ":"))
print()
