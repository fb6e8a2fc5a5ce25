/// Names of ports that a filter may say, `port ssh`: what hosts of one network ask each other for. As IANA's registry of
/// service names has them (RFC 6335), with the words that people rather say beside them; a name stands for one port, since
/// a service that has several, such as http with 8080, is asked for by its numbers.
enum ServiceName {
    /// By the port.
    static let table: [(name: String, port: UInt16)] = [
        ("ftp", 21), ("ssh", 22), ("telnet", 23), ("smtp", 25), ("dns", 53), ("domain", 53), ("tftp", 69), ("http", 80),
        ("kerberos", 88), ("pop3", 110), ("sunrpc", 111), ("ntp", 123), ("epmap", 135), ("msrpc", 135), ("netbios-ssn", 139),
        ("imap", 143), ("snmp", 161), ("snmptrap", 162), ("bgp", 179), ("ldap", 389), ("https", 443), ("smb", 445),
        ("microsoft-ds", 445), ("kpasswd", 464), ("syslog", 514), ("ldaps", 636), ("ipp", 631), ("imaps", 993), ("mssql", 1433),
        ("ms-sql-s", 1433), ("oracle", 1521), ("mqtt", 1883), ("nfs", 2049), ("etcd", 2379), ("mysql", 3306), ("rdp", 3389),
        ("ms-wbt-server", 3389), ("sip", 5060), ("mdns", 5353), ("postgres", 5432), ("postgresql", 5432), ("amqp", 5672),
        ("vnc", 5900), ("rfb", 5900), ("winrm", 5985), ("wsman", 5985), ("redis", 6379), ("kubernetes", 6443), ("kafka", 9092),
        ("elasticsearch", 9200), ("memcached", 11211), ("mongodb", 27017),
    ]

    static let all = table.map(\.name)
    private static let byName = Dictionary(table.map { ($0.name, $0.port) }) { first, _ in first }

    /// - Parameter name: in lower case.
    static func port(_ name: String) -> UInt16? { byName[name] }
}
