import CFuzzer
import Glibc
import Metering

private func meterOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    guard let data = unsafe data else { return 0 }
    for sampling in [PacketSampling.everyPacket, .systematic(interval: 3)] {
        // The fuzzer lends `size` octets for the call.
        let fault = unsafe MeterCheck.fault(in: Span(_unsafeStart: data, count: size), sampling)
        precondition(fault == nil, fault ?? "")
    }
    return 0
}

@main enum MeterFuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        // The driver reads the program's own arguments, which live as long as it does.
        exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe meterOne($0, $1) })
    }
}
