import RLCore

/// Gymnasium's `Blackjack-v1` (1.4), the game of Sutton & Barto, Example 5.1: hit or stick, from a deck that never runs
/// out.
///
/// What the agent sees is the player's sum, the dealer's card and whether the player has a usable ace. The rewards of a
/// natural (an ace and a ten dealt) depend on more than that, so a natural is a state of its own, whatever the rules:
///
/// | states | player | number |
/// |---|---|---|
/// | 0–179 | hard 4–21 | `(sum − 4) * 10 + dealer − 1` |
/// | 180–279 | soft 12–21, with a usable ace | `180 + (sum − 12) * 10 + dealer − 1` |
/// | 280–289 | a natural | `280 + dealer − 1` |
/// | 290 | the game is over | |
///
/// where the dealer's card counts 1 for an ace and 10 for ten and the pictures. Actions are 0 stick, 1 hit. The reward
/// is 1 for a win, 0 for a draw, −1 for a loss; the dealer draws up to 17. With `sab` (the default, as Gymnasium
/// registers the task) a natural wins unless the dealer has one too. Without it a natural is a sum of 21 like any
/// other, and a win with it pays 1.5 if `natural` says so. The model is exact: every hand is enumerated.
public enum Blackjack: FiniteEnvironment {
  static let natural = Parameter.flag(
    "natural", default: false, "whether a win with a natural pays 1.5; has no effect under `sab`")
  static let sab = Parameter.flag(
    "sab", default: true, "whether the rules are exactly those of Sutton & Barto: a natural beats any other 21")
  static let start = Parameter.optionalInteger(
    "start", in: 0...289, "the state in which every hand begins (191 in Example 5.4); null to deal")

  /// What configurations and readers see.
  public static let about = About(
    id: "blackjack",
    summary: "hit or stick against a dealer who draws up to 17, from an infinite deck",
    source: "Gymnasium 1.4 Blackjack-v1; Sutton & Barto (2018), Example 5.1",
    parameters: [natural.declaration, sab.declaration, start.declaration])

  private static let over = 290

  /// Builds the task.
  public static func task(_ settings: Settings) throws -> FiniteTask {
    let sab = settings[sab]
    let bonus = !sab && settings[natural] ? 1.5 : 1
    var builder = FiniteMDPBuilder(states: over + 1, actions: 2)
    var labels: [String] = []
    for state in 0..<over {
      let hand = Hand(state: state)
      let dealer = state % 10 + 1
      let isNatural = state >= 280
      builder.addPair(state: state, action: 0)
      let result = sab && isNatural ? againstNatural(dealer) : showdown(player: hand.sum, dealer: dealer)
      builder.addOutcome(probability: result.loss, next: over, reward: -1, terminated: true)
      builder.addOutcome(probability: result.draw, next: over, reward: 0, terminated: true)
      builder.addOutcome(probability: result.win, next: over, reward: isNatural ? bonus : 1, terminated: true)
      builder.addPair(state: state, action: 1)
      var bust = 0.0
      for card in 1...10 {
        let next = hand.adding(card)
        if next.sum > 21 {
          bust += probability(of: card)
        } else {
          builder.addOutcome(probability: probability(of: card), next: next.state(dealer: dealer), reward: 0)
        }
      }
      builder.addOutcome(probability: bust, next: over, reward: -1, terminated: true)
      let name = isNatural ? "natural" : (hand.isSoft ? "soft " : "hard ") + "\(hand.sum)"
      labels.append(name + ", dealer " + (dealer == 1 ? "ace" : "\(dealer)"))
    }
    let model = try builder.build(
      initial: settings[start].map { .certain($0) } ?? deals(), stateLabels: .listed(labels + ["over"]),
      actionLabels: ["stick", "hit"])
    return FiniteTask(model: model)
  }

  /// What counts of the cards held: their sum, an ace among them counting 11 if it can.
  private struct Hand {
    var sum = 0
    var isSoft = false

    init() {}

    init(state: Int) {
      switch state {
      case 0..<180: sum = state / 10 + 4
      case 180..<280:
        sum = (state - 180) / 10 + 12
        isSoft = true
      default:
        sum = 21
        isSoft = true
      }
    }

    func adding(_ card: Int) -> Hand {
      var hand = self
      hand.sum += card
      if card == 1 && !isSoft && hand.sum + 10 <= 21 {
        hand.sum += 10
        hand.isSoft = true
      } else if hand.isSoft && hand.sum > 21 {
        hand.sum -= 10
        hand.isSoft = false
      }
      return hand
    }

    func state(dealer: Int) -> Int {
      (isSoft ? 180 + (sum - 12) * 10 : (sum - 4) * 10) + dealer - 1
    }
  }

  private static func probability(of card: Int) -> Double { card == 10 ? 4.0 / 13 : 1.0 / 13 }

  private struct Odds {
    var loss = 0.0
    var draw = 0.0
    var win = 0.0
  }

  /// The odds of a player who sticks, the dealer showing a card.
  private static func showdown(player sum: Int, dealer card: Int) -> Odds {
    var odds = Odds()
    /// The dealer's hand, and the probability that it comes to it.
    func play(_ hand: Hand, _ chance: Double) {
      if hand.sum < 17 {
        for card in 1...10 { play(hand.adding(card), chance * probability(of: card)) }
      } else if hand.sum > 21 || hand.sum < sum {
        odds.win += chance
      } else if hand.sum == sum {
        odds.draw += chance
      } else {
        odds.loss += chance
      }
    }
    play(Hand().adding(card), 1)
    return odds
  }

  /// The odds of a natural that only another natural can meet.
  private static func againstNatural(_ card: Int) -> Odds {
    let draw = card == 1 ? probability(of: 10) : card == 10 ? probability(of: 1) : 0
    return Odds(draw: draw, win: 1 - draw)
  }

  /// The start distribution: two cards for the player, one shown by the dealer.
  private static func deals() -> [StateProbability] {
    var deals: [StateProbability] = []
    for dealer in 1...10 {
      for first in 1...10 {
        for second in 1...10 {
          let hand = Hand().adding(first).adding(second)
          let state = hand.isSoft && hand.sum == 21 ? 280 + dealer - 1 : hand.state(dealer: dealer)
          deals.append(
            .init(
              state: state, probability: probability(of: first) * probability(of: second) * probability(of: dealer)))
        }
      }
    }
    return deals
  }
}
