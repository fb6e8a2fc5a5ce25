import Dashboards
import Foundation
import Testing

@Suite("The page's files")
struct DashboardAssetsTests {
    /// The folder of the sources, which the files are embedded from.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("dashboards/page")

    @Test("every file of the page has a route, and its content is the file's")
    func routes() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
        #expect(names.count > 5)
        for name in names {
            let asset = try #require(DashboardAssets.asset(path: "/" + name), "no route for \(name)")
            #expect(Data(asset.bytes) == (try Data(contentsOf: Self.folder.appendingPathComponent(name))))
        }
        #expect(DashboardAssets.asset(path: "/")?.contentType.hasPrefix("text/html") == true)
        #expect(DashboardAssets.asset(path: "/../Package.swift") == nil)
    }

    @Test("nothing on the page is loaded from elsewhere")
    func offline() throws {
        for path in DashboardAssets.paths {
            let text = String(decoding: try #require(DashboardAssets.asset(path: path)).bytes, as: UTF8.self)
            #expect(!text.contains("src=\"http"))
            #expect(!text.contains("@import url(http"))
        }
    }
}
