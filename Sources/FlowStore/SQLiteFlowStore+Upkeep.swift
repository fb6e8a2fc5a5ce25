/// Retention, merging, sealing and setting aside. What takes long runs without the lock, so that no append waits for it.
extension SQLiteFlowStore {
    package func retain(
        _ policy: RetentionPolicy, now: Int64, dryRun: Bool
    ) throws(StoreError) -> [RetiredPartition] {
        let limit = RetentionPolicy.limit(policy.age, now: now)
        // Without the lock: a look into thousands of files holds up no append.
        var survey = try RetentionSurvey(folder, asksLastWrites: limit != nil || !isWritable)
        if isWritable {
            survey.mark(
                try writing { writer in
                    writer.look(survey)
                    return writer.recent
                })
        } else if dryRun {
            survey.markNewest(now: now)
        }
        var failure = limit == nil ? nil : survey.failure
        var retired: [RetiredPartition] = []
        for one in RetentionPlan.retired(
            survey.candidates, total: survey.total, writtenBefore: limit, bytes: policy.bytes)
        {
            do {
                if !dryRun { guard try retire(one, policy, writtenBefore: limit) else { continue } }
                retired.append(one.partition)
            } catch {
                if error.code == .closed { throw error }
                failure = failure ?? error
            }
        }
        if !dryRun { pool.keepOnly(try writing { $0.partitions }) }
        if var failure {
            failure.retired = retired
            throw failure
        }
        return retired
    }

    /// Removes one file of the plan, if what was seen of it still holds. - Returns: whether it went.
    private func retire(
        _ retired: RetentionPlan.Retired, _ policy: RetentionPolicy, writtenBefore limit: Int64?
    ) throws(StoreError) -> Bool {
        try writing { writer in
            // Sealed or gone since it was looked at.
            if let name = retired.candidate.partition, writer.current[name.slot] != name { return false }
            switch retired.reason {
            case .bytes:
                // An append has made room meanwhile.
                if let bytes = policy.bytes, writer.usage.total <= bytes { return false }
            case .age:
                // Flows have come in meanwhile.
                if let name = retired.candidate.partition, let limit, try writer.lastWrite(name) >= limit { return false }
            }
            return try writer.retire(retired)
        }
    }

    package func compact(everything: Bool, isCancelled: () -> Bool) throws(StoreError) {
        var failure: StoreError?
        // The lock is let go of between steps, so that appends wait for one merge at most.
        for name in try writing({ $0.partitions }) {
            if isCancelled() { break }
            do {
                while try writing({ try $0.mergeOnce(name, everything: everything, now: configuration.now()) }), !isCancelled() {}
                if !isCancelled() { try seal(name, everything: everything) }
            } catch {
                if error.code == .closed || error.code == .diskFull { throw error }
                if error.code == .damaged, try setAside(name) { continue }
                failure = failure ?? error
            }
        }
        pool.keepOnly(try writing { $0.partitions })
        if let failure { throw failure }
    }

    /// Writes a partition once more without free pages. The copy is made beside appends; when one comes in meanwhile, the
    /// next time does it.
    private func seal(_ name: PartitionName, everything: Bool) throws(StoreError) {
        let next = try writing { try $0.nextSeal(name, everything: everything, now: configuration.now()) }
        guard let next else { return }
        do {
            let seal = try PartitionSeal(folder, name, next: next)
            defer { seal.discard() }
            try seal.copy()
            let isInstalled = try writing { writer in
                let isInstalled = try writer.install(seal)
                if isInstalled { writer.counters.partitionsSealed += 1 }
                return isInstalled
            }
            if isInstalled { try folder.remove(name) }
        } catch {
            throw StoreError.from(error, place: folder.path(name))
        }
    }

    /// Reads a partition wholly beside appends, and sets it aside when it is damaged. - Returns: whether it went.
    @discardableResult
    func setAside(_ name: PartitionName) throws(StoreError) -> Bool {
        guard StoreWriter.isDamaged(name, in: folder) else { return false }
        return try writing { try $0.setAside(name, isProven: true) }
    }
}
