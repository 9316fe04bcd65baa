import GRDB

extension LedgerTransaction {
    /// Forgets the tags whose replies contain a text: version 0.1 kept replies with a two-factor secret in them.
    public func forgetTags(withReplyContaining text: String) throws(LedgerError) {
        try write { connection in
            try connection.database.execute(
                sql: "DELETE FROM tags WHERE instr(coalesce(reply_text, '') || coalesce(reply_json, ''), ?) > 0",
                arguments: [text])
        }
    }
}
