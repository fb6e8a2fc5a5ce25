/// What `--export` takes behind its address.
package enum ExportHelp {
    package static let parameters = """
        Behind ? and with & between: format=biflow|uniflow (one record of both directions, or one of each), domain=N, own-elements=yes|no, \
        datagram=OCTETS, template-refresh=60s, rate=RECORDS a second; for tls ca=FILE, cert=FILE, key=FILE.
        """
}
