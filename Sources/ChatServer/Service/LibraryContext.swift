import CLibwebsockets
import Logging
import Threads

/// What the library calls on the service thread.
protocol LibraryHandler: AnyObject {
    /// One callback. `user` is the connection's own memory, one pointer wide. Answers 0 to go on, -1 to close.
    func handle(
        _ reason: lws_callback_reasons, connection: OpaquePointer?, user: UnsafeMutableRawPointer?,
        bytes: UnsafeMutableRawPointer?, count: Int
    ) -> Int32

    /// Called a few times a second.
    func tick()
}

/// What a context is to be.
struct LibrarySetup {
    /// nil: it only connects, it does not listen. 0: any free port.
    var listenPort: Int?
    /// A numeric address, or nil for all.
    var listenAddress: String?
    var isIPv6 = false
    var protocols: [String]
    var tls: TLSFiles?
    /// Whether a context that connects does so over TLS.
    var connectsWithTLS = false
    /// A file of certificates to trust besides the system's, for a context that connects.
    var trustedCertificates: String?
    var pingIntervalSeconds: Int
    var pongTimeoutSeconds: Int
    var handshakeSeconds: Int
    /// nil: as many as the process may have.
    var connections: Int?
}

/// A libwebsockets context on a libev loop, with all the memory that must live as long as they do.
///
/// Made, used and ended on one thread; nothing here is `Sendable`. The context is destroyed exactly once, after the loop
/// has stopped and outside of any callback: a second time crashes, and a destruction inside a callback never returns under
/// an own loop.
final class LibraryContext {
    private(set) var context: OpaquePointer?
    let loop: OpaquePointer
    let handler: any LibraryHandler
    private let timer = UnsafeMutablePointer<ev_timer>.allocate(capacity: 1)
    private let protocols: UnsafeMutablePointer<lws_protocols>
    private let retryPolicy = UnsafeMutablePointer<lws_retry_bo_t>.allocate(capacity: 1)
    private let retryTable = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    private let loops = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(capacity: 1)
    private var strings: [UnsafeMutablePointer<CChar>] = []

    /// Seconds between two ticks, and the grain of the library's own timers: pings, time-outs.
    ///
    /// Under libev, 4.1 sets its timer anew while that is running, which libev ignores: a timer that is due before the one
    /// set first comes late, by minutes. But it looks at all of them after each event, so each tick makes one.
    static let tickSeconds = 0.25

    /// The cipher suites of TLS 1.2: forward secret and authenticated ones alone (RFC 9325 §4.2). Those of TLS 1.3 all are.
    private static let ciphers = [
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
    ].joined(separator: ":")

    /// Contexts are made and destroyed one at a time: the library loads its loop's plug-in and sets up TLS in globals.
    /// Counts those that live.
    private static let living = Monitor(0)

    /// nil where the library refuses; its own words are in the log.
    init?(_ setup: LibrarySetup, handler: any LibraryHandler) {
        guard let loop = ev_loop_new(0) else { return nil }
        self.loop = loop
        self.handler = handler
        protocols = .allocate(capacity: setup.protocols.count + 1)
        protocols.initialize(repeating: lws_protocols(), count: setup.protocols.count + 1)
        retryTable.initialize(to: 1_000)
        retryPolicy.initialize(to: lws_retry_bo_t())
        loops.initialize(to: UnsafeMutableRawPointer(loop))
        timer.initialize(to: ev_timer())

        for (index, name) in setup.protocols.enumerated() {
            protocols[index].name = UnsafePointer(keep(name))
            protocols[index].callback = { connection, reason, user, bytes, count in
                LibraryContext.of(connection)?.handler.handle(
                    reason, connection: connection, user: user, bytes: bytes, count: count) ?? 0
            }
            protocols[index].per_session_data_size = MemoryLayout<UnsafeRawPointer>.size
            protocols[index].id = UInt32(index)
        }
        retryPolicy.pointee.retry_ms_table = UnsafePointer(retryTable)
        retryPolicy.pointee.retry_ms_table_count = 1
        retryPolicy.pointee.secs_since_valid_ping = UInt16(clamping: setup.pingIntervalSeconds)
        retryPolicy.pointee.secs_since_valid_hangup = UInt16(
            clamping: setup.pingIntervalSeconds + setup.pongTimeoutSeconds)

        // All from here on may call back, so this object is complete before.
        var info = creationInfo(setup)
        lws_set_log_level(LLL_ERR | LLL_WARN) { _, line in libraryLog(line) }
        context = LibraryContext.living.withLock { count in
            let context = lws_create_context(&info)
            if context != nil { count += 1 }
            return context
        }
        guard context != nil else {
            end()
            return nil
        }
        outcry_ev_timer_start(
            loop, timer,
            { _, watcher, _ in
                guard let watcher, let pointer = outcry_ev_timer_context(watcher) else { return }
                let library = Unmanaged<LibraryContext>.fromOpaque(pointer).takeUnretainedValue()
                library.handler.tick()
                if let context = library.context { lws_cancel_service(context) }
            }, LibraryContext.tickSeconds, Unmanaged.passUnretained(self).toOpaque())
    }

