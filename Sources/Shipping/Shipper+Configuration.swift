import IPFIX

extension Shipper {
    package struct Configuration: Sendable {
        /// Where the collector is: `http://host:port`, without the path.
        package var collector: String
        package var agent: String
        /// Random per agent start.
        package var epoch: UInt64
        /// Sent as a bearer token, where the collector wants one.
        package var token: String?
        /// Packed bytes that may wait for delivery; the batch under way is among them.
        package var queueByteLimit = 256 << 20
        package var queueBatchLimit = 10_000
        package var connectTimeout: Duration = .seconds(5)
        /// For one attempt from the first octet to the last of the answer.
        package var requestTimeout: Duration = .seconds(60)
        package var backoff = Backoff()
        /// More records than this go as several batches.
        package var recordsPerBatch = 200_000
        /// gzip: 1 is five times as fast as 6, for a seventh more octets.
        package var compressionLevel = 1
        package var enterpriseNumber = InformationElement.documentationEnterpriseNumber

        package init(collector: String, agent: String, epoch: UInt64, queueByteLimit: Int = 256 << 20) {
            self.collector = collector
            self.agent = agent
            self.epoch = epoch
            self.queueByteLimit = queueByteLimit
        }

        /// The address that batches go to.
        func batchesURL() throws(ShippingError) -> String {
            var base = Substring(collector)
            while base.hasSuffix("/") { base = base.dropLast() }
            let scheme = base.prefix { $0 != ":" }.lowercased()
            let rest = base.dropFirst(scheme.count)
            let hasControl = base.utf8.contains { $0 <= 0x20 || $0 >= 0x7F }
            guard scheme == "http" || scheme == "https", rest.hasPrefix("://"), rest.count > 3, !rest.hasPrefix(":///"),
                !hasControl, !base.contains("?"), !base.contains("#")
            else { throw .collectorURL(collector) }
            return base + "/v1/batches"
        }

        func check() throws(ShippingError) {
            guard (1...253).contains(agent.utf8.count), agent.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .agentName(agent)
            }
        }
    }
}
