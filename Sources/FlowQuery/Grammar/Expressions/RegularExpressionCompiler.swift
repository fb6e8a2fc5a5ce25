/// Makes the program of a regular expression's tree. Repetitions with numbers become copies, so the program's length is
/// what bounds them.
struct RegularExpressionCompiler {
    private typealias Node = RegularExpressionParser.Node
    private var program: [RegularExpression.Instruction] = []
    /// Copies of nothing take no place in the program, but time.
    private var work = 0

    mutating func compile(_ node: RegularExpressionParser.Node) throws(RegularExpression.Fault)
        -> [RegularExpression.Instruction]
    {
        try add(node)
        try emit(.match)
        return program
    }

    private func tooLarge() -> RegularExpression.Fault {
        RegularExpression.Fault(
            offset: 0, message: "the expression needs more than \(RegularExpression.programLimit) steps; repeat less")
    }

    @discardableResult
    private mutating func emit(_ instruction: RegularExpression.Instruction) throws(RegularExpression.Fault) -> Int {
        guard program.count < RegularExpression.programLimit else { throw tooLarge() }
        program.append(instruction)
        return program.count - 1
    }

    private mutating func add(_ node: RegularExpressionParser.Node) throws(RegularExpression.Fault) {
        work += 1
        guard work <= RegularExpression.programLimit * 10 else { throw tooLarge() }
        switch node {
        case .empty: break
        case .set(let set): try emit(.take(set))
        case .atStart: try emit(.atStart)
        case .atEnd: try emit(.atEnd)
        case .sequence(let parts): for part in parts { try add(part) }
        case .choice(let branches): try choose(branches[...])
        case .repeated(let inner, let least, let most):
            for _ in 0..<least { try add(inner) }
            guard let most else {
                try loop(inner)
                return
            }
            try optional(inner, most - least)
        }
    }

    private mutating func choose(_ branches: ArraySlice<RegularExpressionParser.Node>) throws(RegularExpression.Fault) {
        var ends: [Int] = []
        for (index, branch) in branches.enumerated() {
            if index == branches.count - 1 {
                try add(branch)
                break
            }
            let fork = try emit(.fork(0, 0))
            try add(branch)
            ends.append(try emit(.jump(0)))
            program[fork] = .fork(fork + 1, program.count)
        }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func loop(_ inner: RegularExpressionParser.Node) throws(RegularExpression.Fault) {
        let fork = try emit(.fork(0, 0))
        try add(inner)
        try emit(.jump(fork))
        program[fork] = .fork(fork + 1, program.count)
    }

    /// At most so many, each but the first only behind the one before.
    private mutating func optional(_ inner: RegularExpressionParser.Node, _ count: Int) throws(RegularExpression.Fault) {
        var forks: [Int] = []
        for _ in 0..<count {
            forks.append(try emit(.fork(0, 0)))
            try add(inner)
        }
        for fork in forks { program[fork] = .fork(fork + 1, program.count) }
    }
}
