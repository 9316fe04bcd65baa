/// One way to break the product, which the simulator must notice.
///
/// As it is written in `Mutants/NAME.mutant`:
///
///     A fill that is told twice is counted twice.
///     found within 200 seeds
///     profile: wire
///
///     @ Sources/OrderEngine/Core/Reports.swift
///     - guard !entry.fillIDs.contains(fill.id) else { return .nothing }
///     + guard $MUTANT || !entry.fillIDs.contains(fill.id) else { return .nothing }
///
/// The profile is that of the worlds in which it shows; where none is given, all of them: `mixed`. The lines after `-` stand in the file exactly once, the lines after `+` take their place in a copy of it. `$MUTANT` is
/// whether this mutant is switched on, `$ORIGINAL` is the text that was replaced.
struct Mutant: Hashable, Sendable {
    /// The file's name without its ending: `fill-counted-twice`.
    let name: String
    /// What it breaks, in one sentence.
    let breaks: String
    /// The simulator must find it within this many seeds.
    let seedsMax: Int
    /// Of these worlds of the simulator: its `--profile`.
    let profile: String
    let edits: [Edit]

    /// A replacement in one file.
    struct Edit: Hashable, Sendable {
        /// From the top of the package.
        let path: String
        let original: String
        let mutated: String
    }

    /// Its case in the copy's `enum Mutant`.
    var caseName: String {
        let words = name.split(separator: "-").enumerated()
        return words.map { $0 == 0 ? String($1) : $1.prefix(1).uppercased() + $1.dropFirst() }.joined()
    }

    static let switchMark = "$MUTANT"
    static let originalMark = "$ORIGINAL"
    /// The simulator's own choice.
    static let defaultProfile = "mixed"
}

/// Why a mutant cannot be used. Says which, and what about it.
struct MutantError: Error, Hashable, CustomStringConvertible {
    let name: String
    let text: String

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    var description: String { "\(name): \(text)" }
}

extension Mutant {
    /// Reads a mutant's file. Throws `MutantError` for one that says too little or does nothing.
    init(name: String, text: String) throws(MutantError) {
        var reader = MutantReader(name: name)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { try reader.take(line) }
        self = try reader.mutant()
    }
}

/// Reads a mutant's file line by line.
private struct MutantReader {
    let name: String
    var sentences: [Substring] = []
    var seedsMax: Int?
    var profile = Mutant.defaultProfile
    var edits: [Mutant.Edit] = []
    var path: String?
    var removed: [Substring] = []
    var added: [Substring] = []

    init(name: String) { self.name = name }

    mutating func take(_ line: Substring) throws(MutantError) {
        if line.hasPrefix("@ ") {
            try endEdit()
            path = String(line.dropFirst(2))
        } else if path == nil, line.hasPrefix("found within ") {
            seedsMax = line.split(separator: " ").dropFirst(2).first.flatMap { Int($0) }
        } else if path == nil, line.hasPrefix("profile: ") {
            profile = String(line.dropFirst("profile: ".count))
        } else if path == nil {
            if !line.isEmpty { sentences.append(line) }
        } else if line == "-" || line.hasPrefix("- ") {
            if !added.isEmpty { try endEdit() }
            removed.append(line.dropFirst(2))
        } else if line == "+" || line.hasPrefix("+ ") {
            added.append(line.dropFirst(2))
        } else if !line.isEmpty {
            throw MutantError(name, "a line of an edit starts with -, + or @: \(line)")
        }
    }

    private mutating func endEdit() throws(MutantError) {
        guard let path else { return }
        let edit = Mutant.Edit(
            path: path, original: removed.joined(separator: "\n"), mutated: added.joined(separator: "\n"))
        guard !edit.original.isEmpty else {
            throw MutantError(name, "an edit of \(path) says nothing that it replaces")
        }
        guard edit.mutated.contains(Mutant.switchMark) else {
            throw MutantError(name, "an edit of \(path) is not switched by \(Mutant.switchMark)")
        }
        edits.append(edit)
        removed = []
        added = []
    }

    mutating func mutant() throws(MutantError) -> Mutant {
        try endEdit()
        guard !sentences.isEmpty else { throw MutantError(name, "it does not say what it breaks") }
        guard let seedsMax, seedsMax > 0 else { throw MutantError(name, "it does not say: found within N seeds") }
        guard !edits.isEmpty else { throw MutantError(name, "it changes nothing") }
        return Mutant(
            name: name, breaks: sentences.joined(separator: " "), seedsMax: seedsMax, profile: profile, edits: edits)
    }
}
