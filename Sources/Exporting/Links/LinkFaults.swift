import NIOCore
import NIOPosix
import NIOSSL

/// Says in a sentence what the network's and TLS's errors mean.
enum LinkFaults {
    static func ofConnecting(_ error: any Error, _ target: ExportTarget) -> LinkFault {
        if error is CancellationError { return LinkFault(.cancelled, "the exporter was stopped") }
        if let error = error as? NIOConnectionError {
            if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil {
                return LinkFault(
                    .name, "the address of \(target.host) cannot be found: mend the name, or name the collector by its address")
            }
            // One for each address: the last one is as good as any.
            if let last = error.connectionErrors.last { return ofConnecting(last.error, target) }
        }
        if case .connectTimeout? = error as? ChannelError {
            return LinkFault(.timeout, "\(target) does not answer: look at the address, and at what filters on the way")
        }
        if let error = error as? IOError, error.errnoCode == ECONNREFUSED {
            return LinkFault(.connect, "nobody listens at \(target): start the collector, or mend the port")
        }
        return LinkFault(.connect, "\(target) cannot be reached: \(error)")
    }

    static func ofHandshake(_ error: any Error, _ target: ExportTarget) -> LinkFault {
        if error is CancellationError { return LinkFault(.cancelled, "the exporter was stopped") }
        if case .connectTimeout? = error as? ChannelError {
            return LinkFault(.timeout, "\(target) does not end the TLS handshake: look whether it speaks TLS at that port")
        }
        let words = "\(error)"
        if (error as? ChannelError) == .eof || words.contains("EOF during handshake") {
            return LinkFault(.tls, "\(target) has closed the connection in the TLS handshake: look whether it speaks TLS at that port")
        }
        if case .unableToValidateCertificate? = error as? NIOSSLError { return untrusted(target) }
        if let extra = error as? NIOSSLExtraError, extra == .failedToValidateHostname || extra == .serverHostnameImpossibleToMatch {
            return LinkFault(
                .certificate,
                "the certificate of \(target) is not for «\(target.host)»: name the collector as its certificate does")
        }
        if words.contains("CERTIFICATE_VERIFY_FAILED") { return untrusted(target) }
        if words.contains("WRONG_VERSION_NUMBER") {
            return LinkFault(.tls, "\(target) does not speak TLS: write tcp:// or mend the port")
        }
        if words.contains("PROTOCOL_VERSION") || words.contains("UNSUPPORTED_PROTOCOL") {
            return LinkFault(.tls, "\(target) does not speak TLS 1.2 or later")
        }
        if words.contains("ALERT_HANDSHAKE_FAILURE"), target.tls.certificate == nil {
            // TLS 1.2's word for a certificate that is missing, among other things.
            return LinkFault(
                .certificate,
                "\(target) refuses the TLS handshake: if it asks for the exporter's certificate, give one with cert=FILE&key=FILE")
        }
        return ofConnection(error)
    }

    static let givenUp = LinkFault(.timeout, "the collector takes nothing any more, and the connection was given up")

    static func ofConnection(_ error: any Error) -> LinkFault {
        let words = "\(error)"
        // Alerts about our certificate come after the handshake in TLS 1.3.
        if words.contains("ALERT_CERTIFICATE") || words.contains("CERTIFICATE_REQUIRED") || words.contains("ALERT_UNKNOWN_CA")
            || words.contains("ALERT_BAD_CERTIFICATE")
        {
            return LinkFault(
                .certificate, "the collector does not take the exporter's certificate: give one that it trusts with cert=FILE&key=FILE")
        }
        if let error = error as? IOError, error.errnoCode == ETIMEDOUT { return givenUp }
        if let error = error as? IOError, [ECONNRESET, EPIPE].contains(error.errnoCode) {
            return LinkFault(.closed, "the collector has broken the connection")
        }
        if error is ChannelError || error as? NIOSSLError == .uncleanShutdown {
            return LinkFault(.closed, "the collector has closed the connection")
        }
        return LinkFault(.closed, "the connection broke: \(error)")
    }

    private static func untrusted(_ target: ExportTarget) -> LinkFault {
        LinkFault(
            .certificate,
            target.tls.ca.map { "the certificate of \(target) is not signed by the CA in \($0): give the right one with ca=FILE" }
                ?? "the certificate of \(target) is not signed by a CA that this machine trusts: give its CA with ca=FILE")
    }
}
