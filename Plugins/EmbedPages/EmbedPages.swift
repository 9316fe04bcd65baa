import Foundation
import PackagePlugin

/// Writes the Markdown pages of `commands/` and `commands/topics/` into the `CommandPages` module at build time.
@main
struct EmbedPages: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let folder = context.package.directoryURL.appending(path: "commands")
        let pages = try [folder, folder.appending(path: "topics")].flatMap { folder in
            try FileManager.default
                .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "md" }
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedPages.swift")
        return [
            .buildCommand(
                displayName: "Embed the pages of commands/",
                executable: try context.tool(named: "embed-pages").url,
                arguments: [output.path(percentEncoded: false)] + pages.map { $0.path(percentEncoded: false) },
                inputFiles: pages,
                outputFiles: [output])
        ]
    }
}
