import ExactJSON
public import Trading

/// The venue's one door for clients.
extension TapiVenue {
    /// What to do about a request that came at `now`. Moments must not go back.
    public func react(to request: VenueHTTPRequest, at now: Timestamp) -> VenueReaction {
        replenish(at: now)
        let draw = FaultDraw(faults, startedAt: startedAt ?? now, at: now, &chance)
        func answered(_ response: VenueHTTPResponse) -> VenueReaction {
            .answer(response, afterNanoseconds: draw.delayNanoseconds)
        }
        let silence = draw.hangs ? VenueReaction.hang : .close
        switch draw.trouble {
        case .none: return answered(answer(request, at: now))
        case .requestLost: return silence
        case .answerLost:
            _ = answer(request, at: now)
            return silence
        case .tooOften: return answered(refusal(.tooOften))
        case .html(let isDone):
            if isDone { _ = answer(request, at: now) }
            return answered(FaultDraw.badGateway)
        case .empty(let isDone):
            if isDone { _ = answer(request, at: now) }
            return answered(VenueHTTPResponse(body: []))
        case .cut(let isShort):
            var response = answer(request, at: now)
            let length = response.body.count
            response.body = Array(response.body.prefix(length / 2))
            if !isShort { response.announcedLength = response.body.count }
            return answered(response)
        case .down(.closes): return .close
        case .down(.hangs): return .hang
        case .down(.badGateway): return answered(FaultDraw.badGateway)
        case .down(.saysSo):
            let texts = ["not available", "data unavailable", "external service unavailable"]
            return answered(
                VenueHTTPResponse(
                    body: ExchangeJSON.members([
                        ("success", 0), ("error", .string(chance.pick(texts))),
                    ]).bytes))
        }
    }

    /// The answer of a venue that does nothing wrong.
    func answer(_ request: VenueHTTPRequest, at now: Timestamp) -> VenueHTTPResponse {
        if request.path == "/tapi" || request.path == "/tapi/" { return tapiAnswer(request, at: now) }
        if request.method == "GET", let answer = publicAnswer(request, at: now) { return answer }
        return VenueHTTPResponse(
            status: 404, contentType: "text/html", body: Array("<html><body><h1>404 Not Found</h1></body></html>".utf8))
    }
}
