#ifndef ZONAL_CSOCKETS_H
#define ZONAL_CSOCKETS_H

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
int zonal_receive(
    int socket, unsigned char *buffer, unsigned int slot, unsigned int count, struct zonal_datagram *datagrams, unsigned int *drops);

#endif
