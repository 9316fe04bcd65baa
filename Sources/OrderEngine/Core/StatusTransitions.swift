public import Trading

/// What can happen to an order at the exchange.
public enum StatusEvent: String, Hashable, Sendable, CaseIterable {
    case accepted
    case rejected
    case filledInPart
    case filledWhole
    case canceled
    case expired
    case answerLost
    /// Another attempt takes its place, under the same number.
    case replaced
}

extension OrderStatus {
    /// The status after an event, or nil where the event cannot happen in this status.
    ///
    /// This is the whole table. Fills count whenever they arrive: the exchange may report one after the cancel that it
    /// crossed, and money that moved has moved. So what is off the book with a rest stays `canceled`, `expired` or
    /// `rejected` after a late fill, unless that fill completes it.
    public func after(_ event: StatusEvent) -> OrderStatus? {
        switch (self, event) {
        case (.pending, .accepted): .open
        case (.pending, .rejected): .rejected
        case (.pending, .filledInPart): .partiallyFilled
        case (.pending, .filledWhole): .filled
        case (.pending, .canceled): .canceled
        case (.pending, .expired): .expired
        case (.pending, .answerLost): .unknown
        case (.pending, .replaced): .pending

        case (.open, .filledInPart): .partiallyFilled
        case (.open, .filledWhole): .filled
        case (.open, .canceled): .canceled
        case (.open, .expired): .expired
        case (.open, .replaced): .pending

        case (.partiallyFilled, .filledInPart): .partiallyFilled
        case (.partiallyFilled, .filledWhole): .filled
        case (.partiallyFilled, .canceled): .canceled
        case (.partiallyFilled, .expired): .expired
        case (.partiallyFilled, .replaced): .pending

        case (.unknown, .accepted): .open
        case (.unknown, .rejected): .rejected
        case (.unknown, .filledInPart): .partiallyFilled
        case (.unknown, .filledWhole): .filled
        case (.unknown, .canceled): .canceled
        case (.unknown, .expired): .expired
        case (.unknown, .replaced): .pending

        case (.armed, .canceled): .canceled
        case (.armed, .expired): .expired
        case (.armed, .rejected): .rejected

        case (.canceled, .filledInPart): .canceled
        case (.canceled, .filledWhole): .filled
        case (.expired, .filledInPart): .expired
        case (.expired, .filledWhole): .filled
        case (.rejected, .filledInPart): .rejected
        case (.rejected, .filledWhole): .filled

        case (.open, .accepted), (.open, .rejected), (.open, .answerLost),
            (.partiallyFilled, .accepted), (.partiallyFilled, .rejected), (.partiallyFilled, .answerLost),
            (.unknown, .answerLost),
            (.armed, .accepted), (.armed, .filledInPart), (.armed, .filledWhole), (.armed, .answerLost),
            (.armed, .replaced),
            (.filled, _),
            (.canceled, .accepted), (.canceled, .rejected), (.canceled, .canceled), (.canceled, .expired),
            (.canceled, .answerLost), (.canceled, .replaced),
            (.expired, .accepted), (.expired, .rejected), (.expired, .canceled), (.expired, .expired),
            (.expired, .answerLost), (.expired, .replaced),
            (.rejected, .accepted), (.rejected, .rejected), (.rejected, .canceled), (.rejected, .expired),
            (.rejected, .answerLost), (.rejected, .replaced):
            nil
        }
    }
}
