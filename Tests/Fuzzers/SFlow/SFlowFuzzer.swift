import CFuzzer
import Glibc

private func decodeOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    guard let data = unsafe data else { return 0 }
    // The fuzzer lends `size` octets for the call.
    let fault = unsafe SFlowCheck.fault(in: Span(_unsafeStart: data, count: size))
    precondition(fault == nil, fault ?? "")
    return 0
}

@main enum SFlowFuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        // The driver reads the program's own arguments, which live as long as it does.
        exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe decodeOne($0, $1) })
    }
}
