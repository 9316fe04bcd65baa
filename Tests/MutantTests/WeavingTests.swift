import Testing

@testable import outcry_mutants

@Suite struct WeavingTests {
    private func mutant(_ name: String, _ original: String, _ mutated: String) throws -> Weaving.Edit {
        let text = "It breaks.\nfound within 5 seeds\n@ A.swift\n- \(original)\n+ \(mutated)\n"
        let mutant = try Mutant(name: name, text: text)
        return Weaving.Edit(mutant: mutant, edit: mutant.edits[0])
    }

    @Test func `a mutant's file is read whole`() throws {
        let mutant = try Mutant(
            name: "two-edits",
            text: """
                It forgets the second line.
                found within 30 seeds
                profile: wire

                @ Sources/A.swift
                - if a {
                -     b()
                + if a || $MUTANT {
                +     b()
                - c()
                + if !$MUTANT { c() }
                @ Sources/B.swift
                - d
                + $MUTANT ? e : d

                """)
        #expect(mutant.breaks == "It forgets the second line.")
        #expect(mutant.seedsMax == 30)
        #expect(mutant.profile == "wire")
        #expect(mutant.caseName == "twoEdits")
        #expect(
            mutant.edits == [
                Mutant.Edit(
                    path: "Sources/A.swift", original: "if a {\n    b()", mutated: "if a || $MUTANT {\n    b()"),
                Mutant.Edit(path: "Sources/A.swift", original: "c()", mutated: "if !$MUTANT { c() }"),
                Mutant.Edit(path: "Sources/B.swift", original: "d", mutated: "$MUTANT ? e : d"),
            ])
    }

    @Test(arguments: [
        ("found within 5 seeds\n@ A\n- a\n+ $MUTANT", "it does not say what it breaks"),
        ("It breaks.\n@ A\n- a\n+ $MUTANT", "it does not say: found within N seeds"),
        ("It breaks.\nfound within 5 seeds", "it changes nothing"),
        ("It breaks.\nfound within 5 seeds\n@ A\n- a\n+ b", "an edit of A is not switched by $MUTANT"),
        ("It breaks.\nfound within 5 seeds\n@ A\n+ $MUTANT", "an edit of A says nothing that it replaces"),
        ("It breaks.\nfound within 5 seeds\n@ A\n- a\n+ $MUTANT\nb", "a line of an edit starts with -, + or @: b"),
    ])
    func `a file that is no mutant is refused`(text: String, why: String) {
        #expect(throws: MutantError("bad", why)) { try Mutant(name: "bad", text: text) }
    }

    @Test func `edits of one text are one in the other, and both can be switched on`() throws {
        let text = try Weaving(
            "public import Trading\nlet a = f(x, y)\n",
            [
                mutant("outer", "f(x, y)", "($MUTANT ? g() : $ORIGINAL)"), mutant("inner", "y", "$MUTANT ? z : y"),
                mutant("same", "f(x, y)", "($MUTANT ? h() : $ORIGINAL)"),
            ]
        ).text()
        #expect(
            text == """
                public import Trading
                let a = (Trading.mutantIsActive(.outer) ? g() : (Trading.mutantIsActive(.same) ? h() : f(x, Trading.mutantIsActive(.inner) ? z : y)))

                """)
    }

    @Test(arguments: [("Sources/Desk/A.swift", "import Trading\n"), ("Sources/Trading/A.swift", "")])
    func `a file imports the room of the switch, unless it is in it`(path: String, imports: String) throws {
        let mutant = try Mutant(name: "one", text: "It breaks.\nfound within 5 seeds\n@ \(path)\n- b\n+ $MUTANT")
        let text = try Weaving("a b", [Weaving.Edit(mutant: mutant, edit: mutant.edits[0])]).text()
        #expect(text == imports + "a Trading.mutantIsActive(.one)")
    }

    @Test func `edits that overlap are refused, by name`() throws {
        let error = #expect(throws: WeavingError.self) {
            try Weaving("a b c", [mutant("left", "a b", "$MUTANT"), mutant("right", "b c", "$MUTANT")])
        }
        #expect(error?.misfits == [MutantError("right", "overlaps an edit of left")])
    }

    @Test func `an edit that has no room for the one inside it is refused`() throws {
        let error = #expect(throws: WeavingError.self) {
            try Weaving("a b c", [mutant("left", "a b", "$MUTANT"), mutant("right", "b", "$MUTANT")])
        }
        #expect(error?.misfits == [MutantError("left", "right edits the same text, so say $ORIGINAL in its place")])
    }

    @Test func `what stands in a file twice is refused`() throws {
        let error = #expect(throws: WeavingError.self) { try Weaving("a a", [mutant("twice", "a", "$MUTANT")]) }
        #expect(error?.misfits == [MutantError("twice", "A.swift has this 2 times: a")])
    }
}
