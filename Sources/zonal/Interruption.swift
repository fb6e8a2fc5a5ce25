import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, and the wish of others that it end: told, so that what is in hand is finished, or taken away. A second one ends the
/// program at once.
final class Interruption: Sendable {
    private let mark: Mark
    // Held for as long as this lives.
    private let sources: Mutex<[any DispatchSourceSignal]>

    private final class Mark: Sendable {
        let isSet = Atomic(false)
    }

    init() {
        let mark = Mark()
        self.mark = mark
        // A source is made ready by another thread: what comes before that would be ignored and lost.
        let ready = DispatchSemaphore(value: 0)
        sources = Mutex(
            [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler {
                    mark.isSet.store(true, ordering: .relaxed)
                    signal(number, SIG_DFL)
                }
                source.setRegistrationHandler { ready.signal() }
                source.resume()
                return source
            })
        for _ in 0..<2 { ready.wait() }
    }

    var hasCome: Bool { mark.isSet.load(ordering: .relaxed) }
}
