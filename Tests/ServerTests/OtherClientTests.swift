import Foundation
import Testing

/// Python's `websockets`, which is on this machine or is not.
private enum Python {
    static func run(_ script: String, _ arguments: [String] = []) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    static let hasWebSockets = (try? run("import websockets").status) == 0

    /// Each kind of order, and what comes of it: connects once in text without a subprotocol, once in JSON.
    static let conversation = #"""
        import asyncio, json, sys
        import websockets

        url, password = sys.argv[1], sys.argv[2]

        async def main():
            async with websockets.connect(url) as boss, \
                    websockets.connect(url, subprotocols=["outcry.json.v1"]) as ann:
                async def command(line):
                    await boss.send(line)
                    while True:
                        reply = await asyncio.wait_for(boss.recv(), 60)
                        if not reply.startswith("*"):
                            assert reply[0] in "+=?", (line, reply)
                            return reply

                events = []
                async def read():
                    message = json.loads(await asyncio.wait_for(ann.recv(), 60))
                    if message["type"] == "event":
                        events.append(message)
                        return None
                    return message

                async def ask(line):
                    await ann.send(line)
                    while True:
                        message = await read()
                        if message:
                            assert message["ok"], message
                            return message

                async def event(name):
                    while not any(one["event"] == name for one in events):
                        await read()
                    print(next(one["text"] for one in events if one["event"] == name))

                assert ann.subprotocol == "outcry.json.v1", ann.subprotocol
                await command("login boss")
                await command(password)
                await ask("login ann " + password)
                await command("paper quote btc_usd 230 230.2")
                await ask("buy 0.5 btc_usd at 230 until 18:00")
                await ask("slice 2 btc 195..199 x20")
                await ask("pair buy 0.05 btc_usd at 229 then 231")
                await ask("stop sell 1 btc_usd at 220")
                await ask("sell 2 btc_usd at 275 stop 210")
                await ask("buy 0.01 btc_usd at market")
                await ask("buy 0.1 btc_usd at 150 for 1s")
                await event("expired")
                await command("paper trade btc_usd 229 1 sell")
                await event("filled")
                await event("contra_placed")
                await command("paper trade btc_usd 231 1 buy")
                await event("paired_done")
                report = await ask("report paired")
                print(report["text"])
                await command("paper trade btc_usd 219.5 0.01 sell")
                await event("triggered")
                orders = (await ask("orders"))["orders"]
                assert {one["kind"] for one in orders} >= {"sliced", "oco"}, orders
                await ask("cancel all")
                funds = (await ask("funds"))["funds"]
                assert all(one["in_orders"] == "0" for one in funds), funds
                print("all is well")

        asyncio.run(main())
        """#
}

extension `The server` {
    @Suite struct `to a client that nobody here wrote` {
        @Test(.enabled(if: Python.hasWebSockets, "Python's websockets is not here: skipped"))
        func `each kind of order is placed and told`() throws {
            let desk = try DeskUnderTest()
            try desk.add("boss", role: "admin")
            try desk.add("ann", funds: "10000 usd, 20 btc")
            try desk.start()
            let (status, output) = try Python.run(
                Python.conversation, ["ws://127.0.0.1:\(desk.port)/", DeskUnderTest.password])
            #expect(status == 0, "\(output)")
            // 0.05 × (231 - 229), less 0.2% of 0.05 × (231 + 229).
            #expect(output.contains("benefit 0.054 usd after 0.046 fees"), "\(output)")
            #expect(output.hasSuffix("all is well\n"), "\(output)")
        }
    }
}
