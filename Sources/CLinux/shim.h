#ifndef ZONAL_CLINUX_SHIM_H
#define ZONAL_CLINUX_SHIM_H

// What the kernel's headers have and the C library's module does not.
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/vfs.h>

// sched.h shows it only to those who define _GNU_SOURCE before everything else.
extern int setns(int descriptor, int kind);

// malloc.h is in no module of the C library's.
extern int mallopt(int parameter, int value);

// Lets go of the pages of the program's own code, which come back from its file when they are run again. Nothing writes them,
// so nothing is lost. The two names are the linker's, for the beginning of the program and the end of its code.
extern const char __executable_start[], etext[];
// Under a name of its own: the C library's would be two for who imports both modules.
extern int zonal_madvise(void *, unsigned long, int) __asm__("madvise");
static inline void zonal_forget_code(void) {
    unsigned long first = ((unsigned long)__executable_start + 4095) & ~4095UL;
    unsigned long last = (unsigned long)etext & ~4095UL;
    if (first < last) zonal_madvise((void *)first, last - first, 4);  // MADV_DONTNEED
}

// Asks for the cache line at an address; any address will do.
static inline void zonal_prefetch_read(const void *address) { __builtin_prefetch(address, 0, 3); }

// The status of a ring's block is shared with the kernel: read before what it covers, written after.
static inline unsigned int zonal_load_acquire(const unsigned int *address) { return __atomic_load_n(address, __ATOMIC_ACQUIRE); }
static inline void zonal_store_release(unsigned int *address, unsigned int value) { __atomic_store_n(address, value, __ATOMIC_RELEASE); }

#endif
