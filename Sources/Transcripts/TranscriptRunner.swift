import Accounts
public import Conversation
import Desk
import Foundation
import Trading

/// Runs transcripts in this process: each on a desk of its own, with a database in a new folder, on a virtual clock.
///
/// Nothing depends on the machine's clock, and nothing is left behind. Runs of different transcripts may be on different
/// threads.
public struct TranscriptRunner: Sendable {
    /// What becomes of everything that crosses between the sessions and the desk: the same, unless somebody looks.
    private let boundary: @Sendable (Crossing) throws -> Crossing

    public init(boundary: @escaping @Sendable (Crossing) throws -> Crossing = { $0 }) { self.boundary = boundary }

    /// When a transcript begins that says nothing of it: Monday, 2026-01-05 12:00 UTC.
    static let start = Timestamp(seconds: 1_767_614_400)

    /// Runs all steps, also behind a mismatch; ends early only at what cannot be done.
    public func run(_ transcript: Transcript) -> TranscriptOutcome {
        var outcome = TranscriptOutcome(transcript)
        var line = transcript.line
        do {
            let setting = try setting(of: transcript, &line)
            line = transcript.line
            let desk = try TranscriptDesk(setting, boundary)
            for (index, step) in transcript.steps.enumerated() {
                line = step.line
                switch step.action {
                case .directive(let directive, _): try desk.perform(directive)
                case .typed(let session, let text): try desk.type(text, in: session)
                case .look: break
                }
                if let view = step.view { outcome.look(index, try desk.takeUnseen(of: view)) }
            }
            line = transcript.lastLine
            outcome.end(desk.takeAllUnseen())
        } catch {
            outcome.error = TranscriptError(file: transcript.file, line: line, message: words(of: error))
        }
        return outcome
    }

    /// What has to be known before the desk opens.
    private func setting(of transcript: Transcript, _ line: inout Int) throws -> TranscriptDesk.Setting {
        var setting = TranscriptDesk.Setting(
            start: TranscriptRunner.start, zone: .utc, tapes: [],
            folder: URL(fileURLWithPath: transcript.file).deletingLastPathComponent())
        var hasBegun = false
        var clock: Directive.ClockSetting?
        for step in transcript.steps {
            line = step.line
            switch step.action {
            case .typed, .directive(.wait, _), .directive(.restart, _), .directive(.prune, _): hasBegun = true
            case .look: break
            case .directive(.at(let first), _) where clock == nil:
                clock = first
                setting.zone = first.zone ?? .utc
                if !hasBegun { setting.start = try first.moment(in: setting.zone) }
            case .directive(.at(let later), _):
                if let zone = later.zone, zone != setting.zone {
                    throw TranscriptTrouble(
                        "the zone of this transcript is \(setting.zone.name), as its first @at says")
                }
            case .directive(.tape(let tape), _):
                guard !hasBegun else {
                    throw TranscriptTrouble("a tape plays from the beginning: put it before the first NAME> and @wait")
                }
                if let first = setting.tapes.first, first.speed != tape.speed {
                    throw TranscriptTrouble("all tapes of a transcript play at one speed, here \(first.speed)")
                }
                setting.tapes.append(tape)
            case .directive(.keys(let exchange, let isSealed), _):
                guard !hasBegun, setting.keys == nil else {
                    throw TranscriptTrouble("@keys stands once, before the first NAME> and @wait")
                }
                setting.keys = InlineKeys(exchange, master: isSealed ? try MasterKey.generate() : nil)
            case .directive(.registrationOpen, _): setting.isRegistrationOpen = true
            case .directive: break
            }
        }
        return setting
    }

    private func words(of error: any Error) -> String {
        switch error {
        case let trouble as TranscriptTrouble: trouble.message
        case let refusal as Refusal: refusal.message
        case let error as CocoaError: error.localizedDescription
        default: "\(error)"
        }
    }
}
