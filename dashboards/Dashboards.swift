/// The pages, compiled in, so that one binary serves them without a folder beside it.
///
/// They know the public HTTP API and nothing else. SwiftPM makes `PackageResources` from the folder `page`: one array of
/// octets a file, named like the file with every other character as `_`.
package enum DashboardAssets {
    /// The file for a request's path; `/` is the page itself.
    ///
    /// - Parameter path: begins with a slash, without query and fragment.
    /// - Returns: the content type and the octets; nil when there is no such file.
    package static func asset(path: String) -> (contentType: String, bytes: [UInt8])? {
        switch path {
        case "/", "/index.html": ("text/html; charset=utf-8", PackageResources.index_html)
        case "/style.css": ("text/css; charset=utf-8", PackageResources.style_css)
        case "/agents.js": script(PackageResources.agents_js)
        case "/alerts.js": script(PackageResources.alerts_js)
        case "/api.js": script(PackageResources.api_js)
        case "/app.js": script(PackageResources.app_js)
        case "/chart.js": script(PackageResources.chart_js)
        case "/complete.js": script(PackageResources.complete_js)
        case "/dom.js": script(PackageResources.dom_js)
        case "/edges.js": script(PackageResources.edges_js)
        case "/filter.js": script(PackageResources.filter_js)
        case "/flows.js": script(PackageResources.flows_js)
        case "/format.js": script(PackageResources.format_js)
        case "/seen.js": script(PackageResources.seen_js)
        default: nil
        }
    }

    /// Every path that `asset(path:)` answers, for routers that list theirs.
    package static let paths = [
        "/", "/index.html", "/style.css", "/agents.js", "/alerts.js", "/api.js", "/app.js", "/chart.js", "/complete.js",
        "/dom.js", "/edges.js", "/filter.js", "/flows.js", "/format.js", "/seen.js",
    ]

    private static func script(_ bytes: [UInt8]) -> (contentType: String, bytes: [UInt8]) {
        ("text/javascript; charset=utf-8", bytes)
    }
}
