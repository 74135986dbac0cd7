#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// A few threads that wait for the next parallel loop: a sweep over a small model takes less time than starting a thread.
///
/// The calling thread does part 0. Waiting threads look for work for some microseconds before they sleep.
final class WorkCrew: Sendable {
  /// How many parts a loop has.
  let size: Int
  private let shared: Shared

  private final class Shared: @unchecked Sendable {
    let generation = Atomic<Int>(0)
    let running = Atomic<Int>(0)
    let isClosing = Atomic<Bool>(false)
    let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    var work: (Int) -> Void = { _ in }

    init() {
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_mutex_destroy(mutex)
      pthread_cond_destroy(wake)
      mutex.deallocate()
      wake.deallocate()
    }

    func follow(_ part: Int) {
      var seen = 0
      while true {
        var patience = 20_000
        while generation.load(ordering: .acquiring) == seen && patience > 0 { patience -= 1 }
        if generation.load(ordering: .acquiring) == seen {
          pthread_mutex_lock(mutex)
          while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
          pthread_mutex_unlock(mutex)
        }
        seen += 1
        if isClosing.load(ordering: .acquiring) { return }
        perform(part)
        running.subtract(1, ordering: .releasing)
      }
    }

    /// A function of its own, so that the loop's closure is let go before it is counted as done.
    @inline(never)
    private func perform(_ part: Int) { work(part) }

    func start() {
      pthread_mutex_lock(mutex)
      generation.add(1, ordering: .releasing)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  private final class Member {
    let shared: Shared
    let part: Int

    init(_ shared: Shared, _ part: Int) {
      self.shared = shared
      self.part = part
    }
  }

  /// Starts `size − 1` threads.
  init(size: Int) {
    self.size = max(1, size)
    shared = Shared()
    for part in 1..<self.size {
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      let member = Unmanaged.passRetained(Member(shared, part))
      let status = pthread_create(
        &thread, nil,
        { argument in
          #if canImport(Darwin)
            let member = Unmanaged<Member>.fromOpaque(argument).takeRetainedValue()
          #else
            let member = Unmanaged<Member>.fromOpaque(argument!).takeRetainedValue()
          #endif
          member.shared.follow(member.part)
          return nil
        }, member.toOpaque())
      precondition(status == 0, "no thread could be started: error \(status)")
      #if canImport(Darwin)
        pthread_detach(thread!)
      #else
        pthread_detach(thread)
      #endif
    }
  }

  deinit {
    shared.isClosing.store(true, ordering: .releasing)
    shared.start()
  }

  /// Does `work(0)` … `work(size − 1)` at the same time and returns when all are done. Parts must not write to the same memory.
  func run(_ work: (Int) -> Void) {
    if size == 1 {
      work(0)
      return
    }
    withoutActuallyEscaping(work) { work in
      shared.work = work
      shared.running.store(size - 1, ordering: .releasing)
      shared.start()
      work(0)
      var patience = 20_000
      while shared.running.load(ordering: .acquiring) > 0 {
        patience -= 1
        if patience < 0 { sched_yield() }
      }
      shared.work = { _ in }
    }
  }
}
