/// Room for what comes in, and the end of what is too old.
extension StoreWriter {
    /// nil: no bound.
    private var byteBound: Int64? { if case .bytes(let bytes) = configuration.byteBound { bytes } else { nil } }

    /// Bytes that a record may take until it is merged: twice what most do.
    private static let bytesPerRecord: Int64 = 64

    /// Takes the oldest files away when the bytes of a batch would pass the bound. Looked at before each append: however
    /// fast flows come in, the bound holds.
    func makeRoom(for records: Int) {
        guard let bound = byteBound else { return }
        let limit = bound - min(Int64(records) * Self.bytesPerRecord, bound / 20)
        guard usage.total > limit, var survey = try? RetentionSurvey(folder, asksLastWrites: false) else { return }
        look(survey)
        survey.mark(recent)
        for candidate in RetentionPlan.ordered(survey.candidates, others: survey.strangers, bytes: bound) {
            guard usage.total > limit else { return }
            // One that cannot be removed keeps no batch out: the next one goes, and `retain` says what is the matter.
            _ = try? retire(RetentionPlan.Retired(candidate: candidate, reason: .bytes))
        }
    }

    /// Whether a second copy of a partition may be made for a while. Appends keep to the bound meanwhile, so of the tenth
    /// that may lie above it, three quarters are for copies.
    func hasRoom(for bytes: Int64) -> Bool {
        if let free = Files.freeBytes(folder.path), free / 2 < bytes { return false }
        guard let bound = byteBound else { return true }
        return usage.total <= bound - bytes + bound / 40 * 3
    }

    /// Takes over what a survey has seen.
    func look(_ survey: RetentionSurvey) {
        let known = Set(current.values)
        for candidate in survey.candidates {
            if let name = candidate.partition, known.contains(name) { usage.set(name, candidate.bytes) }
        }
        usage.setOthers(survey.others(known))
    }

    /// Removes a file. - Returns: false when it is no longer what was looked at.
    func retire(_ retired: RetentionPlan.Retired) throws -> Bool {
        if let name = retired.candidate.partition {
            guard current[name.slot] == name else { return false }
            try remove(name)
        } else {
            try folder.remove(file: retired.candidate.file)
            usage.setOthers(max(0, usage.others - retired.candidate.bytes))
        }
        hasRetired = true
        configuration.retired(retired.partition)
        return true
    }

    private func remove(_ name: PartitionName) throws {
        close(name.slot)
        do {
            try folder.remove(name)
        } catch {
            // Its log may be what is left: the next start takes that away.
            if !Files.exists(folder.path(name)) { forget(name) }
            throw error
        }
        forget(name)
    }
}
