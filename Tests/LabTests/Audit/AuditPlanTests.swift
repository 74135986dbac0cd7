import RLCore
import Testing

@testable import Lab

@Suite struct AuditPlanTests {
  private func problem(_ text: String) throws -> String? {
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    do throws(SettingProblem) {
      _ = try AuditPlan(document.root)
      return nil
    } catch { return error.place + ": " + error.message }
  }

  @Test func wrongPlansAreNamed() throws {
    #expect(try problem("{}") == nil)
    #expect(
      try problem("{estimators: ['gae', 'ppo'], samples: 1e3, batch: 8, lambda: 0.9, gae_lambda: 0.8, gamma: 0.99}")
        == nil)
    #expect(try problem("{critic: [1, 2], critic_noise: 0.5, initial_preferences: [0, 1], method: 'exact'}") == nil)
    for (text, hint) in [
      ("3", "write an object"), ("{sample: 3}", ".sample: audit has no \"sample\"; did you mean \"samples\"?"),
      ("{estimators: []}", "give some of"),
      ("{estimators: ['reinforc']}", ".estimators[0]: \"reinforc\" is no estimator; did you mean \"reinforce\"?"),
      ("{estimators: ['gae', 'gae']}", ".estimators[1]"), ("{samples: 1}", "[2, 100000000]"),
      ("{batch: 0}", ".batch: 0"),
      ("{lambda: [0.5, 2]}", ".lambda[1]: 2 is out of range"), ("{lambda: []}", "empty"), ("{gamma: -1}", ".gamma: -1"),
      ("{critic: 'perfect'}", "no critic"), ("{critic_noise: -1}", ".critic_noise"), ("{method: 'guess'}", "no method"),
      ("{initial_preferences: 'left'}", ".initial_preferences"),
    ] {
      let found = try problem(text)
      #expect(found?.contains(hint) == true, "\(text): \(found ?? "taken")")
    }
  }

  private func audit(_ text: String, _ environment: String, settings: String? = nil) throws -> Audit {
    let document = try ConfigurationFile.parse(Array(text.utf8), name: "test.json5")
    let resolver = Resolver(lab: .standard, source: nil, folder: "", overridden: [], outline: nil)
    let task = try resolver.task(try ConfigurationFile.parse(Array(environment.utf8), name: "").root)
    return try Audit(
      try AuditPlan(document.root), variant: "v", environment: "e", task: task, algorithm: nil, root: 0)
  }

  /// J(0.5) = −12 and dJ/dH(right) = 2 in Example 13.1.
  @Test func corridorIsAudited() throws {
    let audit = try audit("{samples: 50, estimators: ['reinforce', 'gae'], lambda: [0, 1]}", "{id: 'short-corridor'}")
    #expect(abs(audit.audit.truth.startValue + 12) < 1e-12 && abs(audit.audit.truth.gradient[1] - 2) < 1e-12)
    #expect(audit.findings.map(\.finding.name) == ["reinforce", "gae", "gae"])
    #expect(audit.findings[0].finding.isExact && audit.findings[0].finding.bias < 1e-9)
    var buffer = CSVBuffer()
    audit.write(to: &buffer)
    let rows = String(decoding: buffer.bytes, as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 3)
    for row in rows {
      #expect(row.split(separator: ",", omittingEmptySubsequences: false).count == Audit.columns.count)
    }
    #expect(rows[1].hasPrefix("v,e,gae,0,1,1,50,exact,-12"))
    #expect(audit.text.contains("reinforce") && audit.json["estimators"]?.elements?.count == 3)
  }

  @Test func whatCannotBeAuditedSaysWhy() throws {
    for (plan, environment, hint) in [
      ("{}", "{id: 'k-armed-bandit'}", "no finite model"), ("{}", "{id: 'river-swim'}", "time_limit"),
      ("{critic: [1, 2, 3]}", "{id: 'short-corridor'}", "give 1, one for each state"),
      ("{initial_preferences: [1, 2, 3]}", "{id: 'short-corridor'}", "give 2"),
    ] {
      do {
        _ = try audit(plan, environment)
        Issue.record("\(plan) on \(environment) was audited")
      } catch let error as SettingProblem { #expect(error.message.contains(hint), "\(error.message)") }
    }
  }
}
