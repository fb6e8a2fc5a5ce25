import AgentCommands
import Foundation
import IPFIX

/// A user's file of information elements.
enum ElementsFile {
    /// The built-in elements and those of the file.
    ///
    /// - Throws: every line that is wrong, with its mend.
    static func registry(_ path: String) throws(CommandFailure) -> ElementRegistry {
        let octets: [UInt8]
        do {
            octets = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw CommandFailure("\(path): cannot be read; is it there, and may it be read?")
        }
        var registry = ElementRegistry.standard
        let faults = registry.add(octets)
        guard faults.isEmpty else { throw CommandFailure(faults.map { "\(path): \($0)" }.joined(separator: "\nzonal: "), isUsage: true) }
        return registry
    }
}
