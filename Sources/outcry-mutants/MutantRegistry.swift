import Foundation

/// All mutants of a package: the files of its folder `Mutants`.
struct MutantRegistry {
    /// The package's top.
    let package: URL
    /// By name.
    let mutants: [Mutant]

    /// Throws `MutantError` for a file that is no mutant.
    init(package: URL) throws {
        self.package = package
        mutants = try FileManager.default
            .contentsOfDirectory(
                at: package.appending(path: "Mutants"), includingPropertiesForKeys: nil
            )
            .filter { $0.pathExtension == "mutant" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { file in
                try Mutant(
                    name: file.deletingPathExtension().lastPathComponent,
                    text: String(contentsOf: file, encoding: .utf8))
            }
    }

    /// What does not fit the sources as they are: one sentence for each mutant that has to be written anew.
    func misfits() -> [MutantError] {
        var found: [MutantError] = []
        let names = Dictionary(grouping: mutants, by: \.caseName)
        for (caseName, same) in names where same.count > 1 {
            found.append(MutantError(same[1].name, "\(same[0].name) is \(caseName) too"))
        }
        for path in Set(mutants.flatMap { $0.edits.map(\.path) }) {
            do {
                _ = try woven(path)
            } catch {
                found += error.misfits
            }
        }
        return found.sorted { ($0.name, $0.text) < ($1.name, $1.text) }
    }

    /// A file of the package with every mutant's edits in it, or as it is where there are none.
    func woven(_ path: String) throws(WeavingError) -> String {
        let edits = mutants.flatMap { mutant in
            mutant.edits.filter { $0.path == path }.map { Weaving.Edit(mutant: mutant, edit: $0) }
        }
        guard let text = try? String(contentsOf: package.appending(path: path), encoding: .utf8) else {
            throw WeavingError(misfits: edits.map { MutantError($0.mutant.name, "there is no \(path)") })
        }
        return edits.isEmpty ? text : try Weaving(text, edits).text()
    }
}