    private func creationInfo(_ setup: LibrarySetup) -> lws_context_creation_info {
        var info = lws_context_creation_info()
        info.port = Int32(setup.listenPort ?? Int(CONTEXT_PORT_NO_LISTEN))
        info.iface = setup.listenAddress.map { UnsafePointer(keep($0)) }
        info.protocols = UnsafePointer(protocols)
        info.gid = -1
        info.uid = -1
        info.options = outcry_lws_option_libev | outcry_lws_option_validate_utf8 | outcry_lws_option_fail_unbound
        if setup.listenPort != nil, !setup.isIPv6 { info.options |= outcry_lws_option_disable_ipv6 }
        info.foreign_loops = loops
        info.user = Unmanaged.passUnretained(self).toOpaque()
        info.retry_and_idle_policy = UnsafePointer(retryPolicy)
        info.timeout_secs = UInt32(clamping: setup.handshakeSeconds)
        info.connect_timeout_secs = UInt32(clamping: setup.handshakeSeconds)
        info.fd_limit_per_thread = UInt32(clamping: setup.connections ?? 0)
        // WebSockets over HTTP/2 would wrap our frames in its own: they could not be written joined.
        info.alpn = UnsafePointer(keep("http/1.1"))
        info.server_string = UnsafePointer(keep("outcry"))
        if setup.listenPort != nil {
            // What comes is ours byte by byte; the library has the sockets, TLS and the loop.
            info.options |= outcry_lws_option_listen_accept
            info.listen_accept_role = UnsafePointer(keep("raw-skt"))
            info.listen_accept_protocol = setup.protocols.first.map { UnsafePointer(keep($0)) }
        }
        if let tls = setup.tls {
            // Who speaks plain HTTP to this port is to be told so, not cut off.
            info.options |= outcry_lws_option_ssl_init | outcry_lws_option_plain_on_tls_port
            info.ssl_cert_filepath = UnsafePointer(keep(tls.certificatePath))
            info.ssl_private_key_filepath = UnsafePointer(keep(tls.keyPath))
            info.ssl_options_set = outcry_tls_options
            info.ssl_cipher_list = UnsafePointer(keep(LibraryContext.ciphers))
        } else if setup.connectsWithTLS {
            info.options |= outcry_lws_option_ssl_init
            info.ssl_client_options_set = outcry_tls_options
            info.client_ssl_cipher_list = UnsafePointer(keep(LibraryContext.ciphers))
            info.client_ssl_ca_filepath = setup.trustedCertificates.map { UnsafePointer(keep($0)) }
        }
        return info
    }

    /// A copy of a string that lives as long as the context does.
    func keep(_ string: String) -> UnsafeMutablePointer<CChar> {
        let bytes = string.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        bytes.withUnsafeBufferPointer { copy.initialize(from: $0.baseAddress ?? UnsafePointer(copy), count: $0.count) }
        strings.append(copy)
        return copy
    }

    /// The context that a connection belongs to.
    static func of(_ connection: OpaquePointer?) -> LibraryContext? {
        guard let connection, let context = lws_get_context(connection), let user = lws_context_user(context) else {
            return nil
        }
        return Unmanaged<LibraryContext>.fromOpaque(user).takeUnretainedValue()
    }

    /// The port that is listened on; 0 where none is.
    var port: Int {
        guard let context, let host = lws_get_vhost_by_name(context, "default") else { return 0 }
        return Int(lws_get_vhost_listen_port(host))
    }

    /// Serves until the condition is false. It is looked at after every round of the loop, and at each tick.
    func run(while condition: () -> Bool) {
        while condition() { ev_run(loop, Int32(EVRUN_ONCE)) }
    }

    /// Closes all that is open and gives the memory back. To be called once, from the thread that ran the loop.
    func end() {
        if let context {
            ev_timer_stop(loop, timer)
            LibraryContext.living.withLock { count in
                lws_context_destroy(context)
                count -= 1
            }
            self.context = nil
        }
        ev_loop_destroy(loop)
        timer.deallocate()
        protocols.deallocate()
        retryPolicy.deallocate()
        retryTable.deallocate()
        loops.deallocate()
        for string in strings { string.deallocate() }
        strings = []
    }
}

private let logger = Logger(label: "libwebsockets")

private func libraryLog(_ line: UnsafePointer<CChar>?) {
    guard let line else { return }
    let text = String(cString: line)
    logger.debug("\(text.trimmingSuffix(while: \.isNewline))")
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
