/// The language as people read it: one Markdown page per command, the files of `commands/`.
public enum CommandPages {
    /// The page's whole Markdown text, or nil where no command has that name.
    public static func page(named name: String) -> String? { embeddedPages[name] }

    /// The names of all pages, in alphabetical order.
    public static let names: [String] = embeddedPages.keys.sorted()
}
