print("rl-lab")
