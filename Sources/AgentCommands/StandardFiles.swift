import Foundation

/// The three files that every process has.
enum StandardFiles {
    /// Takes the place of those that were closed (`>&-`), so that no file that is opened later gets their numbers and what
    /// is meant for the terminal. Writing to what stands there fails, which is how a closed output should behave.
    static func reserve() {
        for number: CInt in 0...2 where fcntl(number, F_GETFD) == -1 {
            // The lowest free number is given: those below are taken already.
            // The path is a literal.
            _ = unsafe open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends as a program does whose reader has gone (`| head`): without a word, by the signal, whoever has ignored it since.
    static func endForWantOfReader() -> Never {
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
        exit(128 + SIGPIPE)
    }
}
