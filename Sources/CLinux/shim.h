#ifndef ZONAL_CLINUX_SHIM_H
#define ZONAL_CLINUX_SHIM_H

// What the kernel's headers have and the C library's module does not.
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

// sched.h shows it only to those who define _GNU_SOURCE before everything else.
extern int setns(int descriptor, int kind);

// Asks for the cache line at an address; any address will do.
static inline void zonal_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

// The status of a ring's block is shared with the kernel: read before what it covers, written after.
static inline unsigned int zonal_load_acquire(const unsigned int *address) { return __atomic_load_n(address, __ATOMIC_ACQUIRE); }
static inline void zonal_store_release(unsigned int *address, unsigned int value) { __atomic_store_n(address, value, __ATOMIC_RELEASE); }

// One datagram that was received: how long it is, whether its end was cut off, and who sent it. IPv4 addresses are mapped.
struct zonal_datagram {
    unsigned int length;
    unsigned short port;
    unsigned short is_cut;
    unsigned char address[16];
};

// Receives up to `count` datagrams (64 at most), waiting for the first as long as the socket's own timeout says; the i-th goes
// to `buffer + i * slot`. `drops` is set to what the socket has dropped since it was opened (SO_RXQ_OVFL, 40), if a datagram
// tells. recvmmsg(2) and its structure are shown only to those who define _GNU_SOURCE before everything else.
static inline int zonal_receive(
    int socket, unsigned char *buffer, unsigned int slot, unsigned int count, struct zonal_datagram *datagrams, unsigned int *drops) {
    struct { struct msghdr header; unsigned int length; } messages[64];
    struct iovec places[64];
    struct sockaddr_in6 names[64];
    union { struct cmsghdr align; char octets[CMSG_SPACE(sizeof(unsigned int))]; } controls[64];
    if (count > 64) count = 64;
    memset(messages, 0, sizeof messages[0] * count);
    for (unsigned int i = 0; i < count; i++) {
        places[i].iov_base = buffer + (unsigned long)i * slot;
        places[i].iov_len = slot;
        messages[i].header.msg_name = &names[i];
        messages[i].header.msg_namelen = sizeof names[i];
        messages[i].header.msg_iov = &places[i];
        messages[i].header.msg_iovlen = 1;
        messages[i].header.msg_control = controls[i].octets;
        messages[i].header.msg_controllen = sizeof controls[i].octets;
    }
    int received = (int)syscall(SYS_recvmmsg, socket, messages, count, 0x10000 /* MSG_WAITFORONE */, (void *)0);
    for (int i = 0; i < received; i++) {
        datagrams[i].length = messages[i].length;
        datagrams[i].is_cut = (messages[i].header.msg_flags & MSG_TRUNC) != 0;
        memset(datagrams[i].address, 0, 16);
        if (names[i].sin6_family == AF_INET6) {
            datagrams[i].port = ntohs(names[i].sin6_port);
            memcpy(datagrams[i].address, &names[i].sin6_addr, 16);
        } else {
            const struct sockaddr_in *name = (const struct sockaddr_in *)&names[i];
            datagrams[i].port = ntohs(name->sin_port);
            datagrams[i].address[10] = datagrams[i].address[11] = 0xff;
            memcpy(datagrams[i].address + 12, &name->sin_addr, 4);
        }
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].header); c; c = CMSG_NXTHDR(&messages[i].header, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == 40) memcpy(drops, CMSG_DATA(c), sizeof *drops);
    }
    return received;
}

#endif
