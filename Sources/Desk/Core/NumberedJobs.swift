/// Which work that is done elsewhere a result belongs to.
protocol JobNumber: Hashable {
    var rawValue: UInt64 { get }
    init(rawValue: UInt64)
}

extension PasswordJobID: JobNumber {}
extension KeyJobID: JobNumber {}

/// Work that is done elsewhere, by the number under which its result comes back.
struct NumberedJobs<ID: JobNumber, Job> {
    private var jobs: [ID: Job] = [:]
    /// What the next one gets. A desk that takes another's place goes on from its number: results of before belong to nobody.
    var nextNumber: UInt64 = 1

    var count: Int { jobs.count }
    var isEmpty: Bool { jobs.isEmpty }

    /// In the order in which they were begun.
    var all: [(id: ID, job: Job)] {
        jobs.sorted { $0.key.rawValue < $1.key.rawValue }.map { (id: $0.key, job: $0.value) }
    }

    /// Keeps a job until its result comes, under the next number.
    mutating func begin(_ job: Job) -> ID {
        let id = ID(rawValue: nextNumber)
        nextNumber += 1
        jobs[id] = job
        return id
    }

    /// The job whose result has come, or which is given up; nil where it was given up before.
    @discardableResult
    mutating func end(_ id: ID) -> Job? { jobs.removeValue(forKey: id) }

    mutating func removeAll() { jobs.removeAll() }
}
