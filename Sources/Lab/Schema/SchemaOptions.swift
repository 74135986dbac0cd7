import Algorithms
import RLCore

/// The schemas of what belongs to clusters and to audits.
enum SchemaOptions {
  /// What `launch` may hold.
  static var launch: Setting {
    func word(_ pattern: String) -> Setting {
      .object([.init("type", .text("string")), .init("minLength", .integer(1)), .init("pattern", .text(pattern))])
    }
    let anyWord = word("^[^\\u0000-\\u001f]*$")
    let shapes: [String: Setting] = [
      "tasks": Schema.whole(1, LaunchOptions.most), "throttle": Schema.whole(1, LaunchOptions.most),
      "cores": Schema.whole(1, LaunchOptions.mostCores), "retries": Schema.whole(0, LaunchOptions.mostRetries),
      "time": word(LaunchOptions.timePattern), "memory": word(LaunchOptions.memoryPattern), "partition": anyWord,
      "arguments": Schema.list(anyWord),
      "poll": Schema.bounded("number", LaunchOptions.polls.description),
    ]
    return Schema.anyOf([
      Schema.null, Schema.object(LaunchOptions.keys.map { .init($0, shapes[$0] ?? Schema.anything) }),
    ])
  }

  /// What `audit` may hold.
  static var audit: Setting {
    let chance = Schema.whole01
    let chances = Schema.anyOf([chance, Schema.list(chance, from: 1), Schema.null])
    func orNull(_ setting: Setting) -> Setting { Schema.anyOf([setting, Schema.null]) }
    let large = Schema.bounded("number", AuditPlan.critics.description)
    let shapes: [String: Setting] = [
      "estimators": Schema.anyOf([
        Schema.const(.text("all")), Schema.null,
        Schema.list(Schema.words(AuditPlan.Estimator.allCases.map(\.rawValue)), from: 1),
      ]),
      "samples": orNull(Schema.whole(2, AuditPlan.mostSamples)), "batch": orNull(Schema.whole(1, AuditPlan.mostBatch)),
      "lambda": chances, "gae_lambda": orNull(chance), "gamma": orNull(chance),
      "critic": Schema.anyOf([Schema.const(.text("exact")), large, Schema.list(large, from: 1), Schema.null]),
      "critic_noise": orNull(Schema.bounded("number", AuditPlan.noises.description)),
      "method": orNull(Schema.words(GradientAudit.Method.allCases.map(\.rawValue))),
    ]
    return Schema.object(AuditPlan.keys.map { .init($0, shapes[$0] ?? Schema.anything) })
  }
}
