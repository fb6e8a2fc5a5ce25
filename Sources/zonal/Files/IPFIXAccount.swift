import FlowModel
import IPFIX

/// What an IPFIX file held, summed over its parts.
struct IPFIXAccount {
    private(set) var records = 0
    /// Its agent tells of itself in it.
    private(set) var hasReport = false
    private var otherRecords = 0
    private var recordsBefore1970 = 0
    private var recordsWithoutTime = 0
    private var setsWithoutTemplate = 0
    private var firstSetWithoutTemplate: DecodedFlows.SetPlace?

    mutating func add(_ part: DecodedFlows) {
        records += part.flows.count
        hasReport = hasReport || part.report != nil
        otherRecords += part.otherRecords
        recordsBefore1970 += part.recordsBefore1970
        recordsWithoutTime += part.recordsWithoutTime
        setsWithoutTemplate += part.setsWithoutTemplate
        firstSetWithoutTemplate = firstSetWithoutTemplate ?? part.firstSetWithoutTemplate
    }

    var text: String {
        var text = "\(records) records"
        if otherRecords > 0 { text += "; left out, since they are no flows between two addresses: \(otherRecords)" }
        if recordsBefore1970 > 0 { text += "; with times before 1970, stored under 1970: \(recordsBefore1970)" }
        if recordsWithoutTime > 0 {
            text += "; without a time of their own, stored under the time of export: \(recordsWithoutTime)"
        }
        return text
    }

    /// Why the file is not stored whole; nil when it is.
    var damage: String? {
        guard setsWithoutTemplate > 0 else { return nil }
        let place = firstSetWithoutTemplate.map { ", the first at \($0)" } ?? ""
        return "data sets without a template before them in the file: \(setsWithoutTemplate)\(place); their records are left out; write the file again with its templates first"
    }
}
