import Foundation

extension SettingsSchema {
    /// Merges flags, environment, file and defaults; the first that has a key gives its whole value.
    ///
    /// - Parameters:
    ///   - flags: texts by the key's path.
    ///   - environment: all of the process's; what is not the name of a key is left alone, since orchestrators put
    ///     variables of their own beside ours.
    /// - Throws: every fault of flags and environment at once.
    package func resolve(
        flags: [String: String] = [:], environment: [String: String] = [:], file: SettingsFile = .empty
    ) throws(SettingsError) -> SettingsValues {
        let (values, faults) = merge(flags: flags, environment: environment, file: file)
        guard faults.isEmpty else { throw SettingsError(faults) }
        return try checked(values)
    }

    /// Reads the file, if one is named, and merges.
    ///
    /// - Throws: every fault of file, environment and flags at once.
    package func resolve(
        flags: [String: String] = [:], environment: [String: String] = [:], path: String?
    ) throws(SettingsError) -> SettingsValues {
        var file = SettingsFile.empty
        var faults: [Fault] = []
        if let path {
            do throws(SettingsError) {
                file = try SettingsFile.load(path: path, schema: self)
            } catch {
                faults = error.faults
            }
        }
        let (values, more) = merge(flags: flags, environment: environment, file: file)
        guard faults.isEmpty, more.isEmpty else { throw SettingsError(faults + more) }
        return try checked(values)
    }

    private func checked(_ values: [String: (value: SettingValue, place: Fault.Place)]) throws(SettingsError) -> SettingsValues {
        let settings = SettingsValues(values: values, schema: self)
        let faults = rules.compactMap { $0.fault(settings) }
        guard faults.isEmpty else { throw SettingsError(faults) }
        return settings
    }

    private func merge(
        flags: [String: String], environment: [String: String], file: SettingsFile
    ) -> (values: [String: (value: SettingValue, place: Fault.Place)], faults: [Fault]) {
        var values = file.values
        var faults: [Fault] = []
        func take(_ text: String, _ key: SettingKey, _ place: Fault.Place) {
            do throws(SettingKind.ReadingFault) {
                values[key.path] = (try key.readAllowingNone(text), place)
            } catch {
                faults.append(Fault(place: place, key: key.path, message: error.message))
            }
        }
        for key in keys {
            if let text = environment[key.environmentName] { take(text, key, .environment(name: key.environmentName)) }
            if let text = flags[key.path] { take(text, key, .flag(name: key.flag ?? key.path)) }
        }
        for path in flags.keys.sorted() where self[path] == nil {
            faults.append(Fault(place: .flag(name: path), message: Suggestion.unknown(path, among: keys.map(\.path))))
        }
        return (values, faults)
    }
}
