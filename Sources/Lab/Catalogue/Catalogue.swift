import Algorithms
import Environments

extension Laboratory {
  /// Everything that ships: one line an entry.
  public static let standard: Laboratory = {
    var lab = Laboratory()
    lab.register(Gridworld.self)
    lab.register(CliffWalking.self)
    lab.register(WindyGridworld.self)
    lab.register(GridworldExample35.self)
    lab.register(GridworldExample41.self)
    lab.register(ZhaoGridworld.self)
    lab.register(DynaMaze.self)
    lab.register(FourRooms.self)
    lab.register(RussellNorvigWorld.self)
    lab.register(FrozenLake.self)
    lab.register(Taxi.self)
    lab.register(Blackjack.self)
    lab.register(RandomWalk.self)
    lab.register(GamblersProblem.self)
    lab.register(JacksCarRental.self)
    lab.register(RecyclingRobot.self)
    lab.register(ShortCorridor.self)
    lab.register(RiverSwim.self)
    lab.register(DeepSea.self)
    lab.register(SixArms.self)
    lab.register(Chain.self)
    lab.register(ForestManagement.self)
    lab.register(AccessControl.self)
    lab.register(Baird.self)
    lab.register(Garnet.self)
    lab.register(MDPFile.self)
    lab.register(bandit: KArmedBandit.self)

    lab.register(planner: ValueIteration.self)
    lab.register(MonteCarloPrediction.self, kind: .prediction)
    lab.register(MonteCarloControl.self)
    lab.register(TemporalDifference.self, kind: .prediction)
    lab.register(Sarsa.self)
    lab.register(ExpectedSarsa.self)
    lab.register(QLearning.self)
    lab.register(EpsilonGreedyBandit.self, kind: .bandit)
    lab.register(UpperConfidenceBound.self, kind: .bandit)
    lab.register(GradientBandit.self, kind: .bandit)
    return lab
  }()
}
