"""What VecNormalize of stable-baselines3 2.9.2 makes of given observations and rewards, for vecnormalize.json.

    python vecnormalize.py > vecnormalize.json
"""
import json
import sys

import numpy as np
from gymnasium import spaces

from stable_baselines3.common.vec_env import vec_normalize
from stable_baselines3.common.vec_env.base_vec_env import VecEnv

ENVIRONMENTS, WIDTH, STEPS = 3, 4, 40
rng = np.random.default_rng(5)
scale, shift = np.array([1, 0.01, 30, 1]), np.array([0, 2, -100, 0])


def observations(rows):
    x = np.round(rng.standard_t(3, (rows, WIDTH)) * scale + shift, 4)
    x[:, 3] = 0.5  # a column that never changes
    return x.astype(np.float32)


class Script(VecEnv):
    """Gives what was drawn beforehand."""

    def __init__(self):
        super().__init__(ENVIRONMENTS, spaces.Box(-np.inf, np.inf, (WIDTH,), np.float32), spaces.Discrete(2))
        self.log = []

    def reset(self):
        self.first = observations(ENVIRONMENTS)
        return self.first

    def step_async(self, actions):
        pass

    def step_wait(self):
        obs = observations(ENVIRONMENTS)
        rewards = np.round(rng.standard_t(2, ENVIRONMENTS) * 4 + 1, 3).astype(np.float32)
        dones = rng.random(ENVIRONMENTS) < 0.15
        final = observations(ENVIRONMENTS)
        infos = [{"terminal_observation": final[k]} if dones[k] else {} for k in range(ENVIRONMENTS)]
        self.log.append({"observations": obs.ravel().tolist(), "rewards": rewards.tolist(), "dones": dones.tolist(),
                         "final_observations": final.ravel().tolist()})
        return obs, rewards, dones, infos

    def close(self): pass
    def get_attr(self, name, indices=None): return [None] * ENVIRONMENTS
    def set_attr(self, name, value, indices=None): pass
    def env_method(self, name, *args, indices=None, **kwargs): return []
    def env_is_wrapped(self, wrapper, indices=None): return [False] * ENVIRONMENTS


script = Script()
env = vec_normalize.VecNormalize(script, clip_obs=2.5, clip_reward=1.5, gamma=0.9)
first = env.reset()
result = {"clip_obs": 2.5, "clip_reward": 1.5, "gamma": 0.9, "environments": ENVIRONMENTS, "width": WIDTH,
          "first": script.first.ravel().tolist(), "normalized_first": first.ravel().tolist(), "steps": script.log}
for step in range(STEPS):
    if step == STEPS - 10:
        env.training = False
    obs, rewards, dones, infos = env.step(None)
    final = [(infos[k]["terminal_observation"] if dones[k] else np.zeros(WIDTH)).tolist() for k in range(ENVIRONMENTS)]
    script.log[-1].update(
        training=env.training, normalized=obs.ravel().tolist(), normalized_rewards=rewards.tolist(),
        normalized_final=[x for row in final for x in row])
result.update(mean=env.obs_rms.mean.tolist(), variance=env.obs_rms.var.tolist(), count=float(env.obs_rms.count),
              return_mean=float(env.ret_rms.mean), return_variance=float(env.ret_rms.var),
              return_count=float(env.ret_rms.count), returns=env.returns.tolist())
json.dump(result, sys.stdout, separators=(",", ":"))
print()
