import CCurl
import Glibc
import Threads

/// The client's thread: takes mail, lets libcurl work, answers what has ended.
struct HTTPLoop {
    /// How long the library may sleep when nothing happens; `curl_multi_wakeup` and its own timers end it sooner.
    private static let pollMillisecondsMax = 60_000
    /// Handles that are kept for the next requests: a new one costs an allocation of some kilobytes.
    private static let idleHandlesMax = 64

    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox<HTTPMessage>
    private let count: RequestCount
    private let settings: HTTPSettings
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
    private var handles: [UInt64: UnsafeMutableRawPointer] = [:]
    private var idleHandles: [UnsafeMutableRawPointer] = []
    /// On the monotonic clock, in milliseconds; nil until the end has been asked for.
    private var endsAt: Int?
    /// Who waits for the end.
    private var ended: [@Sendable () -> Void] = []

    init(
        multi: UnsafeMutableRawPointer, mailbox: Mailbox<HTTPMessage>, count: RequestCount, settings: HTTPSettings
    ) {
        self.multi = multi
        self.mailbox = mailbox
        self.count = count
        self.settings = settings
        let kept = settings.limits.connectionsKeptMax
        _ = outcry_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, kept)
        _ = outcry_curl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
    }

    consuming func run() {
        while true {
            takeMail()
            var running: Int32 = 0
            guard curl_multi_perform(multi, &running) == CURLM_OK else { break }
            finishEnded()
            if let endsAt, transfers.isEmpty || Int(MonotonicClock.milliseconds) >= endsAt { break }
            guard curl_multi_poll(multi, nil, 0, Int32(pollMilliseconds()), nil) == CURLM_OK else { break }
        }
        end()
    }

    private func pollMilliseconds() -> Int {
        guard let endsAt else { return HTTPLoop.pollMillisecondsMax }
        return min(max(endsAt - Int(MonotonicClock.milliseconds), 1), HTTPLoop.pollMillisecondsMax)
    }

    private mutating func takeMail() {
        for message in mailbox.drain() {
            switch message {
            case .send(let posted): start(posted)
            case .cancel(let number): cancel(number)
            case .shutDown(let grace, let told):
                ended.append(told)
                let end = Int(MonotonicClock.milliseconds).addingReportingOverflow(max(grace, 0))
                endsAt = min(endsAt ?? .max, end.overflow ? .max : end.partialValue)
            }
        }
    }

    private mutating func cancel(_ number: UInt64) {
        guard let easy = handles[number], let transfer = transfers[easy] else { return }
        let failure = HTTPFailure(.canceled, transfer.arrival)
        release(transfer)
        transfer.finish(failure)
        count.end()
    }

    private mutating func start(_ posted: NumberedRequest) {
        guard endsAt == nil else {
            posted.answer(.failure(HTTPFailure(.shutDown, .neverSent)))
            return count.end()
        }
        guard let easy = idleHandles.popLast() ?? curl_easy_init() else {
            posted.answer(.failure(HTTPFailure(.libraryFailed, .neverSent, message: "no handle")))
            return count.end()
        }
        let transfer = Transfer(
            number: posted.number, easy: easy, request: posted.request, settings: settings, answer: posted.answer)
        guard transfer.configure(userAgent: settings.userAgent), curl_multi_add_handle(multi, easy) == CURLM_OK else {
            curl_easy_cleanup(easy)
            transfer.finish(HTTPFailure(.badRequest, .neverSent, message: "libcurl refuses the request"))
            return count.end()
        }
        transfers[easy] = transfer
        handles[posted.number] = easy
    }

    private mutating func finishEnded() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            // The message is gone with the handle's leave: all of it is read before.
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            guard let transfer = transfers[easy] else { continue }
            curl_multi_remove_handle(multi, easy)
            transfer.finish(code)
            recycle(transfer)
            count.end()
        }
    }

    private mutating func release(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.easy)
        recycle(transfer)
    }

    private mutating func recycle(_ transfer: Transfer) {
        transfers[transfer.easy] = nil
        handles[transfer.number] = nil
        if idleHandles.count < HTTPLoop.idleHandlesMax {
            curl_easy_reset(transfer.easy)
            idleHandles.append(transfer.easy)
        } else {
            curl_easy_cleanup(transfer.easy)
        }
    }

    /// Answers everything that is still under way, oldest first, and gives the library back what is its own.
    private mutating func end() {
        for message in mailbox.close() {
            switch message {
            case .send(let posted):
                posted.answer(.failure(HTTPFailure(.shutDown, .neverSent)))
                count.end()
            case .cancel: break
            case .shutDown(_, let told): ended.append(told)
            }
        }
        for transfer in transfers.values.sorted(by: { $0.number < $1.number }) {
            let failure = HTTPFailure(.shutDown, transfer.arrival)
            release(transfer)
            transfer.finish(failure)
            count.end()
        }
        for easy in idleHandles { curl_easy_cleanup(easy) }
        idleHandles = []
        // It may wait for a name that is just being looked up.
        curl_multi_cleanup(multi)
        for tell in ended { tell() }
    }
}
