import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// What went wrong with the other end of a bridge.
struct BridgeFault: Error, Equatable {
  /// What kind of fault it is.
  enum Kind: String {
    /// The interpreter, or a package, is not there.
    case missing
    /// There is no such environment.
    case id
    /// The environment does not take the arguments.
    case kwargs
    /// The spaces are of a kind that nothing here works on.
    case space
    /// The environment cannot be made for some other reason.
    case make
    /// It raised an error, or the process ended.
    case died
  }

  let kind: Kind
  let message: String
}

/// A Python interpreter that runs ``BridgeScript``, and the line to it: bytes go out, bytes come back, in strict turns.
///
/// One socket is both its standard input and its output, so that writing to a dead process is an error and not a signal. What it prints to
/// standard error is read now and then; the end of it is kept until the next answer, to say why it died. It ends when the socket is closed, so that a killed program
/// leaves no process behind. It belongs to one trial at a time.
final class BridgeProcess: @unchecked Sendable {
  /// The interpreter, as it was named.
  let python: String
  private let process: pid_t
  private var channel: Int32
  private var errors: Int32
  /// The end of what it has printed to standard error since its last answer.
  private var complaints: [UInt8] = []
  private var isReaped = false

  private static let spawning = Mutex<Void>(())

  /// Starts an interpreter.
  ///
  /// - Throws: ``BridgeFault`` where there is none of that name.
  init(python: String, script: String = BridgeScript.text) throws(BridgeFault) {
    self.python = python
    // Descriptors are marked one by one, so that no other process may be started meanwhile, which would inherit them.
    let started = Self.spawning.withLock { _ in Self.spawn(python, ["-u", "-c", script]) }
    switch started {
    case .failure(let fault): throw fault
    case .success(let (process, channel, errors)):
      self.process = process
      self.channel = channel
      self.errors = errors
    }
    var patience = timeval(tv_sec: 0, tv_usec: 100_000)
    setsockopt(channel, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    #if canImport(Darwin)
      var isQuiet: Int32 = 1
      setsockopt(channel, SOL_SOCKET, SO_NOSIGPIPE, &isQuiet, socklen_t(MemoryLayout<Int32>.size))
    #endif
    _ = fcntl(errors, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(channel)
    close(errors)
    if !isReaped {
      kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    }
  }

  private static func spawn(
    _ program: String, _ words: [String]
  ) -> Result<(pid_t, channel: Int32, errors: Int32), BridgeFault> {
    var line: [Int32] = [-1, -1]
    var complaints: [Int32] = [-1, -1]
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &line) == 0 else { return .failure(unable(program, errno)) }
    guard pipe(&complaints) == 0 else {
      let code = errno
      for file in line { close(file) }
      return .failure(unable(program, code))
    }
    for file in line + complaints { _ = fcntl(file, F_SETFD, FD_CLOEXEC) }
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, line[1], 0)
    posix_spawn_file_actions_adddup2(&actions, line[1], 1)
    posix_spawn_file_actions_adddup2(&actions, complaints[1], 2)
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    // What others have open here, and wait to see closed, is not the interpreter's.
    #if canImport(Glibc)
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      for file in 3..<Int32(min(1024, limit.rlim_cur)) { posix_spawn_file_actions_addclose(&actions, file) }
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    #else
      posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_CLOEXEC_DEFAULT))
    #endif
    var arguments = ([program] + words).map { strdup($0) } + [nil]
    var process = pid_t()
    var code = posix_spawnp(&process, program, &actions, &attributes, &arguments, environ)
    // A script that was written a moment ago may still be open for writing in a process that is just being started.
    for _ in 0..<100 where code == ETXTBSY {
      usleep(10_000)
      code = posix_spawnp(&process, program, &actions, &attributes, &arguments, environ)
    }
    for argument in arguments { free(argument) }
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    close(line[1])
    close(complaints[1])
    if code != 0 {
      close(line[0])
      close(complaints[0])
      return .failure(unable(program, code))
    }
    return .success((process, line[0], complaints[0]))
  }

  private static func unable(_ program: String, _ code: Int32) -> BridgeFault {
    if code == ENOENT || code == EACCES || code == ENOTDIR || code == EISDIR {
      return BridgeFault(
        kind: .missing,
        message: "there is no Python interpreter \"\(program)\" (\(String(cString: strerror(code)).lowercased()))")
    }
    return BridgeFault(
      kind: .died, message: "\(program) cannot be started (\(String(cString: strerror(code)).lowercased()))")
  }

  /// Sends bytes.
  func send(_ bytes: UnsafeRawBufferPointer) throws(BridgeFault) {
    #if canImport(Glibc)
      let flags = Int32(MSG_NOSIGNAL)
    #else
      let flags: Int32 = 0
    #endif
    var sent = 0
    while sent < bytes.count {
      let count = Foundation.send(channel, bytes.baseAddress! + sent, bytes.count - sent, flags)
      if count > 0 {
        sent += count
      } else if errno != EINTR {
        throw death()
      }
    }
  }

  /// Waits for as many bytes as there is room for.
  func receive(into bytes: UnsafeMutableRawBufferPointer) throws(BridgeFault) {
    var received = 0
    while received < bytes.count {
      received += try read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[received...]))
    }
  }

  /// Waits for a line, and gives it without its end.
  func receiveLine() throws(BridgeFault) -> [UInt8] {
    var line: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while line.last != UInt8(ascii: "\n") {
      var count = 0
      do {
        count = try piece.withUnsafeMutableBytes { try read(into: $0) }
      } catch let fault as BridgeFault { throw fault } catch { throw death() }
      line += piece[..<count]
    }
    return line.dropLast()
  }

  /// Waits for some bytes, and looks at standard error while it waits.
  private func read(into bytes: UnsafeMutableRawBufferPointer) throws(BridgeFault) -> Int {
    var waited = 0
    while true {
      let count = recv(channel, bytes.baseAddress!, bytes.count, 0)
      if count > 0 { return count }
      if count == 0 { throw death() }
      guard errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK else { throw death() }
      listen()
      // Whoever asked for a stop is not kept waiting by a step that never comes back.
      if Interrupt.isRequested { waited += 1 }
      if waited > 20 { throw BridgeFault(kind: .died, message: "\(python) did not answer when a stop was asked for") }
    }
  }

  /// Takes what stands on standard error, and keeps its end.
  private func listen() {
    var piece = [UInt8](repeating: 0, count: 1 << 12)
    while true {
      let count = piece.withUnsafeMutableBytes { Foundation.read(errors, $0.baseAddress!, $0.count) }
      if count <= 0 { return }
      complaints += piece[..<count]
      if complaints.count > 1 << 13 { complaints.removeFirst(complaints.count - 1 << 12) }
    }
  }

  /// Forgets what was printed to standard error before an answer: whatever it dies of later, it is not that.
  func settle() {
    listen()
    complaints.removeAll(keepingCapacity: true)
  }

  /// The last line that is no warning of Python's: `file:line: SomeWarning: text`, under which, indented, its source stands.
  static func lastWords(_ text: String) -> String? {
    let warning = #/.+:[0-9]+: [A-Za-z0-9_.]*Warning: .*/#
    var last: String?
    var isSource = false
    for line in text.split(whereSeparator: \.isNewline) where line.contains(where: { !$0.isWhitespace }) {
      if line.wholeMatch(of: warning) != nil {
        isSource = true
      } else if !isSource || line.first?.isWhitespace == false {
        isSource = false
        last = line.trimmingCharacters(in: .whitespaces)
      }
    }
    return last
  }

  /// What the process died of: its last words.
  private func death() -> BridgeFault {
    var status: Int32 = 0
    for _ in 0..<200 where !isReaped {
      let result = waitpid(process, &status, WNOHANG)
      if result == process || (result < 0 && errno != EINTR) {
        isReaped = true
      } else {
        usleep(5000)
      }
    }
    if !isReaped {
      kill(process, SIGKILL)
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      isReaped = true
    }
    listen()
    let last = Self.lastWords(String(decoding: complaints, as: UTF8.self)).map { ": " + $0 }
    let signal = status & 0x7f
    let code = (status >> 8) & 0xff
    if signal == 0 && code == 127 {
      return BridgeFault(kind: .missing, message: "there is no Python interpreter \"\(python)\"\(last ?? "")")
    }
    let how = signal != 0 ? "was ended by signal \(signal)" : "ended with code \(code)"
    return BridgeFault(kind: .died, message: "\(python) \(how)\(last ?? ", without a word")")
  }
}

/// Interpreters that are between two trials: starting one and importing its packages takes some tenths of a second. A session makes its
/// environments anew, so that nothing of the last one is left in them.
enum BridgePool {
  private static let idle = Mutex<[BridgeProcess]>([])
  private static let most = 16

  /// An interpreter by its name, idle or new.
  static func take(_ python: String) throws(BridgeFault) -> (process: BridgeProcess, isNew: Bool) {
    let found = idle.withLock { idle in
      idle.lastIndex { $0.python == python }.map { idle.remove(at: $0) }
    }
    if let found { return (found, false) }
    return (try BridgeProcess(python: python), true)
  }

  /// Gives back an interpreter that is well.
  static func give(_ process: BridgeProcess) {
    idle.withLock { idle in if idle.count < most { idle.append(process) } }
  }
}
