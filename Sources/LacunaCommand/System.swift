#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif
import Synchronization

/// What the command asks of the operating system. The only file of this room that says `unsafe`: C functions take
/// pointers.
enum System {
    /// Whether a stream goes to a person's terminal.
    static func isTerminal(_ stream: Stream) -> Bool { isatty(stream.rawValue) == 1 }

    enum Stream: Int32, Sendable { case output = 1, error = 2 }

    /// "linux x86_64": what the program was built for.
    static var platform: String {
        #if os(macOS)
        let system = "macos"
        #else
        let system = "linux"
        #endif
        #if arch(arm64)
        return "\(system) arm64"
        #else
        return "\(system) x86_64"
        #endif
    }

    /// Columns of the terminal, or nil where the stream is none.
    static func terminalWidth(_ stream: Stream) -> Int? {
        var size = winsize()
        let status = unsafe ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }

    /// The most memory that this process has held, in megabytes (10⁶ bytes).
    ///
    /// Linux's `getrusage` also counts what the program that started this one held before; `VmHWM` does not.
    static var peakMemoryMegabytes: Double {
        #if !canImport(Darwin)
        let status = (try? FilePaths.text(of: "/proc/self/status")) ?? ""
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            if let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) }) {
                return kilobytes * 1024 / 1e6
            }
        }
        #endif
        var usage = rusage()
        #if canImport(Darwin)
        unsafe getrusage(RUSAGE_SELF, &usage)
        return Double(usage.ru_maxrss) / 1e6
        #else
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_maxrss) * 1024 / 1e6
        #endif
    }

    /// Holds a folder for this process alone, until it ends, however it ends.
    ///
    /// - Returns: false where another process holds it; true also where the system cannot lock.
    static func hold(folder: String) -> Bool {
        let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        // The descriptor stays open on purpose: the lock goes with the process.
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    /// Writes a command's result to standard output.
    ///
    /// - Throws: `CommandError` where it cannot be written: a result that is lost is no success.
    static func output(_ text: String) throws(CommandError) {
        guard write(text, to: .output) else {
            throw CommandError(
                "the result cannot be written to standard output", why: unsafe String(cString: strerror(errno)),
                fix: "check the disk's space, or where the output is sent")
        }
    }

    /// Writes all bytes to a stream, without a buffer between.
    ///
    /// - Returns: false if the stream took no more, as a closed pipe does.
    @discardableResult
    static func write(_ text: String, to stream: Stream) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes { unsafe systemWrite(stream.rawValue, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                return false
            }
            rest = rest.dropFirst(written)
        }
        return true
    }

    private static func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Darwin)
        unsafe Darwin.write(file, bytes, count)
        #elseif canImport(Musl)
        unsafe Musl.write(file, bytes, count)
        #else
        unsafe Glibc.write(file, bytes, count)
        #endif
    }
}

/// Whether the user has asked the run to stop: Ctrl-C, or a polite kill.
///
/// The first signal asks, and training ends after the step in progress; a second one quits at once.
enum Interrupt {
    /// Written by the signal handler, which may touch nothing but atomics. A signal belongs to the process, so
    /// this one value does as well.
    private static let signals = Atomic<Int>(0)

    /// Whether a signal has come since ``install()``.
    static var isRequested: Bool { signals.load(ordering: .relaxed) > 0 }

    /// Begins to catch SIGINT and SIGTERM.
    static func install() {
        // A parent that starts programs from a thread with blocked signals, as Dispatch's threads are, hands the
        // block down.
        var caught = sigset_t()
        unsafe sigemptyset(&caught)
        for number in [SIGINT, SIGTERM] {
            unsafe sigaddset(&caught, number)
            _ = signal(number) { number in
                let before = Interrupt.signals.wrappingAdd(1, ordering: .relaxed).oldValue
                if before > 0 { _exit(128 + number) }
            }
        }
        unsafe pthread_sigmask(SIG_UNBLOCK, &caught, nil)
    }
}
