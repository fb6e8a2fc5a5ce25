/// A setting that must not be less than another one; both whole numbers, or both times.
package struct SettingsRule: Sendable {
    let path: String
    let least: String

    package init(_ path: String, isAtLeast least: String) {
        self.path = path
        self.least = least
    }

    /// What is wrong, at the place of whichever of the two was given; nil when nothing is.
    func fault(_ values: SettingsValues) -> Fault? {
        guard let value = values[path], let bound = values[least], let number = Self.number(value), let smallest = Self.number(bound),
            number < smallest
        else { return nil }
        let place = values.isGiven(path) ? values.place(path) : values.place(least)
        let origin = values.isGiven(path) ? "" : " (the default)"
        return Fault(
            place: place, key: path,
            message: "\(value.description)\(origin) is less than the \(bound.description) of \(least); give it at least as much")
    }

    private static func number(_ value: SettingValue) -> Int64? { value.integer ?? value.milliseconds }
}
