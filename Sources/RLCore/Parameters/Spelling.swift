/// Finds the word that somebody meant.
public enum Spelling {
  /// The candidate nearest to a word, if it is near enough to be meant: at most about a third of the letters differ.
  public static func suggestion(for word: String, among candidates: [String]) -> String? {
    if word.utf8.count > 64 { return nil }
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
      let distance = distance(word.lowercased(), candidate.lowercased())
      if best == nil || distance < best!.distance { best = (distance, candidate) }
    }
    guard let best, best.distance <= max(1, (max(word.count, best.candidate.count) + 1) / 3) else { return nil }
    return best.candidate
  }

  /// What to say of a word that is none of some: which one was meant, or else which there are.
  ///
  /// - Parameter otherwise: What to say in place of a list of all.
  public static func hint(for word: String, among words: [String], otherwise: String? = nil) -> String {
    if let word = suggestion(for: word, among: words) { return "did you mean \"\(word)\"?" }
    return otherwise ?? (words.isEmpty ? "it has none" : "it has: " + words.joined(separator: ", "))
  }

  /// How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other.
  static func distance(_ a: String, _ b: String) -> Int {
    let (x, y) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
    var previous = [Int](repeating: 0, count: y.count + 1)
    var current = Array(0...y.count)
    for i in 0..<x.count {
      let before = previous
      previous = current
      current[0] = i + 1
      for j in 0..<y.count {
        var cost = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (x[i] == y[j] ? 0 : 1))
        if i > 0 && j > 0 && x[i] == y[j - 1] && x[i - 1] == y[j] { cost = min(cost, before[j - 1] + 1) }
        current[j + 1] = cost
      }
    }
    return current[y.count]
  }
}
