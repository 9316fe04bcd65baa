import NIOCore
import NIOHTTP1
import NIOPosix
import Venue

/// A client's connection: requests one after the other, each answered, refused, or left to itself as the venue says.
final class VenueConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let host: VenueHost
    private let door: VenueDoor
    /// Turns browsers away, where this is the operator's port.
    private let guarding: ControlDoor?
    private var context: ChannelHandlerContext?
    /// The request that is being read or answered.
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isAnswering = false
    private var closesWhenIdle = false
    /// How much was read of a request that was refused; nil where none was.
    private var refusedBytes: Int?

    private init(_ host: VenueHost, _ door: VenueDoor, listening: String) {
        self.host = host
        self.door = door
        guarding = door == .control ? ControlDoor(listening: listening) : nil
    }

    /// Sets up a connection that was just accepted. On the loop.
    static func configure(_ channel: any Channel, _ host: VenueHost, _ door: VenueDoor, listening: String)
        throws
    {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: true)
        try pipeline.addHandler(IdleStateHandler(allTimeout: .seconds(VenueLimits.idleSeconds)))
        try pipeline.addHandler(VenueConnection(host, door, listening: listening))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if !host.add(self) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        host.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            let bytes = head.headers.reduce(head.uri.utf8.count) { $0 + $1.name.utf8.count + $1.value.utf8.count }
            if bytes > VenueLimits.headBytesMax { return refuse(.requestHeaderFieldsTooLarge) }
            if let refusal = guarding?.refusal(of: head, at: context.channel.localAddress?.ipAddress) {
                refuse(refusal.status, refusal.message)
            }
        case .body(let part):
            guard !isDiscarding(part.readableBytes) else { return }
            if body.count + part.readableBytes > VenueLimits.bodyBytesMax { return refuse(.payloadTooLarge) }
            body.append(contentsOf: part.readableBytesView)
        case .end:
            guard refusedBytes == nil else { return close() }
            guard let head else { return }
            isAnswering = true
            host.take(request(head), door, from: self)
        }
    }

    private func request(_ head: HTTPRequestHead) -> VenueHTTPRequest {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return VenueHTTPRequest(
            head.method.rawValue, parts.first.map(String.init) ?? "", query: parts.count > 1 ? String(parts[1]) : "",
            headers: head.headers.map { VenueHTTPRequest.Header($0.name, $0.value) }, body: body)
    }

    /// Whether a part of a request is read for nothing, because the request was refused.
    private func isDiscarding(_ count: Int) -> Bool {
        guard let before = refusedBytes else { return false }
        refusedBytes = before + count
        if before + count > VenueLimits.refusedBytesMax { close() }
        return true
    }

    /// Refuses a request that is too large, and the connection with it: it ends behind the request.
    private func refuse(_ status: HTTPResponseStatus, _ message: String? = nil) {
        guard refusedBytes == nil else { return }
        refusedBytes = 0
        answer(
            VenueHTTPResponse(
                status: Int(status.code), contentType: "text/plain; charset=utf-8",
                body: Array(((message ?? status.reasonPhrase) + "\n").utf8)))
    }

    // MARK: Answering

    func carryOut(_ reaction: VenueReaction) {
        switch reaction {
        case .answer(let response, afterNanoseconds: 0): answer(response)
        case .answer(let response, let delay):
            context?.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(delay)) { self.answer(response) }
        case .close: close()
        case .hang: isAnswering = false
        }
    }

    private func answer(_ response: VenueHTTPResponse) {
        guard let context else { return }
        let isCut = response.announcedLength != response.body.count
        let isHead = head?.method == .HEAD
        let isLast = isCut || isHead || closesWhenIdle || refusedBytes != nil || head?.isKeepAlive != true
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: response.contentType)
        headers.add(name: "Content-Length", value: String(response.announcedLength))
        headers.add(name: "X-Content-Type-Options", value: "nosniff")
        if door == .control { headers.add(name: "Cache-Control", value: "no-store") }
        headers.add(name: "Connection", value: isLast && !isCut ? "close" : "keep-alive")
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !isHead {
            context.write(
                wrapOutboundOut(.body(.byteBuffer(context.channel.allocator.buffer(bytes: response.body)))),
                promise: nil)
        }
        self.head = nil
        isAnswering = false
        if isLast, refusedBytes == nil {
            context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in self.close() }
        } else {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    // MARK: Ending

    func close() { context?.close(promise: nil) }

    /// Closes now, or behind the answer that is under way.
    func endWhenIdle() {
        closesWhenIdle = true
        if !isAnswering { close() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
