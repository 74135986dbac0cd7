import Testing

@testable import Lab

@Suite struct AgreementTests {
  /// Sixteen numbers with mean 2, sample variance 16/15: standard error √(1/15).
  private let sample = [Double](repeating: 1, count: 8) + [Double](repeating: 3, count: 8)

  private func runs(
    _ count: Int, _ error: Double?, rounding: Double = 0, isTable: Bool = false
  ) -> PublishedNumbers.Spread {
    .runs(count: count, standardError: error, rounding: rounding, isTable: isTable)
  }

  /// 4 √(1/15 + 0.3²), and 5 for tables; rounding on top.
  @Test func standardErrorsAddUp() throws {
    let agreement = try #require(Agreement(sample, 0.5, runs(100, 0.3)))
    #expect(agreement.ours == 2 && agreement.theirs == 0.5 && agreement.theirError == 0.3)
    let error = try #require(agreement.ourError)
    #expect(abs(error - (1.0 / 15).squareRoot()) < 1e-15)
    let total = (1.0 / 15 + 0.09).squareRoot()
    #expect(abs(agreement.allowed - 4 * total) < 1e-12)
    #expect(agreement.holds)  // 1.5 against 1.583
    #expect(try !#require(Agreement(sample, 0.4, runs(100, 0.3))).holds)
    let table = try #require(Agreement(sample, 0.4, runs(100, 0.3, rounding: 0.25, isTable: true)))
    #expect(abs(table.allowed - (5 * total + 0.25)) < 1e-12)
  }

  /// Published without an error, a mean of 64 runs has ours times √(16/64).
  @Test func anErrorThatIsNotPublishedIsTakenFromOurs() throws {
    let agreement = try #require(Agreement(sample, 2, runs(64, nil)))
    #expect(abs(agreement.allowed - 4 * (1.0 / 15 + 1.0 / 60).squareRoot()) < 1e-12)
  }

  /// Student's quantiles of the probability beyond four and five standard errors: scipy 1.17.1, `t.isf(norm.sf(4), 5)` and so on.
  @Test func fewRunsAreAllowedMore() throws {
    #expect(abs(Agreement.factor(false, runs: 6) { 5 } - 12.281424348100213) < 1e-9)
    #expect(abs(Agreement.factor(false, runs: 14) { 19 } - 5.101960771269525) < 1e-10)
    #expect(abs(Agreement.factor(true, runs: 10) { 9 } - 12.422024062879682) < 1e-9)
    #expect(Agreement.factor(false, runs: 15) { 1 } == 4)
    #expect(Agreement.factor(true, runs: 2) { .infinity } == 5)
    // Welch's degrees of freedom are those of the smaller sample where its error is everything.
    let agreement = try #require(Agreement(sample, 2, runs(6, 1e6)))
    #expect(abs(agreement.allowed / 1e6 - 12.281424348100213) < 1e-6)
  }

  @Test func exactNumbersMeetRunsOrATolerance() throws {
    let exact = try #require(Agreement(sample, 3, .exact(rounding: 0.1, isTable: false)))
    #expect(abs(exact.allowed - (4 * (1.0 / 15).squareRoot() + 0.1)) < 1e-12 && exact.holds)
    let close = try #require(Agreement([1.5], 1.5000001, .tolerance(1e-6)))
    #expect(close.holds && close.ourError == nil)
    #expect(try !#require(Agreement([1.5], 1.50001, .tolerance(1e-6))).holds)
    #expect(Agreement([1.5], 1.5, .exact(rounding: 0, isTable: false)) == nil)
    #expect(Agreement([1.5], 1.5, runs(20, 0.1)) == nil)
    #expect(Agreement([.nan, 1], 1.5, runs(20, 0.1)) == nil)
    #expect(Agreement(2, 2, tolerance: 0).holds)
    #expect(!Agreement(.infinity, 2, tolerance: 1).holds)
    #expect(!Agreement(.nan, 2, tolerance: 1).holds)
  }
}
