import Testing
import Trading

@Suite struct FillIDTests {
    @Test func `a number in digits is that number, whatever else is a text`() {
        for number in [0, 1, 166_830, UInt64(Int64.max), .max] {
            #expect(FillID(String(number)) == FillID(number))
            #expect(FillID(number).description == String(number))
        }
        for text in ["007", "00", "-1", "+1", "1.0", "18446744073709551616", "TZX2WP-XSEOP-FP7WYR", "1e5"] {
            let id = FillID(text)
            #expect(id?.number == nil && id?.description == text, "\(text)")
        }
    }

    @Test func `what is no name`() {
        for text in ["", " ", "a b", "a\n", "é", "\u{7F}", String(repeating: "1", count: 65)] {
            #expect(FillID(text) == nil, "\(text)")
        }
        #expect(FillID(String(repeating: "1", count: 64)) != nil)
    }

    @Test func `numbers go up as numbers, before all texts`() {
        let sorted = ["2", "10", "18446744073709551615", "007", "18446744073709551616", "A", "B", "a", "aa"]
        #expect(sorted.reversed().compactMap { FillID($0) }.sorted().map(\.description) == sorted)
    }
}
