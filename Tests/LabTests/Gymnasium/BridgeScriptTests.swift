import Foundation
import Testing

@testable import Lab
@testable import RLCore

/// The bridge's own program in a real interpreter, with a few lines in the place of gymnasium and numpy.
@Suite struct BridgeScriptTests {
  static let hasPython = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"].contains {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private static let gymnasium = """
    import sys
    from types import SimpleNamespace

    __version__ = "0"


    class Discrete:
        n, start = 2, 0


    class Other:
        pass


    class Error(Exception):
        pass


    spaces = SimpleNamespace(Discrete=Discrete, MultiDiscrete=Other, Tuple=Other, Box=Other)
    error = SimpleNamespace(DependencyNotInstalled=Error, UnregisteredEnv=Error, DeprecatedEnv=Error, Error=Error)


    class Walk:
        observation_space = action_space = Discrete()
        spec = None

        def __init__(self, identity):
            self.identity = identity

        def reset(self, seed=None):
            return 0, {}

        def step(self, action):
            if self.identity == "Exit":
                sys.exit(2)  # exits
            if self.identity == "Quiet":
                raise KeyboardInterrupt  # interrupts
            return 1, float("nan"), False, False, {}

        def close(self):
            sys.exit("closed")


    def make(identity, disable_env_checker, max_episode_steps):
        if identity == "Unmade":
            sys.exit("no licence")  # refuses
        return Walk(identity)
    """

  /// Where a line of it stands.
  private static func place(_ mark: String) -> String {
    let lines = gymnasium.split(separator: "\n", omittingEmptySubsequences: false)
    return "(gymnasium.py:\(lines.firstIndex { $0.hasSuffix("# " + mark) }! + 1))"
  }

  /// What environments raise that is no ordinary error ends their trial, not the interpreter: it takes the next environment.
  @Test(.enabled(if: Self.hasPython)) func whoeverExitsIsNamed() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bridge-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let python = folder + "/python"
    try Self.gymnasium.write(toFile: folder + "/gymnasium.py", atomically: true, encoding: .utf8)
    try "from types import SimpleNamespace\nrandom = SimpleNamespace(seed=lambda seed: None)\n"
      .write(toFile: folder + "/numpy.py", atomically: true, encoding: .utf8)
    try "#!/bin/sh\nPYTHONDONTWRITEBYTECODE=1 PYTHONPATH='\(folder)' exec python3 \"$@\"\n"
      .write(toFile: python, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)

    func failure(_ id: String) throws(BridgeFault) -> String? {
      let session = try GymnasiumSession(.init(id: id, python: python))
      session.reset(session.claim(), seed: 1)
      var action: Int32 = 0
      session.exchange(actions: &action, moves: nil)
      return session.failure
    }
    // The first is closed without a step, which hands its interpreter to the others.
    _ = try GymnasiumSession(.init(id: "Walk", python: python))
    #expect(
      throws: BridgeFault(kind: .make, message: "SystemExit: no licence \(Self.place("refuses"))")
    ) { try failure("Unmade") }
    #expect(try failure("Exit") == "SystemExit: 2 \(Self.place("exits"))")
    #expect(try failure("Quiet") == "KeyboardInterrupt \(Self.place("interrupts"))")
    #expect(try failure("Walk") == "the environment gave a reward that is not a number (nan) at step 1")
  }
}
