import CommandGrammar
import Desk
import Testing
import Trading

struct CalendarPropertyTests {
    private static let zones = [
        "UTC", "Europe/Madrid", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata",
        "America/St_Johns", "Africa/Casablanca", "Asia/Gaza", "Pacific/Chatham", "Pacific/Apia", "Antarctica/Troll",
    ]

    @Test(arguments: zones)
    func `a typed time that is found is after now, shows what was typed, and is the first that does`(name: String)
        throws
    {
        let zone = try #require(TimeZoneRules(named: name))
        let seed: UInt64 = 20_260_830
        var random = SplitMix64(seed: seed)
        for round in 0..<2_000 {
            // From 2005 to 2035, to the nanosecond.
            let now = Timestamp(
                nanoseconds: Int64.random(in: 1_104_537_600...2_051_222_400, using: &random) * 1_000_000_000
            )
            .advanced(byNanoseconds: Int64.random(in: 0..<1_000_000_000, using: &random))
            let clock = try #require(
                ClockTime(hour: Int.random(in: 0...23, using: &random), minute: Int.random(in: 0...59, using: &random)))
            let shown = "\(clock.hour < 10 ? "0" : "")\(clock.hour):\(clock.minute < 10 ? "0" : "")\(clock.minute)"
            let context = Comment(rawValue: "seed \(seed), round \(round), \(shown) after \(now)")
            do throws(Refusal) {
                let moment = try zone.moment(of: .clock(clock), after: now, at: nil)
                #expect(moment.at > now, context)
                #expect(zone.dateAndTime(of: moment.at).hasSuffix(" \(shown)"), context)
                #expect(moment.at.nanoseconds(since: now) <= 26 * 3_600 * 1_000_000_000, context)
                // No earlier minute after now shows the same: looked at one by one, and not computed.
                var minute = Timestamp(seconds: (now.seconds / 60 + 1) * 60)
                if round % 50 == 0 {
                    while minute < moment.at {
                        #expect(!zone.dateAndTime(of: minute).hasSuffix(" \(shown)"), context)
                        minute = minute.advanced(bySeconds: 60)
                    }
                }
                let earlier = try zone.moment(of: .clock(clock), before: moment.at, at: nil)
                #expect(earlier.at == moment.at || moment.isDoubled, context)
            } catch {
                #expect(error.code == .badTime, context)
            }
        }
    }

    @Test
    func `in every zone and at every change of clocks for two years, each quarter of an hour is found or refused`()
        throws
    {
        for name in TimeZoneRules.names {
            let zone = try #require(TimeZoneRules(named: name))
            let start = CivilDate(year: 2025, month: 1, day: 1)!.daysSince1970
            var last = zone.offsetText(at: Timestamp(seconds: start * 86_400))
            for day in start..<start + 730 {
                let offset = zone.offsetText(at: Timestamp(seconds: (day + 1) * 86_400))
                defer { last = offset }
                guard offset != last else { continue }
                for local in day - 1...day + 1 {
                    for quarter in 0..<96 {
                        let date = CivilDate(daysSince1970: local)
                        let clock = try #require(ClockTime(hour: quarter / 4, minute: quarter % 4 * 15))
                        let typed = When.date(date, clock)
                        let now = Timestamp(seconds: (day - 4) * 86_400)
                        do throws(Refusal) {
                            let moment = try zone.moment(of: typed, after: now, at: nil)
                            let reading = zone.dateAndTime(of: moment.at)
                            #expect(zone.date(at: moment.at) == date, "\(name) \(typed)")
                            #expect(reading.count == 16, "\(name) \(typed) \(reading)")
                            #expect(Int(reading.suffix(2)) == clock.minute, "\(name) \(typed) \(reading)")
                        } catch {
                            #expect(error.code == .badTime && error.suggestion != nil, "\(name) \(typed)")
                        }
                    }
                }
            }
        }
    }
}
