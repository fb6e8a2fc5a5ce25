import CLinux

/// What a program that meters tells the kernel and the heap of its memory.
enum ProcessMemory {
    /// Batches come and go by the megabyte: the heap keeps their memory, which would else be given back and cleared each time.
    static func keepHeap() {
        _ = mallopt(-3, 32 << 20)  // M_MMAP_THRESHOLD
        _ = mallopt(-1, 32 << 20)  // M_TRIM_THRESHOLD
    }

    /// Gives back the code that only the start needed (options, settings, the search for conformances): two thirds of what a
    /// program that meters has in memory before the first packet. What goes on running is read again, a few hundred pages.
    static func forgetStart() { zonal_forget_code() }
}
