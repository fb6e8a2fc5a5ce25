/// Why TLS was not agreed on, for a log line: the library tells it in words of its own, with its sources' lines.
enum TLSCause {
    private static let known: [(mark: String, text: String)] = [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", "the exporter has no certificate, and --tls-ca asks for one"),
        ("CERTIFICATE_VERIFY_FAILED", "the exporter's certificate is not of the CA that --tls-ca names, or its time is over"),
        ("UNKNOWN_CA", "the exporter does not trust the collector's certificate"),
        ("CERTIFICATE_EXPIRED", "the exporter says that the collector's certificate has expired"),
        ("BAD_CERTIFICATE", "the exporter refuses the collector's certificate"),
        ("CERTIFICATE_UNKNOWN", "the exporter refuses the collector's certificate"),
        ("WRONG_VERSION_NUMBER", "what came is no TLS"),
        ("HTTP_REQUEST", "what came is a request of HTTP, and no TLS"),
        ("UNSUPPORTED_PROTOCOL", "the exporter speaks no TLS 1.2 or later"),
        ("NO_SHARED_CIPHER", "there is no cipher that both sides have"),
    ]

    static func text(_ error: any Error) -> String {
        let whole = "\(error)"
        return known.first { whole.contains($0.mark) }?.text ?? String(whole.prefix(160))
    }
}
