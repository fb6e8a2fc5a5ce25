import AgentCommands
import Foundation

/// What stands at a path that should be a data folder.
enum DataFolderPlace {
    /// Checks what can be seen without opening anything; whether it is sound, the store says.
    ///
    /// - Throws: that there is no folder, that it is no data folder, or that nobody may look, which are three faults.
    static func check(_ path: String) throws(CommandFailure) {
        func refuse(_ reason: String) -> CommandFailure { CommandFailure("\(path): \(reason)") }
        let mayNotLook = "permission denied; check the owner and mode of the folder, or run as a user who may read it"
        switch look(path) {
        case .failure(EACCES): throw refuse(mayNotLook)
        case .failure: throw refuse("there is no such folder; check --data")
        case .found(let mode) where mode & S_IFMT != S_IFDIR: throw refuse("is a file; --data names a folder")
        case .found: break
        }
        switch look(path + "/catalog.sqlite") {
        case .failure(EACCES): throw refuse(mayNotLook)
        case .failure: throw refuse("this is no data folder: it has no catalog.sqlite; check --data")
        case .found: break
        }
    }

    private enum Sight {
        case found(mode_t)
        case failure(CInt)
    }

    private static func look(_ path: String) -> Sight {
        var status = stat()
        // The structure is ours for the length of the call.
        return unsafe stat(path, &status) == 0 ? .found(status.st_mode) : .failure(errno)
    }
}
