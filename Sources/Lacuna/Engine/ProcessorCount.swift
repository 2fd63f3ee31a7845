#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// How many threads run at once on this machine.
enum ProcessorCount {
    static var value: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
