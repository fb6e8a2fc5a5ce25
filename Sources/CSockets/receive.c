// recvmmsg(2) and its structure are shown only to those who define this.
#define _GNU_SOURCE
#include "csockets.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

int zonal_receive(
    int socket, unsigned char *buffer, unsigned int slot, unsigned int count, struct zonal_datagram *datagrams, unsigned int *drops) {
    struct mmsghdr messages[64];
    struct iovec places[64];
    struct sockaddr_in6 names[64];
    union { struct cmsghdr align; char octets[CMSG_SPACE(sizeof(unsigned int))]; } controls[64];
    if (count > 64) count = 64;
    memset(messages, 0, sizeof messages[0] * count);
    for (unsigned int i = 0; i < count; i++) {
        places[i].iov_base = buffer + (unsigned long)i * slot;
        places[i].iov_len = slot;
        messages[i].msg_hdr.msg_name = &names[i];
        messages[i].msg_hdr.msg_namelen = sizeof names[i];
        messages[i].msg_hdr.msg_iov = &places[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_control = controls[i].octets;
        messages[i].msg_hdr.msg_controllen = sizeof controls[i].octets;
    }
    int received = recvmmsg(socket, messages, count, MSG_WAITFORONE, NULL);
    for (int i = 0; i < received; i++) {
        datagrams[i].length = messages[i].msg_len;
        datagrams[i].is_cut = (messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
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
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&messages[i].msg_hdr); c; c = CMSG_NXTHDR(&messages[i].msg_hdr, c))
            if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) memcpy(drops, CMSG_DATA(c), sizeof *drops);
    }
    return received;
}
