import Foundation
import Yams

/// The settings that a file gives, before environment and flags come over them.
package struct SettingsFile: Sendable {
    /// A file may be so large; what is larger is no configuration.
    package static let byteLimit = 1 << 20

    /// As it was given; messages name it.
    package let path: String
    /// By the key's path, with its place.
    let values: [String: (value: SettingValue, place: Fault.Place)]

    /// The files of no file: everything is left to defaults, environment and flags.
    package static let empty = SettingsFile(path: "", values: [:])

    /// Reads a file.
    ///
    /// - Throws: every fault of the file at once; one fault when it cannot be read, is larger than `byteLimit`, is not
    ///   UTF-8, or is not YAML.
    package static func load(path: String, schema: SettingsSchema) throws(SettingsError) -> SettingsFile {
        func refuse(_ message: String) -> SettingsError {
            SettingsError([Fault(place: .file(path: path, line: 0, column: 0), message: message)])
        }
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            data = try handle.read(upToCount: byteLimit + 1) ?? Data()
        } catch {
            throw refuse("cannot be read (\(reason(error))); name a file that exists and that you may read with --config")
        }
        guard data.count <= byteLimit else {
            throw refuse("is larger than \(UnitText.bytes(Int64(byteLimit))); this is no configuration file")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw refuse("is not UTF-8 text; save it as UTF-8")
        }
        return try load(text: text, path: path, schema: schema)
    }

    /// Reads a text as if it were the file of that name.
    package static func load(text: String, path: String, schema: SettingsSchema) throws(SettingsError) -> SettingsFile {
        let found = read(text: text, path: path, schema: schema)
        guard found.faults.isEmpty else { throw SettingsError(found.faults) }
        return found.file
    }

    /// What could be read, and everything that is wrong.
    static func read(text: String, path: String, schema: SettingsSchema) -> (file: SettingsFile, faults: [Fault]) {
        func place(_ line: Int, _ column: Int) -> Fault.Place { .file(path: path, line: line, column: column) }
        guard text.utf8.count <= byteLimit else {
            let message = "is larger than \(UnitText.bytes(Int64(byteLimit))); this is no configuration file"
            return (.empty, [Fault(place: place(0, 0), message: message)])
        }
        let refused = PlainYAML.faults(in: text).map { Fault(place: place($0.line, $0.column), message: $0.message) }
        guard refused.isEmpty else { return (.empty, refused) }
        do {
            // No resolver: every scalar stays the text that was written, and the schema says what it is.
            let root = try compose(yaml: text, .basic, .default, .utf8)
            var reader = SettingsReader(path: path, schema: schema)
            if let root { reader.read(root) }
            return (SettingsFile(path: path, values: reader.values), reader.faults)
        } catch {
            let (line, column, message) = explain(error, text)
            return (.empty, [Fault(place: place(line, column), message: message)])
        }
    }

    private static func reason(_ error: any Error) -> String {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        let code = underlying?.domain == NSPOSIXErrorDomain ? underlying?.code : nil
        guard let code, let known = POSIXErrorCode(rawValue: Int32(code)) else { return error.localizedDescription }
        switch known {
        case .ENOENT: return "no such file"
        case .EACCES: return "permission denied"
        case .EISDIR: return "it is a folder"
        default: return error.localizedDescription
        }
    }

    private static func explain(_ error: any Error, _ text: String) -> (line: Int, column: Int, message: String) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return (mark.line, mark.column, "is not YAML here: \(problem)")
        case .duplicatedKeysInMapping(let names, let context):
            let shown = names.prefix(3).map(Fault.quoted).joined(separator: ", ")
            return (context.mark.line, context.mark.column, "\(shown) stands twice in one map; keep one of the two")
        case .reader(let problem, let offset, _, _):
            let before = text.unicodeScalars.prefix(offset ?? 0)
            let line = before.count { $0 == "\n" } + 1
            let column = before.reversed().prefix { $0 != "\n" }.count + 1
            return (line, column, "is not YAML here: \(problem)")
        case .some(let other):
            return (0, 0, "is not YAML: \(other)")
        case nil:
            return (0, 0, "is not YAML: \(error)")
        }
    }
}
