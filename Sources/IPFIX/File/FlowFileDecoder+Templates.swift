extension FlowFileDecoder {
    /// The records of a template set (RFC 7011 §3.4), withdrawals among them (§8.1).
    mutating func readTemplates(_ content: Range<Int>, isOptions: Bool, _ bytes: RawSpan) throws(IPFIXError) {
        var offset = content.lowerBound
        // What is left below a record's header is padding.
        while content.upperBound - offset >= 4 {
            let id = bytes.uint16(at: offset)
            let count = Int(bytes.uint16(at: offset + 2))
            if id == 0 && count == 0 && isZero(offset..<content.upperBound, bytes) { return }
            if count == 0 {
                try withdraw(id, isOptions: isOptions, at: offset)
                offset += 4
            } else {
                offset = try readTemplate(id, count: count, isOptions: isOptions, at: offset, end: content.upperBound, bytes)
            }
        }
    }

    private func isZero(_ range: Range<Int>, _ bytes: RawSpan) -> Bool {
        for place in range where bytes.uint8(at: place) != 0 { return false }
        return true
    }

    private mutating func withdraw(_ id: UInt16, isOptions: Bool, at offset: Int) throws(IPFIXError) {
        switch id {
        case 2 where !isOptions, 3 where isOptions:
            try countChange(at: offset)
            templates.withdrawAll(options: isOptions, domain: message.domain)
        case 256...:
            try countChange(at: offset)
            templates.withdraw(id, domain: message.domain)
        default:
            throw IPFIXError(.templateID(id), at: offset)
        }
    }

    /// One template record; returns where the next one begins.
    private mutating func readTemplate(
        _ id: UInt16, count: Int, isOptions: Bool, at start: Int, end: Int, _ bytes: RawSpan
    ) throws(IPFIXError) -> Int {
        guard id >= 256 else { throw IPFIXError(.templateID(id), at: start) }
        guard count <= limits.fieldsPerTemplate else {
            throw IPFIXError(.tooManyFields(limit: limits.fieldsPerTemplate), at: start + 2)
        }
        var offset = start + 4
        var scopeCount: Int?
        if isOptions {
            try require(2, at: offset, end: end)
            let scopes = Int(bytes.uint16(at: offset))
            guard (1...count).contains(scopes) else {
                throw IPFIXError(.scopeCount(scopes, fields: count), at: offset)
            }
            scopeCount = scopes
            offset += 2
        }
        var fields: [FieldSpecifier] = []
        fields.reserveCapacity(count)
        for _ in 0..<count {
            try require(4, at: offset, end: end)
            let number = bytes.uint16(at: offset)
            let length = bytes.uint16(at: offset + 2)
            offset += 4
            var enterprise: UInt32?
            if number & 0x8000 != 0 {
                try require(4, at: offset, end: end)
                enterprise = bytes.uint32(at: offset)
                offset += 4
            }
            fields.append(FieldSpecifier(enterprise: enterprise, number: number & 0x7FFF, length: length))
        }
        guard fields.minimumLength > 0 else { throw IPFIXError(.emptyRecord(template: id), at: start) }
        try define(id, fields, scopeCount: scopeCount, at: start)
        return offset
    }

    private mutating func define(
        _ id: UInt16, _ fields: [FieldSpecifier], scopeCount: Int?, at offset: Int
    ) throws(IPFIXError) {
        let known = templates.plan(id, domain: message.domain)
        // Most templates come again and again as they were: a plan is made for a new one only.
        if let known, known.fields == fields, known.isOptions == (scopeCount != nil) {
            if case .witness = known.kind { hasWitnesses = true }
            return
        }
        guard templates.count < limits.templates || known != nil else {
            throw IPFIXError(.tooManyTemplates(limit: limits.templates), at: offset)
        }
        guard fields.count <= limits.templateFields - templates.fields + (known?.fields.count ?? 0) else {
            throw IPFIXError(.tooManyTemplateFields(limit: limits.templateFields), at: offset)
        }
        try countChange(at: offset)
        let plan = TemplatePlan(id: id, fields: fields, scopeCount: scopeCount, own: enterpriseNumber)
        templates.define(plan, domain: message.domain)
        if case .witness = plan.kind { hasWitnesses = true }
        if plan.kind == .flow { decoded.unknownFields += plan.unknownFields }
    }

    /// Each change costs more than its octets: so many are borne.
    private mutating func countChange(at offset: Int) throws(IPFIXError) {
        guard templateChanges < limits.templateChanges else {
            throw IPFIXError(.tooManyTemplateChanges(limit: limits.templateChanges), at: offset)
        }
        templateChanges += 1
    }

    private func require(_ needed: Int, at offset: Int, end: Int) throws(IPFIXError) {
        guard end - offset >= needed else {
            throw IPFIXError(.truncated(.template, needed: needed, present: end - offset), at: offset)
        }
    }
}

extension TemplatePlan {
    var isOptions: Bool {
        if case .options = kind { true } else { false }
    }
}
